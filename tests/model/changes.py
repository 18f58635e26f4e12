# SPDX-License-Identifier: BSD-3-Clause
"""Random changes of a configuration that is in use (semantics.md, section 9)."""
import copy

from .network import Network


def without(random, items):
    """Takes one away, if there is one."""
    if items:
        items.pop(random.randrange(len(items)))


class Changes:
    def __init__(self, generator):
        self.generator, self.random = generator, generator.random

    def changed(self, network) -> Network:
        """A copy with one to three changes, of which some may be none."""
        changed = copy.deepcopy(network)
        kinds = (self.group_rules, self.group_rules, self.user_routes, self.user_routes,
                 self.fabric_routes, self.rule_removed, self.backends, self.backends,
                 self.vip_removed, self.vip_moved, self.addresses_swapped, self.outbound_vips,
                 self.subnet_removed, self.forwarding, self.timeouts, self.rules_changed,
                 self.rules_changed, self.rules_changed, self.backends, self.backends)
        for change in self.random.sample(kinds, self.random.randint(1, 3)):
            change(changed)
        return changed

    def group_rules(self, network):
        for i, group in enumerate(network.groups):
            if self.random.random() < 0.6:
                group.rules = self.generator.group(i).rules

    def user_routes(self, network):
        """Other routes, and other users of their table."""
        for i, table in enumerate(network.tables):
            table.routes = self.generator.table(i, network.networks).routes
            for item in network.networks:
                for subnet in item.subnets:
                    subnet.table = None if subnet.table == table.name else subnet.table
                    if self.random.random() < 0.5 and \
                            self.generator.table_fits(table, item, subnet):
                        subnet.table = table.name

    def fabric_routes(self, network):
        network.routes = self.generator.routes(
            [item for item in network.interfaces if not item.name.startswith("if-")])

    def rule_removed(self, network):
        if network.vips:
            without(self.random, self.random.choice(network.vips).inbound)

    def backends(self, network):
        """One goes, or another comes."""
        for vip in network.vips:
            subnets = next(item.subnets for item in network.networks if item.name == vip.network)
            hosts = [host for subnet in subnets for host in self.generator.hosts(subnet)]
            for rule in vip.inbound:
                if len(rule.backends) > 1 and self.random.random() < 0.5:
                    without(self.random, rule.backends)
                else:
                    rule.backends = list({*rule.backends, self.random.choice(hosts)})

    def rules_changed(self, network):
        """Another rule, though with the same ports and backends; or their other port."""
        for vip in network.vips:
            for rule in vip.inbound:
                draw = self.random.random()
                if draw < 0.4:
                    rule.name = f"{rule.name}-again"
                elif draw < 0.8 and rule.protocol != "icmp":
                    rule.backend_first = 8080 if rule.backend_first == 80 else 80

    def timeouts(self, network):
        for vip in network.vips:
            vip.idle_timeout, vip.udp_idle_timeout = self.random.choice(((240, 240), (305, 100)))
            for rule in vip.inbound:
                rule.idle_timeout = self.random.choice((240, 353))
                rule.drain_timeout = self.random.choice((300, 0, 30))

    def vip_removed(self, network):
        without(self.random, network.vips)
        self.drop_foreign_vips(network)

    def vip_moved(self, network):
        """To another virtual network."""
        if network.vips:
            vip, home = self.random.choice(network.vips), self.random.choice(network.networks)
            vip.network = home.name
            for rule in vip.inbound:
                rule.backends = self.generator.hosts(self.random.choice(home.subnets))[:2]
            self.drop_foreign_vips(network)

    def drop_foreign_vips(self, network):
        for item in network.networks:
            own = {vip.name for vip in network.vips if vip.network == item.name}
            for subnet in item.subnets:
                subnet.outbound_vips = [name for name in subnet.outbound_vips if name in own]

    def addresses_swapped(self, network):
        """What one VIP was, another is from now on."""
        if len(network.vips) > 1:
            one, other = self.random.sample(network.vips, 2)
            for name in ("address", "ports_per_host", "idle_timeout", "udp_idle_timeout",
                         "icmp_timeout"):
                mine, its = getattr(one, name), getattr(other, name)
                setattr(one, name, its)
                setattr(other, name, mine)

    def outbound_vips(self, network):
        for item in network.networks:
            own = [vip.name for vip in network.vips if vip.network == item.name]
            for subnet in item.subnets:
                if self.random.random() < 0.5:
                    subnet.outbound_vips = self.random.sample(own, min(len(own), 1))

    def subnet_removed(self, network):
        item = self.random.choice(network.networks) if network.networks else None
        if item and len(item.subnets) > 1:
            gone = self.random.choice(item.subnets)
            item.subnets.remove(gone)
            network.interfaces = [interface for interface in network.interfaces
                                  if interface.name != gone.interface]
            network.neighbors = [neighbor for neighbor in network.neighbors
                                 if neighbor.interface != gone.interface]

    def forwarding(self, network):
        for item in network.networks:
            for subnet in item.subnets:
                if self.random.random() < 0.3:
                    subnet.ip_forwarding = not subnet.ip_forwarding
