# SPDX-License-Identifier: BSD-3-Clause
"""Makes a difference small: fewer packets first, then less configuration."""
import copy

from . import compare
from .replay import Refused

RUNS_MAX = 400
LISTS = ("neighbors", "routes", "vips", "networks", "tables", "groups")


class Shrinker:
    def __init__(self, folder, network, inputs, wrong):
        self.folder, self.network, self.inputs, self.wrong = folder, network, inputs, wrong
        self.runs = RUNS_MAX

    def shrink(self):
        """(network, inputs, what is wrong), with less of all while something stays wrong."""
        self.fewer_packets()
        while self.less_configuration():
            pass
        self.fewer_packets()
        return self.network, self.inputs, self.wrong

    def still_wrong(self, network, inputs):
        """Whether it is, in which case these are the network and the inputs from now on."""
        if self.runs == 0:
            return False
        self.runs -= 1
        try:
            wrong, _ = compare.run(self.folder, network, inputs)
        except (Refused, LookupError):  # what was taken away is asked for
            return False
        if wrong:
            self.network, self.inputs, self.wrong = network, inputs, wrong
        return bool(wrong)

    def fewer_packets(self):
        """Leaves out ever shorter stretches, from the end."""
        length = len(self.inputs)
        while length > 0:
            end = len(self.inputs)
            while end > 0:
                start = max(0, end - length)
                self.still_wrong(self.network, self.inputs[:start] + self.inputs[end:])
                end = start
            length //= 2

    def less_configuration(self):
        """Takes one thing away, if it can be. False: nothing."""
        for path in list(self.places()):
            network = copy.deepcopy(self.network)
            remove(network, path)
            if self.still_wrong(network, self.inputs):
                return True
        return False

    def places(self):
        """Whatever might be left out: attribute names and indices."""
        network = self.network
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
