# SPDX-License-Identifier: BSD-3-Clause
"""TCP connections, as far as who stands between their ends can follow them (RFC 793, RFC 5961).

A connection opens when each end has sent a SYN and acknowledged the other's. It closes when both
have sent a FIN, or one a RST that its receiver would take. "Forward" is who sent the first SYN.
"""
from dataclasses import dataclass
from typing import NamedTuple, Optional

from .wire import TCP_HEADER

FIN, SYN, RST, ACK = 1, 2, 4, 16
OPENING, OPEN, CLOSED, RESET, REFUSED = "opening", "open", "closed", "reset", "refused"


class Segment(NamedTuple):
    kind: Optional[str]  # None: its flags contradict one another
    sequence: int
    acknowledged: Optional[int]
    window: int
    length: int


def segment_of(packet):
    _, _, sequence, acknowledged, offset, flags, window, _, _ = TCP_HEADER.unpack_from(packet.data)
    kind = {SYN: "syn", SYN | ACK: "syn-ack", ACK: "ack", FIN | ACK: "fin", RST: "rst",
            RST | ACK: "rst"}.get(flags & (FIN | SYN | RST | ACK))
    length = max(0, len(packet.data) - max(20, (offset >> 4) * 4))
    return Segment(kind, sequence, acknowledged if flags & ACK else None, window, length)


def begins(packet):
    """Whether it may be the first of a connection."""
    return segment_of(packet).kind == "syn"


def distance(number, start):
    """How far a sequence number lies after another."""
    return number - start & 0xFFFFFFFF


@dataclass
class Side:
    """What one end has said."""
    syn: bool = False
    convinced: bool = False  # it has acknowledged the other's SYN
    fin: bool = False
    expects: Optional[int] = None  # the sequence number that it takes next
    window: int = 0  # and how many from there


class Connection:
    def __init__(self):
        self.phase = OPENING
        self.sides = {True: Side(), False: Side()}

    def drains(self):
        """Whether it goes on for a while when its backend is taken out: it has been open."""
        return self.phase not in (OPENING, REFUSED)

    def is_over_by(self, segment):
        """Whether the segment belongs to another connection that begins."""
        return segment.kind == "syn" and self.phase in (CLOSED, RESET, REFUSED)

    def take(self, forward, segment):
        """A segment that `forward`, or the other, has sent is passed on."""
        mine, other = self.sides[forward], self.sides[not forward]
        if segment.kind == "rst":
            self.take_reset(segment, mine, other)
            return
        known = self.phase != OPENING or self.acknowledges(segment, mine)
        if self.phase == OPENING:
            self.take_opening(segment, forward, mine, other)
        elif self.phase in (OPEN, RESET) and segment.kind in ("ack", "fin"):
            if self.phase == RESET:  # its receiver did not take the RST (RFC 7857, section 2.2)
                self.phase, mine.fin, other.fin = OPEN, False, False
            self.take_fin(segment, mine, other)
        if known:
            note(segment, mine)

    def take_opening(self, segment, forward, mine, other):
        if segment.acknowledged is not None and not self.acknowledges(segment, mine):
            return  # a guess
        is_first = not other.syn if forward else not mine.syn  # or it calls anew, with other numbers
        if segment.kind in ("syn", "syn-ack") and is_first and (forward or other.syn):
            mine.syn, mine.window = True, segment.window
            other.expects = segment.sequence + 1 & 0xFFFFFFFF
            if forward:
                other.window = segment.length  # its answer may acknowledge data too (RFC 7413)
        if segment.acknowledged is not None and mine.syn and other.syn:
            opens = other.convinced
            if segment.kind == "fin" and not opens:
                return
            mine.convinced = True
            if opens:
                self.phase = OPEN
                self.take_fin(segment, mine, other)

    def take_fin(self, segment, mine, other):
        mine.fin = mine.fin or segment.kind == "fin"
        if mine.fin and other.fin:
            self.phase = CLOSED

    def take_reset(self, segment, mine, other):
        """Who does not see the connection can not know its numbers."""
        if other.expects is not None:
            counts = distance(segment.sequence, other.expects) <= other.window
        else:
            counts = segment.acknowledged is not None and self.acknowledges(segment, mine)
        if counts and self.phase in (OPENING, OPEN):
            self.phase = REFUSED if self.phase == OPENING else RESET

    @staticmethod
    def acknowledges(segment, mine):
        """Whether it acknowledges what the other has sent, as far as that is known."""
        return segment.acknowledged is not None and (
            mine.expects is None or distance(segment.acknowledged, mine.expects) <= mine.window)


def note(segment, mine):
    if segment.acknowledged is None:
        return
    mine.expects = segment.acknowledged
    if segment.kind in ("ack", "fin"):
        mine.window = segment.window
