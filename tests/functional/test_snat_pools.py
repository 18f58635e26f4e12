# SPDX-License-Identifier: BSD-3-Clause
"""Ports on demand from one pool, and hosts spread over several VIPs."""
import pytest
from scapy.layers.inet import ICMP, IP, TCP

from gateway import NETWORKS, Gateway

POOL = set(range(1024, 2048))


@pytest.fixture
def gateway():
    return Gateway(NETWORKS / "pools.conf")


def call(gateway, interface, source, source_port, destination="8.8.8.8"):
    return gateway.frame(interface, IP(src=source, dst=destination)
                         / TCP(sport=source_port, dport=443),
                         sender=source.rsplit(".", 1)[0] + ".4")


def test_hosts_share_every_port_of_the_pool(gateway, tmp_path):
    """1024 ports for 100 hosts, each of which wants 11: what is over is dropped, not the first."""
    frames = [call(gateway, "shared", f"10.0.1.{host}", 5000 + n)
              for n in range(11) for host in range(4, 104)]
    result = gateway.replay(tmp_path, frames)
    sent = [packet for packet in result.packets("wan")]
    assert result.drops == {"snat_ports_exhausted": 76}
    assert {packet[IP].src for packet in sent} == {"192.23.1.2"}
    assert len(sent) == 1024 and {packet[TCP].sport for packet in sent} == POOL
    refused = [packet for packet in result.packets("lan") if ICMP in packet]
    assert len(refused) == 76
    assert {(packet[ICMP].type, packet[ICMP].code) for packet in refused} == {(3, 13)}


def test_one_host_may_have_the_whole_pool_for_each_destination(gateway, tmp_path):
    frames = [call(gateway, "shared", "10.0.1.9", 5000 + n, destination)
              for destination in ("8.8.8.8", "9.9.9.9") for n in range(1024)]
    result = gateway.replay(tmp_path, frames)
    assert result.drops == {}
    for destination in ("8.8.8.8", "9.9.9.9"):
        assert {packet[TCP].sport for packet in result.packets("wan")
                if packet[IP].dst == destination} == POOL


def test_a_host_keeps_one_of_several_vips(gateway, tmp_path):
    """And its block on it; the VIPs share the 59 hosts evenly."""
    frames = [call(gateway, "paired", f"10.0.2.{host}", 5000 + n, f"9.9.{n}.9")
              for n in range(8) for host in range(4, 63)]
    result = gateway.replay(tmp_path, frames)
    sent = result.packets("wan")
    assert result.drops == {} and len(sent) == len(frames)
    used = {}
    for (_, data), packet in zip(frames, sent):
        host = data[18 + 15]  # the last byte of the source address, behind Ethernet and VLAN
        used.setdefault(host, set()).add((packet[IP].src, (packet[TCP].sport - 1024) // 64))
    assert all(len(blocks) == 1 for blocks in used.values())
    blocks = [next(iter(block)) for block in used.values()]
    assert len(set(blocks)) == 59
    vips = [vip for vip, _ in blocks]
    assert {vip: vips.count(vip) for vip in vips} == {"192.23.1.3": 30, "192.23.1.4": 29}
