# SPDX-License-Identifier: BSD-3-Clause
"""What becomes of the first packet of a session: the one straight line of design.md, section 1.

outbound group -> effective route -> SNAT needed? -> VIP to backend -> inbound group -> egress
"""
from dataclasses import dataclass

from .groups import LOAD_BALANCER, allowed
from .sessions import FABRIC, Direction, Ends, Key, Mapping, Session, key_of, kind_answered
from .tcp import Connection
from .wire import AH, ECHO, ESP, ICMP, TCP, UDP

SESSIONS = {TCP, UDP, ICMP, ESP, AH}  # protocols that have them
FIRST_SNAT_PORT = 1024
NET_UNREACHABLE, PROHIBITED = 0, 13
DEFAULT_TIMEOUT, DEFAULT_ICMP_TIMEOUT = 240, 60


class Drop(Exception):
    """The packet is not sent, for one of these reasons; perhaps its sender is told."""

    def __init__(self, *reasons, tells=None):
        super().__init__(reasons)
        self.reasons, self.tells = frozenset(reasons), tells  # tells: (ICMP type, code)
        self.ends = None  # the session that ends with it


class Local(Exception):
    """The packet is for the gateway itself."""


@dataclass(frozen=True)
class Egress:
    zone: str
    hops: tuple  # of (interface, next hop); several are ECMP; none: it can not go there...
    reason: str = ""  # ...for this reason
    tells: tuple = None  # (ICMP type, code)


class Walk:
    """One packet's way through the tables. `choices` decides what the gateway may choose. Groups
    ask no more of a session that is established, but for those that reevaluate."""

    def __init__(self, tables, sessions, choices, *, established=False, lingering=None,
                 shared=False):
        self.tables, self.sessions, self.choices = tables, sessions, choices
        self.established = established
        self.lingering = lingering or []  # sessions that ended, and may still hold what they had
        self.shared = shared  # several workers have the sessions

    # From a subnet.

    def from_subnet(self, zone, packet):
        """The session that the packet wants; raises Drop or Local."""
        virtual_network, subnet = self.tables.subnets[zone]
        check_protocol(packet)
        if not self.allows(virtual_network, subnet, "outbound", packet):
            raise Drop("security_outbound")
        egress = self.egress_of(zone, packet.destination)
        if egress is None:
            return self.to_internet(zone, packet)
        self.check_inbound(egress.zone, packet)
        ends = Ends(packet.source, packet.ports[0], packet.destination, packet.ports[1])
        return self.session(zone, packet, ends, egress, self.way_back(egress.zone, packet),
                            self.group_timeout(packet, subnet, egress.zone))

    def egress_of(self, zone, destination):
        """Where the effective route of a subnet leads; None: to the Internet."""
        virtual_network, _ = self.tables.subnets[zone]
        route = self.tables.effective_route(zone, destination)
        if route.type == "internet":
            return None
        if route.type == "none":
            raise Drop("route_none")
        if route.type == "virtual_network_gateway":
            raise Drop("route_gateway_missing")
        if route.type == "virtual_appliance":
            return self.egress_inside(virtual_network, route.next_hop)
        if any(destination in (subnet.prefix.address, subnet.prefix.last)
               for subnet in virtual_network.subnets):
            raise Drop("ip_broadcast")
        return self.egress_inside(virtual_network, destination)

    def egress_inside(self, virtual_network, address):
        subnet = self.tables.subnet_of(virtual_network, address)
        if subnet is None:
            raise Drop("subnet_missing")
        return Egress(subnet.interface, ((subnet.interface, address),))

    def way_back(self, zone, packet):
        """What comes back follows the other subnet's routes, and never goes out untranslated. An
        appliance may send it from an address that is not its own only if it may forward."""
        _, subnet = self.tables.subnets[zone]
        fault = source_fault(subnet, packet.destination)
        if fault:
            return Egress(zone, (), fault)
        try:
            egress = self.egress_of(zone, packet.source)
        except Drop:
            egress = None
        return egress or Egress(zone, (), "session_reverse_unroutable")

    def allows(self, virtual_network, subnet, direction, packet):
        group = self.tables.groups.get(subnet.group)
        if group is None or self.established and not group.reevaluate:
            return True
        return allowed(group, direction, packet, self.tables.tags[virtual_network.name])

    def check_inbound(self, zone, packet):
        virtual_network, subnet = self.tables.subnets[zone]
        if not self.allows(virtual_network, subnet, "inbound", packet):
            raise Drop("security_inbound")

    def group_timeout(self, packet, subnet, egress_zone):
        """Of the first group that allows it and sets one."""
        for name in (subnet.group, self.tables.subnets[egress_zone][1].group):
            if name is not None and self.tables.groups[name].flow_timeout:
                return self.tables.groups[name].flow_timeout
        return DEFAULT_ICMP_TIMEOUT if packet.protocol == ICMP else DEFAULT_TIMEOUT

    # To the Internet.

    def to_internet(self, zone, packet):
        target = self.tables.vips.get(packet.destination)
        if target is None:
            backend, port, egress = packet.destination, packet.ports[1], self.egress_fabric(packet)
        else:
            rule, backend, port = self.backend_of(target, packet, zone)
            mapped = None if rule else self.mapped(target, packet)
            egress = self.egress_inside(self.tables.networks[target.network], backend)
        vip, sender = self.outbound_vip(zone, packet)
        if target is None:
            timeout = outbound_timeout(vip, packet.protocol)
        else:
            self.check_inbound(egress.zone, translated(packet, vip.address, backend, port))
            timeout = rule.idle_timeout if rule else outbound_timeout(target, packet.protocol)
        # What comes back belongs to this session, whatever routes say.
        session = self.session(zone, packet, Ends(vip.address, packet.ports[0], backend, port),
                               egress, Egress(zone, ((zone, sender),)), timeout)
        session.snat = (vip.name, sender)
        session.reverse.refreshes = packet.protocol == TCP  # RFC 4787, REQ-6
        if target is not None and rule:
            session.rule = target.name, rule.name
        elif target is not None:
            session.mapped_in, session.reverse.refreshes = mapped, True
        return session

    def egress_fabric(self, packet):
        destination = packet.destination
        if destination in self.tables.fabric_addresses:
            raise Local
        if destination in self.tables.fabric_broadcasts:
            raise Drop("ip_broadcast")
        hops = self.tables.fabric_hops(destination)
        if not hops and not self.established:
            raise Drop("no_route", tells=(3, NET_UNREACHABLE))
        return Egress(FABRIC, tuple(hops), "no_route", (3, NET_UNREACHABLE))

    def outbound_vip(self, zone, packet):
        """(the VIP, the host of the subnet whose ports are used)"""
        _, subnet = self.tables.subnets[zone]
        if packet.protocol in (ESP, AH):
            raise Drop("protocol_not_translatable")
        sender = self.sender(zone, packet)
        if not subnet.outbound_vips or sender is None:
            reasons = ["outbound_vip_missing"] * (not subnet.outbound_vips) \
                + ["snat_block_missing"] * (sender is None)
            raise Drop(*reasons, tells=(3, PROHIBITED))
        vips = {self.tables.vip_names[name].address: self.tables.vip_names[name]
                for name in subnet.outbound_vips}
        kept = self.vips_in_use(zone, sender) & vips.keys()
        key = ("vip", zone, sender)
        over = self.lingering + [session for session, _ in self.sessions.held.values()]
        if kept or any(session.snat and session.snat[1] == sender for session in over):
            key = ("vip in use", zone, sender, self.sessions.created)
        return vips[self.choices.pick(key, [address for address in vips
                                            if not kept or address in kept])], sender

    def vips_in_use(self, zone, sender):
        """Addresses by which the host has sessions: it keeps them (RFC 4787, REQ-2)."""
        return {session.reverse.key.destination for session in self.sessions.sessions()
                if session.snat and session.snat[1] == sender and session.forward.key.zone == zone}

    def sender(self, zone, packet):
        """The source, or the appliance that its own subnet's route sent the packet through."""
        virtual_network, subnet = self.tables.subnets[zone]
        if subnet.prefix.has(packet.source):
            return packet.source if packet.source in subnet.hosts else None
        home = self.tables.subnet_of(virtual_network, packet.source)
        if home is None:
            return None
        route = self.tables.effective_route(home.interface, packet.destination)
        through = route.type == "virtual_appliance" and subnet.prefix.has(route.next_hop)
        return route.next_hop if through else None

    # From outside to a VIP.

    def from_fabric(self, packet):
        vip = self.tables.vips[packet.destination]
        if packet.protocol not in SESSIONS:
            raise Drop("protocol_unsupported", "vip_rule_missing")
        check_protocol(packet)
        rule, backend, port = self.backend_of(vip, packet, FABRIC)
        egress = self.egress_inside(self.tables.networks[vip.network], backend)
        self.check_inbound(egress.zone, translated(packet, packet.source, backend, port))
        if self.is_inside(vip, packet.source):
            raise Drop("source_inside")
        ends = Ends(packet.source, packet.ports[0], backend, port)
        back = Egress(FABRIC, tuple(self.tables.fabric_hops(packet.source)),
                      "session_reverse_unroutable")
        timeout = rule.idle_timeout if rule else outbound_timeout(vip, packet.protocol)
        session = self.session(FABRIC, packet, ends, egress, back, timeout)
        if rule:
            session.rule = vip.name, rule.name
        else:
            session.mapped_in = self.mapped(vip, packet)
            session.forward.refreshes = packet.protocol == TCP
        return session

    def is_inside(self, vip, source):
        """Nobody outside has such an address: it is forged, to please a security group."""
        tables = self.tables
        return source in tables.vips or source in tables.fabric_addresses \
            or source in tables.fabric_broadcasts or LOAD_BALANCER.has(source) \
            or any(space.has(source) for space in tables.networks[vip.network].space)

    def backend_of(self, vip, packet, zone):
        """(rule, backend, its port); without a rule, by a mapping."""
        if packet.protocol in (ESP, AH):
            raise Drop("vip_rule_missing", "protocol_not_translatable")
        protocol = {TCP: "tcp", UDP: "udp", ICMP: "icmp"}[packet.protocol]
        wanted = packet.ports[1]
        for rule in vip.inbound:
            if rule.protocol == protocol and \
                    (protocol == "icmp" or rule.ports[0] <= wanted <= rule.ports[1]):
                break
        else:
            if protocol == "icmp":
                raise Local
            mapping = self.mapped(vip, packet)
            if mapping:
                return None, mapping.address, mapping.inside_port
            # Which of the ports behind 1024 are a host's is the gateway's choice.
            may_be_snat = wanted >= FIRST_SNAT_PORT and not in_rule_block(vip, wanted)
            raise Drop("vip_rule_missing", *["vip_session_missing"] * may_be_snat)
        same = {"five-tuple": (packet.source, *packet.ports, protocol),
                "source-protocol": (packet.source, protocol),
                "source": (packet.source,)}[rule.distribution]
        backend = self.choices.pick(("backend", vip.address, rule.name, zone, same), rule.backends)
        if protocol == "icmp":
            return rule, backend, wanted
        return rule, backend, rule.backend_first + wanted - rule.ports[0]

    def mapped(self, vip, packet):
        """The mapping whose outside endpoint the packet goes to, or None."""
        outside = vip.address, packet.protocol, packet.ports[1]
        for mapping in self.sessions.mappings():
            own = vip.ports_per_host == "on_demand" or mapping.host == mapping.address
            if mapping.outside == outside and own and packet.protocol != ICMP \
                    and self.tables.subnet_of(self.tables.networks[vip.network], mapping.address):
                return mapping
        return None

    # The session.

    def session(self, zone, packet, ends, egress, back, timeout):
        return Session(
            Direction(key_of(zone, packet), ends, egress),
            Direction(reverse_key(egress.zone, packet, ends),
                      Ends(packet.destination, packet.ports[1], packet.source, packet.ports[0]),
                      back),
            timeout, number=self.sessions.created, opened_by=packet,
            connection=Connection() if packet.protocol == TCP else None)

    def remember(self, packet, session, observed_ports):
        """Draws the port and looks whether both keys are free; raises Drop."""
        if session.mapped_in:
            self.check_filter(session)
        if session.snat:
            self.port_draw(packet, session, observed_ports)
        if not self.sessions.takes(session) and not self.is_overlooked(session):
            raise Drop("session_key_taken")
        keys = {session.forward.key, session.reverse.key}
        if any(keys & {other.forward.key, other.reverse.key} for other in self.lingering) and \
                self.choices.pick(("taken", session.number), (False, True)):
            raise Drop("session_key_taken")

    def is_overlooked(self, session):
        """A call that a backend makes itself, from where it answers others, is its host's owner's, or
        by an appliance that of both ends; who calls it by the call's mapping is its host's owner's.
        Who calls it from the same port by a rule meanwhile is another's, which need not know."""
        key = session.reverse.key
        other, direction = self.sessions.entries.get(key, (None, None))
        if not self.shared or other is None or session.forward.key in self.sessions.entries:
            return False
        calls = direction is other.forward and (other.snat or session.rule)
        by_mapping = direction is other.reverse and (
            session.mapped_in and other.rule or session.rule and other.mapped_in)
        return (calls or by_mapping) \
            and self.choices.pick(("overlooked", session.number), (False, True))

    def check_filter(self, session):
        """To a mapping may send who was sent to from there, and the hosts of its own network."""
        mapping, zone = session.mapped_in, session.forward.key.zone
        remote = session.forward.ends.source
        own = zone != FABRIC and \
            self.tables.subnets[zone][0].name == self.tables.vips[mapping.vip].network
        if not own and not any(other.outside == mapping.outside and other.remote == remote
                               for live in self.sessions.sessions() for other in live.mappings):
            raise Drop("vip_filtered")
        session.mappings.append(mapping._replace(remote=remote))

    def port_draw(self, packet, session, observed_ports):
        """Takes the port that was seen to be used, or 0; whether it may be used is asked later."""
        wanted = session.reverse.key
        vip = self.tables.vip_names[session.snat[0]]
        held, lingering = ([other for other in others if other.snat
                            and other.snat[1] == session.snat[1]
                            and same_end(other.reverse.key, wanted)]
                           for others in (self.sessions.port_holders(), self.lingering))
        if vip.profile == "rfc":
            port = self.port_mapped(packet, session, observed_ports)
            self.port_set(packet, session, port)
            return
        if vip.ports_per_host != "on_demand" and len(held) + len(lingering) >= vip.ports_per_host:
            if len(held) >= vip.ports_per_host or \
                    self.choices.pick(("exhausted", session.number), (False, True)):
                raise Drop("snat_ports_exhausted", tells=(3, PROHIBITED))
        self.port_set(packet, session, observed_ports.get((vip.address, wanted.source), 0))

    def port_mapped(self, packet, session, observed_ports):
        """An inside endpoint has one outside endpoint, which nobody else has (RFC 4787, REQ-1)."""
        key, wanted = session.forward.key, session.reverse.key
        vip = self.tables.vip_names[session.snat[0]]
        port = observed_ports.get((vip.address, wanted.source), 0)
        mapping = Mapping(vip.address, packet.protocol, port, key.zone, key.source,
                          key.source_port, session.snat[1], key.destination)
        others = [other for other in self.sessions.mappings()
                  if other[:2] == (vip.address, packet.protocol)]
        same = [other for other in others if other.inside == mapping.inside]
        if same:
            mapping = mapping._replace(port=same[0].port)
        elif vip.ports_per_host != "on_demand" and vip.ports_per_host <= len(
                {other.port for other in others if other.host == mapping.host}):
            raise Drop("snat_ports_exhausted", tells=(3, PROHIBITED))
        elif any(other.port == port for other in others):
            raise Drop("snat_ports_exhausted")  # it should have been another one
        session.mappings.append(mapping)
        return mapping.port

    def port_set(self, packet, session, port):
        wanted = session.reverse.key
        ends = session.forward.ends
        to = port if packet.protocol == ICMP else ends.destination_port
        session.forward.ends = Ends(ends.source, port, ends.destination, to)
        session.reverse.key = reverse_key(wanted.zone, packet, session.forward.ends)


def check_protocol(packet):
    if packet.protocol not in SESSIONS:
        raise Drop("protocol_unsupported")
    if packet.protocol == ICMP and packet.icmp_type != ECHO:
        raise Drop("icmp_unsupported", "vip_session_missing")


def source_fault(subnet, source):
    """Why a host of the subnet may not send from that address, or None."""
    if not subnet.prefix.has(source):
        return None if subnet.ip_forwarding else "source_spoofed"
    return None if source in subnet.hosts else "ip_source_martian"


def reverse_key(zone, packet, ends):
    return Key(zone, packet.protocol, kind_answered(packet.protocol, packet.icmp_type),
               ends.destination, ends.destination_port, ends.source, ends.source_port)


def same_end(key, other):
    """Whether two sessions go to the same place, from the same address: a port serves each place
    once. A ping's place has no port but its own identifier."""
    same = (key.zone, key.protocol, key.source, key.destination) \
        == (other.zone, other.protocol, other.source, other.destination)
    return same and (key.protocol == ICMP or key.source_port == other.source_port)


def translated(packet, source, destination, port):
    """As the inbound group of the backend sees it; its SNAT port is not drawn yet."""
    data = packet.data[:2] + port.to_bytes(2, "big") + packet.data[4:]
    return packet.with_(source=source, destination=destination, data=data)


def outbound_timeout(vip, protocol):
    return {TCP: vip.idle_timeout, UDP: vip.udp_idle_timeout, ICMP: vip.icmp_timeout}[protocol]


def in_rule_block(vip, port):
    """Whether the port lies in a block of 8 that an inbound rule uses."""
    return any(rule.ports[0] // 8 <= port // 8 <= rule.ports[1] // 8 for rule in vip.inbound
               if rule.protocol != "icmp")
