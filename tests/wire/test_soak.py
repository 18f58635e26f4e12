# SPDX-License-Identifier: BSD-3-Clause
"""Mixed traffic for a while; when it is over, everything that it took has been given back."""
import os
import pathlib
import time

from environments import PEER, SERVER, VIP_ONE, VIP_TWO, Environments
from servers import Iperf, Web, curl
from world import wait_until

SECONDS = float(os.environ.get("VIADUCT_SOAK", "10"))
# What is over is over soon, so that the end can be waited for.
SHORT = {"seed = 1;": "seed = 1; tcp_closing_timeout = 1; tcp_half_open_timeout = 1;\n"
                      "  hold_down_fin = 1; hold_down_rst = 1; hold_down_half_open = 1; "
                      "hold_down_udp = 1;",
         'name = "one"; address = "192.23.1.2"; virtual_network = "prod";':
         'name = "one"; address = "192.23.1.2"; virtual_network = "prod";\n'
         "    outbound = { udp_idle_timeout = 2; icmp_timeout = 2; };"}


def descriptors(gateway):
    return len(list(pathlib.Path(f"/proc/{gateway.process.pid}/fd").iterdir()))


def taken(gateway):
    """What the gateway has in use: sessions, ports, and packets that wait."""
    sessions, paths = gateway.ask("/viaduct/sessions"), gateway.ask("/viaduct/paths")
    return {"sessions": sessions["in_use"], "ports": sessions["snat_ports_in_use"],
            "held": paths["held"], "handed_off": paths["handed_off"]}


def test_nothing_is_kept_of_what_is_over(world):
    environments = Environments(world, **SHORT)
    for host in (environments.web1, environments.web2, environments.api, environments.server):
        Web(host)
    iperf = Iperf(environments.server)
    before, open_before = taken(environments.gateway), descriptors(environments.gateway)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for _ in range(10):
            assert curl(environments.client, VIP_ONE) in ("web1", "web2")
            assert curl(environments.web2, SERVER) == "server"
            assert curl(environments.web1, VIP_TWO) == "api"
        environments.web1.run("ping", "-c", 20, "-i", 0.002, SERVER)
        environments.client.run("ping", "-c", 20, "-i", 0.002, PEER)
        iperf.measure(environments.web1, SERVER, "--udp", "--bitrate", "10M", "--length", 1200)
        iperf.measure(environments.web1, SERVER)
    environments.gateway.ask_until("/viaduct/sessions", lambda said: said["in_use"] == 0)
    environments.gateway.ask_until("/viaduct/sessions", lambda said: said["held"] == 0)
    assert taken(environments.gateway) == before
    wait_until(lambda: descriptors(environments.gateway) <= open_before, "descriptors are left")
