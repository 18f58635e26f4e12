# SPDX-License-Identifier: BSD-3-Clause
"""A configuration as the reference asks it: who owns an address, where a route leads."""
from .effective import effective_routes, longest
from .groups import Tags
from .network import Route
from .wire import mac_bytes


class Tables:
    def __init__(self, network):
        self.network = network
        self.interfaces = {interface.name: interface for interface in network.interfaces}
        self.by_wire = {(interface.port, interface.vlan): interface
                        for interface in network.interfaces}
        self.vips = {vip.address: vip for vip in network.vips}
        self.vip_names = {vip.name: vip for vip in network.vips}
        self.networks = {item.name: item for item in network.networks}
        self.subnets = {}  # by interface: (VirtualNetwork, Subnet)
        for virtual_network in network.networks:
            for subnet in virtual_network.subnets:
                self.subnets[subnet.interface] = (virtual_network, subnet)
        self.fabric = [interface for interface in network.interfaces
                       if interface.name not in self.subnets]
        links = [item for interface in self.fabric for item in interface.links]
        self.fabric_addresses = {address for address, _ in links}
        self.fabric_broadcasts = {end for _, link in links if link.length < 31
                                  for end in (link.address, link.last)}
        self.static_macs = {(n.interface, n.address): mac_bytes(n.mac) for n in network.neighbors}
        self.tags = {item.name: Tags(network, item) for item in network.networks}
        self.groups = {group.name: group for group in network.groups}
        self.routes = self.fabric_routes()
        tables = {table.name: table for table in network.tables}
        self.effective = {
            name: effective_routes(virtual_network, tables.get(subnet.table))
            for name, (virtual_network, subnet) in self.subnets.items()}

    def fabric_routes(self):
        """Those configured, and the links; a link wins over a route of the same prefix."""
        routes = {route.prefix: route for route in self.network.routes}
        for interface in self.fabric:
            for _, link in interface.links:
                routes[link] = Route(link, [])
        return list(routes.values())

    def interface_with(self, address):
        """The fabric's interface on whose link the address is."""
        for interface in self.fabric:
            if any(link.has(address) for _, link in interface.links):
                return interface
        return None

    def fabric_hops(self, destination):
        """(interface, address) of each way to a destination; none without a route."""
        route = longest(self.routes, destination)
        if route is None:
            return []
        addresses = [address for address, _ in route.next_hops] or [destination]
        return [(self.interface_with(address).name, address) for address in addresses]

    def subnet_of(self, virtual_network, address):
        return next((subnet for subnet in virtual_network.subnets if subnet.prefix.has(address)),
                    None)

    def own_addresses(self, virtual_network):
        """The gateway's own in that network."""
        return {address for subnet in virtual_network.subnets
                for address, _ in self.interfaces[subnet.interface].links}

    def mac_of(self, interface, address):
        """A neighbour's address: the configured one, or the one that replay makes up."""
        made_up = mac_bytes("02:00") + address.to_bytes(4, "big")
        return self.static_macs.get((interface, address), made_up)

    def effective_route(self, interface, destination):
        return longest(self.effective[interface], destination)
