# SPDX-License-Identifier: BSD-3-Clause
"""A worker that stands still ends the process, and says where; the service manager hears of those
that do not."""
import os
import resource
import signal
import socket
import struct

import pytest

from program import DEADLINE, Program

CONFIGURATION = """\
gateway = {{
  name = "{name}"; flow_capacity = 4096; route_capacity = 1024; stall_timeout = 1;
  eal_options = [ "--no-huge", "--no-shconf" ];
}};
ports = ( {{ name = "wan"; device = "net_null0,no-rx=1"; }}, {{ name = "lan"; device = "{lan}"; }} );
interfaces = ( {{ name = "outside"; port = "wan"; addresses = "198.51.100.2/24"; }},
               {{ name = "inside"; port = "lan"; addresses = "192.0.2.2/24"; }} );
"""
CAPTURE_HEADER = struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)


@pytest.fixture
def configuration(tmp_path):
    def write(lan="net_null1,no-rx=1"):
        file = tmp_path / "gateway.conf"
        file.write_text(CONFIGURATION.format(name=f"{tmp_path.name[:24]}-{os.getpid()}", lan=lan))
        return file
    return write


@pytest.fixture
def endless_capture(tmp_path):
    """A file that never comes to its end: reading on from it waits for good."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)
    os.write(writer, CAPTURE_HEADER)
    yield pipe
    os.close(writer)


@pytest.fixture
def manager(tmp_path, monkeypatch):
    """What systemd would hear."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(str(tmp_path / "notify"))
        made.settimeout(DEADLINE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "1000000")
        yield made


def heard(manager):
    return manager.recv(64).decode()


@pytest.fixture
def without_core():
    """The test's own folder has no use for one."""
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, limits)


def test_a_stalled_worker_ends_the_process(configuration, endless_capture, manager, without_core):
    file = configuration(f"net_pcap0,rx_pcap={endless_capture.name},tx_pcap=out.pcap")
    with Program(file) as program:
        assert program.wait_for_end() == -signal.SIGABRT
        program.wait_for(r"^viaduct run: worker 0 on CPU \d+ has stood still for 1 s in stage "
                         r"receive, port lan, after \d+ rounds$")
    assert heard(manager) == "READY=1"
    manager.setblocking(False)
    with pytest.raises(BlockingIOError):  # never a sign of life
        heard(manager)


def test_the_watchdog_is_fed(configuration, manager):
    with Program(configuration()) as program:
        program.wait_until_running()
        assert [heard(manager) for _ in range(4)] == ["READY=1"] + ["WATCHDOG=1"] * 3
        assert program.stop() == 0
        while (said := heard(manager)) != "STOPPING=1":
            assert said == "WATCHDOG=1"
