# SPDX-License-Identifier: BSD-3-Clause
"""Full tables: what is established goes on without loss, and what finds no place is counted."""
import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import ARP, Ether

from gateway import NETWORKS, Gateway

CLIENT = "203.0.113.9"
VIP = "192.23.1.2"


@pytest.fixture
def gateway():
    return Gateway(NETWORKS / "app.conf")


def handshake(gateway):
    """A client's call of the VIP's only backend of port 80, established."""
    return [gateway.frame("internet", IP(src=CLIENT, dst=VIP) / TCP(sport=40000, dport=80, flags="S")),
            gateway.frame("web", IP(src="10.0.1.4", dst=CLIENT) / TCP(sport=8080, dport=40000, flags="SA")),
            gateway.frame("internet", IP(src=CLIENT, dst=VIP) / TCP(sport=40000, dport=80, flags="A"))]


def data(gateway, count):
    return [gateway.frame("internet", IP(src=CLIENT, dst=VIP)
                          / TCP(sport=40000, dport=80, flags="PA", seq=n)) for n in range(count)]


def delivered(result):
    """How many of the client's packets reached its backend."""
    return sum(1 for packet in result.packets("lan")
               if TCP in packet and packet[TCP].dport == 8080 and packet[IP].src == CLIENT)


def mix(established, flood):
    """The flood, and the established traffic evenly in it."""
    step = len(flood) // len(established)
    mixed = []
    for number, frame in enumerate(established):
        mixed += [frame, *flood[number * step:(number + 1) * step]]
    return mixed


def test_semantics_full_hold_queue_leaves_room_for_other_subnets(gateway, tmp_path):
    """Packets to 20 silent hosts of one subnet wait; those to a host of another find room too."""
    silent = [gateway.frame("data", IP(src="10.0.2.9", dst=f"10.0.1.{10 + n % 20}")
                            / UDP(sport=1000 + n, dport=53)) for n in range(800)]
    slow = [gateway.frame("web", IP(src="10.0.1.4", dst="10.0.2.77") / UDP(sport=n, dport=53))
            for n in range(40)]
    link = gateway.links["data"]
    answer = link.frame("02:00:00:00:20:77", link.mac,
                        ARP(op=2, hwsrc="02:00:00:00:20:77", psrc="10.0.2.77",
                            hwdst=link.mac, pdst="10.0.2.1"))
    frames = (handshake(gateway) + mix(data(gateway, 100), silent) + slow
              + [(link.port, bytes(answer))])
    timed = [(*frame, n * 0.0005) for n, frame in enumerate(frames)]
    result = gateway.replay(tmp_path, timed, "--arp", "off")
    got = [packet[UDP].sport for packet in result.packets("lan")
           if UDP in packet and packet[Ether].dst == "02:00:00:00:20:77"]
    assert got == list(range(8, 40))  # the latest 32
    assert delivered(result) == 102
    assert result.drops == {"neighbor_queue_full": 800 - 128 + 8, "neighbor_unresolved": 128}


def fragment(source, number, offset):
    """An eighth of a UDP packet of 512 bytes to the VIP's port 53."""
    whole = bytes(IP(src=source, dst=VIP, id=number) / UDP(sport=7, dport=53) / (504 * b"x"))
    return IP(src=source, dst=VIP, id=number, proto=17, frag=offset * 8,
              flags="MF" if offset < 7 else 0) / whole[20 + 64 * offset:84 + 64 * offset]


def test_semantics_full_fragment_table_keeps_whole_packets_and_awaited_ones(tmp_path):
    """Fragments of 500 packets that never become whole, more than the table knows at once."""
    path = tmp_path / "few.conf"
    path.write_text((NETWORKS / "app.conf").read_text()
                    .replace("flow_capacity = 4096", "flow_capacity = 4096; fragment_capacity = 64"))
    gateway = Gateway(path)
    begun = [gateway.frame("internet", fragment(CLIENT, 1, offset)) for offset in range(4)]
    flood = [gateway.frame("internet", fragment(f"20.0.{n // 250}.{n % 250 + 1}", n, 3), "198.51.100.1")
             for n in range(500)]
    rest = [gateway.frame("internet", fragment(CLIENT, 1, offset)) for offset in range(4, 8)]
    later = [gateway.frame("internet", fragment(CLIENT, 2, offset)) for offset in range(8)]
    frames = handshake(gateway) + begun + mix(data(gateway, 50), flood) + rest
    result = gateway.replay(tmp_path / "run", [(*frame, n * 0.001) for n, frame in enumerate(frames)]
                            + [(*frame, 40) for frame in later])
    sizes = [packet[IP].len for packet in result.packets("lan") if packet[IP].src == CLIENT
             and packet[IP].proto == 17]
    assert sizes == [84] * 16
    assert delivered(result) == 52
    assert result.drops == {"fragment_table_full": 500 - 63, "fragment_first_missing": 63}
