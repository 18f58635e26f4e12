# SPDX-License-Identifier: BSD-3-Clause
"""What left the gateway, and what is expected to leave: predicates that say what is wrong."""
from dataclasses import dataclass
from typing import Optional

from . import tcp, wire

ICMP_ERROR_MAX = 576  # RFC 1812, section 4.3.2.3
QUOTE_MIN = 8         # bytes after the quoted header, RFC 792
ANSWER_TTL_MIN = 32
AS_HOST = {(3, 2), (3, 3)}  # unreachable protocol and port: what hosts tell
KEPT = ("source", "destination", "protocol", "ttl", "tos", "fragment", "options", "sum_error")


@dataclass
class Seen:
    """A packet that left, put together again where it was cut."""
    port: str
    vlan: Optional[int]
    macs: tuple  # destination, source
    packet: Optional[wire.Packet]  # None: it is no IPv4
    sizes: list  # of its pieces, in bytes
    padding: int = 0

    @classmethod
    def parse(cls, port, data):
        destination, source, vlan, ethertype, body = wire.frame_parse(data)
        packet = wire.Packet.parse(body) if ethertype == 0x0800 else None
        size = len(packet.bytes()) if packet else 0
        return cls(port, vlan, (destination, source), packet, [size], len(body) - size)

    def text(self):
        what = self.packet.text() if self.packet else "no IPv4 packet"
        pieces = f" in pieces of {self.sizes}" if len(self.sizes) > 1 else ""
        return f"{self.port} {self.macs[1].hex(':')} > {self.macs[0].hex(':')}" \
               f"{'' if self.vlan is None else f' vlan {self.vlan}'}  {what}{pieces}"


def joined(frames):
    """The packets of these frames, with those that were cut in one again."""
    whole, cut = [], {}
    for port, data in frames:
        seen = Seen.parse(port, data)
        if seen.packet is None or not seen.packet.is_fragment:
            whole.append(seen)
            continue
        packet = seen.packet
        same = (port, seen.vlan, seen.macs, packet.source, packet.destination, packet.protocol,
                packet.identifier)
        cut.setdefault(same, []).append(seen)
    for pieces in cut.values():
        pieces.sort(key=lambda seen: seen.packet.fragment & 0x1FFF)
        whole += [put_together(pieces)] if follow_on(pieces) else pieces
    return whole


def follow_on(pieces):
    return all(first.packet.fragment & wire.MF and first.padding == 0
               and (first.packet.fragment & 0x1FFF) * 8 + len(first.packet.data)
               == (second.packet.fragment & 0x1FFF) * 8
               for first, second in zip(pieces, pieces[1:]))


def put_together(pieces):
    first, last = pieces[0].packet, pieces[-1].packet
    packet = first.with_(data=b"".join(seen.packet.data for seen in pieces),
                         fragment=first.fragment & ~wire.MF | last.fragment & wire.MF)
    return Seen(pieces[0].port, pieces[0].vlan, pieces[0].macs, packet,
                [size for seen in pieces for size in seen.sizes], pieces[-1].padding)


@dataclass(frozen=True)
class Forwarded:
    interface: object
    mac: bytes
    packet: wire.Packet  # as it leaves, but for its transport checksum
    before: wire.Packet

    @property
    def is_translated(self):
        """In which case it may get another identifier, if it is in fragments then."""
        return (self.packet.source, self.packet.destination) \
            != (self.before.source, self.before.destination)

    def text(self):
        return f"sent on {self.interface.name} to {self.mac.hex(':')}: {self.packet.text()}"

    def wrong(self, seen):
        """None: this packet it is."""
        packet, expected = seen.packet, self.packet
        wrong = link_wrong(self.interface, self.mac, seen)
        if wrong:
            return wrong
        for name in KEPT:
            if getattr(packet, name) != getattr(expected, name):
                return f"{name} is {getattr(packet, name)}, not {getattr(expected, name)}"
        renamed = self.is_translated and (expected.is_fragment or len(seen.sizes) > 1)
        if packet.identifier != expected.identifier and not renamed:
            return f"identifier is {packet.identifier}, not {expected.identifier}"
        if without_checksum(packet) != without_checksum(expected):
            return "ports or payload differ"
        if self.before.checksum_error() != packet.checksum_error():
            return f"the transport checksum was wrong by {self.before.checksum_error()} and is " \
                   f"wrong by {packet.checksum_error()}"
        fits = len(packet.bytes()) <= self.interface.mtu
        if max(seen.sizes) > self.interface.mtu or fits != (len(seen.sizes) == 1):
            return f"it leaves in pieces of {seen.sizes} bytes, on a link of {self.interface.mtu}"
        return None


@dataclass(frozen=True)
class Answered:
    """The answer to a ping."""
    interface: object
    mac: bytes  # the neighbour's that sent the packet
    packet: wire.Packet

    def text(self):
        return f"answered on {self.interface.name}"

    def wrong(self, seen):
        packet, asked = seen.packet, self.packet
        wrong = link_wrong(self.interface, self.mac, seen)
        if wrong:
            return wrong
        if (packet.source, packet.destination) != (asked.destination, asked.source):
            return "the answer's addresses are not the question's, exchanged"
        if packet.fragment & ~wire.DF != asked.fragment & ~wire.DF:
            return "it is another fragment than that of the question"
        kept = 0 if asked.is_later_fragment else 4
        if not asked.is_later_fragment and packet.icmp_type != wire.ECHO_REPLY \
                or packet.data[kept:] != asked.data[kept:]:
            return "it is not the answer to the question"
        if packet.sum_error or packet.checksum_error() != asked.checksum_error() \
                or packet.ttl < ANSWER_TTL_MIN:
            return "a checksum or the time to live is wrong"
        return None


@dataclass(frozen=True)
class Told:
    """An ICMP error about a packet, to its sender, from the address of the interface that it came
    in by (RFC 1812, section 4.3.2.4), or that it was for."""
    interface: object
    mac: bytes
    kind: tuple  # type, code, and the MTU where it is told
    packet: wire.Packet

    def text(self):
        return f"its sender told by ICMP {self.kind} on {self.interface.name}"

    def wrong(self, seen):
        packet = seen.packet
        wrong = link_wrong(self.interface, self.mac, seen)
        if wrong:
            return wrong
        if packet.destination != self.packet.source or packet.protocol != wire.ICMP:
            return "it does not go to the sender"
        own = {address for address, _ in self.interface.links}
        if packet.source not in ({self.packet.destination} if self.kind in AS_HOST else own):
            return f"it comes from {wire.dotted(packet.source)}"
        said = *packet.data[:2], int.from_bytes(packet.data[4:8], "big")
        if said != (*self.kind, 0)[:3]:
            return f"it says {said}, not {self.kind}"
        if packet.sum_error or packet.checksum_error() or packet.ttl < ANSWER_TTL_MIN:
            return "a checksum or the time to live is wrong"
        quote, original = packet.data[8:], self.packet.bytes()
        least = min(len(original), 20 + len(self.packet.options) + QUOTE_MIN)
        if len(quote) < least or not original.startswith(quote) \
                or len(packet.bytes()) > ICMP_ERROR_MAX:
            return "it does not quote the packet as it came"
        return None


@dataclass(frozen=True)
class Reset:
    """What answers a TCP segment where nobody listens (RFC 9293, section 3.10.7.1)."""
    interface: object
    mac: bytes
    packet: wire.Packet

    def text(self):
        return f"reset on {self.interface.name}"

    def wrong(self, seen):
        packet, asked = seen.packet, self.packet
        wrong = link_wrong(self.interface, self.mac, seen)
        if wrong:
            return wrong
        if (packet.source, packet.destination, packet.protocol, packet.ports) \
                != (asked.destination, asked.source, wire.TCP, asked.ports[::-1]):
            return "it is not from where the segment was for, to its sender"
        if packet.sum_error or packet.checksum_error() or packet.ttl < ANSWER_TTL_MIN:
            return "a checksum or the time to live is wrong"
        said, segment = wire.TCP_HEADER.unpack(packet.data)[2:6], tcp.segment_of(asked)
        flags = wire.TCP_HEADER.unpack_from(asked.data)[5]
        if segment.acknowledged is not None:
            expected = segment.acknowledged, 0, 0x50, tcp.RST
        else:
            length = segment.length + bool(flags & tcp.SYN) + bool(flags & tcp.FIN)
            expected = 0, segment.sequence + length & 0xFFFFFFFF, 0x50, tcp.RST | tcp.ACK
        return None if said == expected else f"its numbers and flags are {said}, not {expected}"


def link_wrong(interface, mac, seen):
    if (seen.port, seen.vlan) != (interface.port, interface.vlan):
        return f"it leaves by {seen.port}, VLAN {seen.vlan}"
    if seen.macs != (mac, wire.mac_bytes(interface.mac)):
        return f"its MAC addresses are {seen.macs[1].hex(':')} > {seen.macs[0].hex(':')}"
    if seen.packet is None:
        return "it is no IPv4 packet"
    return f"{seen.padding} bytes follow the packet" if seen.padding else None


def without_checksum(packet):
    """All bytes; those of a transport checksum are looked at elsewhere."""
    at = None if packet.is_later_fragment else wire.CHECKSUM_AT.get(packet.protocol)
    if at is None:
        return packet.data
    return packet.data[:at] + packet.data[at + 2:]
