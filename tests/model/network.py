# SPDX-License-Identifier: BSD-3-Clause
"""A configuration: what a network consists of, and its text in the gateway's language."""
from dataclasses import dataclass, field
from typing import Optional

from .wire import dotted


@dataclass(frozen=True)
class Prefix:
    address: int
    length: int

    @property
    def mask(self):
        return 0xFFFFFFFF << (32 - self.length) & 0xFFFFFFFF

    @property
    def last(self):
        return self.address | ~self.mask & 0xFFFFFFFF

    def has(self, address):
        return address & self.mask == self.address

    def contains(self, other):
        return other.length >= self.length and self.has(other.address)

    def __str__(self):
        return f"{dotted(self.address)}/{self.length}"


def prefix(text):
    address, length = text.split("/")
    parts = [int(part) for part in address.split(".")]
    return Prefix(int.from_bytes(bytes(parts), "big"), int(length))


@dataclass
class Interface:
    name: str
    port: str
    vlan: Optional[int]
    mac: str
    links: list  # (address, Prefix)
    mtu: int = 1500


@dataclass
class Neighbor:
    interface: str
    address: int
    mac: str


@dataclass
class Route:
    prefix: Prefix
    next_hops: list  # (address, weight)


@dataclass
class Rule:
    name: str
    priority: int
    direction: str
    access: str
    protocol: str = "*"
    source: list = field(default_factory=lambda: ["*"])  # Prefix, tag or "*"
    destination: list = field(default_factory=lambda: ["*"])
    source_ports: list = field(default_factory=lambda: ["*"])  # (first, last) or "*"
    destination_ports: list = field(default_factory=lambda: ["*"])


@dataclass
class Group:
    name: str
    rules: list
    flow_timeout: Optional[int] = None
    reevaluate: bool = False


@dataclass
class UserRoute:
    name: str
    prefix: Prefix
    type: str
    next_hop: Optional[int] = None


@dataclass
class RouteTable:
    name: str
    routes: list


@dataclass
class Subnet:
    name: str
    prefix: Prefix
    interface: str
    group: Optional[str] = None
    table: Optional[str] = None
    outbound_vips: list = field(default_factory=list)
    ip_forwarding: bool = False

    @property
    def hosts(self):
        """Without the five addresses that are reserved (semantics.md, section 2)."""
        return range(self.prefix.address + 4, self.prefix.last)


@dataclass
class VirtualNetwork:
    name: str
    space: list
    subnets: list


@dataclass
class InboundRule:
    name: str
    protocol: str
    ports: tuple  # (first, last); of icmp (0, 0)
    backend_first: int
    backends: list
    distribution: str = "five-tuple"
    idle_timeout: int = 240
    drain_timeout: int = 300


@dataclass
class Vip:
    name: str
    address: int
    network: str
    inbound: list
    ports_per_host: object = 8  # or "on_demand"
    idle_timeout: int = 240
    udp_idle_timeout: int = 240
    icmp_timeout: int = 60
    profile: str = "azure"


@dataclass
class Network:
    ports: list
    interfaces: list
    neighbors: list
    routes: list
    tags: dict  # name: prefixes
    groups: list
    tables: list
    networks: list
    vips: list
    seed: int = 1
    workers: int = 1


def quoted(items):
    return "[ " + ", ".join(f'"{item}"' for item in items) + " ]"


def ports_text(ranges):
    return quoted(r if r == "*" else f"{r[0]}-{r[1]}" if r[0] != r[1] else r[0] for r in ranges)


def one_or_all(items):
    return '"*"' if items == ["*"] else quoted(items)


def group_text(fields):
    return "{ " + " ".join(f"{name} = {value};" for name, value in fields.items()
                           if value is not None) + " }"


def text(value):
    return None if value is None else f'"{value}"'


def listed(name, groups, depth=0):
    if not groups:
        return ""
    pad = "  " * depth
    inside = ",\n".join(f"{pad}  {group}" for group in groups)
    return f"{name} = (\n{inside}\n{pad});\n"


def nested(fields, name, groups, depth):
    """A group that has a list of groups in it."""
    inside = listed(name, groups, depth)
    head = group_text(fields)
    return head if not inside else f"{head[:-2]} {inside}{'  ' * (depth - 1)} }}"


def interface_text(interface):
    return group_text({
        "name": text(interface.name), "port": text(interface.port), "vlan": interface.vlan,
        "addresses": quoted(f"{dotted(a)}/{p.length}" for a, p in interface.links),
        "mac": text(interface.mac), "mtu": interface.mtu})


def route_text(route):
    hops = ", ".join(f'{{ address = "{dotted(a)}"; weight = {w}; }}' for a, w in route.next_hops)
    return group_text({"prefix": text(route.prefix), "next_hops": f"( {hops} )"})


def rule_text(rule):
    return group_text({
        "name": text(rule.name), "priority": rule.priority, "direction": text(rule.direction),
        "access": text(rule.access), "protocol": text(rule.protocol),
        "source": one_or_all(rule.source), "source_ports": ports_text(rule.source_ports),
        "destination": one_or_all(rule.destination),
        "destination_ports": ports_text(rule.destination_ports)})


def user_route_text(route):
    hop = None if route.next_hop is None else dotted(route.next_hop)
    return group_text({"name": text(route.name), "prefix": text(route.prefix),
                       "next_hop_type": text(route.type), "next_hop": text(hop)})


def subnet_text(subnet):
    return group_text({
        "name": text(subnet.name), "prefix": text(subnet.prefix),
        "interface": text(subnet.interface), "security_group": text(subnet.group),
        "route_table": text(subnet.table), "outbound_vips": quoted(subnet.outbound_vips),
        "ip_forwarding": "true" if subnet.ip_forwarding else None})


def inbound_text(rule):
    first, last = rule.ports
    end = rule.backend_first + last - first
    ping = rule.protocol == "icmp"  # has no ports
    return group_text({
        "name": text(rule.name), "protocol": text(rule.protocol),
        "ports": None if ping else text(f"{first}-{last}"),
        "backend_ports": None if ping else text(f"{rule.backend_first}-{end}"),
        "backends": quoted(dotted(address) for address in rule.backends),
        "distribution": text(rule.distribution), "idle_timeout": rule.idle_timeout,
        "drain_timeout": rule.drain_timeout})


def vip_text(vip):
    per_host = vip.ports_per_host if vip.ports_per_host != "on_demand" else text("on_demand")
    outbound = group_text({"ports_per_host": per_host, "idle_timeout": vip.idle_timeout,
                           "udp_idle_timeout": vip.udp_idle_timeout,
                           "icmp_timeout": vip.icmp_timeout})
    return nested({"name": text(vip.name), "address": text(dotted(vip.address)),
                   "virtual_network": text(vip.network), "profile": text(vip.profile),
                   "outbound": outbound},
                  "inbound", [inbound_text(rule) for rule in vip.inbound], 2)


def network_text(network):
    """The whole configuration."""
    return "".join((
        f'gateway = {{ name = "model"; workers = {network.workers}; '
        f"flow_capacity = {1024 * network.workers}; "
        f"route_capacity = 64; seed = {network.seed}; }};\n",
        listed("ports", [group_text({"name": text(port), "device": text(f"net_null{i}")})
                         for i, port in enumerate(network.ports)]),
        listed("interfaces", [interface_text(interface) for interface in network.interfaces]),
        listed("neighbors", [group_text({"interface": text(n.interface),
                                         "address": text(dotted(n.address)), "mac": text(n.mac)})
                             for n in network.neighbors]),
        listed("routes", [route_text(route) for route in network.routes]),
        listed("service_tags", [group_text({"name": text(name), "prefixes": quoted(prefixes)})
                                for name, prefixes in network.tags.items()]),
        listed("security_groups", [
            nested({"name": text(g.name), "flow_timeout": g.flow_timeout,
                    "reevaluate": "true" if g.reevaluate else None}, "rules",
                   [rule_text(rule) for rule in g.rules], 2) for g in network.groups]),
        listed("route_tables", [
            nested({"name": text(t.name)}, "routes", [user_route_text(r) for r in t.routes], 2)
            for t in network.tables]),
        listed("virtual_networks", [
            nested({"name": text(n.name), "address_space": quoted(n.space)}, "subnets",
                   [subnet_text(subnet) for subnet in n.subnets], 2) for n in network.networks]),
        listed("vips", [vip_text(vip) for vip in network.vips])))
