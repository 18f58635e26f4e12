# SPDX-License-Identifier: BSD-3-Clause
"""Clients of a VIP spread evenly over its backends, and each meets the same one again."""
from collections import Counter

import pytest
from scapy.layers.inet import IP, TCP, UDP

from gateway import NETWORKS, Gateway

VIP = "192.23.1.4"
BACKENDS = {f"10.0.1.{host}" for host in range(4, 9)}


@pytest.fixture
def gateway():
    return Gateway(NETWORKS / "app.conf")


def call(gateway, source, source_port, transport, port):
    return gateway.frame("internet", IP(src=source, dst=VIP)
                         / transport(sport=source_port, dport=port), sender="198.51.100.1")


def backends(result):
    """(client, client's port, VIP's port) to the backend that it reached."""
    return {(packet[IP].src, packet[IP].sport, packet[IP].dport): packet[IP].dst
            for packet in result.packets("lan")}


@pytest.mark.parametrize("port", [443, 444, 445])
def test_1000_clients_spread_within_15_percent(gateway, tmp_path, port):
    frames = [call(gateway, f"203.0.{n // 250}.{n % 250 + 1}", 40000 + n % 7, TCP, port)
              for n in range(1000)]
    result = gateway.replay(tmp_path, frames)
    assert result.drops == {}
    counts = Counter(backends(result).values())
    assert set(counts) == BACKENDS
    assert all(170 <= count <= 230 for count in counts.values()), counts


def test_the_ports_of_one_client_spread_by_five_tuple(gateway, tmp_path):
    frames = [call(gateway, "203.0.113.9", 30000 + n, TCP, 443) for n in range(1000)]
    counts = Counter(backends(gateway.replay(tmp_path, frames)).values())
    assert set(counts) == BACKENDS
    assert all(170 <= count <= 230 for count in counts.values()), counts


@pytest.mark.parametrize("port", [444, 445])
def test_the_ports_of_one_client_stay_together_by_source(gateway, tmp_path, port):
    frames = [call(gateway, f"203.0.113.{client}", 30000 + n, TCP, port)
              for client in range(1, 21) for n in range(20)]
    reached = backends(gateway.replay(tmp_path, frames))
    assert len(reached) == 400
    for client in range(1, 21):
        mine = {backend for (source, _, _), backend in reached.items()
                if source == f"203.0.113.{client}"}
        assert len(mine) == 1
    assert len(set(reached.values())) > 1


def test_protocols_go_together_by_source(gateway, tmp_path):
    clients = [f"203.0.113.{client}" for client in range(1, 41)]
    tcp = backends(gateway.replay(tmp_path / "tcp", [call(gateway, client, 5000, TCP, 445)
                                                     for client in clients]))
    udp = backends(gateway.replay(tmp_path / "udp", [call(gateway, client, 5000, UDP, 445)
                                                     for client in clients]))
    assert len(tcp) == 40
    assert tcp == udp


def test_the_same_five_tuple_meets_the_same_backend_after_its_session_ended(gateway, tmp_path):
    frames = [call(gateway, f"203.0.113.{client}", 40000, TCP, 443) for client in range(1, 101)]
    timed = [(port, data, n * 0.001) for n, (port, data) in enumerate(frames)]
    timed += [(port, data, 10000 + n * 0.001) for n, (port, data) in enumerate(frames)]
    sent = gateway.replay(tmp_path, timed).out["lan"]
    assert len(sent) == 200
    assert sent[:100] == sent[100:]
