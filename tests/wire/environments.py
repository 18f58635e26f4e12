# SPDX-License-Identifier: BSD-3-Clause
"""The hosts around the gateway of networks/environments.conf."""

VIP_ONE, VIP_TWO = "192.23.1.2", "192.23.1.3"
CLIENT, SERVER = "203.0.113.9", "93.184.216.34"
WEB1, WEB2, API = "10.0.1.4", "10.0.1.5", "10.0.2.4"
PEER = "192.0.2.9"


class Environments:
    """The file's drawing, as attributes: gateway, router, client, server, web1, web2, api, peer."""

    def __init__(self, world, **changes):
        self.world = world
        self.host = world.host("gateway")
        self.router = world.host("router")
        self.client = world.host("client")
        self.server = world.host("server")
        self._connect_internet()
        one = world.switch("one", self.host, "one")
        self.web1 = world.attach(one, "web1", f"{WEB1}/26", "10.0.1.1")
        self.web2 = world.attach(one, "web2", f"{WEB2}/26", "10.0.1.1")
        two = world.switch("two", self.host, "two")
        self.api = world.attach(two, "api", f"{API}/26", "10.0.2.1")
        self.peer = world.host("peer")
        world.connect(self.host, "peers", self.peer, "eth0")
        self.peer.ip(f"addr add {PEER}/24 dev eth0", "route add default via 192.0.2.1")
        self.gateway = world.run_gateway(self.host, "environments", **changes)

    def _connect_internet(self):
        self.world.connect(self.host, "wan", self.router, "gateway")
        self.router.run("sysctl", "-q", "net.ipv4.ip_forward=1")
        self.router.ip("addr add 198.51.100.1/24 dev gateway")
        self.router.set_route("192.23.1.0/24", "198.51.100.2")
        self.router.set_route("192.0.2.0/24", "198.51.100.2")
        for host, address, network in ((self.client, CLIENT, "203.0.113"),
                                       (self.server, SERVER, "93.184.216")):
            self.world.connect(self.router, host.name, host, "eth0")
            self.router.ip(f"addr add {network}.1/24 dev {host.name}")
            host.ip(f"addr add {address}/24 dev eth0", f"route add default via {network}.1")

    def drops(self):
        """What the gateway has dropped, by reason."""
        return {reason: n for reason, n in self.gateway.ask("/viaduct/drops").items() if n}
