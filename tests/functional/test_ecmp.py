# SPDX-License-Identifier: BSD-3-Clause
"""The fabric spreads flows over equal paths: evenly, by weight, and each flow on one of them."""
import random
from collections import Counter

import pytest
from scapy.layers.inet import IP, TCP, UDP

from gateway import NETWORKS, Gateway

FLOWS = 10000
SPINES = [f"02:00:00:00:01:1{n}" for n in range(1, 5)]


@pytest.fixture
def gateway():
    return Gateway(NETWORKS / "fabric.conf")


def flow(gateway, source, destination, *ports, **fields):
    return gateway.frame("rack", IP(src=source, dst=destination, **fields)
                         / UDP(sport=ports[0], dport=ports[1]), sender="192.0.2.10")


def flows(gateway, network, count=FLOWS):
    draw = random.Random(1)
    return [flow(gateway, f"10.0.{draw.randrange(256)}.{draw.randrange(1, 255)}",
                 f"{network}.{draw.randrange(256)}.{draw.randrange(256)}.{draw.randrange(1, 255)}",
                 draw.randrange(1024, 65536), draw.choice([53, 80, 443, 8080]))
            for _ in range(count)]


def next_hop(data):
    """The MAC address that a frame was sent to; dissecting it whole would take long."""
    return data[:6].hex(":")


def paths(result):
    """How many packets each next hop got, by MAC address."""
    return Counter(map(next_hop, result.out["wan"]))


def test_four_next_hops_within_5_percent_of_even(gateway, tmp_path):
    result = gateway.replay(tmp_path, flows(gateway, 20))
    counts = paths(result)
    assert sorted(counts) == SPINES
    assert all(2375 <= count <= 2625 for count in counts.values()), counts


def test_weights_are_honoured(gateway, tmp_path):
    counts = paths(gateway.replay(tmp_path, flows(gateway, 30)))
    assert sorted(counts) == SPINES[:2]
    assert 7125 <= counts[SPINES[0]] <= 7875, counts


def test_a_flow_stays_on_its_path(gateway, tmp_path):
    once = flows(gateway, 20, 300)
    sent = gateway.replay(tmp_path, once * 4).out["wan"]
    assert len(sent) == 1200
    assert sent[:300] * 4 == sent
    assert len({next_hop(data) for data in sent}) == 4


def test_every_field_of_the_five_tuple_counts(gateway, tmp_path):
    varied = {
        "source": [flow(gateway, f"10.0.1.{n}", "20.1.1.1", 1000, 80) for n in range(1, 101)],
        "destination": [flow(gateway, "10.0.1.1", f"20.1.1.{n}", 1000, 80) for n in range(1, 101)],
        "source port": [flow(gateway, "10.0.1.1", "20.1.1.1", 1000 + n, 80) for n in range(100)],
        "destination port": [flow(gateway, "10.0.1.1", "20.1.1.1", 1000, n) for n in range(100)],
    }
    for field, frames in varied.items():
        counts = paths(gateway.replay(tmp_path / field.replace(" ", "-"), frames))
        assert sorted(counts) == SPINES, field


def test_fragments_of_a_packet_take_one_path(gateway, tmp_path):
    """Only the first has ports, so none of them may count; DF is no mark of a fragment."""
    frames = []
    for host in range(1, 101):
        addresses = {"src": "10.0.1.1", "dst": f"20.1.1.{host}", "id": host, "proto": 17}
        for packet in (IP(**addresses, flags="MF") / UDP(sport=host, dport=99, len=40) / ("a" * 24),
                       IP(**addresses, frag=4) / ("b" * 8)):
            frames.append(gateway.frame("rack", packet, sender="192.0.2.10"))
    sent = list(map(next_hop, gateway.replay(tmp_path, frames).out["wan"]))
    assert len(sent) == 200
    assert sent[::2] == sent[1::2]
    assert len(set(sent)) == 4


def test_df_does_not_hide_the_ports(gateway, tmp_path):
    frames = [gateway.frame("rack", IP(src="10.0.1.1", dst="20.1.1.1", flags="DF")
                            / TCP(sport=1000 + n, dport=80), sender="192.0.2.10")
              for n in range(100)]
    assert sorted(paths(gateway.replay(tmp_path, frames))) == SPINES


def reloaded(gateway, folder, spines, frames):
    """Where these frames go before and after a reload that changes 20/8's next hops."""
    changed = folder / "changed.conf"
    text = gateway.path.read_text()
    four = ", ".join(f'"198.51.100.1{n}"' for n in range(1, 5))
    assert text.count(four) == 1
    changed.write_text(text.replace(four, ", ".join(f'"198.51.100.1{n}"' for n in spines)))
    timed = [(port, data, n * 0.001) for n, (port, data) in enumerate(frames)]
    timed += [(port, data, 100 + n * 0.001) for n, (port, data) in enumerate(frames)]
    sent = gateway.replay(folder, timed, "--reload", f"50={changed}").out["wan"]
    assert len(sent) == 2 * len(frames)
    sent = list(map(next_hop, sent))
    return sent[:len(frames)], sent[len(frames):]


@pytest.mark.parametrize("removed", [1, 2, 3, 4])
def test_a_next_hop_less_moves_its_flows_alone(gateway, tmp_path, removed):
    spines = [n for n in range(1, 5) if n != removed]
    before, after = reloaded(gateway, tmp_path, spines, flows(gateway, 20, 2000))
    gone = SPINES[removed - 1]
    assert gone not in after
    assert all(old in (new, gone) for old, new in zip(before, after))
    counts = Counter(after)
    assert all(600 <= count <= 734 for count in counts.values()), counts


def test_the_same_next_hops_in_another_order_move_nothing(gateway, tmp_path):
    before, after = reloaded(gateway, tmp_path, [3, 1, 4, 2], flows(gateway, 20, 500))
    assert before == after


@pytest.mark.parametrize("workers", [2, 3])
def test_workers_agree_on_the_path(gateway, tmp_path, workers):
    configuration = tmp_path / "gateway.conf"
    configuration.write_text(gateway.path.read_text().replace(
        "seed = 1;", f"seed = 1; workers = {workers};", 1))
    frames = flows(gateway, 20, 500) + flows(gateway, 30, 500)
    alone = gateway.replay(tmp_path / "alone", frames)
    together = Gateway(configuration).replay(tmp_path / "together", frames)
    assert len(alone.out["wan"]) == 1000
    assert together.out == alone.out
