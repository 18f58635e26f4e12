# SPDX-License-Identifier: BSD-3-Clause
"""Frames as bytes: IPv4 packets built and read with struct, since scapy is slow."""
import copy
import ipaddress
import struct

ICMP, TCP, UDP, ESP, AH = 1, 6, 17, 50, 51
ECHO_REPLY, UNREACHABLE, ECHO, TIME_EXCEEDED = 0, 3, 8, 11
DF, MF = 0x4000, 0x2000
TCP_HEADER = struct.Struct("!HHIIBBHHH")
FRAGMENT_BITS = 0x3FFF  # MF and the offset; DF is none of them


def number(text):
    """An address as a number."""
    return int(ipaddress.IPv4Address(text))


def dotted(address):
    return str(ipaddress.IPv4Address(address))


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def ones_sum(data):
    """The ones' complement sum of 16-bit words (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def checksum(data):
    return ones_sum(data) ^ 0xFFFF


class Packet:
    """An IPv4 packet; `data` is all that follows its header."""

    def __init__(self, source, destination, protocol, data, *, ttl=64, tos=0, identifier=0,
                 fragment=0, options=b""):
        self.source, self.destination, self.protocol, self.data = source, destination, protocol, data
        self.ttl, self.tos, self.identifier, self.fragment = ttl, tos, identifier, fragment
        self.options = options
        self.sum_error = 0  # what is added to the right header checksum
        self.facts = None  # what a first fragment told of this one (fragments.py)
        self.arrived = None  # (interface, MAC address of the sender)

    @classmethod
    def parse(cls, data):
        """The packet of these bytes, or None; bytes after its total length are padding."""
        if len(data) < 20 or data[0] >> 4 != 4:
            return None
        (first, tos, length, identifier, fragment, ttl, protocol, given, source,
         destination) = struct.unpack_from("!BBHHHBBHII", data)
        header = (first & 15) * 4
        if header < 20 or length < header or length > len(data):
            return None
        packet = cls(source, destination, protocol, data[header:length], ttl=ttl, tos=tos,
                     identifier=identifier, fragment=fragment, options=data[20:header])
        cleared = data[:10] + b"\0\0" + data[12:header]
        packet.sum_error = (given - checksum(cleared)) & 0xFFFF
        return packet

    def bytes(self):
        header = 20 + len(self.options)
        head = struct.pack("!BBHHHBBHII", 0x40 | header // 4, self.tos, header + len(self.data),
                           self.identifier, self.fragment, self.ttl, self.protocol, 0, self.source,
                           self.destination) + self.options
        total = (checksum(head) + self.sum_error) & 0xFFFF
        return head[:10] + struct.pack("!H", total) + head[12:] + self.data

    def with_(self, **changes):
        packet = copy.copy(self)
        for name, value in changes.items():
            setattr(packet, name, value)
        return packet

    @property
    def is_fragment(self):
        return bool(self.fragment & FRAGMENT_BITS)

    @property
    def is_later_fragment(self):
        return bool(self.fragment & 0x1FFF)

    @property
    def is_icmp_error(self):
        return self.icmp_type in (3, 4, 5, 11, 12)

    @property
    def icmp_type(self):
        if self.is_later_fragment:
            return self.facts and self.facts.kind
        return self.data[0] if self.protocol == ICMP and self.data else None

    @property
    def ports(self):
        """Source and destination port; an echo's identifier twice; zeros for what has neither."""
        if self.is_later_fragment:
            return self.facts.ports if self.facts else (0, 0)
        if self.protocol in (TCP, UDP):
            return struct.unpack_from("!HH", self.data)
        if self.protocol == ICMP:
            return struct.unpack_from("!H", self.data, 4) * 2
        return (0, 0)

    @property
    def checksum(self):
        """As it stands in its transport header."""
        return struct.unpack_from("!H", self.data, CHECKSUM_AT[self.protocol])[0]

    def pseudo_header(self):
        return struct.pack("!IIBBH", self.source, self.destination, 0, self.protocol, len(self.data))

    def checksum_error(self):
        """How far the transport checksum is from the right one, modulo 0xFFFF: 0 where it is right,
        None where there is none. Translation must not change it (RFC 1624)."""
        data = self.data
        if self.is_later_fragment or self.protocol not in (ICMP, TCP, UDP) \
                or len(data) < CHECKSUM_AT[self.protocol] + 2:
            return None
        if self.protocol == UDP:
            if data[6:8] == b"\0\0":
                return None
            data = data[:struct.unpack_from("!H", data, 4)[0]]
        pseudo = b"" if self.protocol == ICMP else self.pseudo_header()
        return ones_sum(pseudo + data) % 0xFFFF

    def text(self):
        names = {ICMP: "icmp", TCP: "tcp", UDP: "udp", ESP: "esp", AH: "ah"}
        name = names.get(self.protocol, f"protocol {self.protocol}")
        ends = [dotted(self.source), dotted(self.destination)]
        if self.protocol in (TCP, UDP) and len(self.data) >= 4 and not self.is_later_fragment:
            ends = [f"{end}:{port}" for end, port in zip(ends, self.ports)]
        more = f" ttl {self.ttl}, id {self.identifier}, {len(self.data)} bytes"
        if self.protocol == ICMP and len(self.data) >= 8 and not self.is_later_fragment:
            kind, code, _, identifier = struct.unpack_from("!BBHH", self.data)
            more += f", type {kind} code {code} identifier {identifier}"
        if self.fragment:
            more += f", DF {self.fragment >> 14 & 1} MF {self.fragment >> 13 & 1}" \
                    f" offset {(self.fragment & 0x1FFF) * 8}"
        if self.options:
            more += f", options {self.options.hex()}"
        if self.sum_error:
            more += ", wrong header checksum"
        if self.checksum_error():
            more += ", wrong transport checksum"
        return f"{name} {ends[0]} > {ends[1]}{more}"


CHECKSUM_AT = {ICMP: 2, UDP: 6, TCP: 16}


def with_checksum(packet, error=0):
    """The packet with its transport checksum, wrong by `error`."""
    at = CHECKSUM_AT.get(packet.protocol)
    if at is None:
        return packet
    data = packet.data[:at] + b"\0\0" + packet.data[at + 2:]
    pseudo = b"" if packet.protocol == ICMP else packet.pseudo_header()
    value = (checksum(pseudo + data) + error) % 0xFFFF
    if packet.protocol == UDP and value == 0:
        value = 0xFFFF
    return packet.with_(data=data[:at] + struct.pack("!H", value) + data[at + 2:])


def transport(protocol, ports, payload, *, kind=ECHO):
    """The transport header, without checksum, and the payload."""
    if protocol == TCP:
        return TCP_HEADER.pack(*ports, 1, 0, 0x50, 0x02, 8192, 0, 0) + payload
    if protocol == UDP:
        return struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload
    if protocol == ICMP:
        return struct.pack("!BBHHH", kind, 0, 0, ports[0], 1) + payload
    return b"\0\0\1\1\0\0\0\1" + payload


def frame(destination, source, vlan, body, ethertype=0x0800):
    tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    return destination + source + tag + struct.pack("!H", ethertype) + body


def frame_parse(data):
    """(destination, source, VLAN or None, ethertype, body)"""
    vlan, at = None, 12
    ethertype = struct.unpack_from("!H", data, at)[0]
    if ethertype == 0x8100:
        vlan = struct.unpack_from("!H", data, 14)[0] & 0xFFF
        at = 16
        ethertype = struct.unpack_from("!H", data, at)[0]
    return data[:6], data[6:12], vlan, ethertype, data[at + 2:]


def frame_text(data):
    destination, source, vlan, ethertype, body = frame_parse(data)
    packet = Packet.parse(body) if ethertype == 0x0800 else None
    what = packet.text() if packet else f"ethertype {ethertype:#06x}, {len(body)} bytes"
    where = "" if vlan is None else f" vlan {vlan}"
    return f"{source.hex(':')} > {destination.hex(':')}{where}  {what}"


def capture_write(path, records):
    """Records are (nanoseconds, frame)."""
    with open(path, "wb") as file:
        file.write(struct.pack("=IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
        for time, data in records:
            seconds, rest = divmod(time, 10**9)
            file.write(struct.pack("=IIII", seconds, rest, len(data), len(data)) + data)


def capture_read(path):
    with open(path, "rb") as file:
        data = file.read()
    assert struct.unpack_from("=I", data)[0] == 0xA1B23C4D, "not a capture with nanoseconds"
    at, records = 24, []
    while at < len(data):
        seconds, rest, length, _ = struct.unpack_from("=IIII", data, at)
        records.append((seconds * 10**9 + rest, data[at + 16:at + 16 + length]))
        at += 16 + length
    return records
