# SPDX-License-Identifier: BSD-3-Clause
"""Random configurations: small, and out of a universe so small that everything collides."""
from . import network as n
from .wire import number

OUTSIDE = [number(text) for text in
           ("203.0.113.9", "203.0.113.10", "93.184.216.34", "8.8.8.8", "52.1.2.3")]
PORTS = (53, 80, 443, 1000, 1001, 5000)
SPACES = (["10.0.0.0/16"], ["10.0.0.0/16"], ["10.1.0.0/16"], ["10.0.0.0/8"],
          ["172.16.0.0/16", "10.2.0.0/16"], ["52.1.0.0/16"], ["192.168.0.0/16"], ["100.64.0.0/16", "10.0.0.0/16"])
ROUTE_PREFIXES = ("0.0.0.0/0", "203.0.113.0/24", "203.0.113.8/31", "93.184.216.34/32",
                  "192.23.1.0/24", "192.23.1.3/32", "10.0.0.0/8", "10.0.0.0/16", "10.0.2.0/24",
                  "10.0.1.4/32", "172.16.0.0/12", "10.9.0.0/16")
RULE_PREFIXES = ("0.0.0.0/0", "10.0.0.0/8", "10.0.1.0/24", "10.0.1.4/32", "10.0.2.0/24",
                 "192.23.1.0/24", "192.23.1.2/32", "203.0.113.0/24", "203.0.113.9/32", "8.0.0.0/8",
                 "172.16.0.0/12")
TAGS = ("Internet", "VirtualNetwork", "AzureLoadBalancer", "Partners")


def some(random, items, least=1, most=None):
    items = list(items)
    return random.sample(items, random.randint(least, min(most or len(items), len(items))))


class Generator:
    def __init__(self, random):
        self.random = random
        self.vlan = 10
        self.mapped = False  # whether VIPs may have profile "rfc"

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def network(self, workers):
        random = self.random
        self.mapped = self.chance(25)
        fabric = self.fabric_interfaces()
        groups = [self.group(i) for i in range(random.randint(0, 3))]
        networks = [self.virtual_network(i) for i in range(random.choice((0, *[1] * 5, *[2] * 4, 3, 3)))]
        interfaces = fabric + [self.subnet_interface(network, subnet)
                               for network in networks for subnet in network.subnets]
        tables = [self.table(i, networks) for i in range(random.randint(0, 2))] if networks else []
        vips = [self.vip(i, networks) for i in range(random.choice((0, 1, 2, 2, 3, 3)))] if networks else []
        self.dress(networks, groups, tables, vips)
        result = n.Network(["wan", "lan"], interfaces, [], self.routes(fabric),
                           {"Partners": [n.prefix(text) for text in some(
                               random, ("203.0.113.9/32", "8.8.8.0/24", "10.0.2.0/28"))]},
                           groups, tables, networks, vips, random.randint(0, 99), workers)
        result.neighbors = self.neighbors(result)
        return result

    # The fabric.

    def fabric_interfaces(self):
        links = [self.link("198.51.100.2", 24)]
        if self.chance(20):
            links.append(self.link("198.51.101.17", 29))
        fabric = [n.Interface("internet", "wan", None, "02:00:00:00:00:01", links)]
        if self.chance(40):
            fabric.append(n.Interface("core", "wan", 100, "02:00:00:00:00:03",
                                      [self.link("192.0.2.1", 29)]))
        if self.chance(20):
            fabric.append(n.Interface("peer", "lan", 200, "02:00:00:00:00:04",
                                      [self.link("192.0.2.9", 31)]))
        return fabric

    def link(self, text, length):
        address = number(text)
        network = n.Prefix(0, length)
        return address, n.Prefix(address & network.mask, length)

    def routes(self, fabric):
        hops = [link.address + offset for interface in fabric for address, link in interface.links
                for offset in range(0 if link.length == 31 else 1, 5)
                if link.has(link.address + offset) and link.address + offset != address
                and (link.length == 31 or link.address + offset != link.last)]
        prefixes = ["0.0.0.0/0"] if self.chance(90) else []
        prefixes += some(self.random, ("203.0.113.0/24", "198.51.100.0/24", "203.0.113.8/29", "10.0.0.0/8",
                                       "192.0.2.0/28", "198.51.100.128/25"), 0, 2)
        return [n.Route(n.prefix(text), [(hop, self.random.choice((1, 1, 1, 2, 5)))
                                         for hop in some(self.random, hops, 1, 4)])
                for text in prefixes]

    # Security groups.

    def group(self, index):
        rules = []
        for direction in ("inbound", "outbound"):
            priorities = self.random.sample(range(100, 4097), self.random.choice((0, 1, 2, 3, 5)))
            rules += [self.rule(f"{direction}-{i}", priority, direction)
                      for i, priority in enumerate(priorities)]
        return n.Group(f"group-{index}", rules, self.random.choice((None, None, 100, 305)),
                       self.chance(40))

    def rule(self, name, priority, direction):
        protocol = self.random.choice(("tcp", "udp", "icmp", "esp", "*", "*"))
        rule = n.Rule(name, priority, direction, self.random.choice(("allow", "allow", "deny")),
                      protocol, self.addresses(), self.addresses())
        if protocol in ("tcp", "udp", "*"):
            rule.source_ports = self.port_ranges(15)
            rule.destination_ports = self.port_ranges(50)
        return rule

    def addresses(self):
        if self.chance(40):
            return ["*"]
        if self.chance(40):
            return some(self.random, TAGS, 1, 2)
        return [n.prefix(text) for text in some(self.random, RULE_PREFIXES, 1, 3)]

    def port_ranges(self, percent):
        if not self.chance(percent):
            return ["*"]
        return [(port, port + self.random.choice((0, 0, 0, 1, 600)))
                for port in some(self.random, PORTS, 1, 3)]

    # Virtual networks.

    def virtual_network(self, index):
        space = [n.prefix(text) for text in self.random.choice(SPACES)]
        subnets = []
        for i in range(self.random.randint(1, 4)):
            inside = self.random.choice(space)
            length = self.random.choice((26, 28, 29))
            address = inside.address + (i + 1 << 8)
            if self.chance(15):  # subnets in one /24
                address = inside.address + (1 << 8) + (i << 6)
            if not any(subnet.prefix.address == address for subnet in subnets):
                subnets.append(n.Subnet(f"subnet-{index}-{i}", n.Prefix(address, length), ""))
        return n.VirtualNetwork(f"network-{index}", space, subnets)

    def subnet_interface(self, network, subnet):
        subnet.interface = f"if-{network.name}-{subnet.name}"
        vlan, self.vlan = self.vlan, self.vlan + 1
        mtu = self.random.choice((1500, 1500, 1500, 1500, 576))
        return n.Interface(subnet.interface, "lan", None if vlan == 10 else vlan,
                           "02:00:00:00:00:02", [(subnet.prefix.address + 1, subnet.prefix)], mtu)

    def hosts(self, subnet):
        return [subnet.prefix.address + offset for offset in (4, 5, 6)]

    def table(self, index, networks):
        network = self.random.choice(networks)
        routes = []
        near = [n.prefix("0.0.0.0/0"), *network.space] + [
            item for subnet in network.subnets
            for item in (subnet.prefix, n.Prefix(self.hosts(subnet)[1], 32))]
        prefixes = some(self.random, map(n.prefix, ROUTE_PREFIXES), 0, 2) \
            + some(self.random, near, 0, 3)
        for i, item in enumerate(dict.fromkeys(prefixes)):
            kind = self.random.choices(("virtual_network", "internet", "virtual_appliance",
                                        "virtual_network_gateway", "none"), (2, 2, 5, 1, 1))[0]
            hop = None
            if kind == "virtual_appliance":
                hop = self.hosts(self.random.choice(network.subnets))[0]
            routes.append(n.UserRoute(f"route-{i}", item, kind, hop))
        return n.RouteTable(f"table-{index}", routes)

    def vip(self, index, networks):
        network = networks[0] if self.chance(50) else self.random.choice(networks)
        address = number("192.23.1.2" if self.chance(85) else "198.51.100.50") + index
        vip = n.Vip(f"vip-{index}", address, network.name, [],
                    self.random.choice((8, 8, 16, "on_demand")))
        if self.mapped:
            vip.profile = self.random.choice(("rfc", "rfc", "azure"))
        if self.chance(30):
            vip.idle_timeout, vip.udp_idle_timeout, vip.icmp_timeout = 305, 100, 30
        firsts = some(self.random, (53, 80, 443, 1000, 5000), 0, 3)
        for i, first in enumerate(firsts):
            last = first + self.random.choice((0, 0, 1))
            hosts = [host for subnet in network.subnets for host in self.hosts(subnet)]
            if self.chance(70):
                hosts = self.hosts(self.random.choice(network.subnets))
            vip.inbound.append(n.InboundRule(
                f"rule-{i}", self.random.choice(("tcp", "tcp", "udp")), (first, last),
                self.random.choice((first, first, 80, 8080)),
                some(self.random, hosts, 1, 3),
                self.random.choice(("five-tuple", "five-tuple", "source-protocol", "source")),
                self.random.choice((240, 240, 353)), self.random.choice((300, 300, 0, 30))))
        if self.chance(20):
            hosts = self.hosts(self.random.choice(network.subnets))
            vip.inbound.append(n.InboundRule("pings", "icmp", (0, 0), 0,
                                             some(self.random, hosts, 1, 3)))
        return vip

    def dress(self, networks, groups, tables, vips):
        """Gives subnets their groups, route tables and VIPs; only what check would let them."""
        for network in networks:
            own = [vip.name for vip in vips if vip.network == network.name]
            for subnet in network.subnets:
                if groups and self.chance(60):
                    subnet.group = self.random.choice(groups).name
                if own and self.chance(85):
                    subnet.outbound_vips = some(self.random, own, 1, 2)
                subnet.ip_forwarding = self.chance(40)
                fitting = [table for table in tables if self.table_fits(table, network, subnet)]
                if fitting and self.chance(70):
                    subnet.table = self.random.choice(fitting).name

    def table_fits(self, table, network, subnet):
        """An appliance is a host of the network, but not of a subnet that uses the table."""
        hops = [route.next_hop for route in table.routes if route.next_hop is not None]
        owners = [next((other for other in network.subnets if other.prefix.has(hop)), None)
                  for hop in hops]
        return all(owner is not None and owner is not subnet and owner.table != table.name
                   for owner in owners)

    def neighbors(self, network):
        """Some neighbours are configured, the others made up by replay."""
        known = [n.Neighbor("internet", number("198.51.100.1"), "02:00:00:00:01:01")]
        for item in network.networks:
            for subnet in item.subnets:
                for host in self.hosts(subnet):
                    if self.chance(30):
                        known.append(n.Neighbor(subnet.interface, host,
                                                f"02:00:00:10:{len(known):02x}:01"))
        return known
