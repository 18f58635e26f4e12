# SPDX-License-Identifier: BSD-3-Clause
"""A change's effect on the sessions that exist (semantics.md, section 9)."""
from .decide import Drop, Local, Walk, source_fault
from .sessions import FABRIC
from .wire import ICMP, TCP


class Gone(Exception):
    """What the session had is there no more."""


class Kept:
    """Chooses what the session has already. A backend that was taken out is still its own."""

    def __init__(self, session, vip):
        self.session, self.vip = session, vip  # vip: the address that it goes out by, or None
        self.backend_removed = False

    def pick(self, key, candidates):
        ends = self.session.forward.ends
        if key[0] == "backend":
            self.backend_removed = ends.destination not in candidates
            return ends.destination
        if self.vip not in candidates:
            raise Gone
        return self.vip


def goes_on(session, before, tables, sessions):
    """Whether the session does, with the ways that lead where it goes now."""
    zone, packet = session.forward.key.zone, session.opened_by
    if not same_subnet(zone, before, tables) \
            or zone != FABRIC and source_fault(tables.subnets[zone][1], packet.source):
        return False
    vip = session.snat and before.vip_names[session.snat[0]].address
    kept = Kept(session, vip)
    walk = Walk(tables, sessions, kept, established=True)
    try:
        wanted = walk.from_fabric(packet) if zone == FABRIC else walk.from_subnet(zone, packet)
    except (Drop, Local, Gone, LookupError):
        return False
    if any(of_vip(item, before) != of_vip(new, tables) for item, new in
           ((session.snat, wanted.snat), (session.rule, wanted.rule))) \
            or destination(wanted) != destination(session):
        return False
    drain_timeout = 0
    if kept.backend_removed:
        drain_timeout = rule_of(tables, wanted).drain_timeout
        if packet.protocol != TCP or not session.connection.drains() or not drain_timeout:
            return False
    session.snat, session.rule, session.drain = wanted.snat, wanted.rule, drain_timeout
    session.next_timeout = wanted.timeout
    session.forward.egress, session.reverse.egress = wanted.forward.egress, wanted.reverse.egress
    if wanted.reverse.key.zone != session.reverse.key.zone:
        session.moves_to = wanted.reverse.key.zone
    return same_subnet(session.reverse.key.zone, before, tables) or session.moves_to is not None


def destination(session):
    """Of a ping, without the identifier, which is the port that was drawn."""
    ends = session.forward.ends
    return ends.destination, session.forward.key.protocol != ICMP and ends.destination_port


def rule_of(tables, session):
    vip, name = session.rule
    return next(rule for rule in tables.vip_names[vip].inbound if rule.name == name)


def same_subnet(zone, before, tables):
    return zone == FABRIC or subnet_name(before, zone) == subnet_name(tables, zone)


def subnet_name(tables, zone):
    network, subnet = tables.subnets.get(zone, (None, None))
    return network and (network.name, subnet.name)


def of_vip(item, tables):
    """A VIP is known by its address: that is what others see. item: (its name, something of it)"""
    if item is None:
        return None
    vip = tables.vip_names[item[0]]
    return vip.address, vip.network, item[1]


def has_lost_vip(session, before, tables):
    """Whether one that it is by was removed, or moved to another network."""
    for item, zone in ((session.snat, session.forward.key.zone),
                       (session.rule, session.reverse.key.zone)):
        if item is None:
            continue
        vip = tables.vips.get(before.vip_names[item[0]].address)
        network, _ = tables.subnets.get(zone, (None, None))
        if vip is None or network and network.name != vip.network:
            return True
    return False
