# SPDX-License-Identifier: BSD-3-Clause
"""`viaduct run` sends what `viaduct replay` says, and `viaduct explain` says why."""
import random

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP

from gateway import NETWORKS, Gateway, explanations

HOSTS = [f"10.0.1.{host}" for host in range(4, 12)]
PEERS = ["10.0.2.9", "10.0.3.4", "10.0.4.4", "10.0.1.1", "10.9.9.9", "8.8.8.8", "93.184.216.34",
         "52.178.20.1", "203.0.113.9", "192.23.1.2", "192.23.1.3", "192.23.1.4"]


def mixed_traffic(gateway, count):
    """Calls of some hosts of the subnet web to inside and outside, most of them again and again."""
    draw = random.Random(7)
    transports = [lambda: TCP(sport=draw.randrange(5000, 5020), dport=draw.choice([25, 443, 1433])),
                  lambda: UDP(sport=draw.randrange(5000, 5020), dport=draw.choice([53, 161])),
                  lambda: ICMP(id=draw.randrange(5000, 5020))]
    return [gateway.frame("web", IP(src=draw.choice(HOSTS), dst=draw.choice(PEERS))
                          / draw.choice(transports)() / ("x" * draw.randrange(40)),
                          sender="10.0.1.4")
            for _ in range(count)]


@pytest.mark.parametrize("network", ["app", "environments", "filtered", "routed"])
def test_run_and_replay_give_the_same_packets(tmp_path, network):
    gateway = Gateway(NETWORKS / f"{network}.conf")
    frames = mixed_traffic(gateway, 1500)
    replayed = gateway.replay(tmp_path / "replay", frames)
    assert len(replayed.out["wan"]) > 100 and len(replayed.out["lan"]) > 100
    assert gateway.run(tmp_path / "run", frames) == replayed.out


@pytest.mark.parametrize("network", ["app", "environments", "filtered", "routed"])
def test_explain_agrees_on_mixed_traffic(tmp_path, network):
    gateway = Gateway(NETWORKS / f"{network}.conf")
    decisions = gateway.replay(tmp_path, mixed_traffic(gateway, 1500)).decisions
    assert len(decisions) > 500
    assert explanations(gateway.path, decisions) == [record["decision"] for record in decisions]
