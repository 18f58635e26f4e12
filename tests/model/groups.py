# SPDX-License-Identifier: BSD-3-Clause
"""Security groups, rule by rule (semantics.md, section 3)."""
from .effective import EVERYTHING, NONE_RANGES
from .network import Prefix, Rule, prefix
from .wire import AH, ESP, ICMP, TCP, UDP

PROTOCOLS = {"tcp": TCP, "udp": UDP, "icmp": ICMP, "esp": ESP, "ah": AH}
LOAD_BALANCER = prefix("168.63.129.16/32")
NOT_PUBLIC = NONE_RANGES + [prefix(text) for text in
                            ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")]

DEFAULT_RULES = [
    Rule("AllowVNetInBound", 65000, "inbound", "allow", source=["VirtualNetwork"],
         destination=["VirtualNetwork"]),
    Rule("AllowAzureLoadBalancerInBound", 65001, "inbound", "allow", source=["AzureLoadBalancer"]),
    Rule("DenyAllInBound", 65500, "inbound", "deny"),
    Rule("AllowVNetOutBound", 65000, "outbound", "allow", source=["VirtualNetwork"],
         destination=["VirtualNetwork"]),
    Rule("AllowInternetOutBound", 65001, "outbound", "allow", destination=["Internet"]),
    Rule("DenyAllOutBound", 65500, "outbound", "deny"),
]


class Tags:
    """What the tags mean in one virtual network."""

    def __init__(self, network, virtual_network):
        self.own = network.tags
        used = {subnet.table for subnet in virtual_network.subnets}
        self.vips = {vip.address for vip in network.vips}
        self.virtual_network = virtual_network.space + [
            route.prefix for table in network.tables if table.name in used
            for route in table.routes if route.prefix != EVERYTHING]

    def has(self, tag, address):
        if tag == "VirtualNetwork":
            return any(item.has(address) for item in self.virtual_network)
        if tag == "AzureLoadBalancer":
            return LOAD_BALANCER.has(address)
        if tag == "Internet":
            return address in self.vips or not any(
                item.has(address) for item in NOT_PUBLIC + self.virtual_network)
        return any(item.has(address) for item in self.own[tag])


def address_matches(items, address, tags):
    return any(item == "*" or
               (item.has(address) if isinstance(item, Prefix) else tags.has(item, address))
               for item in items)


def port_matches(ranges, port, has_ports):
    """A packet without ports matches no rule that names ports."""
    if ranges == ["*"]:
        return True
    return has_ports and any(first <= port <= last for first, last in ranges)


def rule_matches(rule, packet, tags):
    has_ports = packet.protocol in (TCP, UDP)
    source_port, destination_port = packet.ports
    return (rule.protocol in ("*", None) or PROTOCOLS[rule.protocol] == packet.protocol) \
        and address_matches(rule.source, packet.source, tags) \
        and address_matches(rule.destination, packet.destination, tags) \
        and port_matches(rule.source_ports, source_port, has_ports) \
        and port_matches(rule.destination_ports, destination_port, has_ports)


def allowed(group, direction, packet, tags):
    """Whether the group lets the packet pass: the lowest priority that matches decides."""
    rules = [rule for rule in group.rules + DEFAULT_RULES if rule.direction == direction]
    for rule in sorted(rules, key=lambda rule: rule.priority):
        if rule_matches(rule, packet, tags):
            return rule.access == "allow"
    raise AssertionError("the default rules match everything")
