# SPDX-License-Identifier: BSD-3-Clause
"""`viaduct run` with several threads counts what `viaduct replay` counts, however ports spread packets."""
import json
import os
import random
import re

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.layers.l2 import Ether

from gateway import NETWORKS, START, Gateway, capture_read, capture_write
from program import viaduct

HOSTS = [f"10.0.1.{host}" for host in range(4, 20)]
CLIENTS = ["203.0.113.8", "203.0.113.9", "198.51.100.77"]
PLACES = ["8.8.8.8", "93.184.216.34", "10.0.2.9", "10.0.3.4", "192.23.1.2", "192.23.1.4"]


def traffic(gateway, count):
    """First packets of sessions, each twice, of both sides; the order of no two of them matters."""
    draw = random.Random(6)
    made = []
    for number in range(count):
        port = 5000 + number
        inside = [TCP(sport=port, dport=443, flags="S"), UDP(sport=port, dport=53), ICMP(id=port)]
        packet = IP(src=draw.choice(HOSTS), dst=draw.choice(PLACES), id=number) / draw.choice(inside)
        made += 2 * [gateway.frame("web", packet, sender="10.0.1.4")]
        # A packet that is refused would be so by whichever fragment comes first.
        packet = IP(src=draw.choice(HOSTS), dst=draw.choice(["8.8.8.8", "10.0.2.9"]), id=number) \
            / UDP(sport=port, dport=9) / (b"x" * 40)
        made += [gateway.frame("web", piece, sender="10.0.1.4") for piece in fragment(packet, 24)]
        packet = IP(src=draw.choice(CLIENTS), dst=draw.choice(["192.23.1.2", "192.23.1.4"])) \
            / TCP(sport=port, dport=draw.choice([443, 80, 10003, 81, 2000]), flags="S")
        made += 2 * [gateway.frame("internet", packet, sender="198.51.100.1")]
    return made


def write(folder, workers, queues):
    """The network app with so many workers, and so many files for a port to receive from and send to."""
    def device(match):
        port, device = match[1], match[2]
        files = [f"rx_pcap={port}-in-{n}.pcap" for n in range(queues)]
        files += [f"tx_pcap={port}-out-{n}.pcap" for n in range(queues)]
        return f'name = "{port}"; device = "{device},{",".join(files)}"'

    text = (NETWORKS / "app.conf").read_text()
    text = re.sub(r'name = "(\w+)"; device = "(net_pcap\d),[^"]*"', device, text)
    # All packets come at once: first packets would have to share the time with others.
    mine = f'name = "test-{os.getpid()}"; workers = {workers}; first_packet_share = 100;'
    text = re.sub(r'name = "test";', mine, text, count=1)
    text = text.replace('"-m", "256"', '"-m", "512"')
    file = folder / "gateway.conf"
    file.write_text(text)
    return file


def run(folder, frames, workers, queues):
    """The report, and what left by port."""
    draw = random.Random(queues)
    configuration = write(folder, workers, queues)
    ports = {port for port, _ in frames}
    for port in ports:
        spread = [[] for _ in range(queues)]
        for name, data in frames:
            if name == port:
                draw.choice(spread).append((START, data))
        for number, mine in enumerate(spread):
            capture_write(folder / f"{port}-in-{number}.pcap", mine)
    done = viaduct("run", configuration, "--exit-when-idle", 0.5, "--json")
    assert done.returncode == 0, f"run ended with {done.returncode}:\n{done.stderr}"
    return json.loads(done.stdout), {
        port: [data for number in range(queues)
               for data in capture_read(folder / f"{port}-out-{number}.pcap")]
        for port in ports}


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    gateway = Gateway(NETWORKS / "app.conf")
    frames = traffic(gateway, 150)
    return frames, gateway.replay(tmp_path_factory.mktemp("replay"), frames)


@pytest.mark.parametrize("workers,queues", [(1, 1), (2, 1), (2, 2), (4, 2), (4, 4)])
def test_threads_count_what_replay_counts(tmp_path, story, workers, queues):
    frames, replayed = story
    report, left = run(tmp_path, frames, workers, queues)
    assert {reason: n for reason, n in report["drops"].items() if n} == replayed.drops
    for counted in ("ports", "paths", "sessions", "snat_ports", "consumed", "originated", "held"):
        assert report[counted] == replayed.counters[counted], counted
    assert (report["handed_off"] > 100) == (workers > 1)
    for port, sent in left.items():
        assert len(sent) == len(replayed.out[port]) > 100


def test_one_translation_for_each_session(tmp_path, story):
    """However often and wherever its packets arrive; and nobody else's."""
    frames, _ = story
    _, left = run(tmp_path, frames, 4, 4)
    packets = [packet for packet in map(Ether, left["wan"]) if IP in packet and TCP in packet
               and packet[IP].src == "192.23.1.2" and packet[TCP].flags == "S"]
    by_session = {}
    for packet in packets:
        session = packet[IP].id  # the number of its call
        by_session.setdefault(session, set()).add((packet[TCP].sport, packet[IP].dst))
    assert len(by_session) > 10
    assert all(len(translations) == 1 for translations in by_session.values())
    assert len(set.union(*by_session.values())) == len(by_session)
