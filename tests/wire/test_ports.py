# SPDX-License-Identifier: BSD-3-Clause
"""Ports by every driver that needs no NIC: frames in and out, tags, long ones, links that go."""
import os

import pytest
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw

from frames import Plug, wait_for_frames
from world import wait_until

FLOWS = 64
PORT = 4242  # what all the test's packets go to
# By driver, how a port with that name and number is written; how long a packet it takes; what is
# asked of the device.
DEVICES = {
    "af_packet": ("net_af_packet{n},iface={name}", 1500, "RX VLAN_STRIP, TX VLAN_INSERT MULTI_SEGS"),
    "af_xdp": ("net_af_xdp{n},iface={name}", 1500, "RX none, TX none"),
    "tap": ("net_tap{n},iface={name}", 1500, "RX IPV4_CKSUM, TX MULTI_SEGS"),
    "pcap": ("net_pcap{n},rx_iface_in={name},tx_iface={name}", 9000, "RX none, TX none"),
}


class Uplinks:
    """networks/uplinks.conf, with a plug of the test's at the far end of each port."""

    def __init__(self, world, kind, linux=None, **devices):
        """linux: the tap of the hosts' interface; devices: those of another kind, by name."""
        device, self.mtu, self.offloads = DEVICES[kind]
        self.host = world.host("gateway")
        tap = kind.startswith("tap")
        far = self.host if tap else world.host("far")
        names = ("lan", "one", "two")
        for name in names if not tap else ():
            world.connect(self.host, name, far, f"{name}-far")
            for end, its in ((self.host, name), (far, f"{name}-far")):
                end.ip(f"link set {its} mtu {self.mtu}")
        self.gateway = world.run_gateway(self.host, "uplinks", **{
            f"@{name.upper()}@": devices.get(name, device).format(n=n, name=name)
            for n, name in enumerate(names)
        }, **{"@MTU@": str(self.mtu)}, **with_tap(linux))
        self.lan, self.one, self.two = (Plug(far, name if tap else f"{name}-far")
                                        for name in names)

    def close(self):
        for plug in (self.lan, self.one, self.two):
            plug.close()

    def send_flows(self, destination="203.0.113.7"):
        for flow in range(FLOWS):
            self.lan.send(untagged() / IP(src="192.0.2.9", dst=destination)
                          / UDP(sport=5000 + flow, dport=PORT))

    def spread(self, destination="203.0.113.7"):
        """How many flows leave by each uplink."""
        self.send_flows(destination)
        found = wait_for_frames((self.one, self.two), is_ours, FLOWS)
        return len(found[self.one]), len(found[self.two])

    def wait_for_link(self, name, up):
        self.gateway.ask_until("/viaduct/ports", lambda ports: any(
            port["name"] == name and port["link_up"] == up for port in ports.values()))

    def generation(self):
        return self.gateway.ask("/viaduct/info")["generation"]


def with_tap(name):
    """What changes in the configuration."""
    address = 'addresses = "192.0.2.1/24";'
    return {} if name is None else {address: f'{address} tap = "{name}";'}


@pytest.fixture
def uplinks(world, request):
    made = Uplinks(world, request.param)
    yield made
    made.close()


def untagged():
    return Ether(src="02:00:00:00:01:09", dst="02:00:00:00:00:01")


def tagged():
    return Ether(src="02:00:00:00:07:09", dst="02:00:00:00:00:07") / Dot1Q(vlan=7)


def is_ours(frame):
    return UDP in frame and frame[UDP].dport == PORT


by_all_drivers = pytest.mark.parametrize("uplinks", DEVICES, indirect=True)


@by_all_drivers
def test_frames_are_forwarded(uplinks):
    one, two = uplinks.spread()
    assert one > 0 and two > 0 and one + two == FLOWS
    ports = uplinks.gateway.ask("/viaduct/ports")
    assert ports["0"]["received_packets"] == FLOWS and ports["0"]["link_up"] == 1


@by_all_drivers
def test_tags_are_kept(uplinks):
    """From a VLAN to none, and back to it."""
    uplinks.lan.send(tagged() / IP(src="192.0.7.9", dst="203.0.114.7") / UDP(dport=PORT))
    (out,) = wait_for_frames([uplinks.one], is_ours, 1)[uplinks.one]
    assert Dot1Q not in out and out.dst == "02:00:00:00:02:01" and out[IP].ttl == 63
    uplinks.one.send(Ether(src="02:00:00:00:02:01", dst="02:00:00:00:00:02")
                     / IP(src="203.0.114.7", dst="192.0.7.9") / UDP(dport=PORT))
    (back,) = wait_for_frames([uplinks.lan], is_ours, 1)[uplinks.lan]
    assert back[Dot1Q].vlan == 7 and back.dst == "02:00:00:00:07:09"


@by_all_drivers
def test_the_gateway_answers_on_a_vlan(uplinks):
    """What goes back as it came has its tag, whoever took it out."""
    uplinks.lan.send(tagged() / IP(src="192.0.7.9", dst="192.0.7.1") / ICMP(id=7) / b"ping")
    uplinks.lan.send(tagged() / ARP(hwsrc="02:00:00:00:07:09", psrc="192.0.7.9", pdst="192.0.7.1"))
    answers = wait_for_frames([uplinks.lan], lambda f: f.dst == "02:00:00:00:07:09", 2)[uplinks.lan]
    pong, arp = sorted(answers, key=lambda frame: ARP in frame)
    assert (pong[Dot1Q].vlan, pong[ICMP].type, pong[ICMP].id) == (7, 0, 7)
    assert (arp[Dot1Q].vlan, arp[ARP].op, arp[ARP].hwsrc) == (7, 2, "02:00:00:00:00:07")


@by_all_drivers
def test_damaged_headers_are_dropped(uplinks):
    """Whoever looks at their checksums; what hosts have to look at is theirs."""
    uplinks.gateway.wait_for(f"^port lan: .* offloads {uplinks.offloads}")
    for number in range(FLOWS):
        damaged = IP(src="192.0.2.9", dst="203.0.113.7", chksum=number) / UDP(dport=PORT)
        uplinks.lan.send(untagged() / damaged)
    hosts = IP(src="192.0.2.9", dst="203.0.114.7") / UDP(dport=PORT, chksum=0x1234) / b"data"
    uplinks.lan.send(untagged() / hosts)
    (out,) = wait_for_frames([uplinks.one], is_ours, 1)[uplinks.one]
    assert out[UDP].chksum == 0x1234
    assert uplinks.gateway.ask("/viaduct/drops")["ip_checksum_wrong"] == FLOWS


@pytest.mark.parametrize("kind", DEVICES)
def test_what_is_for_all_on_a_link_goes_to_its_tap(world, kind):
    """OSPF and LLDP of a link whose interface has one; those of the others are dropped."""
    uplinks = Uplinks(world, kind, linux="linux")
    linux = Plug(uplinks.host, "linux")
    if kind == "tap":
        assert "ALLMULTI" in uplinks.host.run("ip", "link", "show", "dev", "lan")
        assert "ALLMULTI" not in uplinks.host.run("ip", "link", "show", "dev", "one")
    group, bridges = "01:00:5e:00:00:05", "01:80:c2:00:00:0e"
    frames = [bytes(Ether(src="02:00:00:00:01:09", dst=group)
                    / IP(src="192.0.2.9", dst="224.0.0.5", proto=89, ttl=1) / Raw(b"hello")),
              bytes(Ether(src="02:00:00:00:01:09", dst=bridges, type=0x88cc) / Raw(b"\0" * 46))]
    for frame in frames:
        uplinks.lan.send(frame)
        uplinks.lan.send(frame[:12] + bytes([0x81, 0, 0, 7]) + frame[12:])
        uplinks.one.send(frame)
    uplinks.gateway.ask_until("/viaduct/drops", lambda drops: (
        drops["ip_multicast"], drops["ethertype_unsupported"]) == (2, 2))
    wait_for_frames([linux], lambda frame: frame.dst in (group, bridges), 2)
    assert uplinks.gateway.ask("/viaduct/kernel")["given"] == 2
    uplinks.close()
    linux.close()


@by_all_drivers
def test_long_packets_are_cut_or_refused(uplinks):
    """One as long as the link takes leaves as fragments where the next one takes less."""
    payload = bytes(range(256)) * 36
    payload = payload[:uplinks.mtu - 28]
    whole = IP(src="192.0.2.9", dst="203.0.114.7", id=77) / UDP(dport=PORT) / Raw(payload)
    uplinks.lan.send(untagged() / whole)
    count = -(-(len(payload) + 8) // 1480)
    pieces = wait_for_frames([uplinks.one], lambda frame: IP in frame and frame[IP].id == 77,
                             count)[uplinks.one]
    data = b"".join(bytes(frame[IP].payload)[:frame[IP].len - 20]
                    for frame in sorted(pieces, key=lambda frame: frame[IP].frag))
    assert data == bytes(whole[UDP])

    if count > 1:
        whole[IP].flags = "DF"
        uplinks.lan.send(untagged() / whole)
        (told,) = wait_for_frames([uplinks.lan], lambda frame: ICMP in frame,
                                  1)[uplinks.lan]
        assert (told[ICMP].type, told[ICMP].code, told[ICMP].nexthopmtu) == (3, 4, 1500)


@pytest.mark.parametrize("uplinks", ["af_xdp"], indirect=True)
def test_fragments_leave_by_devices_that_take_none_in_parts(uplinks):
    """net_af_xdp sends one buffer for each packet: what is cut is copied for it."""
    pieces = IP(src="192.0.2.9", dst="203.0.114.7", id=78, flags="MF") / Raw(b"x" * 1480)
    uplinks.lan.send(untagged() / pieces)
    (out,) = wait_for_frames([uplinks.one], lambda frame: IP in frame and frame[IP].id == 78,
                             1)[uplinks.one]
    assert bytes(out[IP].payload) == b"x" * 1480


def is_announcement(frame):
    return ARP in frame and frame[ARP].psrc == frame[ARP].pdst


@pytest.mark.parametrize("uplinks", ["tap"], indirect=True)
def test_a_lost_link_takes_its_next_hops(uplinks):
    # Those of the start are over before the link is lost.
    wait_for_frames([uplinks.one], is_announcement, 2)
    before = uplinks.generation()
    uplinks.host.ip("link set one down")
    uplinks.gateway.wait_for("port one has no link")
    wait_until(lambda: uplinks.generation() > before, "nothing changes without the link")
    uplinks.two.received()
    assert uplinks.spread() == (0, FLOWS)
    # The route that has no other next hop is gone.
    uplinks.send_flows("203.0.114.7")
    uplinks.gateway.ask_until("/viaduct/drops", lambda drops: drops["no_route"] == FLOWS)

    before = uplinks.generation()
    uplinks.host.ip("link set one up")
    uplinks.gateway.wait_for("port one has a link")
    wait_until(lambda: uplinks.generation() > before, "nothing changes with the link")
    (told,) = wait_for_frames([uplinks.one], is_announcement, 1)[uplinks.one]
    assert told.dst == "ff:ff:ff:ff:ff:ff"
    assert (told[ARP].psrc, told[ARP].hwsrc) == ("198.51.100.2", "02:00:00:00:00:02")
    one, two = uplinks.spread()
    assert one > 0 and two > 0
    assert uplinks.spread("203.0.114.7") == (FLOWS, 0)


def relay_start(world, socket, device):
    """DPDK's own program at the other end of the memif; what comes there leaves by the device."""
    return world.hosts["far"].start(
        "dpdk-testpmd", "--lcores=0@0,1@0", "--no-huge", "-m", 256, "--no-shconf", "--no-pci",
        "--no-telemetry", f"--file-prefix=relay-{os.getpid()}",
        f"--vdev=net_memif0,role=client,socket={socket},socket-abstract=no",
        f"--vdev=net_af_packet0,iface={device}", "--", "--auto-start", "--forward-mode=io",
        "--no-flush-rx", "--total-num-mbufs=8192", "--no-lsc-interrupt",
        "--stats-period=1000")  # else it would end with its input


def passes(uplinks, end):
    """Its other end has a link before it gives buffers to send by."""
    uplinks.send_flows("203.0.114.7")
    return any(is_ours(frame) for frame in end.received())


def test_a_port_that_starts_without_a_link(world, tmp_path):
    """A memif has one as long as there is somebody at its other end."""
    socket = tmp_path / "memif"
    uplinks = Uplinks(world, "af_packet", one=f"net_memif1,role=server,socket={socket},"
                                              "socket-abstract=no")
    far = world.host("relay")
    world.connect(world.hosts["far"], "relay", far, "end")
    end = Plug(far, "end")
    uplinks.gateway.wait_for("port one has no link")
    wait_until(lambda: uplinks.generation() > 1, "the route stays")
    assert uplinks.spread() == (0, FLOWS)

    relay = relay_start(world, socket, "relay")
    uplinks.gateway.wait_for("port one has a link")
    wait_until(lambda: uplinks.generation() > 2, "the route does not come back")
    wait_until(lambda: passes(uplinks, end), "nothing comes by the memif")

    relay.kill()
    uplinks.gateway.wait_for("port one has no link", 2)
    wait_until(lambda: uplinks.generation() > 3, "the route stays")
    assert uplinks.spread() == (0, FLOWS)
    uplinks.close()
    end.close()
    assert uplinks.gateway.stop() == 0
