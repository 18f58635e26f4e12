# SPDX-License-Identifier: BSD-3-Clause
"""The effective routes of a subnet (semantics.md, section 2)."""
from dataclasses import dataclass
from typing import Optional

from .network import Prefix, prefix

EVERYTHING = prefix("0.0.0.0/0")
NONE_RANGES = [prefix(text) for text in
               ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")]


@dataclass(frozen=True)
class EffectiveRoute:
    prefix: Prefix
    type: str
    next_hop: Optional[int] = None


def effective_routes(virtual_network, table):
    """Those that are active: the user's replace the system's of the same prefix."""
    routes = {EVERYTHING: EffectiveRoute(EVERYTHING, "internet")}
    users = table.routes if table else []
    if not any(user.prefix == EVERYTHING for user in users):
        for none in NONE_RANGES:
            if not any(space.contains(none) for space in virtual_network.space):
                routes[none] = EffectiveRoute(none, "none")
    for space in virtual_network.space:
        routes[space] = EffectiveRoute(space, "virtual_network")
    for user in users:
        routes[user.prefix] = EffectiveRoute(user.prefix, user.type, user.next_hop)
    return list(routes.values())


def longest(routes, address):
    """The route with the longest prefix that has the address, or None."""
    fitting = [route for route in routes if route.prefix.has(address)]
    return max(fitting, key=lambda route: route.prefix.length, default=None)
