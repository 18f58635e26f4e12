# SPDX-License-Identifier: BSD-3-Clause
"""Backends that are probed: semantics.md section 4, and "backend probed down" of section 9.

The gateway probes in its own time, so that the answers of the backends are not known before: a
replay shows what it asks, and is done again with one answer more until nothing is unanswered.
"""
import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.utils import rdpcap

from gateway import NETWORKS, START, Gateway

VIP = "192.23.1.2"
CLIENT = "203.0.113.9"
BACKENDS = ("10.0.1.4", "10.0.1.5")
BALANCER = "168.63.129.16"
PROBE = "probe = { protocol = \"tcp\"; port = 8443; interval = 5; threshold = 2; };"
HTTP = "probe = { protocol = \"http\"; port = 8080; path = \"/live\"; };"


def gateway_with(folder, probe, more=""):
    """The app network, its rules https and dns with that probe, and two backends for each."""
    text = (NETWORKS / "app.conf").read_text()
    for old in ('ports = "443"; backends = [ "10.0.1.4", "10.0.1.5" ];',
                'backend_ports = "1053"; backends = "10.0.1.6";'):
        assert text.count(old) == 1
        new = old.replace('"10.0.1.6"', '[ "10.0.1.4", "10.0.1.5" ]')
        text = text.replace(old, f"{new} {probe} {more}")
    path = folder / "probed.conf"
    path.write_text(text)
    return Gateway(path)


def call(gateway, port, flags="S", seq=0, ack=0):
    return gateway.frame("internet", IP(src=CLIENT, dst=VIP)
                         / TCP(sport=port, dport=443, flags=flags, seq=seq, ack=ack),
                         sender="198.51.100.1")


def ask(gateway, port):
    return gateway.frame("internet", IP(src=CLIENT, dst=VIP) / UDP(sport=port, dport=53) / b"?",
                         sender="198.51.100.1")


def answer(gateway, probe, body=b"HTTP/1.1 200 OK\r\n\r\n"):
    """What a backend that is alive answers to that segment of a probe; None: nothing."""
    to, tcp = probe[IP].dst, probe[TCP]
    back = IP(src=to, dst=BALANCER) / TCP(sport=tcp.dport, dport=tcp.sport)
    if tcp.flags == "S":
        back[TCP].flags, back[TCP].seq, back[TCP].ack = "SA", 7000, tcp.seq + 1
    elif tcp.flags == "PA":
        back[TCP].flags, back[TCP].seq = "PA", 7001
        back[TCP].ack = tcp.seq + len(tcp.payload)
        back = back / body
    else:
        return None
    return gateway.frame("web", back)


def converse(gateway, folder, frames, alive, **options):
    """Replays with the answers of the backends; alive(address, seconds) tells who gives one."""
    answers = {}
    for turn in range(60):
        run = folder / str(turn)
        inputs = sorted(frames + list(answers.values()), key=lambda frame: frame[2])
        result = gateway.replay(run, inputs, "--probes", "send")
        first = None
        for packet, stamp in probes(result, run):
            reply = answer(gateway, packet, **options)
            if reply is None or bytes(packet) in answers or not alive(packet[IP].dst, stamp):
                continue
            first = stamp if first is None else first
            if stamp == first:
                answers[bytes(packet)] = (*reply, stamp + 0.002)
        if first is None:
            return result
    raise AssertionError("the conversation has no end")


def probes(result, run):
    """(packet, seconds after the first) of each probe that left."""
    return [(packet, float(packet.time) - START) for packet in rdpcap(str(run / "out/lan.pcap"))
            if IP in packet and packet[IP].src == BALANCER]


def backends_of(result, protocol):
    """{client's port: the backend that it was sent to}"""
    return {packet[protocol].sport: packet[IP].dst for packet in result.packets("lan")
            if protocol in packet and packet[IP].src == CLIENT}


def test_nobody_is_probed_unless_replay_is_told_to(tmp_path):
    gateway = gateway_with(tmp_path, PROBE)
    result = gateway.replay(tmp_path, [(*call(gateway, 1), 0), (*call(gateway, 2), 100)])
    assert len(result.out["lan"]) == 2 and result.drops == {}


def test_probes_come_from_the_load_balancer_once_an_interval(tmp_path):
    gateway = gateway_with(tmp_path, PROBE)
    result = gateway.replay(tmp_path, [(*call(gateway, 1), 0), (*call(gateway, 2), 4)],
                            "--probes", "send")
    asked = [packet for packet, _ in probes(result, tmp_path)]
    first = asked[:2]
    assert {packet[IP].dst for packet in first} == set(BACKENDS)
    for packet in first:
        assert (packet[TCP].dport, packet[TCP].flags) == (8443, "S")
        fresh = packet.copy()
        del fresh[IP].chksum, fresh[TCP].chksum
        assert bytes(type(packet)(bytes(fresh))) == bytes(packet)


def test_backends_that_do_not_answer_get_no_new_sessions(tmp_path):
    """After two probes without an answer: from then on all calls go to the other one."""
    gateway = gateway_with(tmp_path, PROBE)
    frames = [(*call(gateway, port), 0.01 + port / 10000) for port in range(1, 41)]
    frames += [(*ask(gateway, port), 0.02 + port / 10000) for port in range(1, 41)]
    frames += [(*call(gateway, port), 12 + port / 10000) for port in range(101, 141)]
    frames += [(*ask(gateway, port), 12.01 + port / 10000) for port in range(1, 41)]
    result = converse(gateway, tmp_path, frames, lambda address, _: address == "10.0.1.5")
    calls, questions = backends_of(result, TCP), backends_of(result, UDP)
    assert {calls[port] for port in range(1, 41)} == set(BACKENDS)
    assert {calls[port] for port in range(101, 141)} == {"10.0.1.5"}
    assert set(questions.values()) == {"10.0.1.5"}  # the last of each: UDP moves
    assert result.drops == {}


def test_established_tcp_goes_on_while_its_backend_is_down(tmp_path):
    gateway = gateway_with(tmp_path, PROBE)
    frames = []
    for port in range(1, 9):
        frames.append((*call(gateway, port, seq=100), 0.01 + port / 1000))
        for backend in BACKENDS:  # the one that was not called is refused
            back = IP(src=backend, dst=CLIENT) / TCP(sport=443, dport=port, flags="SA",
                                                     seq=500, ack=101)
            frames.append((*gateway.frame("web", back), 0.05 + port / 1000))
        frames.append((*call(gateway, port, "A", 101, 501), 0.1 + port / 1000))
        frames.append((*call(gateway, port, "PA", 101, 501), 13 + port / 1000))
    result = converse(gateway, tmp_path, frames, lambda address, _: address == "10.0.1.5")
    seen = {}
    for packet in result.packets("lan"):
        if TCP in packet and packet[IP].src == CLIENT:
            seen.setdefault(packet[TCP].sport, []).append(packet[IP].dst)
    assert {len(where) for where in seen.values()} == {3}
    assert {where[0] for where in seen.values()} == set(BACKENDS)
    assert all(len(set(where)) == 1 for where in seen.values())


@pytest.mark.parametrize("setting, drops", [("", 4), ('no_healthy_backends = "all_up";', 0)])
def test_no_healthy_backends(tmp_path, setting, drops):
    gateway = gateway_with(tmp_path, PROBE, setting)
    frames = [(*call(gateway, port), 12 + port / 1000) for port in range(1, 5)]
    frames.append((*call(gateway, 100), 0))
    result = gateway.replay(tmp_path, sorted(frames, key=lambda frame: frame[2]),
                            "--probes", "send")
    assert result.drops.get("vip_backend_missing", 0) == drops


def test_a_backend_that_answers_again_gets_sessions_again(tmp_path):
    gateway = gateway_with(tmp_path, PROBE)
    frames = [(*call(gateway, 1), 0)]
    frames += [(*call(gateway, port), 12 + port / 10000) for port in range(101, 121)]
    frames += [(*call(gateway, port), 24 + port / 10000) for port in range(201, 241)]
    result = converse(gateway, tmp_path, frames,
                      lambda address, seconds: address == "10.0.1.5" or seconds > 12)
    calls = backends_of(result, TCP)
    assert {calls[port] for port in range(101, 121)} == {"10.0.1.5"}
    assert {calls[port] for port in range(201, 241)} == set(BACKENDS)


@pytest.mark.parametrize("body, good", [(b"HTTP/1.1 200 OK\r\n\r\n", True),
                                        (b"HTTP/1.1 503 Busy\r\n\r\n", False)])
def test_http_probes_want_200(tmp_path, body, good):
    gateway = gateway_with(tmp_path, HTTP)
    frames = [(*call(gateway, 100), 0), (*call(gateway, 1), 12)]
    result = converse(gateway, tmp_path, frames, lambda *_: True, body=body)
    assert result.drops.get("vip_backend_missing", 0) == (0 if good else 1)
