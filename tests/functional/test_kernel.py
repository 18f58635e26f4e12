# SPDX-License-Identifier: BSD-3-Clause
"""What is for the gateway's Linux is policed: kernel_rate of networks of cases/kernel_taps."""
import pathlib

from scapy.layers.inet import IP, TCP, UDP

from gateway import Gateway

RATE = 100  # packets a second and class; a tenth of it may come at once


def gateway():
    return Gateway(pathlib.Path(__file__).parent / "cases/kernel_taps/gateway.conf")


def flood(gateway, count, seconds):
    return [(*gateway.frame("internet", IP(src="203.0.113.9", dst="198.51.100.2")
                            / UDP(sport=number % 60000, dport=161), sender="198.51.100.1"),
             number * seconds / count) for number in range(count)]


def bgp(gateway, source, count, seconds):
    return [(*gateway.frame("internet", IP(src=source, dst="198.51.100.2")
                            / TCP(sport=179, dport=40000, seq=number, flags="A"),
                            sender="198.51.100.1"), number * seconds / count)
            for number in range(count)]


def test_more_than_the_rate_is_dropped(tmp_path):
    made = gateway()
    result = made.replay(tmp_path, flood(made, 4000, 4), "--workers", 1)
    passed = len(result.out["k-internet"])
    assert abs(passed - 4 * RATE) <= RATE // 10 + 1
    assert result.drops == {"local_rate": 4000 - passed}


def test_a_flood_takes_nothing_from_routing_daemons(tmp_path):
    """A neighbour's BGP has a rate of its own; who only says that he speaks BGP has not."""
    made = gateway()
    frames = sorted(flood(made, 4000, 4) + bgp(made, "198.51.100.1", 300, 4)
                    + bgp(made, "203.0.113.9", 4000, 4), key=lambda frame: frame[2])
    result = made.replay(tmp_path, frames, "--workers", 1)
    heard = [packet for packet in result.packets("k-internet")
             if TCP in packet and packet[IP].src == "198.51.100.1"]
    assert len(heard) == 300
    assert len(result.out["k-internet"]) < 300 + 5 * RATE
