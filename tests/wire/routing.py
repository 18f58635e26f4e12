# SPDX-License-Identifier: BSD-3-Clause
"""FRR's zebra and bgpd on a host, as far as a test of BGP needs them."""
import os
import pathlib
import shutil

import pytest

from world import execute, wait_until

DAEMONS = pathlib.Path("/usr/lib/frr")


class Router:
    """BGP with one neighbour; `lines` are more of its configuration."""

    def __init__(self, host, system, address, neighbor, neighbor_system, *lines):
        if not (DAEMONS / "bgpd").exists():
            pytest.skip("not installed: frr")
        self.host = host
        self.space = host.namespace  # FRR's word for what keeps its instances apart
        self.runtime = pathlib.Path("/var/run/frr") / self.space
        self.runtime.mkdir(parents=True)
        shutil.chown(self.runtime, "frr", "frr")
        for daemon in ("zebra", "bgpd"):
            host.start(DAEMONS / daemon, "-u", "frr", "-g", "frr", "-N", self.space, "-f",
                       os.devnull, "-A", "127.0.0.1", "-i", self.runtime / f"{daemon}.pid")
            wait_until((self.runtime / f"{daemon}.vty").exists, f"{daemon} does not run")
        self.configure(f"router bgp {system}", f"bgp router-id {address}",
                       "no bgp ebgp-requires-policy", "timers bgp 1 3",
                       f"neighbor {neighbor} remote-as {neighbor_system}",
                       f"neighbor {neighbor} timers connect 1", *lines)

    def ask(self, command):
        return execute("vtysh", "-N", self.space, "-c", command)

    def configure(self, *lines):
        options = [word for line in ("configure terminal", *lines) for word in ("-c", line)]
        execute("vtysh", "-N", self.space, *options)

    def wait_established(self, neighbor):
        wait_until(lambda: "BGP state = Established" in self.ask(f"show bgp neighbor {neighbor}"),
                   f"no BGP session with {neighbor}")

    def remove(self):
        shutil.rmtree(self.runtime, ignore_errors=True)
