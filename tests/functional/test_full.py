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
