#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""packets.py IN OUT DECISIONS: what went into a replay and what came of it, for people.

IN and OUT are folders with one capture for each port, PORT.pcap. A packet that leaves has the time
stamp of the packet that made it leave, so each one in is followed by what came out because of it,
or by the reason for which it was dropped, as replay wrote it into DECISIONS.
"""
import json
import pathlib
import socket
import struct
import sys

NANOSECOND_MAGIC = 0xA1B23C4D
TCP_FLAGS = ("FIN", "SYN", "RST", "PSH", "ACK", "URG")
ICMP_TYPES = {0: "ping reply", 3: "unreachable", 8: "ping", 11: "time exceeded"}
PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 50: "esp", 51: "ah"}
ETHERTYPES = {0x0806: "ARP", 0x86DD: "IPv6"}


def read(path):
    """Yields (nanoseconds, frame) of a capture of this machine's byte order."""
    data = path.read_bytes()
    scale = 1 if struct.unpack_from("=I", data)[0] == NANOSECOND_MAGIC else 1000
    at = 24
    while at < len(data):
        seconds, fraction, length, _ = struct.unpack_from("=IIII", data, at)
        yield seconds * 1_000_000_000 + fraction * scale, data[at + 16:at + 16 + length]
        at += 16 + length


def transport_text(protocol, source, destination, data):
    name = PROTOCOLS.get(protocol, f"protocol {protocol}")
    if protocol in (6, 17) and len(data) >= 8:
        ports = struct.unpack_from("!HH", data)
        text = f"{name}  {source}:{ports[0]} > {destination}:{ports[1]}"
        if protocol == 17 or len(data) < 20:
            return text
        flags = [flag for bit, flag in enumerate(TCP_FLAGS) if data[13] & 1 << bit]
        return f"{text}  {' '.join(flags)}{payload_text(data[(data[12] >> 4) * 4:])}"
    if protocol == 1 and len(data) >= 8:
        kind, code, _, identifier = struct.unpack_from("!BBHH", data)
        what = ICMP_TYPES.get(kind, f"type {kind}")
        more = f"id {identifier}" if kind in (0, 8) else f"code {code}"
        return f"{name} {source} > {destination}  {what}, {more}"
    return f"{name} {source} > {destination}"


def payload_text(payload):
    return f"  {len(payload)} bytes" if payload else ""


def packet_text(frame):
    """(VLAN or 0, the packet in words)."""
    at, vlan = 14, 0
    kind = struct.unpack_from("!H", frame, 12)[0]
    if kind == 0x8100:
        tag, kind = struct.unpack_from("!HH", frame, 14)
        at, vlan = 18, tag & 0xFFF
    if kind != 0x0800:
        return vlan, ETHERTYPES.get(kind, f"ethertype {kind:#06x}")
    header = frame[at:]
    source, destination = (socket.inet_ntoa(header[i:i + 4]) for i in (12, 16))
    length = struct.unpack_from("!H", header, 2)[0]
    return vlan, transport_text(header[9], source, destination, header[(header[0] & 15) * 4:length])


def drop_reasons(path):
    """The packet as `viaduct explain` takes it: why it was dropped."""
    records = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
    return {record["packet"]: record["decision"]["reason"] for record in records}


def fate(text, reasons):
    """Of a packet after which nothing left. Its text begins with PROTOCOL SOURCE > DESTINATION."""
    words = text.split()
    reason = reasons.get(" ".join(words[:2] + words[3:4]))
    return f"dropped: {reason}" if reason else "nothing leaves"


def main():
    reasons = drop_reasons(sys.argv[3])
    packets = []
    for order, (word, folder) in enumerate((("in", sys.argv[1]), ("out", sys.argv[2]))):
        for path in sorted(pathlib.Path(folder).glob("*.pcap")):
            for number, (stamp, frame) in enumerate(read(path)):
                packets.append((stamp, order, number, word, path.stem, frame))
    packets.sort()
    for place, (stamp, _, _, word, port, frame) in enumerate(packets):
        vlan, text = packet_text(frame)
        where = f"{port}, VLAN {vlan}" if vlan else port
        print(f"  {word:3}  {where:12}  {text}")
        following = packets[place + 1:place + 2]
        if word == "in" and [(other[0], other[3]) for other in following] != [(stamp, "out")]:
            print(f"       {fate(text, reasons)}")


if __name__ == "__main__":
    main()
