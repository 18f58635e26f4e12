# SPDX-License-Identifier: BSD-3-Clause
"""The gateway, slow and obvious: one frame in, what may come of it.

Where the documents leave the gateway a choice (a backend, a port, a next hop, which of two reasons
is told) there are several outcomes; the one that was observed is the one that the reference goes on
with, and it holds the gateway to it from then on.
"""
from dataclasses import dataclass, field
from typing import Optional

from . import wire
from .choices import all_choices
from .decide import NET_UNREACHABLE, Drop, Local, Walk, in_rule_block
from .errors import answer_key, translated_error
from .expect import Answered, Forwarded, Told, joined
from .network import prefix
from .revalidate import goes_on
from .sessions import FABRIC, SECOND, Session, SessionTable, key_of
from .tables import Tables

ZERO, LOOPBACK = prefix("0.0.0.0/8"), prefix("127.0.0.0/8")
MULTICAST, RESERVED = prefix("224.0.0.0/4"), prefix("240.0.0.0/4")
LINK_LOCAL = prefix("169.254.0.0/16")  # RFC 3927, section 2.7
BROADCAST = 0xFFFFFFFF
RESERVED_LEADING = 4  # of a subnet: network, gateway and two more
TOO_BIG = 4  # code of ICMP unreachable
SOURCE_ROUTES = {131, 137}  # loose and strict, RFC 791


@dataclass
class Outcome:
    reasons: frozenset = frozenset()  # of its drop; empty: it is not dropped
    sends: list = field(default_factory=list)
    opens: Optional[Session] = None
    goes_with: Optional[tuple] = None  # (session, direction): it is that session's packet

    def text(self):
        parts = [f"dropped: {' or '.join(sorted(self.reasons))}"] if self.reasons else []
        return "; ".join(parts + [send.text() for send in self.sends]) or "nothing"


class Reference:
    def __init__(self, network):
        self.tables = Tables(network)
        self.sessions = SessionTable()
        self.lingering = []  # sessions that a change ended, which the gateway may find out later
        self.memory = {}
        self.ports_used = {}  # (VIP's name, host): ports

    def reload(self, network):
        """Another configuration, from now on."""
        before, self.tables = self.tables, Tables(network)
        self.ports_used.clear()  # hosts that come or go move the others' blocks
        if self.tables.routes != before.routes:
            for key in [key for key in self.memory if key[0] in ("flow", "hop")]:
                del self.memory[key]
        for session in list(self.sessions.sessions()):
            if not goes_on(session, before, self.tables, self.sessions):
                self.sessions.end(session)
                self.lingering.append(session)

    def step(self, now, port, data, observed):
        """Takes a frame and what was seen to leave because of it, as (port, frame). Returns the
        reasons for which it may have been dropped, and what is wrong, or None."""
        self.sessions.expire(now)
        observed = joined(observed)
        ports = observed_ports(observed)
        possible = [(outcome, made) for outcome, made in
                    all_choices(self.memory, lambda choices: self.outcome(port, data, choices, ports))]
        fitting = [(outcome, made) for outcome, made in possible
                   if fits(outcome, observed)]
        if not fitting:
            return frozenset(), difference(possible, observed)
        reasons = frozenset().union(*(outcome.reasons for outcome, _ in fitting))
        outcome, made = fitting[0]
        if len(fitting) == 1 and not outcome.reasons:
            self.memory.update(made)
        if outcome.opens:
            self.sessions.add(outcome.opens, now)
            session_used(outcome.opens, outcome.opens.forward, now)
            return reasons, self.port_wrong(outcome.opens)
        if outcome.goes_with:
            session, direction = outcome.goes_with
            session_used(session, direction, now)
        return reasons, None

    def outcome(self, port, data, choices, ports):
        destination, source, vlan, _, body = wire.frame_parse(data)
        packet = wire.Packet.parse(body)
        try:
            interface = self.tables.by_wire.get((port, vlan))
            if interface is None:
                raise Drop("vlan_unknown")
            if destination[0] & 1:  # RFC 1812, section 5.3.4
                raise Drop(*header_faults(packet), "ip_broadcast")
            if destination != wire.mac_bytes(interface.mac):
                raise Drop("not_for_gateway")
            return self.received(interface, packet, choices, ports)
        except Local:
            if packet.icmp_type == wire.ECHO and not from_many(interface, packet):
                return Outcome(sends=[Answered(interface, source, packet)])
            return Outcome(frozenset(["local_unsupported"]))
        except Drop as drop:
            outcome = Outcome(drop.reasons)
            if drop.tells and not packet.is_icmp_error and not packet.is_later_fragment \
                    and not from_many(interface, packet):
                outcome.sends.append(Told(interface, source, drop.tells, packet))
            return outcome

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
            check_fragment(packet)
            raise Local
        if packet.destination in self.tables.vips:
            return self.stateful(FABRIC, packet, choices, ports)
        return self.forward_stateless(packet, choices)

    def received_inside(self, interface, packet, choices, ports):
        virtual_network, subnet = self.tables.subnets[interface.name]
        reasons = set()
        if not subnet.ip_forwarding and not subnet.prefix.has(packet.source):
            reasons.add("source_spoofed")
        if subnet.prefix.has(packet.source) and \
                (packet.source - subnet.prefix.address < RESERVED_LEADING
                 or packet.source == subnet.prefix.last):
            reasons.add("ip_source_martian")
        reasons |= fragment_faults(packet)
        if reasons and packet.protocol == wire.ICMP and packet.icmp_type != wire.ECHO:
            reasons.add("icmp_error_unmatched" if packet.is_icmp_error else "icmp_unsupported")
        if reasons:
            raise Drop(*reasons)
        if packet.destination in self.tables.own_addresses(virtual_network):
            if packet.icmp_type == wire.ECHO:
                raise Local
            raise Drop("local_unsupported", "icmp_unsupported", "icmp_error_unmatched",
                       "protocol_unsupported")
        return self.stateful(interface.name, packet, choices, ports)

    def stateful(self, zone, packet, choices, ports):
        check_fragment(packet)
        if packet.is_icmp_error:
            return self.forward_error(zone, packet, choices)
        found = self.sessions.find(key_of(zone, packet))
        if found:
            session, direction = found
            outcome = self.forward_session(packet, session, direction, choices)
            outcome.goes_with = found
            return outcome
        walk = Walk(self.tables, self.sessions, choices, lingering=self.lingering)
        session = walk.from_fabric(packet) if zone == FABRIC else walk.from_subnet(zone, packet)
        check_lifetime(packet)
        walk.remember(packet, session, ports)
        outcome = self.forward_session(packet, session, session.forward, choices)
        outcome.opens = session
        return outcome

    # Forwarding.

    def forward_stateless(self, packet, choices):
        hops = self.tables.fabric_hops(packet.destination)
        if not hops:
            raise Drop("no_route", tells=(wire.UNREACHABLE, NET_UNREACHABLE))
        flow = (packet.source, packet.destination, packet.protocol)
        if not packet.is_fragment and packet.protocol in (wire.ICMP, wire.TCP, wire.UDP):
            flow += (packet.icmp_type, *packet.ports)
        hop = choices.pick(("flow", packet.is_fragment, flow), hops)
        return Outcome(sends=[self.sent(packet, packet, hop)])

    def forward_error(self, zone, packet, choices):
        """An error goes with the session that it is about, and does not keep it alive."""
        key = answer_key(zone, packet)
        found = key and self.sessions.find(key)
        if not found:
            raise Drop("icmp_error_unmatched")
        session, direction = found
        changed = translated_error(packet, direction)
        return Outcome(sends=[self.sent(packet, changed, self.hop(session, direction, choices))])

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

    # Ports.

    def port_wrong(self, session):
        """Whether a port is not the host's to use (semantics.md, section 5), or None."""
        if session.snat is None:
            return None
        name, host = session.snat
        port = session.forward.ends.source_port
        vip = self.tables.vip_names[name]
        if not 1024 <= port <= 65535 or in_rule_block(vip, port):
            return f"port {port} is not one of VIP {name}'s for outbound traffic"
        if vip.ports_per_host == "on_demand":
            return None
        used = self.ports_used.setdefault((name, host), set())
        used.add(port)
        if max(used) - min(used) >= vip.ports_per_host:
            return f"ports {sorted(used)} of {wire.dotted(host)} are not of one block"
        for (other_name, other), theirs in self.ports_used.items():
            if other_name == name and other != host and \
                    not (max(theirs) < min(used) or max(used) < min(theirs)):
                return f"{wire.dotted(host)} uses port {port} in {wire.dotted(other)}'s block"
        return None


def header_faults(packet):
    """RFC 1812, sections 5.2.2 and 5.3.7. Of several reasons any may be told."""
    reasons = set()
    if packet.sum_error:
        reasons.add("ip_checksum_wrong")
    if any(item.has(packet.source) for item in
           (ZERO, LOOPBACK, LINK_LOCAL, MULTICAST, RESERVED)) or packet.source == packet.destination:
        reasons.add("ip_source_martian")
    if packet.options and packet.options[0] in SOURCE_ROUTES:
        reasons.add("ip_source_route")
    if MULTICAST.has(packet.destination):
        reasons.add("ip_multicast")
    elif packet.destination == BROADCAST:
        reasons.add("ip_broadcast")
    elif any(item.has(packet.destination) for item in (ZERO, LOOPBACK, LINK_LOCAL, RESERVED)):
        reasons.add("ip_destination_martian")
    return reasons


def session_used(session, direction, now):
    """A packet of it went that way."""
    session.spoken.add(direction is session.forward)
    if session.next_timeout is not None:
        session.timeout, session.next_timeout = session.next_timeout, None
    if session.drain is not None:
        session.deadline, session.drain = now + session.drain * SECOND, None
    if direction.refreshes:
        session.last = now


def from_many(interface, packet):
    """Whether it is from or for no single host: nobody is told then (RFC 1812, 4.3.2.7)."""
    ends = {end for _, link in interface.links if link.length < 31
            for end in (link.address, link.last)}
    return bool(ends & {packet.source, packet.destination})


def fragment_faults(packet):
    """No two fragments of these have a packet in common, so that a later one waits in vain."""
    reasons = set()
    if not packet.is_fragment:
        return reasons
    if not packet.data or packet.fragment & wire.MF and len(packet.data) % 8:
        reasons.add("fragment_invalid")
    if packet.protocol == wire.TCP and packet.fragment & 0x1FFF == 1:
        reasons.add("fragment_tiny")
    if packet.is_later_fragment:
        reasons.add("fragment_first_missing")
    elif packet.is_icmp_error:
        reasons.add("icmp_error_fragmented")
    return reasons


def check_fragment(packet):
    reasons = fragment_faults(packet)
    if reasons:
        raise Drop(*reasons)


def check_lifetime(packet):
    if packet.ttl <= 1:
        raise Drop("ttl_expired", tells=(wire.TIME_EXCEEDED, 0))


def with_ports(packet, ends):
    """With ports, or an echo's identifier, as the rewrite has them; its checksum stays as it is."""
    source_port = ends.source_port.to_bytes(2, "big")
    if packet.protocol in (wire.TCP, wire.UDP):
        destination_port = ends.destination_port.to_bytes(2, "big")
        return packet.with_(data=source_port + destination_port + packet.data[4:])
    if packet.protocol == wire.ICMP:
        return packet.with_(data=packet.data[:4] + source_port + packet.data[6:])
    return packet


def observed_ports(observed):
    """{(source, destination): source port} of the packets that left."""
    return {(seen.packet.source, seen.packet.destination): seen.packet.ports[0]
            for seen in observed if seen.packet and not seen.packet.is_later_fragment}


def fits(outcome, observed):
    left = list(observed)
    for send in outcome.sends:
        match = next((seen for seen in left if send.wrong(seen) is None), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def difference(possible, observed):
    """Expected and observed, in words."""
    expected = list(dict.fromkeys(outcome.text() for outcome, _ in possible))
    lines = [f"expected {text}" for text in expected[:6]]
    if not observed:
        return "\n".join(lines + ["observed nothing"])
    lines += [f"observed {seen.text()}" for seen in observed]
    if len(observed) == 1:
        wrongs = {send.wrong(observed[0]) for outcome, _ in possible for send in outcome.sends}
        lines += [f"so       {wrong}" for wrong in list(wrongs)[:3]]
    return "\n".join(lines)
