# SPDX-License-Identifier: BSD-3-Clause
"""An inbound rule that is put over ports of outbound sessions waits until they are free."""
import re

import pytest
from scapy.layers.inet import IP, TCP, UDP

from gateway import NETWORKS, Gateway

RULE = '{ name = "game"; protocol = "udp"; ports = "PORTS"; backends = "10.0.1.6"; }'


def with_rule(gateway, folder, ports):
    """The configuration with one more rule of the VIP."""
    text = gateway.path.read_text()
    assert text.count('inbound = (\n      { name = "https"') == 1
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"rule-{ports}.conf"
    file.write_text(text.replace('inbound = (\n      { name = "https"',
                                 f'inbound = (\n      {RULE.replace("PORTS", ports)},\n'
                                 '      { name = "https"'))
    return file


def calls(gateway, count, at, first=20000, source="10.0.1.4"):
    return [(*gateway.frame("web", IP(src=source, dst="8.8.8.8")
                            / UDP(sport=first + n, dport=53)), at + n / 1000)
            for n in range(count)]


@pytest.fixture
def gateway():
    return Gateway(NETWORKS / "app.conf")


def ports(packets):
    return [packet[UDP].sport for packet in packets if packet[IP].dst == "8.8.8.8"]


def test_ports_in_use_are_refused_and_reserved(gateway, tmp_path):
    """All of the host's 64 ports are in use; then 8 of them wait for a rule, and are not drawn."""
    rule = with_rule(gateway, tmp_path, "1030")
    client = gateway.frame("internet", IP(src="203.0.113.9", dst="192.23.1.2")
                           / UDP(sport=9, dport=1030), sender="198.51.100.1")
    frames = [*calls(gateway, 64, 0),
              (*client, 2),                               # no session of his has it
              *calls(gateway, 64, 400, first=30000),      # all have ended: 56 are left
              (*client, 1000)]                            # the rule has it
    result = gateway.replay(tmp_path, frames, "--reload", f"1={rule}", "--reload", f"900={rule}")
    assert re.search(r"inbound rule game of VIP one takes ports 1024-1031, which sessions of 10\.0\.1\.4 "
                     r"hold; .*; configuration not changed", result.messages)
    assert result.messages.count("not changed") == 1
    sent = ports(result.packets("wan"))
    assert set(sent[:64]) == set(range(1024, 1088))
    assert set(sent[64:]) == set(range(1032, 1088)) and len(sent) == 64 + 56
    assert result.drops == {"snat_ports_exhausted": 8, "vip_session_missing": 1}
    inbound = [packet for packet in result.packets("lan") if packet[IP].dst == "10.0.1.6"]
    assert [packet[UDP].dport for packet in inbound] == [1030]


def test_who_gives_up_has_the_ports_back(gateway, tmp_path):
    rule = with_rule(gateway, tmp_path, "1030")
    frames = [*calls(gateway, 64, 0), *calls(gateway, 64, 400, first=30000)]
    result = gateway.replay(tmp_path, frames, "--reload", f"1={rule}",
                            "--reload", f"2={gateway.path}")
    assert result.messages.count("not changed") == 1
    assert len(ports(result.packets("wan"))) == 128 and result.drops == {}


def test_other_ports_and_other_hosts_are_not_in_the_way(gateway, tmp_path):
    """1088 is the next host's, who sends nothing."""
    rule = with_rule(gateway, tmp_path, "1088-1100")
    result = gateway.replay(tmp_path, calls(gateway, 64, 0), "--reload", f"1={rule}")
    assert "not changed" not in result.messages and result.drops == {}


def test_on_demand_hosts_are_named(tmp_path):
    gateway = Gateway(NETWORKS / "pools.conf")
    text = gateway.path.read_text()
    file = tmp_path / "rule.conf"
    file.write_text(text.replace(
        'inbound = ( {', 'inbound = ( { name = "low"; protocol = "tcp"; ports = "1024-1500"; '
        'backends = "10.0.1.4"; }, {'))
    frames = [gateway.frame("shared", IP(src=f"10.0.1.{host}", dst="8.8.8.8")
                            / TCP(sport=5000 + n, dport=443), sender="10.0.1.4")
              for host in range(4, 10) for n in range(100)]
    result = gateway.replay(tmp_path, frames, "--reload", f"1={file}")
    assert re.search(r"takes ports 1024-1031, [0-9, -]* and \d+ more blocks, which sessions of some of "
                     r"the hosts 10\.0\.1\.4, 10\.0\.1\.5, 10\.0\.1\.6, 10\.0\.1\.7 and 2 more hold",
                     result.messages)
