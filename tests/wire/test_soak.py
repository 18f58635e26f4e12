# SPDX-License-Identifier: BSD-3-Clause
"""Mixed traffic for a while; when it is over, everything that it took has been given back."""
import os
import time

from environments import PEER, SERVER, VIP_ONE, VIP_TWO, Environments
from servers import Iperf, Web, curl
from world import wait_until

SECONDS = float(os.environ.get("VIADUCT_SOAK", "10"))
NEIGHBORS = 5  # router, web1, web2, api and peer
# What is over is over soon, so that the end can be waited for.
SHORT = {"seed = 1;": "seed = 1; tcp_closing_timeout = 1; tcp_half_open_timeout = 1;\n"
                      "  hold_down_fin = 1; hold_down_rst = 1; hold_down_half_open = 1; "
                      "hold_down_udp = 1;",
         'name = "one"; address = "192.23.1.2"; virtual_network = "prod";':
         'name = "one"; address = "192.23.1.2"; virtual_network = "prod";\n'
         "    outbound = { udp_idle_timeout = 2; icmp_timeout = 2; };"}


class Soak:
    """The environments, and all that people do there, one after the other."""

    def __init__(self, world):
        self.environments = Environments(world, **SHORT)
        self.gateway = self.environments.gateway
        for host in ("web1", "web2", "api", "server"):
            Web(getattr(self.environments, host))
        self.iperf = Iperf(self.environments.server)
        self.rounds = 0
        self.descriptors_at_start = self.descriptors()

    def run(self):
        at = self.environments
        for _ in range(10):
            assert curl(at.client, VIP_ONE) in ("web1", "web2")
            assert curl(at.web2, SERVER) == "server"
            assert curl(at.web1, VIP_TWO) == "api"
        at.web1.run("ping", "-c", 20, "-i", 0.002, SERVER)
        at.web2.run("ping", "-c", 20, "-i", 0.002, "-s", 1600, SERVER)  # cut on the way out
        at.client.run("ping", "-c", 20, "-i", 0.002, PEER)
        at.web1.run("traceroute", "-n", "--udp", SERVER)
        self.iperf.measure(at.web1, SERVER, "--udp", "--bitrate", "10M", "--length", 1200)
        self.iperf.measure(at.web1, SERVER)
        self.rounds += 1

    def taken(self):
        """What the gateway has in use."""
        sessions, paths = self.gateway.ask("/viaduct/sessions"), self.gateway.ask("/viaduct/paths")
        tables = self.gateway.ask("/viaduct/tables")
        return {name: table["in_use"] for name, table in tables.items()} | {
            "sessions held": sessions["held"], "ports": sessions["snat_ports_in_use"],
            "packets that wait": paths["held"], "handed off": paths["handed_off"]}

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.gateway.process.pid}/fd"))

    def wait_until_over(self):
        """When all sessions are, and no packet is under way: what is in use then.

        No packet is anywhere, as net_af_packet copies what it receives out of the kernel's ring, and
        into it what it sends: it keeps no buffers between two bursts. Those in the workers' caches
        are not counted as in use. A device with receive rings would always have these full.
        """
        for table in ("sessions", "fragments", "packets"):
            self.gateway.ask_until("/viaduct/tables", lambda said: said[table]["in_use"] == 0)
        self.gateway.ask_until("/viaduct/sessions", lambda said: said["held"] == 0)
        taken = self.taken()
        # Each question to telemetry has one until its thread has seen that nobody listens.
        wait_until(lambda: self.descriptors() == self.descriptors_at_start,
                   "there are other descriptors than at the start")
        return taken


def test_nothing_is_kept_of_what_is_over(world):
    """The first round finds the neighbours, who stay."""
    soak = Soak(world)
    end = time.monotonic() + SECONDS
    soak.run()
    before = soak.wait_until_over()
    assert before["neighbors"] == NEIGHBORS and before["ports"] == before["handed off"] == 0
    while time.monotonic() < end:
        soak.run()
    after = soak.wait_until_over()
    print(f"{soak.rounds} rounds in {SECONDS:.0f} s; before {before}, after {after}; "
          f"{soak.gateway.ask('/viaduct/sessions')['created']} sessions, "
          f"{sum(port['received_packets'] for port in soak.gateway.ask('/viaduct/ports').values())}"
          " packets")
    assert after == before
