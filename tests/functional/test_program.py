# SPDX-License-Identifier: BSD-3-Clause
"""`viaduct run` as a program: it starts, stops in order, reloads, and tells its counters."""
import json
import os
import re
import signal

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.utils import rdpcap, wrpcap

from program import Program, viaduct

FRAMES = 500

# Two links of a fabric: what comes in on wan for 203.0.113.0/24 leaves on lan.
CONFIGURATION = """\
gateway = {{
  name = "{name}"; seed = 1; flow_capacity = 4096; route_capacity = 1024; workers = {workers};
  eal_options = [ "--no-huge", "--no-shconf" ];
}};
ports = (
  {{ name = "wan"; device = "net_pcap0,{source}"; }},
  {{ name = "lan"; device = "{sink}"; }}
);
interfaces = (
  {{ name = "outside"; port = "wan"; addresses = "198.51.100.2/24"; mac = "02:00:00:00:00:01"; }},
  {{ name = "inside"; port = "lan"; addresses = "192.0.2.2/24"; mac = "02:00:00:00:00:02"; }}
);
neighbors = (
  {{ interface = "inside"; address = "192.0.2.1"; mac = "02:00:00:00:02:01"; }},
  {{ interface = "inside"; address = "192.0.2.3"; mac = "02:00:00:00:02:03"; }}
);
routes = ( {{ prefix = "203.0.113.0/24"; next_hops = "{next_hop}"; }} );
"""


class Setup:
    """A folder with a configuration and the captures that it receives."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "gateway.conf"
        # Gateways that run at the same time have different names.
        self.name = f"{folder.name[:24]}-{os.getpid()}"
        frame = (Ether(src="02:00:00:00:01:01", dst="02:00:00:00:00:01")
                 / IP(src="198.51.100.9", dst="203.0.113.7") / UDP(sport=7, dport=9))
        for number in range(2):
            wrpcap(str(folder / f"in{number}.pcap"), [frame] * FRAMES)

    def write(self, workers=1, endless=False, **changes):
        source = ",".join(f"rx_pcap=in{i}.pcap" for i in range(workers))
        sink = ",".join(["net_pcap1"] + [f"tx_pcap=out{i}.pcap" for i in range(workers)])
        if endless:  # nothing is written: it would be much
            source += ",infinite_rx=1"
            sink = "net_null0,no-rx=1"
        text = CONFIGURATION.format(**{"name": self.name, "workers": workers, "source": source,
                                       "sink": sink, "next_hop": "192.0.2.1"} | changes)
        self.file.write_text(text)
        return self.file


@pytest.fixture
def setup(tmp_path):
    return Setup(tmp_path)


def frames_in(capture):
    return [bytes(frame) for frame in rdpcap(str(capture))]


def packets_of(counters, what):
    return sum(port[what] for port in counters["ports"].values())


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["a", "--exit-when-idle", "soon"],
                                       ["a", "--exit-when-idle", "-1"],
                                       ["a", "--exit-when-idle", "0"],
                                       ["a", "--exit-when-idle", "nan"], ["a", "--frobnicate"]])
def test_wrong_arguments_are_refused(arguments):
    done = viaduct("run", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "viaduct run" in done.stderr


def test_invalid_configuration_is_the_answer_no(setup):
    file = setup.write(next_hop="8.8.8.8")
    done = viaduct("run", file)
    assert done.returncode == 1
    assert f"{file}:{len(CONFIGURATION.splitlines())}: " in done.stderr


@pytest.mark.parametrize("changes, sentence", [
    ({"source": "rx_pcap=none.pcap"}, "port wan has no device net_pcap0"),
    ({"source": "rx_pcap=none.pcap,infinite_rx=1"}, "none.pcap: No such file or directory"),
    ({"source": "rx_pcap=in0.pcap,rx_pcap=in1.pcap"}, "name one file for each queue"),
])
def test_environment_that_does_not_fit_is_told(setup, changes, sentence):
    done = viaduct("run", setup.write(**changes))
    assert done.returncode == 2
    assert sentence in done.stderr


@pytest.mark.parametrize("workers", [1, 2])
def test_captures_are_forwarded_until_nothing_comes(setup, workers):
    done = viaduct("run", setup.write(workers), "--exit-when-idle", "0.2")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    expected = bytes(Ether(src="02:00:00:00:00:02", dst="02:00:00:00:02:01")
                     / IP(src="198.51.100.9", dst="203.0.113.7", ttl=63) / UDP(sport=7, dport=9))
    for worker in range(workers):
        assert frames_in(setup.folder / f"out{worker}.pcap") == [expected] * FRAMES
    for line in [rf"^viaduct \S+ \(DPDK .*\), gateway {setup.name}, ",
                 r"^port wan: device net_pcap0 \(net_pcap\), MAC 02:70:63:61:70:\w\w, MTU 1500, "
                 rf"RX {workers} x 1024, TX {workers} x 1024 descriptors",
                 r"^control thread: CPU \d+$", rf"^worker {workers - 1}: CPU \d+",
                 r"^capacities: 4096 sessions, 4096 packets in fragments, 1024 routes, \d+ packets of 2176 bytes$",
                 r"^memory: \d+ MB allocated, without huge pages$",
                 rf"^  wan +{FRAMES * workers} +0 ", rf"^  lan +0 +{FRAMES * workers} ",
                 rf"^  fabric +{FRAMES * workers}$"]:
        assert re.search(line, done.stdout, re.MULTILINE), done.stdout


def test_counters_as_json_are_all_of_the_output(setup):
    done = viaduct("run", setup.write(), "--exit-when-idle", "0.2", "--json")
    assert done.returncode == 0, done.stderr
    counters = json.loads(done.stdout)
    assert packets_of(counters, "out") == FRAMES
    assert not any(counters["drops"].values())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it_in_order(setup, number):
    with Program(setup.write(endless=True), "--json") as program:
        program.wait_until_running()
        program.ask_until("/viaduct/ports", lambda ports: ports["1"]["sent_packets"] > FRAMES)
        assert program.stop(number) == 0, program.said()
        counters = json.loads("\n".join(program.output))
        assert packets_of(counters, "in") == packets_of(counters, "out")
        assert not any(counters["drops"].values())


def test_workers_that_share_a_transmit_queue_stop_in_order(setup):
    """What the queue does not take is dropped and counted; what it took is written."""
    source = ",".join(f"rx_pcap=in{i}.pcap" for i in range(2)) + ",infinite_rx=1"
    with Program(setup.write(workers=2, source=source, sink="net_pcap1,tx_pcap=out0.pcap"),
                 "--json") as program:
        program.wait_until_running()
        program.ask_until("/viaduct/ports", lambda ports: ports["1"]["sent_packets"] > FRAMES)
        assert program.stop() == 0, program.said()
        counters = json.loads("\n".join(program.output))
        drops = {reason: n for reason, n in counters["drops"].items() if n}
        assert set(drops) <= {"transmit_full"}
        assert packets_of(counters, "in") == packets_of(counters, "out") + sum(drops.values())
        # A capture's header, and a header and 42 bytes for each packet: it is too much to read.
        size = (setup.folder / "out0.pcap").stat().st_size
        assert size == 24 + (16 + 42) * packets_of(counters, "out")


def test_it_does_not_end_while_packets_come(setup):
    with Program(setup.write(endless=True), "--exit-when-idle", "0.05") as program:
        program.wait_until_running()
        program.ask_until("/viaduct/info", lambda info: info["uptime_seconds"] >= 1)
        assert program.stop() == 0


def test_more_workers_than_cpus_share_them(setup):
    source = ",".join("rx_pcap=in0.pcap" for _ in range(8))
    sink = ",".join(["net_pcap1"] + [f"tx_pcap=out{i}.pcap" for i in range(8)])
    done = viaduct("run", setup.write(workers=8, source=source, sink=sink), "--exit-when-idle",
                   "0.2", "--json")
    assert done.returncode == 0, done.stderr
    assert "worker 7: CPU" in done.stderr
    for worker in range(8):
        assert len(frames_in(setup.folder / f"out{worker}.pcap")) == FRAMES


def test_good_reload_is_published(setup):
    with Program(setup.write(endless=True)) as program:
        program.wait_until_running()
        assert program.ask("/viaduct/info")["generation"] == 1
        setup.write(endless=True, next_hop="192.0.2.3")
        program.send(signal.SIGHUP)
        program.wait_for(r"^viaduct run: configuration reloaded, generation 2$")
        assert program.ask("/viaduct/info")["generation"] == 2
        assert program.stop() == 0


def test_bad_reload_changes_nothing(setup):
    with Program(setup.write(endless=True)) as program:
        program.wait_until_running()
        file = setup.write(endless=True, next_hop="8.8.8.8")
        program.send(signal.SIGHUP)
        program.wait_for(rf"^{re.escape(str(file))}:\d+: ")
        program.wait_for("configuration not changed$")
        assert program.ask("/viaduct/info")["generation"] == 1
        before = program.ask("/viaduct/ports")["1"]["sent_packets"]
        program.ask_until("/viaduct/ports", lambda ports: ports["1"]["sent_packets"] > before)
        assert program.stop() == 0


def test_change_of_a_port_needs_a_restart(setup):
    with Program(setup.write(endless=True)) as program:
        program.wait_until_running()
        setup.write(endless=True, sink="net_null1,no-rx=1")
        program.send(signal.SIGHUP)
        [told] = program.wait_for("configuration not changed$")
        assert "needs a restart" in told.string and "ports" in told.string
        assert program.ask("/viaduct/info")["generation"] == 1
        assert program.stop() == 0


def test_telemetry_tells_the_counters(setup):
    with Program(setup.write(endless=True)) as program:
        program.wait_until_running()
        ports = program.ask_until("/viaduct/ports",
                                  lambda ports: ports["0"]["received_packets"] > FRAMES)
        assert ports["0"]["name"] == "wan" and ports["1"]["name"] == "lan"
        info = program.ask("/viaduct/info")
        assert info["gateway"] == setup.name and info["workers"] == 1 and info["ports"] == 2
        assert program.ask("/viaduct/paths")["fabric"] > FRAMES
        assert program.ask("/viaduct/sessions")["capacity"] == 4096
        drops = program.ask("/viaduct/drops")
        assert drops["no_route"] == 0 and drops["transmit_full"] == 0
        worker = program.ask("/viaduct/workers")["0"]
        assert worker["generation"] == 1 and worker["rounds"] > 0
        assert program.stop() == 0
