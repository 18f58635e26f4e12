# SPDX-License-Identifier: BSD-3-Clause
"""The gateway, slow and obvious: one frame in, what may come of it.

Where the documents leave the gateway a choice (a backend, a port, a next hop, which of two reasons
is told) there are several outcomes; the one that was observed is the one that the reference goes on
with, and it holds the gateway to it from then on.
"""
import contextlib
import copy

from . import fragments, tcp, wire
from .choices import all_choices
from .chosen import Identifiers, Ports
from .decide import NET_UNREACHABLE, SESSIONS, Drop, Local, Walk, source_fault
from .errors import answer_key, is_sound, translated_error
from .expect import Forwarded, Seen, joined
from .faults import check_lifetime, header_faults, is_truncated, transport_faults
from .outcome import Outcome, concluded, difference, fits, matches, observed_ports
from .revalidate import goes_on, has_lost_vip
from .sessions import FABRIC, SECOND, SessionTable, key_of
from .tables import Tables

TOO_BIG = 4  # code of ICMP unreachable


class Reference:
    def __init__(self, network):
        self.tables = Tables(network)
        self.workers = network.workers
        self.sessions = SessionTable()
        self.now = 0
        self.lingering = []  # sessions that a change ended, which the gateway may find out later
        self.asked = set()  # keys of what came since the last change
        self.memory = {}
        self.fragments = fragments.FragmentTable()
        self.ports = Ports(self.tables)
        self.identifiers = Identifiers()

    def reload(self, now, network):
        """Another configuration, from now on. False: what comes after it is not known."""
        before, self.tables = self.tables, Tables(network)
        self.ports = Ports(self.tables)  # hosts that come or go move the others' blocks
        if self.tables.routes != before.routes:
            for key in [key for key in self.memory if key[0] in ("flow", "hop")]:
                del self.memory[key]
        self.sessions.expire(now)
        ended = self.lingering[:]
        for session in list(self.sessions.sessions()):
            lost_vip = has_lost_vip(session, before, self.tables)
            if lost_vip:
                self.sessions.end(session, now)
            elif not goes_on(session, before, self.tables, self.sessions):
                self.sessions.end(session, now)
                self.lingering.append(session)
                session.kept_by = before
        for session in ended:
            self.take_up(session, now)
        self.asked.clear()
        if self.workers == 1:
            return True
        self.lose_held()
        vips = before.vips.keys() ^ self.tables.vips.keys()
        return not any(session.forward.key.zone != FABRIC and session.forward.key.source in vips
                       for session in self.sessions.sessions())

    def take_up(self, session, now):
        """What a change ended goes on where another undoes it before a packet of it has come."""
        before, keys = session.kept_by, {session.forward.key, session.reverse.key}
        if before is None:
            return
        if now >= session.over or keys & self.asked or has_lost_vip(session, before, self.tables):
            session.kept_by = None
        elif not keys & self.sessions.entries.keys() \
                and goes_on(session, before, self.tables, self.sessions):
            session.kept_by = None
            self.lingering.remove(session)
            self.sessions.enter(session)

    def lose_held(self):
        """What goes to ports that are nobody's now may come to another worker than the one that
        holds them."""
        self.lingering += [session for session, _ in self.sessions.held.values()]
        self.sessions.held = {}

    def step(self, now, port, data, seen):
        """Takes a frame and what was seen to leave because of it, as (port, frame). Returns why
        packets may have been dropped since the last one, each for one of some reasons, and what is
        wrong, or None."""
        self.now = now
        self.sessions.expire(now)
        dropped = self.fragments.expire(now)
        frame = wire.frame_parse(data)
        packet = wire.Packet.parse(frame[-1])
        observed = joined(seen)
        ports = observed_ports(observed)
        possible = [(outcome, made) for outcome, made in
                    all_choices(self.memory,
                                lambda choices: self.outcome(port, frame, choices, ports))]
        fitting = [(outcome, made) for outcome, made in possible if fits(outcome, observed)]
        if packet.is_fragment and not fitting:  # several may leave at once
            observed = [Seen.parse(*item) for item in seen]
            fitting = [(outcome, made) for outcome, made in possible if fits(outcome, observed)]
        if not fitting:
            return dropped, difference(possible, observed)
        outcome, made = fitting[0]
        if len(fitting) == 1 and not outcome.reasons:
            self.memory.update(made)
        if outcome.reasons:
            dropped.append(frozenset().union(*(outcome.reasons for outcome, _ in fitting)))
        return dropped + outcome.others, self.take(outcome, observed)

    def take(self, outcome, observed):
        """It came so. What is wrong with what was chosen, or None."""
        wrong = None
        if outcome.ends:
            self.sessions.end(outcome.ends, self.now)
        if outcome.opens:
            self.sessions.add(outcome.opens, self.now)
            wrong = self.ports.wrong(outcome.opens)
        if outcome.goes_with:
            session_used(*outcome.goes_with, outcome.packet, self.now)
        record = None
        if outcome.fragment:
            key, record = outcome.fragment
            self.fragments.put(key, None if record and record.is_whole() else record)
        return wrong or self.identifiers.wrong(record, matches(outcome, observed))

    def finish(self):
        """Reasons for drops at the end."""
        return self.fragments.expire(self.now + fragments.LIFETIME)

    def outcome(self, port, frame, choices, ports):
        destination, source, vlan, _, body = frame
        packet = wire.Packet.parse(body)
        interface = self.tables.by_wire.get((port, vlan))
        packet.arrived = interface, source

        def run():
            if interface is None:
                raise Drop("vlan_unknown")
            if destination[0] & 1:  # RFC 1812, section 5.3.4
                raise Drop(*header_faults(packet), "ip_broadcast")
            if destination != wire.mac_bytes(interface.mac):
                raise Drop("not_for_gateway")
            return self.received(interface, packet, choices, ports)

        return concluded(packet, run)

    # A packet of an interface.

    def received(self, interface, packet, choices, ports):
        faults = header_faults(packet)
        if faults:
            raise Drop(*faults)
        if interface.name in self.tables.subnets:
            return self.received_inside(interface, packet, choices, ports)
        if packet.destination in self.tables.fabric_broadcasts:
            raise Drop("ip_broadcast")
        if packet.destination in self.tables.fabric_addresses:
            return self.whole_or_not(FABRIC, packet, choices, ports, self.local)
        if packet.destination in self.tables.vips:
            return self.stateful(FABRIC, packet, choices, ports)
        return self.forward_stateless(packet, choices)

    def received_inside(self, interface, packet, choices, ports):
        virtual_network, subnet = self.tables.subnets[interface.name]
        reasons = set()
        if source_fault(subnet, packet.source):
            reasons.add(source_fault(subnet, packet.source))
        if packet.is_fragment:
            reasons |= fragments.faults(packet)
        if reasons and packet.protocol == wire.ICMP and packet.icmp_type != wire.ECHO:
            reasons.add("icmp_error_unmatched" if packet.is_icmp_error else "icmp_unsupported")
        if reasons:
            reasons |= transport_faults(packet)
        if reasons:
            raise Drop(*reasons)
        if packet.destination in self.tables.own_addresses(virtual_network):
            return self.whole_or_not(interface.name, packet, choices, ports, self.local)
        return self.stateful(interface.name, packet, choices, ports)

    def stateful(self, zone, packet, choices, ports):
        return self.whole_or_not(zone, packet, choices, ports, self.whole)

    def whole_or_not(self, zone, packet, choices, ports, whole):
        """`whole` tells what becomes of packets that are not in fragments."""
        if not packet.is_fragment:
            return whole(zone, packet, choices, ports)
        key = fragments.key_of(zone, packet)
        verdict = self.fragments.look(key, packet, self.now)
        later = self.local if whole == self.local else self.later
        if verdict.reasons or verdict.waits:
            outcome = Outcome(verdict.reasons)
        elif packet.is_later_fragment:
            packet.facts = verdict.record.facts
            outcome = concluded(packet, lambda: later(zone, packet, choices, ports))
        else:
            outcome = concluded(packet, lambda: whole(zone, packet, choices, ports))
        if not packet.is_later_fragment and not verdict.reasons \
                and self.is_in_vain(key_of(zone, packet), packet, outcome):
            verdict.record.refused = frozenset(["fragment_refused"])
            if self.may_linger(key_of(zone, packet)):  # then it is none of the lost ones
                verdict.record.refused |= {"session_over", "fragment_first_missing"}
            if whole != self.local:
                outcome.others += [verdict.record.refused] * len(verdict.awaited)
                verdict.awaited = []
        for held in verdict.awaited:
            held = held.with_(facts=verdict.record.facts)
            more = concluded(held, lambda: later(zone, held, choices, ports, outcome))
            outcome.sends += more.sends
            outcome.others += [more.reasons] if more.reasons else []
        outcome.others += verdict.given_up
        outcome.fragment = key, verdict.record
        return outcome

    def is_in_vain(self, key, packet, outcome):
        """Whether nothing can come of the rest of a packet whose first fragment came to that. One of
        several workers need not know what became of it."""
        if self.workers > 1 or not outcome.reasons or "session_over" in outcome.reasons:
            return False
        if packet.icmp_type == wire.ECHO and "local_unsupported" in outcome.reasons:
            return False
        return bool(outcome.ends) or self.sessions.find(key) is None

    def later(self, zone, packet, choices, ports, first=Outcome()):
        """Another fragment than the first, which opens no session and keeps none alive."""
        key = key_of(zone, packet)
        sessions = self.sessions_without(first.ends) if first.ends else self.sessions
        if self.is_over(key, sessions, choices):
            raise Drop("session_over")
        found = sessions.find(key)
        if first.opens and first.opens.forward.key == key:
            found = first.opens, first.opens.forward
        if found:
            session, direction = found
            ends = direction.ends
            changed = packet.with_(source=ends.source, destination=ends.destination)
            hop = self.hop(session, direction, choices)
            return Outcome(sends=[self.sent(packet, changed, hop)])
        if packet.icmp_type == wire.ECHO:
            with contextlib.suppress(Drop):
                self.first(zone, packet, self.sessions, choices, ports)
        raise Drop("fragment_refused")

    def local(self, zone, packet, *_):
        """For the gateway itself. What no session could begin with is not looked at in subnets."""
        inside = zone != FABRIC and (transport_faults(packet) or packet.protocol not in SESSIONS)
        if packet.icmp_type == wire.ECHO or packet.protocol != wire.ICMP \
                and not packet.is_fragment and not inside:
            raise Local
        raise Drop("local_unsupported", "icmp_unsupported", "icmp_error_unmatched",
                   "protocol_unsupported", *transport_faults(packet),
                   *["fragment_refused"] * packet.is_later_fragment)

    def whole(self, zone, packet, choices, ports):
        if is_truncated(packet):
            raise Drop("transport_truncated")
        if packet.is_icmp_error:
            return self.forward_error(zone, packet, choices)
        key = key_of(zone, packet)
        if self.is_over(key, self.sessions, choices):
            raise Drop("session_over")
        found = self.sessions.find(key)
        if found:
            return self.forward_found(zone, packet, found, choices, ports)
        return self.first(zone, packet, self.sessions, choices, ports)

    def may_linger(self, key):
        """Whether a session that a change ended may still hold its port."""
        return any(session.snat and session.reverse.key == key for session in self.lingering)

    def is_over(self, key, sessions, choices):
        self.asked.add(key)
        return sessions.is_held(key) or self.may_linger(key) \
            and choices.pick(("lingers", key, self.now), (False, True))

    def forward_found(self, zone, packet, found, choices, ports):
        session, direction = found
        outcome = self.forward_session(packet, session, direction, choices)
        if packet.protocol == wire.TCP:
            segment = tcp.segment_of(packet)
            if segment.kind is None:
                raise Drop("tcp_flags_invalid")
            if session.connection.is_over_by(segment):
                return self.anew(zone, packet, session, choices, ports)
        outcome.goes_with, outcome.packet = found, packet
        return outcome

    def anew(self, zone, packet, session, choices, ports):
        """A connection between the ends of one that is over."""
        sessions = self.sessions_without(session)
        try:
            if sessions.is_held(key_of(zone, packet)):
                raise Drop("session_over")
            outcome = self.first(zone, packet, sessions, choices, ports)
        except Drop as drop:
            drop.ends = session
            raise
        outcome.ends = session
        return outcome

    def sessions_without(self, session):
        """As they are once it has ended."""
        sessions = copy.copy(self.sessions)
        sessions.entries, sessions.held = dict(sessions.entries), dict(sessions.held)
        sessions.end(session, self.now)
        return sessions

    def first(self, zone, packet, sessions, choices, ports):
        """A packet that belongs to none of these sessions."""
        faults = transport_faults(packet)
        if faults:
            raise Drop(*faults)
        walk = Walk(self.tables, sessions, choices, lingering=self.lingering,
                    shared=self.workers > 1)
        session = walk.from_fabric(packet) if zone == FABRIC else walk.from_subnet(zone, packet)
        self.forward_session(packet, session, session.forward, choices)  # what can not leave...
        walk.remember(packet, session, ports)  # ... opens nothing
        outcome = self.forward_session(packet, session, session.forward, choices)
        outcome.opens, outcome.packet = session, packet
        outcome.goes_with = session, session.forward
        return outcome

    # Forwarding.

    def forward_stateless(self, packet, choices):
        hops = self.tables.fabric_hops(packet.destination)
        if not hops:
            raise Drop("no_route", tells=(wire.UNREACHABLE, NET_UNREACHABLE))
        flow = (packet.source, packet.destination, packet.protocol)
        has_ports = packet.protocol in fragments.HEADERS
        if has_ports and not packet.is_fragment and not is_truncated(packet):
            flow += (packet.icmp_type, *packet.ports)
        hop = choices.pick(("flow", flow), hops)
        return Outcome(sends=[self.sent(packet, packet, hop)])

    def forward_error(self, zone, packet, choices):
        """An error goes with the session that it is about, and does not keep it alive."""
        key = answer_key(zone, packet)
        if key and self.is_over(key, self.sessions, choices):
            raise Drop("session_over")
        found = key and self.sessions.find(key)
        if not found:
            raise Drop("icmp_error_unmatched")
        session, direction = found
        hop = self.hop(session, direction, choices)
        if not is_sound(packet):
            raise Drop("icmp_error_damaged")
        return Outcome(sends=[self.sent(packet, translated_error(packet, direction), hop)])

    def forward_session(self, packet, session, direction, choices):
        ends = direction.ends
        hop = self.hop(session, direction, choices)
        changed = packet.with_(source=ends.source, destination=ends.destination)
        return Outcome(sends=[self.sent(packet, with_ports(changed, ends), hop)])

    def hop(self, session, direction, choices):
        if not direction.egress.hops:
            raise Drop(direction.egress.reason, tells=direction.egress.tells)
        return choices.pick(("hop", session.number, direction is session.forward),
                            direction.egress.hops)

    def sent(self, packet, changed, hop):
        check_lifetime(packet)
        name, address = hop
        interface = self.tables.interfaces[name]
        if len(packet.bytes()) > interface.mtu and packet.fragment & wire.DF:
            raise Drop("mtu_exceeded", tells=(wire.UNREACHABLE, TOO_BIG, interface.mtu))
        return Forwarded(interface, self.tables.mac_of(name, address),
                         changed.with_(ttl=packet.ttl - 1), packet)


def session_used(session, direction, packet, now):
    """A packet of it went that way."""
    if session.connection:
        session.connection.take(direction is session.forward, tcp.segment_of(packet))
    if session.next_timeout is not None:
        session.timeout, session.next_timeout = session.next_timeout, None
    if session.drain is not None:
        if not session.drain:
            session.deadline = None
        elif session.deadline is None:
            session.deadline = now + session.drain * SECOND
        session.drain = None
    if direction.refreshes:
        session.last = now


def with_ports(packet, ends):
    """With ports, or an echo's identifier, as the rewrite has them; its checksum stays as it is."""
    source_port = ends.source_port.to_bytes(2, "big")
    if packet.protocol in (wire.TCP, wire.UDP):
        destination_port = ends.destination_port.to_bytes(2, "big")
        return packet.with_(data=source_port + destination_port + packet.data[4:])
    if packet.protocol == wire.ICMP:
        return packet.with_(data=packet.data[:4] + source_port + packet.data[6:])
    return packet
