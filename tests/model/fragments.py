# SPDX-License-Identifier: BSD-3-Clause
"""Packets that come in fragments (RFC 791, 1858, 3128, 5722; semantics.md, section 5).

Fragments go on as they come, with the ports that the first one told; those that come before it
wait. Of a packet whose fragments overlap nothing more goes on.
"""
from dataclasses import dataclass, field
from typing import NamedTuple, Optional

from .sessions import SECOND
from .wire import ECHO, ECHO_REPLY, ICMP, MF, TCP, UDP

LIFETIME = 30 * SECOND  # that the others are waited for, counted anew when the first has come
HEADERS = {ICMP: 8, TCP: 20, UDP: 8}  # bytes of a transport header, which the first has to show
PACKET_MAX = 65535


class Facts(NamedTuple):
    """What the first fragment tells."""
    ports: tuple
    kind: Optional[int]  # of ICMP


@dataclass
class Record:
    """What is known of a packet; None for one that is not known yet."""
    since: int
    parts: list = field(default_factory=list)  # (first byte, byte after the last)
    total: Optional[int] = None
    facts: Optional[Facts] = None
    held: list = field(default_factory=list)  # the fragments that wait for the first
    refused: frozenset = frozenset()  # why nothing more of it goes on
    identifier: Optional[int] = None  # of its translation

    def is_whole(self):
        reached = 0
        for begin, end in sorted(self.parts):
            if begin != reached:
                return False
            reached = end
        return self.total is not None and reached == self.total


@dataclass
class Verdict:
    record: Optional[Record]  # from now on; None: it is forgotten
    reasons: frozenset = frozenset()  # of a drop
    waits: bool = False
    awaited: list = field(default_factory=list)  # what waited for this one
    given_up: list = field(default_factory=list)  # reasons for the drops of what waited in vain


def key_of(zone, packet):
    return zone, packet.source, packet.destination, packet.protocol, packet.identifier


def extent(packet):
    begin = (packet.fragment & 0x1FFF) * 8
    return begin, begin + len(packet.data), not packet.fragment & MF


def faults(packet):
    """What can be said of a fragment by itself."""
    begin, end, last = extent(packet)
    if begin == end or not last and (end - begin) % 8 \
            or 20 + len(packet.options) + end > PACKET_MAX:
        return {"fragment_invalid"}
    if packet.protocol == TCP and begin == 8:
        return {"fragment_tiny"}
    return set()


def header_faults(packet):
    """Of a first fragment."""
    if len(packet.data) < HEADERS.get(packet.protocol, 0):
        return {"fragment_tiny"}
    if packet.is_icmp_error:
        return {"icmp_error_fragmented"}
    known = packet.protocol != ICMP or packet.icmp_type in (ECHO, ECHO_REPLY)
    return set() if known else {"icmp_unsupported"}


class FragmentTable:
    def __init__(self):
        self.records = {}

    def expire(self, now):
        """Forgets packets; the reasons for the drops of what still waited."""
        dropped = []
        for key, record in list(self.records.items()):
            if now - record.since >= LIFETIME:
                dropped += [frozenset(["fragment_first_missing"])] * len(record.held)
                del self.records[key]
        return dropped

    def look(self, key, packet, now):
        """What becomes of a fragment. Changes nothing: put() does."""
        reasons = faults(packet)
        if reasons:
            return Verdict(self.records.get(key), frozenset(reasons))
        old = self.records.get(key) or Record(now)
        record = Record(old.since, list(old.parts), old.total, old.facts, list(old.held),
                        old.refused, old.identifier)
        if not packet.is_later_fragment and header_faults(packet):
            reasons = frozenset(header_faults(packet))
            return refused(record, record.refused or reasons, reasons | record.refused, now)
        if record.refused:
            return Verdict(record, record.refused)
        begin, end, last = extent(packet)
        if not agrees_on_end(record, begin, end, last):
            return refused(record, OVERLAP, OVERLAP, now)
        if any(one <= begin and end <= other for one, other in joined(record.parts)):
            return Verdict(record, frozenset(["fragment_duplicate"]))
        if any(one < end and begin < other for one, other in record.parts):
            return refused(record, OVERLAP, OVERLAP, now)
        record.parts.append((begin, end))
        record.total = end if last else record.total
        return accepted(record, packet, now)

    def put(self, key, record):
        if record is None:
            self.records.pop(key, None)
        else:
            self.records[key] = record


OVERLAP = frozenset(["fragment_overlap"])


def accepted(record, packet, now):
    verdict = Verdict(record)
    if packet.is_later_fragment and record.facts is None:
        record.held.append(packet)
        verdict.waits = True
        return verdict
    if not packet.is_later_fragment:
        record.facts = Facts(packet.ports, packet.icmp_type)
        record.since = now
        verdict.awaited, record.held = record.held, []
    return verdict


def refused(record, lasting, reasons, now):
    given_up = [reasons] * len(record.held)
    record.held, record.refused, record.since = [], lasting, now
    return Verdict(record, reasons, given_up=given_up)


def agrees_on_end(record, begin, end, last):
    """Whether the packet may end where the fragments say."""
    if not last:
        return record.total is None or end < record.total
    if record.total is not None:
        return record.total == end
    return all(other <= end for _, other in record.parts)


def joined(parts):
    """The same bytes in as few pieces as possible."""
    pieces = []
    for begin, end in sorted(parts):
        if pieces and pieces[-1][1] == begin:
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((begin, end))
    return pieces
