# SPDX-License-Identifier: BSD-3-Clause
"""A sequence as a story of tests/functional/cases: what a difference is told as."""
import difflib

from . import wire
from .events import Reload
from .fragments import HEADERS
from .network import Neighbor, network_text
from .wire import dotted

TCP_FLAGS = "FSRPAUEC"
DEFAULTS = {"tos": 0, "ttl": 64, "id": 1, "frag": 0, "flags": 0}


def story(network, steps):
    """(gateway.conf, packets.txt). The reference agrees with all steps but perhaps the last."""
    teller = Teller(network)
    lines, before = [], None
    for event, seen, expected in steps:
        pause = 0 if before is None else (event.time - before) / 10**9
        if pause > 0.5:
            lines.append(f"wait {pause:.3f}".rstrip("0").rstrip("."))
        before = event.time
        if isinstance(event, Reload):
            lines += teller.reload(event.network)
        else:
            lines.append(teller.line("in", event.port, event.data))
            lines += teller.came_of(seen, expected)
    return teller.configuration, "\n".join(lines) + "\n"


class Teller:
    def __init__(self, network):
        self.met = {}  # neighbours that replay made up: their addresses are in their MACs
        self.network_set(network)
        self.first = network

    def network_set(self, network):
        self.network = network
        self.links = {(item.port, item.vlan): item for item in network.interfaces}
        self.known = {(item.interface, item.mac): item.address for item in network.neighbors}

    @property
    def configuration(self):
        """At the start, with everybody who is met."""
        self.first.neighbors.extend(self.met.values())
        return network_text(self.first)

    def reload(self, network):
        before, after = (network_text(item).splitlines() for item in (self.network, network))
        self.network_set(network)
        lines = []
        for kind, first, last, start, end in \
                difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if kind == "insert":
                first, start = first - 1, start - 1
            if kind != "equal":
                old, new = " ".join(before[first:last]), " ".join(after[start:end])
                lines.append(f"change {old.strip()} -> {new.strip()}")
        return [*lines, "reload"]

    def came_of(self, seen, expected):
        """`expected` is text where the reference does not agree, else the reasons of drops."""
        lines = [self.line("out", port, data) for port, data in seen]
        if isinstance(expected, str):
            return [f"# observed: {line}" for line in lines] \
                + [f"# {line}" for line in expected.splitlines()]
        for reasons in expected:
            lines += [f"{'# or ' if i else ''}drop {reason}"
                      for i, reason in enumerate(sorted(reasons))]
        return lines or ["drop nothing"]

    def line(self, word, port, data):
        destination, source, vlan, ethertype, body = wire.frame_parse(data)
        packet = wire.Packet.parse(body) if ethertype == 0x0800 else None
        link = self.links.get((port, vlan))
        if packet is None or link is None:
            link = link or next(item for (where, _), item in self.links.items() if where == port)
            return f"{word:4} {link.name}  Ether({hexadecimal(data)})"
        gateway, other = (destination, source) if word == "in" else (source, destination)
        neighbor = self.neighbor(link, other)
        padded = len(packet.bytes()) != len(body)
        if padded or neighbor is None or gateway != wire.mac_bytes(link.mac):
            return f"{word:4} {link.name}  {ether(data, packet, padded)}"
        preposition = "from" if word == "in" else "to"
        return f"{word:4} {link.name} {preposition} {dotted(neighbor)}  {expression(packet)}"

    def neighbor(self, link, mac):
        known = self.known.get((link.name, mac.hex(":")))
        if known is not None:
            return known
        address = int.from_bytes(mac[2:], "big")
        if mac[:2] != b"\x02\x00" or not any(net.has(address) for _, net in link.links):
            return None
        self.met[link.name, address] = Neighbor(link.name, address, mac.hex(":"))
        return address


def hexadecimal(data):
    return f'bytes.fromhex("{data.hex()}")'


def ether(data, packet, padded):
    if padded:
        return f"Ether({hexadecimal(data)})"
    destination, source, vlan, _, _ = wire.frame_parse(data)
    tag = "" if vlan is None else f"Dot1Q(vlan={vlan}) / "
    return f'Ether(dst="{destination.hex(":")}", src="{source.hex(":")}") / {tag}{expression(packet)}'


def expression(packet):
    """The packet in scapy's words; what they do not fit is told byte by byte."""
    fields = {"tos": packet.tos, "ttl": packet.ttl, "id": packet.identifier,
              "frag": packet.fragment & 0x1FFF, "flags": packet.fragment >> 13}
    head = [f'src="{dotted(packet.source)}"', f'dst="{dotted(packet.destination)}"']
    head += [f"{name}={value}" for name, value in fields.items() if value != DEFAULTS[name]]
    if packet.options:
        head.append(f"options=IPOption({packet.options!r})")
    words = None if packet.is_later_fragment else transport(packet)
    if words is None:
        words = hexadecimal(packet.data)
        head.append(f"proto={packet.protocol}")
    text = f"IP({', '.join(head)}) / {words}"
    return text if scapy_means(text, packet) else f"IP({hexadecimal(packet.bytes())})"


def transport(packet):
    """Its transport header and payload; None: in no words."""
    data = packet.data
    if len(data) < HEADERS.get(packet.protocol, len(data) + 1):
        return None
    error = packet.checksum_error()
    wrong = f", chksum={packet.checksum:#06x}" if error or error is None else ""
    if packet.protocol == wire.TCP and data[12] == 0x50:
        source, destination, sequence, acknowledged, _, flags, window = \
            wire.TCP_HEADER.unpack_from(data)[:7]
        letters = "".join(letter for i, letter in enumerate(TCP_FLAGS) if flags >> i & 1)
        return f'TCP(sport={source}, dport={destination}, seq={sequence}, ack={acknowledged}, ' \
               f'flags="{letters}", window={window}{wrong}) / {data[20:]!r}'
    if packet.protocol == wire.UDP:
        source, destination = packet.ports
        return f"UDP(sport={source}, dport={destination}{wrong}) / {data[8:]!r}"
    if packet.icmp_type in (wire.ECHO, wire.ECHO_REPLY) and data[1] == 0:
        kind = "" if packet.icmp_type == wire.ECHO else "type=0, "
        identifier, number = data[4:6], data[6:8]
        return f"ICMP({kind}id={int.from_bytes(identifier, 'big')}, " \
               f"seq={int.from_bytes(number, 'big')}{wrong}) / {data[8:]!r}"
    return None


def scapy_means(text, packet):
    import scapy.all  # it takes a second, and only differences are told

    try:
        return bytes(eval(text, vars(scapy.all).copy())) == packet.bytes()
    except Exception:  # of whatever kind: then the bytes are told
        return False
