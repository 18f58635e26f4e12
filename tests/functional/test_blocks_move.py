# SPDX-License-Identifier: BSD-3-Clause
"""A reload gives hosts' blocks of ports to others: whatever worker they belong to, none is given twice."""
import itertools

import pytest
from scapy.layers.inet import IP, UDP

from gateway import NETWORKS, Gateway

HOSTS = range(4, 14)
HELD = 65  # seconds: the port of a UDP session that is over
IDLE = 240


@pytest.fixture(params=[1, 2, 4])
def workers(request):
    return ["--workers", str(request.param), "--spread", str(request.param)]


def changed(path, file, old, new):
    text = path.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))
    return file


@pytest.fixture
def gateway(tmp_path):
    """With room for calls that nobody answers."""
    return Gateway(changed(NETWORKS / "app.conf", tmp_path / "gateway.conf",
                           "flow_capacity = 4096", "flow_capacity = 65536"))


@pytest.fixture
def longer(gateway, tmp_path):
    """The configuration with blocks of another length, which moves all but the first host's."""
    return changed(gateway.path, tmp_path / "longer.conf",
                   "ports_per_host = 64", "ports_per_host = 128")


def calls(gateway, at, source_port, count=64):
    """All hosts to one server; the identification says which host it was."""
    return [(*gateway.frame("web", IP(src=f"10.0.1.{host}", dst="8.8.8.8", id=host)
                            / UDP(sport=source_port + n, dport=53), sender="10.0.1.4"),
             at + (host * count + n) / 100000) for host in HOSTS for n in range(count)]


def answers(gateway, at, ports):
    """From the server to the ports of these, one of each block."""
    return [(*gateway.frame("internet", IP(src="8.8.8.8", dst="192.23.1.2")
                            / UDP(sport=53, dport=port), sender="198.51.100.1"), at + n / 1000)
            for n, port in enumerate(ports)]


def sent(result):
    """(host, port) of each call that left."""
    return [(packet[IP].id, packet[UDP].sport) for packet in result.packets("wan")]


def test_no_port_is_given_twice(gateway, longer, workers, tmp_path):
    """The old sessions last; 10 hosts want the very ports that others of them have."""
    frames = calls(gateway, 0, 5000) + calls(gateway, 10, 6000)
    result = gateway.replay(tmp_path, frames, "--reload", f"5={longer}", *workers)
    ports = [port for _, port in sent(result)]
    assert len(ports) == len(set(ports))
    # All have 64 at first, and then what is free of their 128.
    assert len(ports) > 64 * len(HOSTS) * 1.4
    assert set(result.drops) <= {"snat_ports_exhausted"}


def test_ports_are_given_when_their_sessions_are_over(gateway, longer, workers, tmp_path):
    over = 10 + IDLE + HELD + 5
    frames = calls(gateway, 0, 5000) + calls(gateway, over, 6000, count=128)
    result = gateway.replay(tmp_path, frames, "--reload", f"5={longer}", *workers)
    later = sent(result)[64 * len(HOSTS):]
    assert result.drops == {}
    assert all((port - 1024) // 128 == host - 4 for host, port in later)
    assert len(set(later)) == 128 * len(HOSTS)


def test_answers_find_the_old_sessions_worker(gateway, longer, workers, tmp_path):
    """Before the change all pass; then those whose ports have moved end, as with one worker."""
    first = calls(gateway, 0, 5000, count=1)
    ports = [port for _, port in sent(gateway.replay(tmp_path / "ports", first, *workers))]
    frames = first + answers(gateway, 1, ports) + answers(gateway, 6, ports) \
        + answers(gateway, 6 + HELD + IDLE, ports)
    result = gateway.replay(tmp_path, frames, "--reload", f"5={longer}", *workers)
    kept = [port for host, port in sent(result) if (port - 1024) // 128 == host - 4]
    assert [packet[UDP].sport for packet in result.packets("lan")] == [53] * (len(HOSTS) + len(kept))
    lost = len(HOSTS) - len(kept)
    # Who had it drops what comes for as long as its port is held.
    assert result.drops == {"session_over": lost, "vip_session_missing": len(HOSTS)}


def test_blocks_may_move_again(gateway, longer, workers, tmp_path):
    """There and back, while sessions of each generation last."""
    frames = list(itertools.chain.from_iterable(
        calls(gateway, 10 * turn, 5000 + 1000 * turn, count=20) for turn in range(6)))
    reloads = itertools.chain.from_iterable(
        ("--reload", f"{10 * turn + 5}={longer if turn % 2 == 0 else gateway.path}")
        for turn in range(5))
    ports = [port for _, port in sent(gateway.replay(tmp_path, frames, *reloads, *workers))]
    assert len(ports) == len(set(ports)) and len(ports) > 500
