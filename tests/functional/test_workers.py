# SPDX-License-Identifier: BSD-3-Clause
"""Any number of workers does the same, whichever one a packet arrives at."""
import random
import re

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP

from gateway import NETWORKS, Gateway

PACKETS = 600


@pytest.fixture
def frames():
    gateway = Gateway(NETWORKS / "fabric.conf")
    draw = random.Random(7)
    made = []
    for number in range(PACKETS):
        packet = IP(src=f"10.0.{draw.randrange(256)}.{draw.randrange(1, 255)}", id=number,
                    dst=draw.choice(["20.1.1.{}", "30.1.1.{}", "203.0.113.{}", "40.1.1.{}"])
                    .format(draw.randrange(2, 20)), ttl=draw.choice([1, 2, 64]),
                    flags=draw.choice(["", "DF"]))
        transport = draw.choice([UDP(sport=draw.randrange(65536), dport=53),
                                 TCP(sport=draw.randrange(65536), dport=80), ICMP(id=number)])
        made.append(gateway.frame("rack", packet / transport / (b"x" * draw.choice([0, 100, 900])),
                                  sender="192.0.2.10"))
    return made


@pytest.fixture
def calls():
    """Between hosts of two subnets, the Internet and VIPs: each call twice, now from one worker and
    now from another, and then what two clients send to a VIP."""
    gateway = Gateway(NETWORKS / "app.conf")
    draw = random.Random(8)
    made = []
    for number in range(100):
        packet = IP(src=f"10.0.1.{draw.randrange(4, 20)}",
                    dst=draw.choice(["8.8.8.8", "10.0.2.9", "192.23.1.2", "192.23.1.4"]))
        made += 2 * [gateway.frame("web", packet / TCP(sport=5000 + number, dport=443, flags="S"),
                                   sender="10.0.1.4")]
        packet = IP(src=draw.choice(["203.0.113.8", "203.0.113.9"]), dst="192.23.1.2")
        made += 2 * [gateway.frame("internet", packet / TCP(sport=5000 + number, flags="S",
                                                            dport=draw.choice([443, 80, 81])),
                                   sender="198.51.100.1")]
    return gateway, made


@pytest.mark.parametrize("workers", [2, 4])
def test_sessions_are_their_owners(tmp_path, calls, workers):
    """No call makes two sessions; what has come to another worker is handed over, and counted."""
    gateway, frames = calls
    one = gateway.replay(tmp_path / "one", frames)
    several = gateway.replay(tmp_path / "several", frames,
                             "--workers", str(workers), "--spread", "9")
    assert several.drops == one.drops == {"vip_rule_missing": one.drops["vip_rule_missing"]}
    for counted in ("sessions", "snat_ports", "paths", "ports"):
        assert several.counters[counted] == one.counters[counted]
    assert one.counters["sessions"]["created"] > 100
    assert one.counters["handed_off"] == 0
    assert several.counters["handed_off"] > len(frames) / 2 * (workers - 1) / workers


def replay(tmp_path, frames, workers):
    folder = tmp_path / str(workers)
    folder.mkdir()
    text = (NETWORKS / "fabric.conf").read_text()
    configuration = folder / "gateway.conf"
    configuration.write_text(re.sub(r"seed = 1;", f"seed = 1; workers = {workers};", text, count=1))
    return Gateway(configuration).replay(folder / "replay", frames)


@pytest.mark.parametrize("workers", [2, 4])
def test_several_workers_do_what_one_does(tmp_path, frames, workers):
    one = replay(tmp_path, frames, 1)
    several = replay(tmp_path, frames, workers)
    assert several.drops == one.drops
    assert set(one.drops) == {"ttl_expired", "no_route", "mtu_exceeded"}
    for port in ("wan", "lan"):
        assert several.out[port] == one.out[port]
        assert len(one.out[port]) > 50
