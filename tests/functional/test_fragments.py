# SPDX-License-Identifier: BSD-3-Clause
"""Packets in fragments where there is no more room for them, and where the gateway makes some."""
import pytest
from scapy.layers.inet import IP, UDP

from gateway import NETWORKS, Gateway
from story import piece

HELD_MAX = 512  # fragments that wait for their first one, of a worker
HELD_PER_PACKET = 64


@pytest.fixture
def gateway_with(tmp_path):
    """The network app.conf with one text in place of another."""
    def make(old, new):
        text = (NETWORKS / "app.conf").read_text()
        assert text.count(old) == 1
        path = tmp_path / "gateway.conf"
        path.write_text(text.replace(old, new))
        return Gateway(path)
    return make


def question(number, size=40):
    return IP(src="10.0.1.4", dst="8.8.8.8", id=number) / UDP(sport=51000, dport=53) / ("q" * size)


def part(gateway, number, offset, length=65535, **size):
    return gateway.frame("web", piece(question(number, **size), offset, length))


def test_a_full_table_drops_and_keeps_what_goes_through(gateway_with, tmp_path):
    gateway = gateway_with("flow_capacity = 4096;", "flow_capacity = 4096; fragment_capacity = 2;")
    frames = [part(gateway, 1, 0, 16), part(gateway, 2, 0, 16), part(gateway, 3, 0, 16),
              part(gateway, 3, 16, 16), part(gateway, 1, 16), part(gateway, 2, 16),
              part(gateway, 4, 0, 16), part(gateway, 4, 16)]
    result = gateway.replay(tmp_path, frames)
    assert [packet[IP].frag for packet in result.packets("wan")] == [0, 0, 2, 2, 0, 2]
    assert result.drops == {"fragment_table_full": 2}


def test_a_flood_that_no_rule_lets_in_keeps_nobody_out(gateway_with, tmp_path):
    gateway = gateway_with("flow_capacity = 4096;", "flow_capacity = 4096; fragment_capacity = 4;")
    flood = [gateway.frame("internet", piece(IP(src="203.0.113.9", dst="192.23.1.2", id=number)
                                             / UDP(sport=7, dport=9) / ("f" * 40), 0, 16), "198.51.100.1")
             for number in range(50)]
    calls = [part(gateway, number, 16 * place, 16) for place in range(3) for number in range(1, 4)]
    frames = [frame for place, call in enumerate(calls) for frame in (call, *flood[place * 5:][:5])]
    result = gateway.replay(tmp_path, frames)
    assert [packet[IP].frag for packet in result.packets("wan")] == [0] * 3 + [2] * 3 + [4] * 3
    assert result.drops == {"vip_rule_missing": 45}


def test_what_waits_makes_room_in_a_full_table(gateway_with, tmp_path):
    gateway = gateway_with("flow_capacity = 4096;", "flow_capacity = 4096; fragment_capacity = 2;")
    frames = [part(gateway, number, 16) for number in range(1, 5)] + [part(gateway, 5, 0, 16)]
    result = gateway.replay(tmp_path, frames)
    assert [packet[IP].frag for packet in result.packets("wan")] == [0]
    assert result.drops == {"fragment_table_full": 3, "fragment_first_missing": 1}


def test_the_oldest_of_too_many_that_wait_is_dropped(gateway_with, tmp_path):
    gateway = gateway_with("flow_capacity = 4096;", "flow_capacity = 4096;")
    numbers = range(1, HELD_MAX + 11)
    frames = [part(gateway, number, 16) for number in numbers]
    frames += [part(gateway, number, 0, 16) for number in numbers]
    result = gateway.replay(tmp_path, frames)
    assert [packet[IP].frag for packet in result.packets("wan")] == [0] * 10 + [0, 2] * HELD_MAX
    assert result.drops == {"fragment_hold_full": 10}


def test_one_packet_does_not_take_all_places(gateway_with, tmp_path):
    gateway = gateway_with("flow_capacity = 4096;", "flow_capacity = 4096;")
    count = HELD_PER_PACKET + 5
    frames = [part(gateway, 1, 8 * place, 8, size=8 * count + 99) for place in range(1, count + 1)]
    result = gateway.replay(tmp_path, frames + [part(gateway, 1, 0, 8, size=8 * count + 99)])
    assert [packet[IP].frag for packet in result.packets("wan")] == list(range(HELD_PER_PACKET + 1))
    assert result.drops == {"fragment_hold_full": 5}


def test_what_is_cut_behind_the_translation_has_an_identification_of_its_own(gateway_with, tmp_path):
    """Two hosts send large packets of the same identification (RFC 6864 section 5.3)."""
    gateway = gateway_with('mac = "02:00:00:00:00:01"; }', 'mac = "02:00:00:00:00:01"; mtu = 576; }')
    frames = []
    for host in (4, 5):
        frames.append(gateway.frame("web", IP(src=f"10.0.1.{host}", dst="8.8.8.8", id=7)
                                    / UDP(sport=51000, dport=53) / (f"{host}" * 1000)))
    sent = gateway.replay(tmp_path, frames).packets("wan")
    assert [packet[IP].frag for packet in sent] == [0, 69, 0, 69]
    assert sent[0][IP].id == sent[1][IP].id != 7
    assert sent[2][IP].id == sent[3][IP].id != 7
    assert sent[0][IP].id != sent[2][IP].id


def test_a_fragment_that_is_cut_keeps_the_identification_of_its_packet(gateway_with, tmp_path):
    gateway = gateway_with('mac = "02:00:00:00:00:01"; }', 'mac = "02:00:00:00:00:01"; mtu = 576; }')
    frames = [part(gateway, 7, 0, 1000, size=1500), part(gateway, 7, 1000, size=1500)]
    sent = gateway.replay(tmp_path, frames).packets("wan")
    assert [packet[IP].frag for packet in sent] == [0, 69, 125]
    assert len({packet[IP].id for packet in sent}) == 1
    assert b"".join(bytes(packet[IP].payload) for packet in sent)[8:] == b"q" * 1500
