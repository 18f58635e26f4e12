# SPDX-License-Identifier: BSD-3-Clause
"""Sessions: a key for each direction, a rewrite, an idle timeout (design.md, section 1)."""
from dataclasses import dataclass, field
from typing import NamedTuple, Optional

from . import tcp
from .wire import ECHO, ECHO_REPLY, ICMP, TCP, UDP

FABRIC = "fabric"  # the zone of all of the fabric's interfaces; a subnet's is its interface's name
SECOND = 10**9
# How long a TCP session that is not open may be idle, seconds; after a RST as long as it is held.
HALF_OPEN_TIMEOUT, CLOSING_TIMEOUT = 30, 30
RFC_TRANSITORY_TIMEOUT = 240  # both, of VIPs of profile "rfc" (RFC 5382, REQ-5)
HOLD_DOWN_FIN, HOLD_DOWN_RST, HOLD_DOWN_HALF_OPEN, HOLD_DOWN_UDP = 65, 16, 30, 65


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


class Mapping(NamedTuple):
    """An inside endpoint's outside one, of a VIP of profile "rfc", and somebody that it talks to."""
    vip: int  # its address
    protocol: int
    port: int
    zone: str
    address: int
    inside_port: int
    host: int  # whose port it is
    remote: int

    @property
    def outside(self):
        return self.vip, self.protocol, self.port

    @property
    def inside(self):
        return self.vip, self.protocol, self.zone, self.address, self.inside_port


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
    deadline: Optional[int] = None  # when it ends whatever comes
    next_timeout: Optional[int] = None  # from its next packet on
    drain: Optional[int] = None  # seconds that it lasts from its next packet on
    moves_to: Optional[str] = None  # the zone that replies come from, from its next packet on
    kept_by: object = None  # of one that a change ended: the tables by which it was last kept
    connection: Optional[tcp.Connection] = None  # of TCP
    mapped_in: Optional[Mapping] = None  # how it finds its host
    mappings: list = field(default_factory=list)  # that it keeps

    @property
    def own_mappings(self):
        """That its own packets leave by."""
        ends = self.forward.ends
        return [mapping for mapping in self.mappings
                if (mapping.vip, mapping.port) == (ends.source, ends.source_port)]

    @property
    def idle_timeout(self):
        """Seconds."""
        rfc = bool(self.own_mappings)
        phases = {tcp.OPENING: RFC_TRANSITORY_TIMEOUT if rfc else HALF_OPEN_TIMEOUT,
                  tcp.CLOSED: RFC_TRANSITORY_TIMEOUT if rfc else CLOSING_TIMEOUT,
                  tcp.RESET: HOLD_DOWN_RST, tcp.REFUSED: HOLD_DOWN_RST}
        return phases.get(self.connection and self.connection.phase, self.timeout)

    @property
    def over(self):
        """When it ends if nothing comes; nanoseconds."""
        idle = self.last + self.idle_timeout * SECOND
        return idle if self.deadline is None else min(idle, self.deadline)

    def port_free(self, ended):
        """When its port may be given again, after it ended then."""
        if self.snat is None or self.forward.key.protocol not in (TCP, UDP):
            return ended
        if self.connection is None:
            return ended + HOLD_DOWN_UDP * SECOND
        if self.connection.phase == tcp.CLOSED:
            return max(ended, self.last + HOLD_DOWN_FIN * SECOND)
        if self.connection.phase in (tcp.RESET, tcp.REFUSED):
            return max(ended, self.last + HOLD_DOWN_RST * SECOND)
        half_open = self.connection.phase == tcp.OPENING
        return ended + (HOLD_DOWN_HALF_OPEN if half_open else HOLD_DOWN_FIN) * SECOND


class SessionTable:
    def __init__(self):
        self.entries = {}
        self.held = {}  # by the key of replies: (session that is over, when its port is free)
        self.created = 0

    def expire(self, now):
        """Ends what was idle for too long, or may last no longer."""
        for session in list(self.sessions()):
            if now >= session.over:
                self.end(session, session.over)
        self.held = {key: (session, free) for key, (session, free) in self.held.items()
                     if now < free}

    def end(self, session, now):
        self.remove(session)
        if session.port_free(now) > now:
            self.held[session.reverse.key] = (session, session.port_free(now))

    def remove(self, session):
        """Another that had one of its keys before, with another worker, has it again."""
        for direction in (session.forward, session.reverse):
            if self.entries.get(direction.key, (None,))[0] is session:
                del self.entries[direction.key]
        for other in list(self.sessions()):
            for direction in (other.forward, other.reverse):
                self.entries.setdefault(direction.key, (other, direction))

    def find(self, key):
        """(session, direction), or None. A session whose replies come from elsewhere now moves, or
        ends where they are another's."""
        found = self.entries.get(key)
        if found and found[0].moves_to:
            session = found[0]
            self.remove(session)
            session.reverse.key = session.reverse.key._replace(zone=session.moves_to)
            session.moves_to = None
            if session.reverse.key not in self.entries:
                self.enter(session)
            found = self.entries.get(key)
        return found

    def is_held(self, key):
        return key in self.held

    def sessions(self):
        return {id(session): session for session, _ in self.entries.values()}.values()

    def port_holders(self):
        return [*self.sessions(), *(session for session, _ in self.held.values())]

    def mappings(self):
        """A session that is over holds its own port alone."""
        live = [mapping for session in self.sessions() for mapping in session.mappings]
        return live + [mapping for session, _ in self.held.values()
                       for mapping in session.own_mappings]

    def takes(self, session):
        """Whether both of its keys are free. Only a mapping takes what is held for itself."""
        inside = {mapping.inside for mapping in session.mappings}
        held = {key for key, (other, _) in self.held.items()
                if not any(mapping.inside in inside for mapping in other.mappings)}
        keys = {session.forward.key, session.reverse.key}
        return len(keys) == 2 and not keys & (self.entries.keys() | held)

    def add(self, session, now):
        session.last = now
        self.created += 1
        self.enter(session)

    def enter(self, session):
        """What answers a caller through a mapping may answer another worker's session too, which is
        asked first."""
        self.held.pop(session.reverse.key, None)
        for direction in (session.forward, session.reverse):
            if session.mapped_in:
                self.entries.setdefault(direction.key, (session, direction))
            else:
                self.entries[direction.key] = (session, direction)
