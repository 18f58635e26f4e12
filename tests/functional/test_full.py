# SPDX-License-Identifier: BSD-3-Clause
"""Full tables: what is established goes on without loss, and what finds no place is counted."""
import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import ARP, Ether

from gateway import NETWORKS, Gateway

CLIENT = "203.0.113.9"
VIP = "192.23.1.2"


@pytest.fixture
def gateway():
    return Gateway(NETWORKS / "app.conf")


def handshake(gateway):
    """A client's call of the VIP's only backend of port 80, established."""
    return [gateway.frame("internet", IP(src=CLIENT, dst=VIP) / TCP(sport=40000, dport=80, flags="S")),
            gateway.frame("web", IP(src="10.0.1.4", dst=CLIENT) / TCP(sport=8080, dport=40000, flags="SA")),
            gateway.frame("internet", IP(src=CLIENT, dst=VIP) / TCP(sport=40000, dport=80, flags="A"))]


def data(gateway, count):
    return [gateway.frame("internet", IP(src=CLIENT, dst=VIP)
                          / TCP(sport=40000, dport=80, flags="PA", seq=n)) for n in range(count)]


def delivered(result):
    """How many of the client's packets reached its backend."""
    return sum(1 for packet in result.packets("lan")
               if TCP in packet and packet[TCP].dport == 8080 and packet[IP].src == CLIENT)


def mix(established, flood):
    """The flood, and the established traffic evenly in it."""
    step = len(flood) // len(established)
    mixed = []
    for number, frame in enumerate(established):
        mixed += [frame, *flood[number * step:(number + 1) * step]]
    return mixed


def test_semantics_full_hold_queue_leaves_room_for_other_subnets(gateway, tmp_path):
    """Packets to 20 silent hosts of one subnet wait; those to a host of another find room too."""
    silent = [gateway.frame("data", IP(src="10.0.2.9", dst=f"10.0.1.{10 + n % 20}")
                            / UDP(sport=1000 + n, dport=53)) for n in range(800)]
    slow = [gateway.frame("web", IP(src="10.0.1.4", dst="10.0.2.77") / UDP(sport=n, dport=53))
            for n in range(40)]
    link = gateway.links["data"]
    answer = link.frame("02:00:00:00:20:77", link.mac,
                        ARP(op=2, hwsrc="02:00:00:00:20:77", psrc="10.0.2.77",
                            hwdst=link.mac, pdst="10.0.2.1"))
    frames = (handshake(gateway) + mix(data(gateway, 100), silent) + slow
              + [(link.port, bytes(answer))])
    timed = [(*frame, n * 0.0005) for n, frame in enumerate(frames)]
    result = gateway.replay(tmp_path, timed, "--arp", "off")
    got = [packet[UDP].sport for packet in result.packets("lan")
           if UDP in packet and packet[Ether].dst == "02:00:00:00:20:77"]
    assert got == list(range(8, 40))  # the latest 32
    assert delivered(result) == 102
    assert result.drops == {"neighbor_queue_full": 800 - 128 + 8, "neighbor_unresolved": 128}


def fragment(source, number, offset):
    """An eighth of a UDP packet of 512 bytes to the VIP's port 53."""
    whole = bytes(IP(src=source, dst=VIP, id=number) / UDP(sport=7, dport=53) / (504 * b"x"))
    return IP(src=source, dst=VIP, id=number, proto=17, frag=offset * 8,
              flags="MF" if offset < 7 else 0) / whole[20 + 64 * offset:84 + 64 * offset]


def test_semantics_full_fragment_table_keeps_whole_packets_and_awaited_ones(tmp_path):
    """Fragments of 500 packets that never become whole, more than the table knows at once."""
    path = tmp_path / "few.conf"
    path.write_text((NETWORKS / "app.conf").read_text()
                    .replace("flow_capacity = 4096", "flow_capacity = 4096; fragment_capacity = 64"))
    gateway = Gateway(path)
    begun = [gateway.frame("internet", fragment(CLIENT, 1, offset)) for offset in range(4)]
    flood = [gateway.frame("internet", fragment(f"20.0.{n // 250}.{n % 250 + 1}", n, 3), "198.51.100.1")
             for n in range(500)]
    rest = [gateway.frame("internet", fragment(CLIENT, 1, offset)) for offset in range(4, 8)]
    later = [gateway.frame("internet", fragment(CLIENT, 2, offset)) for offset in range(8)]
    frames = handshake(gateway) + begun + mix(data(gateway, 50), flood) + rest
    result = gateway.replay(tmp_path / "run", [(*frame, n * 0.001) for n, frame in enumerate(frames)]
                            + [(*frame, 40) for frame in later])
    sizes = [packet[IP].len for packet in result.packets("lan") if packet[IP].src == CLIENT
             and packet[IP].proto == 17]
    assert sizes == [84] * 16
    assert delivered(result) == 52
    assert result.drops == {"fragment_table_full": 500 - 63, "fragment_first_missing": 63}


CAPACITY = 64


@pytest.fixture
def small(tmp_path):
    """app.conf with room for 64 sessions, and a group that lets no mail server answer."""
    group = """security_groups = ( { name = "web"; rules = (
      { name = "in"; priority = 100; direction = "inbound"; access = "allow"; protocol = "*";
        source = "Internet"; source_ports = "*"; destination = "*"; destination_ports = "*"; },
      { name = "mute"; priority = 100; direction = "outbound"; access = "deny"; protocol = "*";
        source = "*"; source_ports = "8080"; destination = "*"; destination_ports = "*"; } ); } );"""
    text = (NETWORKS / "app.conf").read_text()
    path = tmp_path / "small.conf"
    path.write_text(text.replace("flow_capacity = 4096", f"flow_capacity = {CAPACITY}")
                    .replace('interface = "web";  outbound', 'interface = "web"; security_group = "web"; outbound')
                    + group)
    return Gateway(path)


def tcp(gateway, interface, source, destination, ports, flags, seq=0):
    return gateway.frame(interface, IP(src=source, dst=destination)
                         / TCP(sport=ports[0], dport=ports[1], flags=flags, seq=seq, ack=1))


def filling(gateway):
    """UDP calls of a VIP, answered, until the table is full."""
    frames = []
    for n in range(CAPACITY):
        frames += [gateway.frame("internet", IP(src=CLIENT, dst=VIP) / UDP(sport=2000 + n, dport=53)),
                   gateway.frame("web", IP(src="10.0.1.6", dst=CLIENT) / UDP(sport=1053, dport=2000 + n))]
    return frames


def backend_of(gateway, folder, client, port=443):
    """Which backend Maglev gives to that client."""
    frame = tcp(gateway, "internet", client, VIP, (3000, port), "S")
    return gateway.replay(folder, [frame]).packets("lan")[0][IP].dst


def tcp_of(packets, port):
    return [(p[IP].src, p[IP].dst, p[TCP].sport, p[TCP].dport, str(p[TCP].flags))
            for p in packets if TCP in p and port in (p[TCP].sport, p[TCP].dport)]


def test_semantics_full_session_table_serves_vips_without_state(small, tmp_path):
    """The client's packets reach one backend, its answers come from the VIP; then there is room."""
    client = "198.18.0.1"
    backend = backend_of(small, tmp_path / "ask", client)
    other = ({"10.0.1.4", "10.0.1.5"} - {backend}).pop()
    full = [(*frame, n * 0.001) for n, frame in enumerate(filling(small))]
    back = lambda flags, seq: tcp(small, "web", backend, client, (443, 3000), flags, seq)
    there = lambda flags, seq: tcp(small, "internet", client, VIP, (3000, 443), flags, seq)
    served = [there("S", 0), back("SA", 0), there("A", 1), there("PA", 1), back("PA", 1)]
    refused = [tcp(small, "web", other, client, (443, 3000), "SA"),  # it is not the one that was called
               tcp(small, "web", backend, client, (443, 3000), "S")]  # its own call
    late = [there("PA", 5), back("PA", 5), back("RA", 9)]
    result = small.replay(tmp_path / "run", full
                          + [(*frame, 1 + n * 0.001) for n, frame in enumerate(served + refused)]
                          + [(*frame, 240.6 + n * 0.001) for n, frame in enumerate(late)])
    inside, outside = result.packets("lan"), result.packets("wan")
    flags = ["S", "A", "PA", "PA"]
    assert tcp_of(inside, 443) == [(client, backend, 3000, 443, flag) for flag in flags]
    assert tcp_of(outside, 443) == [(VIP, client, 443, 3000, flag) for flag in ("SA", "PA", "PA", "RA")]
    assert result.counters["paths"]["stateless"] == 5
    assert result.counters["sessions"]["created"] == CAPACITY + 1
    assert result.drops == {"tcp_session_missing": 1, "session_table_full": 1}


def test_semantics_full_session_table_keeps_what_is_established(small, tmp_path):
    """... and what can not be served without state is dropped."""
    asked = [(*frame, n * 0.001) for n, frame in enumerate(
        handshake_443(small) + filling(small) + [tcp(small, "internet", CLIENT, VIP, (50, 443), "PA", n)
                                                 for n in range(1, 50)])]
    new = [small.frame("web", IP(src="10.0.1.4", dst="8.8.8.8") / UDP(sport=5, dport=53)),
           small.frame("data", IP(src="10.0.2.9", dst="10.0.1.4") / UDP(sport=5, dport=53)),
           tcp(small, "internet", CLIENT, VIP, (51, 80), "S")]  # whose answers no rule lets out
    result = small.replay(tmp_path / "run", asked + [(*frame, 1) for frame in new])
    got = [packet for packet in result.packets("lan") if TCP in packet and packet[TCP].sport == 50]
    assert len(got) == 2 + 49
    # The last of the UDP calls found no room, but was served; so was its answer.
    assert result.counters["paths"]["stateless"] == 2
    assert result.drops == {"session_table_full": 3, "tcp_session_missing": 1}  # the wrong backend
    assert not any(p[IP].src.startswith("10.") for p in result.packets("wan") if IP in p)


def handshake_443(gateway):
    frames = [tcp(gateway, "internet", CLIENT, VIP, (50, 443), "S")]
    for backend in ("10.0.1.4", "10.0.1.5"):
        frames.append(tcp(gateway, "web", backend, CLIENT, (443, 50), "SA"))
    return frames + [tcp(gateway, "internet", CLIENT, VIP, (50, 443), "A", 1)]
