# SPDX-License-Identifier: BSD-3-Clause
"""NICs on a PCI bus, though emulated ones: from a machine that has just been started to traffic."""
import json
import re

import pytest
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.l2 import ARP, Dot1Q, Ether

from frames import Plug, wait_for_frames
from guest import USER, Guest, build, disk_make, reason_to_skip
from program import DEADLINE, ROOT
from world import wait_until

FLOWS = 64
MTU = 9000
PORT = 4242

# By NIC: QEMU's device, how many queues it has there, and whether its driver filters by more than
# one MAC address: the port that has another than its own must else take all frames.
NICS = {
    "e1000e": ("e1000e", 1, True),
    # QEMU would drop tagged frames of VLANs that it has not been told by the driver.
    "virtio": ("virtio-net-pci,mq=on,vectors=6,rss=on,hash=on,disable-legacy=on,iommu_platform=on,"
               "ctrl_vlan=off", 2, True),
    "vmxnet3": ("vmxnet3", 1, False),
}

# As systemd starts scripts/viaduct@.service, without root and without a way back to it.
(_SAID,) = re.findall("^AmbientCapabilities=(.*)$",
                      (ROOT / "scripts/viaduct@.service").read_text(), re.MULTILINE)
_CAPABILITIES = ",".join(f"+{name[4:].lower()}" for name in _SAID.split())
FOLDER = "/run/viaduct/guest"
AS_SERVICE = (f"ulimit -l unlimited; export RUNTIME_DIRECTORY={FOLDER}; exec /bin/setpriv "
              f"--reuid={USER} --regid={USER} --clear-groups --inh-caps=-all,{_CAPABILITIES} "
              f"--ambient-caps=-all,{_CAPABILITIES} --bounding-set=-all,{_CAPABILITIES} "
              "--no-new-privs")

CONFIGURATION = """\
gateway = {{
  name = "guest"; cores = "0-{workers}"; flow_capacity = 4096; route_capacity = 1024;
  stall_timeout = 60;
}};
ports = (
  {{ name = "wan"; device = "{wan}"; mtu = {mtu}; }},
  {{ name = "lan"; device = "{lan}"; mtu = {mtu}; }}
);
interfaces = (
  {{ name = "outside"; port = "wan"; addresses = "198.51.100.2/24"; mac = "02:00:00:00:00:01"; }},
  {{ name = "inside"; port = "lan"; addresses = "192.0.2.1/24"; }},
  {{ name = "tagged"; port = "lan"; vlan = 7; addresses = "192.0.7.1/24"; }}
);
neighbors = (
  {{ interface = "outside"; address = "198.51.100.1"; mac = "02:00:00:00:01:01"; }},
  {{ interface = "inside"; address = "192.0.2.9"; mac = "02:00:00:00:02:09"; }},
  {{ interface = "tagged"; address = "192.0.7.9"; mac = "02:00:00:00:07:09"; }}
);
routes = ( {{ prefix = "0.0.0.0/0"; next_hops = "198.51.100.1"; }} );
"""


@pytest.fixture(scope="session")
def archive(right_to_make_worlds, tmp_path_factory):
    reason = reason_to_skip()
    if reason is not None:
        pytest.skip(reason)
    kernel = build()
    if kernel is None:
        pytest.skip("Debian's kernel can not be fetched here")
    return kernel, disk_make(ROOT / "build-v3/control/viaduct", kernel,
                              tmp_path_factory.mktemp("guest"))


class Machine:
    """A guest with two NICs of a kind, and a plug of the test's at the other end of each."""

    def __init__(self, world, archive, kind):
        self.kind = kind
        model, self.queues, self.filters = NICS[kind]
        host = world.host("qemu")
        many = " multi_queue" if self.queues > 1 else ""
        devices = []
        for number in range(2):
            host.ip(f"tuntap add dev nic{number} mode tap{many}", f"link set nic{number} mtu {MTU} up")
            devices += ["-netdev", f"tap,id=net{number},ifname=nic{number},script=no,downscript=no"
                        + (f",queues={self.queues}" if many else ""),
                        "-device", f"{model},netdev=net{number},id=nic{number},romfile=,"
                        f"mac=02:00:00:00:0a:0{number}"]
        self.wan, self.lan = Plug(host, "nic0"), Plug(host, "nic1")
        self.guest = Guest(host, *archive, devices)

    def __enter__(self):
        self.guest.__enter__()
        return self

    def __exit__(self, *_):
        self.guest.__exit__()
        self.wan.close()
        self.lan.close()

    def nics(self):
        """What nic-setup shows of them, by PCI address."""
        shown = self.guest.run("nic-setup show")
        return dict(line.split("  ", 1) for line in shown.splitlines() if " driver " in line)

    def configure(self):
        wan, lan = sorted(self.nics())
        text = CONFIGURATION.format(workers=self.queues, wan=wan, lan=lan, mtu=MTU)
        self.guest.run("echo > /gateway.conf")
        for line in text.splitlines():
            self.guest.run(f"echo '{line}' >> /gateway.conf")

    def start(self):
        """The gateway; what it says when it runs."""
        self.guest.run(f"mkdir -p {FOLDER}; chown {USER} {FOLDER}")
        self.guest.run(f"({AS_SERVICE} viaduct run /gateway.conf) > /log 2>&1 & pid=$!")
        self.guest.run("until grep -q ^memory: /log; do kill -0 $pid || break; sleep 0.2; done; "
                       "kill -0 $pid || { cat /log; false; }")
        self.wait_for_links([1, 1])
        return self.guest.run("cat /log")

    def wait_for_links(self, up):
        wait_until(lambda: [port["link_up"] for port in self.ask("ports").values()] == up,
                   "the NICs have other links")

    def pull_cable(self):
        """Out, until the routes behind it are gone, and in again."""
        before = self.ask("info")["generation"]
        self.guest.set_link("nic0", False)
        self.wait_for_links([0, 1])
        wait_until(lambda: self.ask("info")["generation"] > before, "the routes stay")
        assert "port wan has no link" in self.guest.run("cat /log")
        before = self.ask("info")["generation"]
        self.guest.set_link("nic0", True)
        self.wait_for_links([1, 1])
        wait_until(lambda: self.ask("info")["generation"] > before, "the routes stay away")

    def stop(self):
        """It has said these figures."""
        self.guest.run("kill $pid; wait $pid")
        return self.guest.run("cat /log")

    def ask(self, what):
        said = self.guest.run(f"echo -n /viaduct/{what} | socat -t {DEADLINE} - UNIX-CONNECT:"
                              f"{FOLDER}/dpdk/viaduct-guest/dpdk_telemetry.v2,socktype=5 && echo "
                              "|| { cat /log; false; }")
        # The greeting is a text of its own.
        return json.loads(said[said.index('{"/viaduct'):])[f"/viaduct/{what}"]

    def send_flows(self):
        for flow in range(FLOWS):
            self.lan.send(Ether(src="02:00:00:00:02:09", dst="02:00:00:00:0a:01")
                          / IP(src="192.0.2.9", dst="203.0.113.7")
                          / UDP(sport=5000 + flow, dport=PORT) / b"there")
            self.wan.send(Ether(src="02:00:00:00:01:01", dst="02:00:00:00:00:01")
                          / IP(src="203.0.113.7", dst="192.0.2.9")
                          / UDP(sport=5000 + flow, dport=PORT) / b"back")

    def check_long_packet(self):
        """As long as the links take it; its data is the same at the other end."""
        data = bytes(range(256)) * 35
        self.lan.send(Ether(src="02:00:00:00:02:09", dst="02:00:00:00:0a:01")
                      / IP(src="192.0.2.9", dst="203.0.113.7") / UDP(dport=PORT + 1) / data)
        (frame,) = wait_for_frames([self.wan], lambda f: UDP in f and f[UDP].dport == PORT + 1,
                                   1)[self.wan]
        assert bytes(frame[UDP].payload) == data

    def check_tags(self):
        """Whoever takes them out and puts them in: of packets that pass, and of answers."""
        tagged = Ether(src="02:00:00:00:07:09", dst="02:00:00:00:0a:01") / Dot1Q(vlan=7)
        udp = UDP(dport=PORT + 2)
        self.lan.send(tagged / IP(src="192.0.7.9", dst="203.0.113.7") / udp)
        (out,) = wait_for_frames([self.wan], lambda f: UDP in f and f[UDP].dport == PORT + 2,
                                 1)[self.wan]
        assert Dot1Q not in out and out[IP].ttl == 63
        self.wan.send(Ether(src="02:00:00:00:01:01", dst="02:00:00:00:00:01")
                      / IP(src="203.0.113.7", dst="192.0.7.9") / udp)
        self.lan.send(tagged / IP(src="192.0.7.9", dst="192.0.7.1") / ICMP(id=7) / b"ping")
        self.lan.send(tagged / ARP(hwsrc="02:00:00:00:07:09", psrc="192.0.7.9", pdst="192.0.7.1"))
        back = wait_for_frames([self.lan], lambda f: f.dst == "02:00:00:00:07:09", 3)[self.lan]
        assert [frame[Dot1Q].vlan for frame in back] == [7] * 3
        assert {layer for layer in (UDP, ICMP, ARP) for frame in back if layer in frame} == {
            UDP, ICMP, ARP}

    def check_traffic(self):
        """Both ways: each packet once, and as a router changes it."""
        self.send_flows()
        found = wait_for_frames((self.wan, self.lan), lambda f: UDP in f and f[UDP].dport == PORT,
                                2 * FLOWS)
        for plug, source, destination in (
                (self.wan, "02:00:00:00:00:01", "02:00:00:00:01:01"),
                (self.lan, "02:00:00:00:0a:01", "02:00:00:00:02:09")):
            frames = found[plug]
            assert {frame[UDP].sport for frame in frames} == set(range(5000, 5000 + FLOWS))
            assert {(frame.src, frame.dst, frame[IP].ttl) for frame in frames} == {
                (source, destination, 63)}
            assert len(frames) == FLOWS


@pytest.mark.parametrize("kind", NICS)
def test_a_machine_is_brought_up(world, archive, kind):
    with Machine(world, archive, kind) as machine:
        addresses = " ".join(sorted(machine.nics()))
        # What it would do is all shown, and nothing done.
        setup = f"setup --hugepages 200 --user {USER} {addresses}"
        shown = machine.guest.run(f"nic-setup {setup}")
        assert all("driver none" in nic for nic in machine.nics().values())
        assert machine.guest.run(f"nic-setup --do {setup}") == shown[:shown.rindex("\n")]
        assert all("driver vfio-pci" in nic for nic in machine.nics().values())
        assert machine.guest.run("stat -c %U /dev/hugepages /dev/vfio/[0-9]*").split() == [USER] * 3

        machine.configure()
        for again in (False, True):  # it can be stopped, and started again
            said = machine.start()
            assert machine.guest.run("stat -c %U /proc/$pid") == USER
            assert re.search(r"^port wan: device 0000:\S+ \(net_", said, re.MULTILINE), said
            assert ("promiscuous" not in said) == machine.filters
            (offloads,) = re.findall("^port lan: .* offloads (.*)$", said, re.MULTILINE)
            assert all(tag in offloads for tag in ("VLAN_STRIP", "VLAN_INSERT")), offloads
            if again:
                machine.pull_cable()
            machine.check_traffic()
            workers = machine.ask("workers")
            assert len(workers) == machine.queues
            received = [worker["received_packets"] for worker in workers.values()]
            assert sum(received) == 2 * FLOWS and all(received), received
            machine.check_long_packet()
            machine.check_tags()
            said = machine.stop()
            assert re.search(rf"^  fabric +{2 * FLOWS + 3}$", said, re.MULTILINE), said

        machine.guest.run("nic-setup --do undo")
        assert all("driver none" in nic for nic in machine.nics().values())
        assert machine.guest.run("cat /proc/sys/vm/nr_hugepages") == "0"
