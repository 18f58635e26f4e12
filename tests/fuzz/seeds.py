#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""seeds.py NAME FOLDER: writes the inputs with which NAME_fuzz begins, one a file.

What the bytes mean is told by packet_fuzz.c and frame.c; the lists here are those of frame.c.
"""
import os
import sys

ADDRESSES = ["web4", "web5", "web9", "data9", "firewall4", "web1", "one", "two", "client", "narrow9",
             "narrow10", "gateway", "link9", "narrow-link9", "nowhere", "web63"]
PORTS = [443, 53, 1053, 25, 80, 0, 1024, 1025, 1032, 40000, 40001, 65535]
PROTOCOLS = ["tcp", "udp", "icmp", "esp", "ah"]
INTERFACES = ["internet", "narrow", "web", "data", "firewall", "test"]
PACKET, ANSWER, ERROR, AGAIN, RAW, ARP, WAIT, RELOAD = range(8)
MORE = 0x80
FIN, SYN, RST, ACK = 1, 2, 4, 16


def packet(interface, source, destination, protocol, ports=(40000, 443), kind=SYN, fragment=None,
           length=0, more=False):
    """A step that sends a packet; fragment: (offset and flags, id)."""
    shape = (2 if fragment else 0) | (4 if length else 0)
    data = [PACKET | (MORE if more else 0), INTERFACES.index(interface), ADDRESSES.index(source),
            ADDRESSES.index(destination), PROTOCOLS.index(protocol), shape]
    if fragment:
        data += [fragment[0] >> 8, fragment[0] & 255, fragment[1]]
    if not fragment or fragment[0] & 0x1fff == 0:
        data += [PORTS.index(ports[0]), PORTS.index(ports[1]), kind]
    return bytes(data + ([length] if length else []))


def answer(flags=SYN | ACK, back=0):
    return bytes([ANSWER, back, flags, 0, 0])


def error(kind=0x33, length=28, back=0, patches=()):
    step = [ERROR, back, kind, 0, length, len(patches)]
    return bytes(step + [byte for patch in patches for byte in patch])


def wait(seconds):
    return bytes([WAIT, seconds * 10 >> 8, seconds * 10 & 255])


def reload(change):
    return bytes([RELOAD, change])


def flood(interface, sources, destination, ports):
    """Calls from all ports, in bursts: more than the tables have room for."""
    return b"".join(packet(interface, source, destination, "tcp", (sport, dport), more=True)
                    for source in sources for dport in ports for sport in PORTS)


OUT = packet("web", "web4", "client", "tcp")
IN = packet("internet", "client", "one", "tcp")
STORIES = {
    "tcp-out": OUT + answer() + answer(ACK) + answer(FIN | ACK) + answer(FIN | ACK) + wait(70) + OUT,
    "tcp-in": IN + answer() + answer(ACK) + answer(RST) + IN + wait(20) + IN,
    "simultaneous-open": OUT + answer(SYN) + answer(SYN | ACK),
    "stray": packet("web", "web4", "client", "tcp", kind=ACK)
             + packet("internet", "client", "one", "tcp", kind=ACK),
    "udp-narrow": packet("web", "web5", "narrow9", "udp", (40000, 53), length=180) + answer(),
    "ping": packet("web", "web5", "client", "icmp", (1024, 0), 0) + answer() + error(0xb0),
    "ping-gateway": packet("web", "web5", "web1", "icmp", (1024, 0), 0),
    "hairpin": packet("web", "web5", "two", "tcp") + answer() + error() + error(back=1),
    "errors": IN + answer() + error(0x34, 200) + error(0xb0, 28, 1) + error(0x33, 60, 0, [(40, 8)]),
    "inside": packet("web", "web4", "firewall4", "esp") + answer()
              + packet("data", "data9", "client", "tcp"),
    "fragments": packet("web", "web4", "client", "udp", (40000, 53), 1, (0x2000, 1), 60)
                 + packet("web", "web4", "client", "udp", fragment=(61, 1), length=60)
                 + packet("web", "web4", "client", "udp", fragment=(61, 2), length=60)
                 + packet("web", "web4", "client", "udp", (40000, 53), 1, (0x2000, 2), 60)
                 + wait(60),
    "arp": packet("web", "client", "web9", "tcp") + packet("web", "web5", "web9", "udp")
           + bytes([ARP, 2, 1, 2, 5, 0]) + bytes([ARP, 2, 0, 0, 5, 0]) + wait(5),
    "flood-in": flood("internet", ["client", "narrow9", "narrow10", "link9", "nowhere"], "one", [443])
                + OUT + answer(),
    "flood-out": OUT + answer() + flood("web", ["web4"], "client", PORTS[:5]) + answer(ACK, 15),
    "reloads": IN + answer() + OUT + answer() + b"".join(reload(i) + answer(ACK) + answer(ACK, 1)
                                                          for i in range(1, 8)),
}
SEEDS = {
    "packet": STORIES,
    "embedded": {f"{kind:x}-{length}": b"".join(bytes([back, kind, source, length, 0])
                                                for back in range(16) for source in (0, 8))
                 for kind in (0x30, 0x34, 0xb0, 0xc0, 0x50) for length in (0, 20, 28, 60)},
}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in SEEDS:
        print(f"usage: seeds.py NAME FOLDER, NAME one of: {', '.join(SEEDS)}", file=sys.stderr)
        return 2
    os.makedirs(sys.argv[2], exist_ok=True)
    for name, data in SEEDS[sys.argv[1]].items():
        with open(os.path.join(sys.argv[2], name), "wb") as file:
            file.write(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
