# SPDX-License-Identifier: BSD-3-Clause
"""A host's block of 64 ports: every one of them is used, again for each destination, and not more."""
import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP

from gateway import NETWORKS, Gateway

VIP = "192.23.1.2"
BLOCK = set(range(1024, 1088))  # of 10.0.1.4, the subnet's first usable address
NEXT_BLOCK = set(range(1088, 1152))


@pytest.fixture
def gateway():
    return Gateway(NETWORKS / "app.conf")


def calls(gateway, transport, count, destination, port=443, source="10.0.1.4"):
    return [gateway.frame("web", IP(src=source, dst=destination)
                          / transport(sport=20000 + n, dport=port)) for n in range(count)]


def ports(packets, destination, port=443):
    return [packet[IP].sport for packet in packets
            if packet[IP].dst == destination and packet[IP].dport == port]


@pytest.mark.parametrize("transport", [TCP, UDP])
def test_64_sessions_to_each_destination_and_never_one_untranslated(gateway, tmp_path, transport):
    frames = (calls(gateway, transport, 65, "93.184.216.34")
              + calls(gateway, transport, 65, "8.8.8.8")
              + calls(gateway, transport, 65, "8.8.8.8", port=80)
              + calls(gateway, transport, 65, "8.8.8.8", source="10.0.1.5"))
    result = gateway.replay(tmp_path, frames)
    sent = [packet for packet in result.packets("wan") if ICMP not in packet]
    assert result.drops == {"snat_ports_exhausted": 4}
    assert all(packet[IP].src == VIP for packet in sent)
    assert len(sent) == 256
    first = ports(sent, "93.184.216.34")
    assert len(first) == 64 and set(first) == BLOCK
    first, second = ports(sent, "8.8.8.8")[:64], ports(sent, "8.8.8.8")[64:]
    assert set(first) == BLOCK and set(second) == NEXT_BLOCK
    assert set(ports(sent, "8.8.8.8", 80)) == BLOCK


def test_ports_are_not_given_in_order(gateway, tmp_path):
    sent = gateway.replay(tmp_path, calls(gateway, UDP, 64, "8.8.8.8")).packets("wan")
    given = ports(sent, "8.8.8.8")
    assert given != sorted(given) and given != sorted(given, reverse=True)


def test_ports_come_back_when_their_sessions_have_ended(gateway, tmp_path):
    """UDP sessions are idle for 240 s before they end, and their ports held for 65 s more."""
    full = calls(gateway, UDP, 64, "8.8.8.8")
    late = gateway.frame("web", IP(src="10.0.1.4", dst="8.8.8.8") / UDP(sport=9, dport=443))
    timed = [(port, data, n * 0.001) for n, (port, data) in enumerate(full)]
    for seconds, drops in ((300, {"snat_ports_exhausted": 1}), (307, {})):
        result = gateway.replay(tmp_path / str(seconds), [*timed, (*late, seconds)])
        assert result.drops == drops, seconds
