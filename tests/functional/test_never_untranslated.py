# SPDX-License-Identifier: BSD-3-Clause
"""Nothing ever leaves untranslated, and no port is given twice: random traffic over random changes of
the configuration, with one worker and with several."""
import ipaddress
import random

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.packet import Raw

from gateway import NETWORKS, Gateway

PRIVATE = ipaddress.ip_network("10.0.0.0/8")
HOSTS = {"web": "10.0.1.", "guarded": "10.0.2.", "plain": "10.0.3.", "shared": "10.0.4."}
CHANGES = [
    ("ports_per_host = 64", "ports_per_host = 8"),
    ("ports_per_host = 64", "ports_per_host = 128"),
    ('profile = "rfc"', 'profile = "azure"'),
    ('outbound_vips = "one"; }', 'outbound_vips = [ "one", "three" ]; }'),
    ('outbound_vips = "one"; }', "}"),
    ('outbound_vips = "three"; }', 'outbound_vips = [ "three", "one" ]; }'),
    ("192.23.1.2", "192.23.1.9"),
]


MOVES = [  # of blocks from host to host, and of VIPs from subnet to subnet
    ("ports_per_host = 64", "ports_per_host = 8"),
    ("ports_per_host = 64", "ports_per_host = 128"),
    ("ports_per_host = 64", 'ports_per_host = "on_demand"'),
    ('ports_per_host = "on_demand"', "ports_per_host = 32"),
    ('outbound_vips = "one"; }', 'outbound_vips = [ "one", "three" ]; }'),
    ('outbound_vips = "one"; }', "}"),
    ('outbound_vips = "three"; }', 'outbound_vips = [ "three", "one" ]; }'),
]


def transport(rng):
    port = rng.randrange(1, 65536)
    ours = rng.choice([5000, 5001, 5002, port])
    return rng.choice([
        UDP(sport=ours, dport=53),
        TCP(sport=ours, dport=443, flags="S"),
        UDP(sport=ours, dport=rng.choice([53, 443, 1024 + port % 200])),
        TCP(sport=ours, dport=443, flags=rng.choice(["S", "A", "SA", "F", "R", "FA", "S"])),
        ICMP(type=rng.choice([0, 8, 8, 8, 3, 13]), id=ours),
        IP(src="8.8.8.8", dst="10.0.1.4") / UDP(sport=53, dport=ours),
        Raw(b"no transport that is known"),
    ])


def packets(gateway, rng):
    """What hosts send, from their own addresses and from others', whole and in fragments."""
    web = rng.choice(list(HOSTS))
    near = HOSTS[web] + str(rng.choice([4, 5, 6, 7] * 3 + [0, 1, 63]))
    source = rng.choice([near] * 12 + ["10.0.9.9", "203.0.113.5", "192.23.1.2"])
    target = rng.choice(["8.8.8.8", "203.0.113.9", "198.51.100.77"] * 5
                        + ["192.23.1.2", "192.23.1.3", "192.23.1.4", "10.0.1.4", "10.9.9.9"])
    inner = transport(rng)
    packet = IP(src=source, dst=target, ttl=rng.choice([64] * 8 + [2, 1]))
    if isinstance(inner, IP):
        packet = packet / ICMP(type=3, code=rng.choice([1, 3, 4])) / inner
    elif isinstance(inner, Raw):
        packet = packet / inner
        packet.proto = rng.choice([6, 17, 47, 50, 51, 132])
    else:
        packet = packet / inner / Raw(b"x" * rng.choice([0, 20, 200]))
    pieces = fragment(packet, 64) if rng.random() < 0.1 else [packet]
    rng.shuffle(pieces)
    return [gateway.frame(web, piece, sender=HOSTS[web] + "4") for piece in pieces]


def changed(text, rng, changes):
    for old, new in rng.sample(changes, rng.randrange(1, 4)):
        text = text.replace(old, new)
    return text


def spread(workers, seed):
    return ["--workers", str(workers), "--spread", str(seed)]


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("seed", range(4))
def test_no_private_source_leaves(tmp_path, seed, workers):
    rng = random.Random(seed * 4 + workers)
    gateway = Gateway(NETWORKS / "mapped.conf")
    frames, options, now = [], spread(workers, seed), 0.0
    for number in range(4):
        file = tmp_path / f"{number}.conf"
        file.write_text(changed(gateway.path.read_text(), rng, CHANGES))
        for _ in range(100):
            for frame in packets(gateway, rng):
                frames.append((*frame, now))
                now += rng.choice([0.001, 0.001, 0.001, 1, 40])
        options += [rng.choice(["--reload", "--reload-forced"]), f"{now:.3f}={file}"]
    result = gateway.replay(tmp_path, frames, *options)
    left = [packet for packet in result.packets("wan") if IP in packet]
    assert len(left) > 60
    wrong = [packet for packet in left if ipaddress.ip_address(packet[IP].src) in PRIVATE]
    assert not wrong, wrong[0].show(dump=True)
    sources = {packet[IP].src for packet in left} - {"198.51.100.2"}
    assert sources <= {"192.23.1.2", "192.23.1.3", "192.23.1.4", "192.23.1.9"}, sources


def endpoints(gateway, rng, first):
    """Calls of many hosts to few servers: (frame, marker), the marker telling whose the call is."""
    for number in range(first, first + 250):
        subnet = rng.choice(list(HOSTS))
        source, port = HOSTS[subnet] + str(rng.randrange(4, 12)), rng.randrange(5000, 5100)
        layer = rng.choice([TCP, UDP])
        call = layer(sport=port, dport=53, flags="S") if layer is TCP else UDP(sport=port, dport=53)
        yield gateway.frame(subnet, IP(src=source, dst=rng.choice(["8.8.8.8", "9.9.9.9"])) / call
                            / Raw(f"{subnet} {source} {port}"), sender=HOSTS[subnet] + "4")


@pytest.mark.parametrize("profile", ["azure", "rfc"])
@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("seed", range(2))
def test_no_port_is_given_twice(tmp_path, seed, workers, profile):
    """Within the shortest hold-down: what a port was, it is for the same destination to the end."""
    rng = random.Random(seed * 4 + workers)
    text = (NETWORKS / "mapped.conf").read_text().replace("flow_capacity = 4096",
                                                          "flow_capacity = 65536")
    text = text.replace('profile = "rfc"', f'profile = "{profile}"')
    start = tmp_path / "gateway.conf"
    start.write_text(text)
    gateway = Gateway(start)
    frames, options = [], spread(workers, seed)
    for number in range(5):
        frames += endpoints(gateway, rng, number * 250)
        file = tmp_path / f"{number}.conf"
        file.write_text(changed(text, rng, MOVES))
        options += ["--reload-forced", f"{len(frames) / 1000 - 0.0005:.4f}={file}"]
    result = gateway.replay(tmp_path, frames, *options)
    owners = {}
    for packet in result.packets("wan"):
        assert IP in packet and packet[IP].src.startswith("192.23.1.")
        ip, transport = packet[IP], packet[IP].payload
        key = (ip.proto, ip.src, transport.sport, ip.dst)
        assert owners.setdefault(key, packet[Raw].load) == packet[Raw].load, key
    assert len(owners) > 400
