# SPDX-License-Identifier: BSD-3-Clause
"""Floods of first packets: what is established goes on, and who calls meanwhile gets through."""
import struct

import pytest
from scapy.layers.inet import IP, TCP, UDP

from gateway import NETWORKS, Gateway

CLIENT = "203.0.113.9"
VIP = "192.23.1.2"
SHARE = 4096 // 8 + 1  # of the table of app.conf, for calls from each side that nobody answered


@pytest.fixture
def gateway():
    return Gateway(NETWORKS / "app.conf")


def checksum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def varied(frame, sources=(), destinations=(), ports=()):
    """The frame again, with each of these addresses (numbers), or to each of these ports."""
    port, data = frame
    at = data.index(b"\x45\x00")
    for offset, addresses in ((12, sources), (16, destinations)):
        for address in addresses:
            header = bytearray(data[at:at + 20])
            header[10:12] = bytes(2)
            header[offset:offset + 4] = struct.pack("!I", address)
            header[10:12] = struct.pack("!H", checksum(header))
            yield port, data[:at] + bytes(header) + data[at + 20:]
    for number in ports:
        yield port, data[:at + 22] + struct.pack("!H", number) + data[at + 24:]


def addresses(count):
    """All over the Internet."""
    return [0x14000000 + 7919 * n for n in range(count)]


def spoofed(gateway, transport, count):
    """Calls of a VIP's port 80 or 53 from sources all over the Internet."""
    packet = IP(src="20.0.0.1", dst=VIP) / transport
    return list(varied(gateway.frame("internet", packet, "198.51.100.1"),
                       sources=addresses(count)))


def handshake(gateway, sport, client=CLIENT):
    """The three packets of a client's call of port 80, whose only backend is 10.0.1.4."""
    return [gateway.frame("internet", IP(src=client, dst=VIP) / TCP(sport=sport, dport=80, flags="S", seq=9)),
            gateway.frame("web", IP(src="10.0.1.4", dst=client)
                          / TCP(sport=8080, dport=sport, flags="SA", seq=99, ack=10)),
            gateway.frame("internet", IP(src=client, dst=VIP)
                          / TCP(sport=sport, dport=80, flags="A", seq=10, ack=100))]


def mixed(flood, others):
    """The other frames spread evenly over the flood, each behind as many of its frames."""
    step = len(flood) // len(others)
    frames = []
    for number, frame in enumerate(others):
        frames += [*flood[number * step:(number + 1) * step], frame]
    return frames + flood[len(others) * step:]


def answered(result, sport):
    """The client's call reached the backend, its answer the client, and its ACK the backend."""
    inside = [p for p in result.packets("lan") if TCP in p and p[TCP].sport == sport and p[TCP].dport == 8080]
    outside = [p for p in result.packets("wan") if TCP in p and p[TCP].dport == sport and p[IP].src == VIP]
    return len(inside), len(outside)


def test_semantics_syn_flood_from_spoofed_sources(gateway, tmp_path):
    """8000 half-open calls; 20 that are answered within 400 others each get through, and stay."""
    flood = spoofed(gateway, TCP(sport=7, dport=80, flags="S"), 8000)
    first = handshake(gateway, 40000)
    calls = [frame for n in range(1, 20) for frame in handshake(gateway, 40000 + n)]
    late = [gateway.frame("internet", IP(src=CLIENT, dst=VIP)
                          / TCP(sport=40000 + n, dport=80, flags="PA", seq=10, ack=100)) for n in range(20)]
    result = gateway.replay(tmp_path, first + mixed(flood, calls) + late)
    assert result.drops == {}
    assert [answered(result, 40000 + n) for n in range(20)] == [(3, 1)] * 20
    sessions = result.counters["sessions"]
    assert sessions["displaced"] == sessions["ended"] == 8020 - sessions["in_use"]
    assert SHARE <= sessions["in_use"] <= 20 + SHARE


def test_semantics_syn_flood_that_backends_answer(gateway, tmp_path):
    """An answer is not enough: whoever called has to acknowledge it."""
    flood = spoofed(gateway, TCP(sport=7, dport=80, flags="S"), 2000)
    answers = varied(gateway.frame("web", IP(src="10.0.1.4", dst="20.0.0.1")
                                   / TCP(sport=8080, dport=7, flags="SA")), destinations=addresses(2000))
    pairs = [frame for pair in zip(flood, answers) for frame in pair]
    result = gateway.replay(tmp_path, handshake(gateway, 40000) + pairs + handshake(gateway, 40001))
    assert result.drops == {}
    assert answered(result, 40001) == (2, 1)
    assert SHARE <= result.counters["sessions"]["in_use"] <= 2 + SHARE


def test_semantics_scan_of_the_ports_of_a_vip(gateway, tmp_path):
    """Ports without a rule open nothing; those with one are half-open calls as any."""
    scan = list(varied(gateway.frame("internet", IP(src="20.0.0.1", dst=VIP) / TCP(sport=7, dport=1, flags="S"),
                                     "198.51.100.1"), ports=range(1, 20001)))
    result = gateway.replay(tmp_path, mixed(scan, handshake(gateway, 40000)) + handshake(gateway, 40001))
    assert answered(result, 40000) == answered(result, 40001) == (2, 1)
    # 80, 443 and 10001-10020 have rules; 59 hosts have 64 ports each.
    assert result.drops == {"vip_session_missing": 59 * 64, "vip_rule_missing": 20000 - 22 - 59 * 64}
    assert result.counters["sessions"]["in_use"] == 22 + 2


def test_semantics_scan_of_the_internet_from_inside(gateway, tmp_path):
    """A host that calls 10,000 ports of others fills its own side's share, and nobody else's ports."""
    scan = list(varied(gateway.frame("web", IP(src="10.0.1.5", dst="8.8.8.8")
                                     / TCP(sport=7, dport=1, flags="S")), ports=range(1, 10001)))
    other = [gateway.frame("web", IP(src="10.0.1.4", dst=CLIENT) / UDP(sport=500 + n, dport=53))
             for n in range(10)]
    result = gateway.replay(tmp_path, mixed(scan, handshake(gateway, 40000)) + other)
    assert result.drops == {}
    assert answered(result, 40000) == (2, 1)
    sent = [p for p in result.packets("wan") if UDP in p]
    assert len(sent) == 10 and all(p[IP].src == VIP for p in sent)
    assert result.counters["sessions"]["in_use"] == 1 + SHARE


def test_semantics_flood_of_udp(gateway, tmp_path):
    flood = spoofed(gateway, UDP(sport=7, dport=53), 4000)
    asked = [gateway.frame("internet", IP(src=CLIENT, dst=VIP) / UDP(sport=600, dport=53)),
             gateway.frame("web", IP(src="10.0.1.6", dst=CLIENT) / UDP(sport=1053, dport=600))]
    result = gateway.replay(tmp_path, asked + flood + asked)
    assert result.drops == {}
    assert len([p for p in result.packets("wan") if UDP in p and p[UDP].sport == 53]) == 2
    assert result.counters["sessions"]["in_use"] == 1 + SHARE
