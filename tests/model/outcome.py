# SPDX-License-Identifier: BSD-3-Clause
"""What may come of a packet, and whether that was seen."""
from dataclasses import dataclass, field
from typing import Optional

from . import tcp, wire
from .decide import Drop, Local
from .expect import Answered, Reset, Told
from .faults import from_many, is_truncated
from .sessions import Session


@dataclass
class Outcome:
    reasons: frozenset = frozenset()  # of its drop; empty: it is not dropped
    sends: list = field(default_factory=list)
    may_be_silent: bool = False  # nothing need be sent all the same
    opens: Optional[Session] = None
    goes_with: Optional[tuple] = None  # (session, direction): it is that session's packet
    packet: Optional[wire.Packet] = None
    ends: Optional[Session] = None  # before that
    fragment: Optional[tuple] = None  # (key, what is known from then on) of its packet
    others: list = field(default_factory=list)  # reasons for drops of what waited for it

    def text(self):
        parts = [f"dropped: {' or '.join(sorted(self.reasons))}"] if self.reasons else []
        return "; ".join(parts + [send.text() for send in self.sends]) or "nothing"


def concluded(packet, run):
    """run()'s outcome, or what becomes of the packet when it goes no further."""
    interface, sender = packet.arrived
    try:
        return run()
    except Local:
        if packet.icmp_type == wire.ECHO and not from_many(interface, packet):
            return Outcome(sends=[Answered(interface, sender, packet)])
        return Outcome(frozenset(["local_unsupported"]), refusals(packet))
    except Drop as drop:
        outcome = Outcome(drop.reasons, ends=drop.ends)
        if drop.tells and not packet.is_icmp_error and not packet.is_later_fragment \
                and not from_many(interface, packet):
            outcome.sends.append(Told(interface, sender, drop.tells, packet))
            # What a fragment of an ICMP packet says need not be looked at.
            outcome.may_be_silent = packet.is_fragment and packet.protocol == wire.ICMP
        return outcome


def refusals(packet):
    """What the sender of a packet for the gateway itself gets, of which that is no ping."""
    interface, sender = packet.arrived
    if packet.is_fragment or is_truncated(packet) or from_many(interface, packet) \
            or packet.protocol == wire.ICMP or packet.checksum_error():
        return []
    if packet.protocol == wire.TCP:
        _, _, _, _, offset, flags, _, _, _ = wire.TCP_HEADER.unpack_from(packet.data)
        broken = not 20 <= (offset >> 4) * 4 <= len(packet.data)
        return [] if flags & tcp.RST or broken else [Reset(interface, sender, packet)]
    return [Told(interface, sender, (3, 3 if packet.protocol == wire.UDP else 2), packet)]


def observed_ports(observed):
    """{(source, destination): source port} of the packets that left."""
    return {(seen.packet.source, seen.packet.destination): seen.packet.ports[0]
            for seen in observed if seen.packet and not seen.packet.is_later_fragment}


def matches(outcome, observed):
    """(what is expected, what was seen) of each packet that left; None where it does not fit."""
    if outcome.may_be_silent and not observed:
        return []
    left, pairs = list(observed), []
    for send in outcome.sends:
        match = next((seen for seen in left if send.wrong(seen) is None), None)
        if match is None:
            return None
        left.remove(match)
        pairs.append((send, match))
    return None if left else pairs


def fits(outcome, observed):
    return matches(outcome, observed) is not None


def difference(possible, observed):
    """Expected and observed, in words."""
    expected = list(dict.fromkeys(outcome.text() for outcome, _ in possible))
    lines = [f"expected {text}" for text in expected[:6]]
    if not observed:
        return "\n".join(lines + ["observed nothing"])
    lines += [f"observed {seen.text()}" for seen in observed]
    if len(observed) == 1:
        wrongs = {send.wrong(observed[0]) for outcome, _ in possible for send in outcome.sends}
        lines += [f"so       {wrong}" for wrong in list(wrongs)[:3]]
    return "\n".join(lines)
