# SPDX-License-Identifier: BSD-3-Clause
"""The fabric path does the same with any number of workers, whichever one a packet arrives at."""
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
