# SPDX-License-Identifier: BSD-3-Clause
"""A packet in fragments, in the order and with the faults that networks and attackers make."""
from .fragments import HEADERS
from .wire import MF

UNIT = 8


def pieces(random, packet):
    """Fragments of it, in the order in which they come; some may not."""
    units = (len(packet.data) + UNIT - 1) // UNIT
    header = (HEADERS.get(packet.protocol, 1) + UNIT - 1) // UNIT
    least = header if header < units and random.random() < 0.85 else 1  # units in the first
    places = range(least, units)
    inner = sorted(random.sample(places, min(len(places), random.choice((1, 1, 2, 3)))))
    cuts = [0, *inner, units]
    made = [piece(packet, begin * UNIT, end * UNIT) for begin, end in zip(cuts, cuts[1:])]
    draw = random.random()
    if draw < 0.1:
        made.append(random.choice(made))
    elif draw < 0.25:  # overlapping, or saying that the packet ends elsewhere
        begin = random.randrange(units)
        made.append(piece(packet, begin * UNIT, random.randint(begin + 1, units) * UNIT))
        if random.random() < 0.3:
            made[-1] = made[-1].with_(fragment=made[-1].fragment ^ MF)
    elif draw < 0.35:
        made.remove(random.choice(made))
    elif draw < 0.38:  # not a multiple of 8
        made[0] = made[0].with_(data=made[0].data[:-1])
    if random.random() < 0.5:
        random.shuffle(made)
    return made


def piece(packet, begin, end):
    more = MF if end < len(packet.data) else 0
    return packet.with_(data=packet.data[begin:end], fragment=begin // UNIT | more)
