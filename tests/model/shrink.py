# SPDX-License-Identifier: BSD-3-Clause
"""Makes a difference small: fewer packets first, then less configuration."""
import contextlib
import copy

from . import compare
from .events import Reload
from .replay import Refused
from .story import story

RUNS_MAX = 400
LISTS = ("neighbors", "routes", "vips", "networks", "tables", "groups")


class Shrinker:
    def __init__(self, folder, network, events, result):
        self.folder, self.network, self.events, self.result = folder, network, events, result
        self.runs = RUNS_MAX

    def report(self, seed):
        """The difference in words, with less of all while something stays wrong."""
        self.fewer_events()
        while self.less_configuration():
            pass
        self.fewer_events()
        configuration, packets = story(self.network, self.result.steps)
        return f"sequence {seed}: {self.result.wrong}\n\n--- gateway.conf\n{configuration}" \
               f"--- packets.txt\n{packets}"

    def still_wrong(self, network, events):
        """Whether it is, in which case these are the network and the events from now on."""
        if self.runs == 0:
            return False
        self.runs -= 1
        try:
            result = compare.run(self.folder, network, events)
        except (Refused, LookupError):  # what was taken away is asked for
            return False
        if result.wrong:
            self.network, self.events, self.result = network, events, result
        return bool(result.wrong)

    def fewer_events(self):
        """Leaves out ever shorter stretches, from the end."""
        length = len(self.events)
        while length > 0:
            end = len(self.events)
            while end > 0:
                start = max(0, end - length)
                self.still_wrong(self.network, self.events[:start] + self.events[end:])
                end = start
            length //= 2

    def less_configuration(self):
        """Takes one thing away, if it can be, from what comes after a reload too. False: nothing."""
        for path in list(places(self.network)):
            network, *later = [copy.deepcopy(item) for item in self.networks()]
            remove(network, path)
            for item in later:
                with contextlib.suppress(LookupError, TypeError):
                    remove(item, path)
            reloads = iter(later)
            events = [event._replace(network=next(reloads)) if isinstance(event, Reload) else event
                      for event in self.events]
            if self.still_wrong(network, events):
                return True
        return False

    def networks(self):
        yield self.network
        yield from (event.network for event in self.events if isinstance(event, Reload))


def places(network):
    """Whatever might be left out: attribute names and indices."""
    for name in LISTS:
        for i, item in enumerate(getattr(network, name)):
            yield name, i
            for inner in ("routes", "rules", "subnets", "inbound", "space", "next_hops"):
                items = getattr(item, inner, ())
                yield from ((name, i, inner, j) for j in range(len(items)))
    for i, item in enumerate(network.networks):
        for j, subnet in enumerate(item.subnets):
            yield from (("networks", i, "subnets", j, setting)
                        for setting in ("group", "table") if getattr(subnet, setting))
            yield from (("networks", i, "subnets", j, "outbound_vips", k)
                        for k in range(len(subnet.outbound_vips)))
    for i, vip in enumerate(network.vips):
        for j, rule in enumerate(vip.inbound):
            yield from (("vips", i, "inbound", j, "backends", k)
                        for k in range(len(rule.backends)))


def remove(network, path):
    """Takes what is at that path away, and what only it needed."""
    at = network
    for step in path[:-1]:
        at = at[step] if isinstance(step, int) else getattr(at, step)
    if isinstance(path[-1], int):
        del at[path[-1]]
    else:
        setattr(at, path[-1], None)
    drop_unused(network)


def drop_unused(network):
    """Interfaces of subnets that are gone, and names of what is no more."""
    subnets = [subnet for item in network.networks for subnet in item.subnets]
    used = {subnet.interface for subnet in subnets}
    network.interfaces = [interface for interface in network.interfaces
                          if interface.name in used or not interface.name.startswith("if-")]
    names = {interface.name for interface in network.interfaces}
    network.neighbors = [item for item in network.neighbors if item.interface in names]
    network.vips = [vip for vip in network.vips
                    if any(item.name == vip.network for item in network.networks)]
    groups, tables = ({item.name for item in items} for items in (network.groups, network.tables))
    vips = {vip.name for vip in network.vips}
    for subnet in subnets:
        subnet.group = subnet.group if subnet.group in groups else None
        subnet.table = subnet.table if subnet.table in tables else None
        subnet.outbound_vips = [name for name in subnet.outbound_vips if name in vips]
