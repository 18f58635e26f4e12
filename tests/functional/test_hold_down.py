# SPDX-License-Identifier: BSD-3-Clause
"""When a port may be given again to the same destination (semantics.md section 5).

A host has 64 ports. All of them have the same happen to them, and are asked for once more just
before and just after they may be had.
"""
import pytest
from scapy.layers.inet import ICMP, IP, TCP

from gateway import NETWORKS, Gateway

HOST, SERVER, VIP = "10.0.1.4", "8.8.8.8", "192.23.1.2"
CALLS = range(64)
BEGIN = 1.0  # seconds: when the handshake goes on


def segment(gateway, inside, call, port, flags, seconds, seq=0, ack=0):
    """Of call number `call`, from inside or from the server to that port of the VIP."""
    stamp = seconds + call * 0.0001
    if inside:
        packet = IP(src=HOST, dst=SERVER) / TCP(sport=20000 + call, dport=443, flags=flags,
                                                seq=seq, ack=ack)
        return (*gateway.frame("web", packet), stamp)
    packet = IP(src=SERVER, dst=VIP) / TCP(sport=443, dport=port, flags=flags, seq=seq, ack=ack)
    return (*gateway.frame("internet", packet, sender="198.51.100.1"), stamp)


# What follows the SYN: (from inside, flags, sequence number, acknowledgement).
OPEN = [(False, "SA", 900, 101), (True, "A", 101, 901)]
ENDINGS = {
    "fin": (OPEN + [(True, "FA", 101, 901), (False, "FA", 901, 102), (True, "A", 102, 902)], 65),
    "rst_from_inside": (OPEN + [(True, "R", 101, 0)], 16),
    "rst_from_outside": (OPEN + [(False, "R", 901, 0)], 16),
    "refused": ([(False, "RA", 0, 101)], 16),
}


def conversation(gateway, folder, turns):
    """All calls, and the time at which the last turn was over."""
    syns = [segment(gateway, True, call, None, "S", 0, seq=100) for call in CALLS]
    sent = gateway.replay(folder / "syns", syns).packets("wan")
    ports = [packet[TCP].sport for packet in sent]
    assert len(set(ports)) == len(CALLS)
    frames = list(syns)
    for number, (inside, flags, seq, ack) in enumerate(turns):
        frames += [segment(gateway, inside, call, ports[call], flags, BEGIN + number * 0.1, seq, ack)
                   for call in CALLS]
    return frames, BEGIN + (len(turns) - 1) * 0.1


def late(gateway, seconds):
    packet = IP(src=HOST, dst=SERVER) / TCP(sport=9, dport=443, flags="S")
    return (*gateway.frame("web", packet), seconds)


def is_refused(result):
    """The last call found no port free, and was told so."""
    told = [packet for packet in result.packets("lan") if ICMP in packet]
    assert result.drops.get("snat_ports_exhausted", 0) == len(told)
    return len(told) == 1


@pytest.mark.parametrize("ending", ENDINGS)
def test_ports_are_held_after(ending, tmp_path):
    gateway = Gateway(NETWORKS / "app.conf")
    turns, seconds = ENDINGS[ending]
    frames, end = conversation(gateway, tmp_path, turns)
    before = gateway.replay(tmp_path / "before", [*frames, late(gateway, end + seconds - 1.5)])
    after = gateway.replay(tmp_path / "after", [*frames, late(gateway, end + seconds + 1.5)])
    assert is_refused(before) and not is_refused(after)


def test_ports_are_held_after_half_open(tmp_path):
    """30 s of time-out, 30 s more."""
    gateway = Gateway(NETWORKS / "app.conf")
    frames, _ = conversation(gateway, tmp_path, [])
    for seconds, refused in ((29, True), (58.5, True), (61.5, False)):
        result = gateway.replay(tmp_path / str(seconds), [*frames, late(gateway, seconds)])
        assert is_refused(result) == refused, seconds


def test_a_forged_reset_frees_nothing(tmp_path):
    """RFC 5961: a sequence number far from the window; the connection goes on."""
    gateway = Gateway(NETWORKS / "app.conf")
    frames, end = conversation(gateway, tmp_path, OPEN + [(False, "R", 900000, 0)])
    assert is_refused(gateway.replay(tmp_path / "late", [*frames, late(gateway, end + 120)]))


def test_what_comes_for_a_held_port_reaches_nobody(tmp_path):
    gateway = Gateway(NETWORKS / "app.conf")
    turns, _ = ENDINGS["fin"]
    frames, end = conversation(gateway, tmp_path, turns)
    count = len(gateway.replay(tmp_path / "fin", frames).packets("lan"))
    strays = [(*gateway.frame("internet", IP(src=SERVER, dst=VIP)
                              / TCP(sport=443, dport=port, flags="A", seq=902, ack=102),
                              sender="198.51.100.1"), end + 40)
              for port in range(1024, 1088)]
    result = gateway.replay(tmp_path / "strays", frames + strays)
    assert result.drops == {"session_over": 64}
    assert len(result.packets("lan")) == count
