# SPDX-License-Identifier: BSD-3-Clause
"""Sessions: a key for each direction, a rewrite, an idle timeout (design.md, section 1)."""
from dataclasses import dataclass, field
from typing import NamedTuple, Optional

from .wire import ECHO, ECHO_REPLY, ICMP

FABRIC = "fabric"  # the zone of all of the fabric's interfaces; a subnet's is its interface's name
SECOND = 10**9


class Key(NamedTuple):
    zone: str
    protocol: int
    kind: Optional[int]  # of ICMP: asks and answers are two directions of one session
    source: int
    source_port: int
    destination: int
    destination_port: int


def key_of(zone, packet):
    return Key(zone, packet.protocol, packet.icmp_type, packet.source, packet.ports[0],
               packet.destination, packet.ports[1])


def kind_answered(protocol, kind):
    return {ECHO: ECHO_REPLY, ECHO_REPLY: ECHO}[kind] if protocol == ICMP else None


@dataclass(frozen=True)
class Ends:
    """Addresses and ports as a direction sends them."""
    source: int
    source_port: int
    destination: int
    destination_port: int


@dataclass(eq=False)
class Direction:
    key: Key
    ends: Ends
    egress: object  # an Egress
    refreshes: bool = True


@dataclass(eq=False)
class Session:
    forward: Direction
    reverse: Direction
    timeout: int  # seconds
    snat: Optional[tuple] = None  # whose port it holds: (VIP's name, address of the host)
    rule: Optional[tuple] = None  # that let it in: (VIP's name, rule's name)
    number: int = 0
    last: int = 0
    opened_by: object = None  # the packet
    spoken: set = field(default_factory=set)  # the directions that had packets
    deadline: Optional[int] = None  # when it ends whatever comes
    next_timeout: Optional[int] = None  # from its next packet on
    drain: Optional[int] = None  # seconds that it lasts from its next packet on


class SessionTable:
    def __init__(self):
        self.entries = {}
        self.created = 0

    def expire(self, now):
        """Ends what was idle for too long, or may last no longer."""
        for session in list(self.sessions()):
            if now - session.last >= session.timeout * SECOND \
                    or session.deadline is not None and now >= session.deadline:
                self.end(session)

    def end(self, session):
        self.entries.pop(session.forward.key, None)
        self.entries.pop(session.reverse.key, None)

    def find(self, key):
        """(session, direction), or None."""
        return self.entries.get(key)

    def sessions(self):
        return {id(session): session for session, _ in self.entries.values()}.values()

    def takes(self, session):
        """Whether both of its keys are free."""
        keys = {session.forward.key, session.reverse.key}
        return len(keys) == 2 and not keys & self.entries.keys()

    def add(self, session, now):
        session.last = now
        self.created += 1
        self.enter(session)

    def enter(self, session):
        for direction in (session.forward, session.reverse):
            self.entries[direction.key] = (session, direction)
