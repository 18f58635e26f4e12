# SPDX-License-Identifier: BSD-3-Clause
"""Broken frames: each is dropped for a reason or handled, and none does harm to the next."""
import random

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether
from scapy.packet import Raw

from gateway import NETWORKS, Gateway

WAN = {"src": "02:00:00:00:01:01", "dst": "02:00:00:00:00:01"}
LAN = {"src": "02:00:00:00:10:04", "dst": "02:00:00:00:00:02"}
CALL = IP(src="203.0.113.9", dst="192.23.1.2") / TCP(sport=40000, dport=443, flags="S")


@pytest.fixture
def gateway():
    return Gateway(NETWORKS / "app.conf")


@pytest.mark.parametrize("port, packet", [
    ("wan", Ether(**WAN) / CALL),
    ("wan", Ether(**WAN) / IP(src="203.0.113.9", dst="192.23.1.2") / UDP(sport=1, dport=53) / "x"),
    ("wan", Ether(**WAN) / IP(src="203.0.113.9", dst="192.23.1.2") / ICMP() / "ping"),
    ("lan", Ether(**LAN) / Dot1Q(vlan=10) / IP(src="10.0.1.4", dst="10.0.2.9") / UDP()),
    ("lan", Ether(**LAN) / Dot1Q(vlan=10) / ARP(psrc="10.0.1.4", pdst="10.0.1.1")),
], ids=["tcp", "udp", "ping", "vlan", "arp"])
def test_truncated_at_every_byte(gateway, tmp_path, port, packet):
    whole = bytes(packet)
    frames = [(port, whole[:length]) for length in range(1, len(whole))]
    result = gateway.replay(tmp_path, frames)
    assert sum(result.drops.values()) == len(frames)
    assert not any(result.out.values())


@pytest.mark.parametrize("length", range(20, 40))
def test_ip_ends_before_its_transport_header(gateway, tmp_path, length):
    """The header is right and says so: 20 bytes of IPv4, and less than 20 of TCP."""
    packet = IP(src="203.0.113.9", dst="192.23.1.2", proto=6) / Raw(bytes(TCP(dport=443))[:length - 20])
    result = gateway.replay(tmp_path, [gateway.frame("internet", packet, sender="198.51.100.1")])
    assert result.drops == {"transport_truncated": 1}


def test_vlan_stacks(gateway, tmp_path):
    packet = IP(src="10.0.1.4", dst="10.0.2.9") / UDP()
    stacks = [Dot1Q(vlan=10) / Dot1Q(vlan=10), Dot1AD(vlan=10) / Dot1Q(vlan=10),
              Dot1Q(vlan=4095), Dot1Q(vlan=0), Dot1AD(vlan=10)]
    frames = [("lan", bytes(Ether(**LAN) / stack / packet)) for stack in stacks]
    result = gateway.replay(tmp_path, frames)
    assert sum(result.drops.values()) == len(stacks)
    assert not any(result.out.values())


def test_broken_options(gateway, tmp_path):
    """Lengths of 0 and 1, past the header, and an option that begins in its last byte."""
    frames = []
    for options in (b"\x44\x00\x00\x00", b"\x44\x01\x00\x00", b"\x44\x28\x05\x00", b"\x01\x01\x01\x44",
                    b"\x83\x03\x04\x00", b"\x83\xff\x04\x00", b"\x00\x83\x0b\x04"):
        header = bytearray(bytes(IP(src="203.0.113.9", dst="192.23.1.2", ihl=6, len=44, proto=6)))
        packet = IP(bytes(header[:20]) + options + bytes(TCP(sport=40000, dport=443, flags="S")))
        del packet.chksum
        frames.append(("wan", bytes(Ether(**WAN) / packet)))
    result = gateway.replay(tmp_path, frames)
    assert sum(result.drops.values()) + len(result.out["lan"]) == len(frames)


def test_random_bytes(gateway, tmp_path):
    """Noise, noise behind a right Ethernet header, and right packets with one byte changed."""
    draw = random.Random(1)
    noise = [draw.randbytes(draw.randrange(1, 200)) for _ in range(500)]
    noise += [bytes(Ether(**WAN, type=0x0800)) + draw.randbytes(draw.randrange(0, 100))
              for _ in range(500)]
    good = bytes(Ether(**WAN) / CALL)
    for _ in range(1000):
        changed = bytearray(good)
        changed[draw.randrange(14, len(good))] ^= 1 << draw.randrange(8)
        noise.append(bytes(changed))
    frames = [("wan", data) for data in noise] + [("wan", good)]
    result = gateway.replay(tmp_path, frames)
    assert sum(port["in"] for port in result.counters["ports"].values()) == len(frames)
    assert result.packets("lan")[-1][TCP].dport == 443
