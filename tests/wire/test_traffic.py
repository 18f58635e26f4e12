# SPDX-License-Identifier: BSD-3-Clause
"""Programs that people use, through the gateway and back."""
import re

import pytest

from environments import API, CLIENT, SERVER, VIP_ONE, VIP_TWO, WEB1
from servers import Iperf, Web, curl

UDP_RATE = "10M"  # bits per second: what any machine that runs tests carries without loss


def test_clients_reach_all_backends_and_are_seen_as_themselves(environments):
    servers = {host.name: Web(host) for host in (environments.web1, environments.web2)}
    pages = [curl(environments.client, VIP_ONE) for _ in range(20)]
    assert set(pages) == {"web1", "web2"}
    for name, server in servers.items():
        assert server.callers() == [CLIENT] * pages.count(name)
    assert environments.drops() == {}


def test_hosts_reach_the_internet_as_their_vip(environments):
    server = Web(environments.server)
    for host in (environments.web1, environments.web2, environments.api):
        assert curl(host, SERVER) == "server"
    assert server.callers() == [VIP_ONE, VIP_ONE, VIP_TWO]


def test_environments_call_each_other_by_their_vips(environments):
    """As on the Internet; two is not let in by one's security group."""
    server = Web(environments.api)
    Web(environments.web1), Web(environments.web2)
    assert curl(environments.web1, VIP_TWO) == "api"
    assert server.callers() == [VIP_ONE]
    assert environments.drops() == {}
    assert environments.api.try_to("curl", "--insecure", "--silent", "--connect-timeout", 1,
                                   f"https://{VIP_ONE}/") != 0
    assert set(environments.drops()) == {"security_inbound"}


def test_pings_are_answered(environments):
    for sender, address in (("client", VIP_ONE), ("client", "198.51.100.2"), ("web1", "10.0.1.1"),
                            ("web1", SERVER), ("web1", API), ("api", CLIENT)):
        said = getattr(environments, sender).run("ping", "-c", 5, "-i", 0.01, address)
        assert " 0% packet loss" in said


def traced(host, kind, address):
    """The hops on the way there."""
    said = host.run("traceroute", "-n", "-q", 1, kind, address)
    return re.findall(r"^ *\d+ +(\S+)", said, re.MULTILINE)


def test_routes_are_traced(environments):
    for kind in ("--icmp", "--udp"):
        assert traced(environments.web1, kind, SERVER) == ["10.0.1.1", "198.51.100.1", SERVER]
    assert traced(environments.web1, "--udp", "10.0.1.1") == ["10.0.1.1"]
    assert traced(environments.server, "--udp", "198.51.100.2") == ["93.184.216.1", "198.51.100.2"]


@pytest.mark.parametrize("options", [[], ["--reverse"]], ids=["there", "back"])
@pytest.mark.parametrize("server, client, address", [("web1", "client", VIP_ONE),
                                                     ("server", "web1", SERVER)],
                         ids=["inbound", "outbound"])
def test_streams_lose_nothing(environments, server, client, address, options):
    """TCP as fast as it goes, then UDP at a rate that the machine carries."""
    iperf = Iperf(getattr(environments, server))
    caller = getattr(environments, client)
    assert iperf.measure(caller, address, *options)["sum_received"]["bytes"] > 1_000_000
    udp = iperf.measure(caller, address, "--udp", "--bitrate", UDP_RATE, "--length", 1200,
                        *options)["sum"]
    assert udp["packets"] > 500 and udp["lost_packets"] == 0
    assert environments.drops() == {}
