# SPDX-License-Identifier: BSD-3-Clause
"""Random packets between the few addresses and ports of a configuration, so that sessions,
answers, collisions, hairpins and forgeries really happen."""
from . import wire
from .conversation import answer, opening
from .dialogue import dialogue
from .events import Arrival, Reload
from .generate import OUTSIDE, PORTS
from .pieces import pieces
from .tcp import begins
from .tables import Tables
from .wire import number

START = 1_000_000 * 10**9
# Long pauses are multiples of 7 s, which no sum brings closer than a second to an idle timeout.
PAUSES = (14, 21, 28, 35, 49, 63, 70, 77, 98, 105, 203, 238, 245, 301, 308, 350)
STRANGE_SOURCES = [number(text) for text in ("127.0.0.1", "0.1.2.3", "224.0.0.1", "240.0.0.1")]
STRANGE_DESTINATIONS = [number(text) for text in
                        ("127.0.0.1", "0.1.2.3", "224.0.0.5", "240.0.0.1", "255.255.255.255")]
ELSEWHERE = [number(text) for text in
             ("10.9.9.9", "172.16.9.9", "192.168.7.7", "100.64.9.9", "10.0.2.4", "10.0.1.5")]


class Traffic:
    def __init__(self, random, network):
        self.random = random
        self.time = START
        self.count = 0
        self.plain = []  # (port, frame) of fresh packets that nothing is wrong with
        self.burst = None  # (interface, packet) of calls that differ in their source port alone
        self.slow = []  # (port, frame) of what comes next, with pauses before it
        self.endpoints = []  # (address, protocol, port) of VIPs that hosts speak by
        self.pieces = []  # (port, frame) of fragments that come next
        self.calls = []  # (port, frame) of calls as they came, and as they left
        self.dialogue = []  # what follows one of them
        self.network_set(network)

    def network_set(self, network):
        self.network, self.tables = network, Tables(network)
        self.own = {address for interface in network.interfaces for address, _ in interface.links}
        self.inside = [(interface, host) for interface in network.interfaces
                       if interface.name in self.tables.subnets
                       for host in self.hosts(interface)]

    def reload(self, network):
        """From now on the packets are for that configuration; those that follow others are not."""
        self.time += 10**6
        self.network_set(network)
        self.burst = None
        return Reload(self.time, network)

    def hosts(self, interface):
        _, subnet = self.tables.subnets[interface.name]
        return [subnet.prefix.address + offset for offset in (4, 5, 6)]

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def packets(self, count, before=(), outputs=None):
        """That many more (nanoseconds, port, frame), some of them answers to what left."""
        left = [item for time in sorted(outputs or ()) for item in outputs[time]]
        self.endpoints = [endpoint for item in left for endpoint in self.endpoints_of(*item)]
        made = list(before)
        self.calls = [call for event in before for call in self.calls_of(event, outputs or {})]
        for _ in range(count):
            if self.dialogue:
                self.time += self.dialogue[0][0] * 10**9
            self.time += self.random.randint(1, 3) * 10**6
            if self.slow or self.chance(3) or self.pieces and self.chance(4):
                self.time += self.random.choice(PAUSES) * 10**9
            self.count += 1
            port, data = self.packet(left)
            made.append(Arrival(self.time, port, data))
        return made

    def packet(self, left):
        draw = self.random.random()
        if self.calls and not self.dialogue and self.chance(25):
            self.dialogue = dialogue(self.random, *self.recent(self.calls),
                                     self.random.choice(OUTSIDE))
        if self.dialogue and draw < 0.9:
            _, port, link, packet = self.dialogue.pop(0)
            return port, self.framed(*link, packet)
        if self.slow:
            return self.again(*self.slow.pop())
        if self.pieces and draw < 0.8:
            return self.pieces.pop(0)
        if self.burst and draw < 0.9:
            return self.call_again()
        self.burst = None
        if left and draw < 0.6:
            port, data = self.back(*self.recent(left))
            if self.chance(7):  # a conversation that gets slow
                self.slow = [(port, data)] * self.random.randint(1, 3)
            return port, data
        if self.plain and draw < 0.67:
            return self.again(*self.recent(self.plain))
        if self.plain and draw < 0.75:
            return self.answer_inside(*self.recent(self.plain))
        return self.fresh()

    def endpoints_of(self, _port, data):
        packet = wire.Packet.parse(wire.frame_parse(data)[-1])
        if packet and not packet.is_fragment and packet.source in self.tables.vips \
                and packet.protocol in (wire.TCP, wire.UDP):
            yield packet.source, packet.protocol, packet.ports[0]

    def calls_of(self, event, outputs):
        """Of a session's SYN or datagram that was passed on: (as it came, as it left)."""
        left = outputs.get(event.time, ())
        if not isinstance(event, Arrival) or len(left) != 1 or event.port == left[0][0] == "wan":
            return
        came, went = (wire.Packet.parse(wire.frame_parse(data)[-1])
                      for data in (event.data, left[0][1]))
        if came is None or went is None or came.is_fragment or went.is_fragment:
            return
        tcp = came.protocol == wire.TCP and len(came.data) >= wire.TCP_HEADER.size and begins(came)
        udp = came.protocol == wire.UDP and went.source in self.tables.vips
        if came.protocol == went.protocol and (tcp or udp):
            yield (event.port, event.data), left[0]

    def recent(self, items):
        """One of them, more likely one of the last."""
        return items[-1 - min(int(self.random.expovariate(1 / 5)), len(items) - 1)]

    # Packets that follow others.

    def back(self, port, data):
        """The neighbour answers, or sends the packet back as it is, as an appliance does."""
        destination, source, vlan, ethertype, body = wire.frame_parse(data)
        packet = wire.Packet.parse(body) if ethertype == 0x0800 else None
        if packet is None or packet.is_fragment:
            return self.fresh()
        if packet.source in self.own and self.chance(85):
            return self.fresh()
        if self.chance(15):
            return port, self.framed(source, destination, vlan, self.error_about(packet))
        passed_on = destination[2:] != packet.destination.to_bytes(4, "big")
        if self.chance(30 if passed_on else 90):
            packet = answer(self.random, packet)
        if self.chance(8):
            return self.in_pieces(port, packet, source, destination, vlan)
        return port, self.framed(source, destination, vlan, packet)

    def in_pieces(self, port, packet, destination, source, vlan):
        """The first of its fragments; the others follow. Identifiers are few, so that they meet."""
        packet = longer(packet, self.random.choice((8, 16, 40))).with_(identifier=self.count)
        packet = wire.with_checksum(packet)
        if self.chance(40):
            packet.identifier = self.random.randint(1, 2)
        self.pieces += [(port, wire.frame(destination, source, vlan, item.bytes()))
                        for item in pieces(self.random, packet)]
        return self.pieces.pop(0)

    def answer_inside(self, port, data):
        """What the host would answer that a packet is addressed to, if it is in the same network;
        before it is known what left."""
        _, _, vlan, _, body = wire.frame_parse(data)
        packet = wire.Packet.parse(body)
        interface = self.tables.by_wire.get((port, vlan))
        if packet is None or interface is None or interface.name not in self.tables.subnets \
                or packet.destination in self.own:
            return self.fresh()
        virtual_network, _ = self.tables.subnets[interface.name]
        subnet = self.tables.subnet_of(virtual_network, packet.destination)
        if subnet is None:
            return self.fresh()
        interface = self.tables.interfaces[subnet.interface]
        return interface.port, self.framed_for(interface, answer(self.random, packet))

    def error_about(self, packet):
        """An ICMP error that the receiver of the packet, or a router on the way, sends."""
        source, back = packet.destination, packet.source
        if self.chance(30):
            source = self.random.choice(OUTSIDE)
        if self.chance(5):
            back = self.random.choice(OUTSIDE)
        quote = packet.with_(ttl=max(packet.ttl - 1, 0)).bytes()
        if self.chance(5) and packet.protocol in (wire.TCP, wire.UDP):
            quote = quote[:20] + b"\x17\x70" + quote[22:]
        if self.chance(60):
            quote = quote[:20 + len(packet.options) + self.random.choice((8, 8, 8, 16, 18, 4))]
        kind, code = self.random.choice(((3, 1), (3, 3), (3, 4), (11, 0), (12, 0), (5, 1), (4, 0)))
        data = bytes((kind, code, 0, 0, 0, 0, 0, 0)) + quote
        return wire.Packet(source, back, wire.ICMP, data)

    def again(self, port, data):
        destination, source, vlan, _, body = wire.frame_parse(data)
        packet = wire.Packet.parse(body)
        return port, self.framed(destination, source, vlan, packet)

    def call_again(self):
        interface, packet = self.burst
        port = (2000 + self.count).to_bytes(2, "big")
        data = packet.data[:4] + port + packet.data[6:] if packet.protocol == wire.ICMP \
            else port + packet.data[2:]
        return interface.port, self.framed_for(interface, packet.with_(data=data))

    # Fresh ones.

    def fresh(self):
        if self.inside and self.chance(65):
            interface, host = self.random.choice(self.inside)
            packet = self.from_inside(interface, host)
        else:
            interface = self.random.choice(self.tables.fabric)
            packet = self.from_outside(interface)
        if self.chance(6):
            sender = self.tables.mac_of(interface.name, packet.source)
            return self.in_pieces(interface.port, packet, wire.mac_bytes(interface.mac), sender,
                                  interface.vlan)
        odd = self.odd(packet)
        data = self.framed_for(interface, odd)
        if odd is packet:
            self.plain.append((interface.port, data))
            if self.chance(8) and self.begins_burst(interface, packet):
                self.burst = interface, packet
        return interface.port, data

    def begins_burst(self, interface, packet):
        """Calls out of a subnet use up ports, calls of VIPs are spread over backends."""
        if packet.protocol not in (wire.ICMP, wire.TCP, wire.UDP):
            return False
        if interface.name in self.tables.subnets \
                and not self.tables.subnets[interface.name][1].outbound_vips:
            return False
        return packet.destination in OUTSIDE or packet.destination in self.tables.vips

    def framed_for(self, interface, packet):
        mac, vlan = interface.mac, interface.vlan
        if self.chance(2):
            mac, vlan = self.random.choice((("02:00:00:00:99:99", vlan), (mac, 999),
                                            ("ff:ff:ff:ff:ff:ff", vlan)))
        return self.framed(wire.mac_bytes(mac), self.tables.mac_of(interface.name, packet.source),
                           vlan, packet)

    def from_inside(self, interface, host):
        source = host
        if self.chance(6):
            source = self.random.choice(self.inside)[1] if self.chance(70) \
                else self.random.choice(OUTSIDE)
        draw = self.random.random()
        protocol, ports = self.protocol(), None
        if draw < 0.25 and self.network.vips:
            destination, protocol, ports = self.call_of_vip()
        elif draw < 0.6:
            destination = self.random.choice(
                [address for _, address in self.inside if address != source] or OUTSIDE)
        elif draw < 0.85:
            destination = self.random.choice(OUTSIDE)
        elif draw < 0.87:
            destination = self.random.choice(self.random.choice(self.network.interfaces).links)[0]
        elif draw < 0.88:
            destination = self.random.choice(self.tables.fabric).links[0][0]
        else:
            destination = self.random.choice(ELSEWHERE)
        return self.packet_of(protocol, source, destination, ports)

    def from_outside(self, interface):
        source = self.random.choice(OUTSIDE + [interface.links[0][1].address + 3])
        draw = self.random.random()
        protocol, ports = self.protocol(), None
        if draw < 0.05:
            destination = self.random.choice(self.random.choice(self.tables.fabric).links)[0]
        elif draw < 0.65 and self.network.vips:
            destination, protocol, ports = self.call_of_vip()
        elif draw < 0.8 and self.inside:
            destination = self.random.choice(self.inside)[1]
        else:
            beside = [link.address + 3 for item in self.tables.fabric for _, link in item.links]
            destination = self.random.choice(
                [address for address in OUTSIDE + beside if address != source])
        if self.chance(2) and self.inside:
            source = self.random.choice(self.inside)[1]
        return self.packet_of(protocol, source, destination, ports)

    def call_of_vip(self):
        """(address, protocol, ports); mostly of a rule."""
        vip = self.random.choice(self.network.vips)
        protocol = self.protocol()
        ports = [self.random.choice(PORTS), self.random.choice(PORTS)]
        if self.endpoints and self.chance(35):
            address, protocol, ports[1] = self.recent(self.endpoints)
            return address, protocol, ports
        if vip.inbound and self.chance(85):
            rule = self.random.choice(vip.inbound)
            protocol = {"tcp": wire.TCP, "udp": wire.UDP, "icmp": wire.ICMP}[rule.protocol]
            ports[1] = self.random.randint(*rule.ports)
        elif self.chance(30):
            ports[1] = self.random.randint(1024, 1100)
        return vip.address, protocol, ports

    def protocol(self):
        return self.random.choices((wire.TCP, wire.UDP, wire.ICMP, wire.ESP, wire.AH, 47),
                                   (45, 30, 20, 2, 1, 1))[0]

    def packet_of(self, protocol, source, destination, ports):
        ports = ports or [self.random.choice(PORTS), self.random.choice(PORTS)]
        if protocol == wire.ICMP:
            ports[0] = self.random.choice((0, 1, 2))
        kind = wire.ECHO
        if self.chance(4):
            kind = self.random.choice((wire.ECHO_REPLY, wire.UNREACHABLE, 13))
        data = opening(self.random, ports) + bytes(8) if protocol == wire.TCP \
            else wire.transport(protocol, ports, bytes(8), kind=kind)
        return wire.Packet(source, destination, protocol, data, ttl=self.random.choice((2, 64, 255)),
                           fragment=self.random.choice((0, 0, 0, wire.DF)))

    # What is odd about some.

    def odd(self, packet):
        draw = self.random.random() * 100
        link = self.random.choice(self.random.choice(self.network.interfaces).links)[1]
        if draw < 2:
            return packet.with_(ttl=self.random.choice((0, 1)))
        if draw < 3:
            return packet.with_(source=self.random.choice(STRANGE_SOURCES))
        if draw < 4:
            return packet.with_(destination=self.random.choice(STRANGE_DESTINATIONS))
        if draw < 5:
            return packet.with_(destination=self.random.choice((link.address, link.last)))
        if draw < 5.5:
            return packet.with_(source=self.random.choice((link.address, link.last)))
        if draw < 6:
            return packet.with_(sum_error=self.random.choice((1, 0x100)))
        if draw < 7:
            return packet.with_(options=self.random.choice(
                (b"\x01\x01\x01\x00", b"\x83\x07\x04\x08\x08\x08\x08\x00")))
        if draw < 8:
            return packet.with_(fragment=self.random.choice((0x2000, 0x0001, 0x2002)))
        if draw < 9:
            return packet.with_(tos=0x2E << 2)
        if draw < 11:
            return self.large(packet)
        return packet

    def large(self, packet):
        """More than the narrow links take."""
        return longer(packet, self.random.choice((600, 1100))).with_(
            fragment=self.random.choice((0, wire.DF)))

    def framed(self, destination, source, vlan, packet):
        """With an identifier and a mark of its own, and its checksum, wrong or missing for some."""
        packet = packet.with_(identifier=self.count)
        if not packet.is_icmp_error or len(packet.data) == 16:
            packet.data = packet.data[:-8] + f"mark{self.count:04}".encode()
        if not packet.is_later_fragment:
            packet = wire.with_checksum(packet, error=1 if self.chance(2) else 0)
            if packet.protocol == wire.UDP and self.chance(10):
                packet = packet.with_(data=packet.data[:6] + b"\0\0" + packet.data[8:])
        padding = bytes(18) if self.chance(10) else b""
        return wire.frame(destination, source, vlan, packet.bytes() + padding)


def longer(packet, count):
    """With so many more bytes, before the mark at its end."""
    data = packet.data[:-8] + bytes(count) + packet.data[-8:]
    if packet.protocol == wire.UDP:
        data = data[:4] + len(data).to_bytes(2, "big") + data[6:]
    return packet.with_(data=data)
