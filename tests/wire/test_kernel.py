# SPDX-License-Identifier: BSD-3-Clause
"""The gateway's own addresses: what Linux has of them by a tap."""
import json

import pytest

from environments import Environments
from routing import Router
from world import wait_until

GATEWAY, ROUTER = "198.51.100.2", "198.51.100.1"
TAP = {'addresses = "198.51.100.2/24";': 'addresses = "198.51.100.2/24"; tap = "internet";'}


@pytest.fixture
def with_tap(world):
    return Environments(world, **TAP)


def flood(host, seconds):
    """UDP to a port of the gateway's that nobody listens at, as fast as it goes."""
    return host.start("timeout", seconds, "/usr/bin/python3", "-c",
                      "import socket\n"
                      "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                      f"while True:\n try: s.sendto(b'x', ('{GATEWAY}', 9))\n"
                      " except OSError: pass\n")


def test_the_tap_has_the_interfaces_addresses(with_tap):
    said = json.loads(with_tap.host.run("ip", "-json", "address", "show", "dev", "internet"))[0]
    wan = json.loads(with_tap.host.run("ip", "-json", "link", "show", "dev", "wan"))[0]
    assert said["address"] == wan["address"] and "UP" in said["flags"] and said["mtu"] == 1500
    assert [(item["local"], item["prefixlen"]) for item in said["addr_info"]
            if item["family"] == "inet"] == [(GATEWAY, 24)]


def test_the_kernel_talks_to_neighbors_and_is_talked_to(with_tap):
    """A ping from the gateway's Linux; a port where nobody listens; a service."""
    assert " 0% packet loss" in with_tap.host.run("ping", "-c", 3, "-i", 0.01, ROUTER)
    assert with_tap.router.try_to("curl", "--silent", "--connect-timeout", 5,
                                  f"http://{GATEWAY}:22/") == 7  # refused, and at once
    with_tap.host.start("iperf3", "--server")
    with_tap.host.wait_listening(5201)
    said = with_tap.router.run("iperf3", "--client", GATEWAY, "--json", "--time", 1)
    assert json.loads(said)["end"]["sum_received"]["bytes"] > 100_000
    # To hosts of a subnet, which has no tap, the gateway itself says that there is nothing.
    assert with_tap.web1.try_to("curl", "--silent", "--connect-timeout", 5,
                                "http://10.0.1.1:5201/") == 7


def test_bgp_runs_beside_the_gateway(with_tap):
    """A session of two FRRs, whose routes the gateway's kernel has; a flood does not end it."""
    inside = Router(with_tap.host, 65001, GATEWAY, ROUTER, 65002)
    outside = Router(with_tap.router, 65002, ROUTER, GATEWAY, 65001,
                     "address-family ipv4 unicast", "network 203.0.113.0/24")
    try:
        inside.wait_established(ROUTER)
        outside.wait_established(GATEWAY)
        route = wait_until(
            lambda: json.loads(with_tap.host.run("ip", "-json", "route", "show", "203.0.113.0/24")),
            "the route is not in the gateway's kernel")
        assert (route[0]["gateway"], route[0]["dev"]) == (ROUTER, "internet")

        flooding = flood(with_tap.router, 5)  # longer than the session lives without hearing
        with_tap.gateway.ask_until("/viaduct/drops", lambda drops: drops["local_rate"] > 1000)
        flooding.wait(20)
        neighbor = json.loads(inside.ask(f"show bgp neighbor {ROUTER} json"))[ROUTER]
        assert neighbor["bgpState"] == "Established"
        assert neighbor["connectionsDropped"] == 0
    finally:
        inside.remove()
        outside.remove()
