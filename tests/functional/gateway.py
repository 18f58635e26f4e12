# SPDX-License-Identifier: BSD-3-Clause
"""The program under test: a configuration, what it says of its links, and replays through it."""
import contextlib
import json
import os
import pathlib
import re
import struct

from scapy.layers.l2 import Dot1Q, Ether
from scapy.utils import RawPcapReader

from program import viaduct

NETWORKS = pathlib.Path(__file__).resolve().parent / "networks"
START = 1000.0  # seconds: the time stamp of the first packet
STEP = 0.001  # seconds between packets, unless a test says otherwise
ETHERNET = 1  # link type of a capture


def capture_header():
    return struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, ETHERNET)


def capture_record(stamp, data):
    """stamp: seconds."""
    seconds, microseconds = divmod(round(stamp * 1_000_000), 1_000_000)
    return struct.pack("=IIII", seconds, microseconds, len(data), len(data)) + data


def capture_write(path, frames):
    """frames: (time stamp in seconds, bytes)."""
    path.write_bytes(capture_header() + b"".join(capture_record(*frame) for frame in frames))


def capture_read(path):
    """The frames of a capture as bytes."""
    if not path.exists():
        return []
    with contextlib.closing(RawPcapReader(str(path))) as reader:
        return [data for data, _ in reader]


def json_lines(text):
    return [json.loads(line) for line in text.splitlines()]


class Link:
    """An interface of the configuration: where it is, and the MAC addresses on it."""

    def __init__(self, port, vlan, mac):
        self.port = port
        self.vlan = vlan
        self.mac = mac
        self.neighbors = {}  # address: MAC

    def neighbor_mac(self, address):
        """Of that address; of the only neighbour, where the address is none on this link."""
        if address in self.neighbors:
            return self.neighbors[address]
        if len(self.neighbors) == 1:
            return next(iter(self.neighbors.values()))
        raise ValueError(f"{address} is no neighbour on this link; name one of "
                         f"{', '.join(self.neighbors)}")

    def frame(self, source, destination, packet):
        tag = Dot1Q(vlan=self.vlan) if self.vlan else None
        ether = Ether(src=source, dst=destination)
        return ether / tag / packet if tag else ether / packet

    def to_gateway(self, packet, sender):
        return self.frame(self.neighbor_mac(sender), self.mac, packet)

    def from_gateway(self, packet, receiver):
        return self.frame(self.mac, self.neighbor_mac(receiver), packet)


def configuration_list(text, name):
    """The flat groups of one top-level list, as dictionaries of text: enough for links."""
    found = re.search(rf"^{name}\s*=\s*\((.*?)\)\s*;", text, re.MULTILINE | re.DOTALL)
    groups = re.findall(r"\{([^{}]*)\}", found[1]) if found else []
    return [dict(re.findall(r'(\w+)\s*=\s*"?([^";]+)"?\s*;', group)) for group in groups]


class Result:
    """What came of a replay: frames by port, counters, and what was decided of which packets."""

    def __init__(self, folder, ports, counters, messages):
        self.messages = messages
        self.out = {port: capture_read(folder / "out" / f"{port}.pcap") for port in ports}
        self.counters = counters
        self.drops = {reason: n for reason, n in counters["drops"].items() if n}
        self.decisions = json_lines((folder / "decisions").read_text())

    def packets(self, port):
        """The frames that left that port, dissected."""
        return [Ether(data) for data in self.out[port]]


class Gateway:
    """A configuration file."""

    def __init__(self, path):
        self.path = pathlib.Path(path).resolve()
        text = re.sub(r"#.*", "", self.path.read_text())
        self.ports = {port["name"]: dict(re.findall(r"(\w+)=([^,]+)", port["device"]))
                      for port in configuration_list(text, "ports")}
        self.links = {item["name"]: Link(item["port"], int(item.get("vlan", 0)), item["mac"])
                      for item in configuration_list(text, "interfaces")}
        # What the kernel gets of an interface: `out TAP FRAME` in stories.
        self.taps = [item["tap"] for item in configuration_list(text, "interfaces")
                     if "tap" in item]
        for tap in self.taps:
            self.links[tap] = Link(tap, 0, None)
        for item in configuration_list(text, "neighbors"):
            self.links[item["interface"]].neighbors[item["address"]] = item["mac"]

    def frame(self, interface, packet, sender=None):
        """(port, frame): the packet as a neighbour on that interface's link sends it."""
        link = self.links[interface]
        return link.port, bytes(link.to_gateway(packet, sender or packet.src))

    def replay(self, folder, frames, *options):
        """frames: (port, bytes), STEP apart, or (port, bytes, seconds after the first)."""
        inputs = {}
        for number, (port, data, *after) in enumerate(frames):
            stamp = START + (after[0] if after else number * STEP)
            inputs.setdefault(port, []).append((stamp, data))
        (folder / "out").mkdir(parents=True, exist_ok=True)
        arguments = []
        for port, stamped in inputs.items():
            capture = folder / f"{port}-in.pcap"
            capture_write(capture, stamped)
            arguments += ["--in", f"{port}={capture}"]
        done = viaduct("replay", self.path, *arguments, "--out", folder / "out", "--json",
                       "--decisions", folder / "decisions", *options)
        assert done.returncode == 0, f"replay ended with {done.returncode}:\n{done.stderr}"
        return Result(folder, [*self.ports, *self.taps], json.loads(done.stdout), done.stderr)

    def run(self, folder, frames):
        """The same through `viaduct run`, with the net_pcap devices of the configuration."""
        folder.mkdir(parents=True, exist_ok=True)
        configuration = folder / "gateway.conf"
        # Gateways that run at the same time need different names. All packets come at once, so
        # that first packets would have to share the time with others, which replay has enough of.
        settings = f'name = "test-{os.getpid()}"; first_packet_share = 100'
        configuration.write_text(re.sub(r'name = "[^"]*"', settings, self.path.read_text(), count=1))
        for port, device in self.ports.items():
            mine = [(START, data) for name, data, *_ in frames if name == port]
            capture_write(folder / device["rx_pcap"], mine)
        done = viaduct("run", configuration, "--exit-when-idle", 0.5)
        assert done.returncode == 0, f"run ended with {done.returncode}:\n{done.stderr}"
        return {port: capture_read(folder / device["tx_pcap"])
                for port, device in self.ports.items()}


def explanations(configuration, decisions):
    """What `viaduct explain` says of the packets of these decisions."""
    packets = "".join(f"{record['interface']} {record['packet']}\n" for record in decisions)
    done = viaduct("explain", configuration, "-", "--json", text=packets)
    assert done.returncode in (0, 1), done.stderr
    return json_lines(done.stdout)
