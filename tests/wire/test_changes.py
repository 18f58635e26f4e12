# SPDX-License-Identifier: BSD-3-Clause
"""What changes around the gateway, and in it, while traffic runs."""
import re
import signal

import pytest

from environments import PEER, SERVER, VIP_ONE, Environments
from servers import Web, curl
from world import wait_until

PROBED = {'ports = "443"; backends = [ "10.0.1.4", "10.0.1.5" ]; }':
          'ports = "443"; backends = [ "10.0.1.4", "10.0.1.5" ];\n'
          '        probe = { protocol = "tcp"; port = 443; interval = 1; threshold = 2; }; }'}


class Stream:
    """iperf3 from the client to a backend of VIP one, which goes on all the while."""

    def __init__(self, environments):
        self.host = environments.client
        environments.web1.start("iperf3", "--server")
        environments.web1.wait_listening(5201)
        self.process = self.host.start("iperf3", "--client", VIP_ONE, "--time", 60,
                                       "--bitrate", "20M", "--forceflush")
        self.wait_until_it_goes_on()

    def received(self):
        """Bytes that the backend's kernel has acknowledged to the client."""
        said = self.host.run("ss", "-tinH", "dst", VIP_ONE, "dport", "=", ":5201")
        return sum(map(int, re.findall(r"bytes_acked:(\d+)", said)))

    def wait_until_it_goes_on(self):
        """Some more has come, and the connection is still the same."""
        before = self.received()
        wait_until(lambda: self.received() > before + 500_000, "the stream does not go on")
        assert self.process.poll() is None


@pytest.fixture
def stream(environments):
    return Stream(environments)


def test_a_reload_changes_what_it_says_and_nothing_else(environments, stream):
    file = environments.world.folder / "gateway.conf"
    text = file.read_text()
    for number in range(3):
        file.write_text(text.replace('source = "192.23.1.3"', f'source = "192.0.2.{number + 1}"'))
        environments.gateway.send(signal.SIGHUP)
        environments.gateway.ask_until("/viaduct/info",
                                       lambda info: info["generation"] >= number + 2)
        stream.wait_until_it_goes_on()


def test_a_link_that_was_gone_is_used_again(environments, stream):
    for device, host, gateway in (("wan", environments.router, "198.51.100.2"),
                                  ("one", environments.web2, "10.0.1.1")):
        environments.host.ip(f"link set {device} down")
        wait_until(lambda: host.try_to("ping", "-c", 1, "-W", 0.2, gateway) != 0,
                   f"{device} goes on without a link")
        environments.host.ip(f"link set {device} up")
        stream.wait_until_it_goes_on()


def test_a_neighbour_with_another_mac_address_is_found_again(environments, stream):
    environments.router.run("sysctl", "-q", "net.ipv4.conf.gateway.arp_notify=1")
    for last in (1, 2):
        environments.router.ip(f"link set gateway address 02:00:00:00:99:0{last}")
        stream.wait_until_it_goes_on()


def test_a_backend_that_is_killed_gets_no_new_calls(world):
    environments = Environments(world, **PROBED)
    Web(environments.web1)
    Web(environments.web2)
    stream = Stream(environments)
    pages = {curl(environments.client, VIP_ONE) for _ in range(20)}
    assert pages == {"web1", "web2"}
    environments.web2.processes[-1].kill()
    environments.gateway.wait_for(r"backend 10\.0\.1\.5:443 is down")
    assert {curl(environments.client, VIP_ONE) for _ in range(20)} == {"web1"}
    stream.wait_until_it_goes_on()


def test_after_a_crash_traffic_without_state_goes_on_and_nothing_leaks(environments):
    """kill -9 while a host sends: whatever leaves has the VIP's address, before and after."""
    router = environments.router
    spy = router.start("tcpdump", "-i", "gateway", "-n", "--immediate-mode", "-c", 1,
                       "src net 10.0.0.0/8 and not arp")
    log = router.folder / "router.tcpdump.log"
    wait_until(lambda: "listening on" in log.read_text(), "tcpdump does not listen")
    environments.web1.start("/usr/bin/python3", "-c",
                            "import socket\n"
                            "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                            f"while True: s.sendto(b'x', ('{SERVER}', 9))\n")
    environments.gateway.ask_until("/viaduct/sessions", lambda said: said["in_use"] > 0)
    environments.world.restart_gateway(environments.host, signal.SIGKILL)
    environments.client.run("ping", "-c", 3, "-i", 0.01, "-W", 1, PEER)
    environments.world.program.ask_until("/viaduct/sessions", lambda said: said["in_use"] > 0)
    assert spy.poll() is None, log.read_text()
