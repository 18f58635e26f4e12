# SPDX-License-Identifier: BSD-3-Clause
"""`viaduct run` sends what `viaduct replay` says: the same packets in the same order."""
import random

from scapy.layers.inet import ICMP, IP, TCP, UDP

from gateway import NETWORKS, Gateway


def mixed_traffic(gateway, count):
    """Calls of five hosts to inside and outside, most of them again and again."""
    draw = random.Random(7)
    hosts = [f"10.0.1.{host}" for host in range(4, 9)]
    peers = ["10.0.2.9", "8.8.8.8", "93.184.216.34", "203.0.113.9", "10.9.9.9", "192.23.1.4"]
    transports = [lambda: TCP(sport=draw.randrange(5000, 5020), dport=443),
                  lambda: UDP(sport=draw.randrange(5000, 5020), dport=53),
                  lambda: ICMP(id=draw.randrange(5000, 5020))]
    return [gateway.frame("web", IP(src=draw.choice(hosts), dst=draw.choice(peers))
                          / draw.choice(transports)() / ("x" * draw.randrange(40)))
            for _ in range(count)]


def test_run_and_replay_give_the_same_packets(tmp_path):
    gateway = Gateway(NETWORKS / "app.conf")
    frames = mixed_traffic(gateway, 3000)
    replayed = gateway.replay(tmp_path / "replay", frames).out
    assert len(replayed["wan"]) > 1000 and len(replayed["lan"]) > 400
    assert gateway.run(tmp_path / "run", frames) == replayed
