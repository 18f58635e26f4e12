# SPDX-License-Identifier: BSD-3-Clause
"""A connection from its beginning to what comes after its end, as both ends see it: what a SYN that
was passed on looked like before and after it tells the addresses and ports of all that follows."""
from . import wire
from .conversation import FAR, MODULUS, choose
from .tcp import ACK, FIN, RST, SYN

# Steps: who speaks, > for the one that has sent the first SYN, and the segment's flags.
BEGINNINGS = ((("<SA", ">A"), 74), (("<S", ">SA", "<SA"), 4), (("<S", ">A", "<A"), 3),
              (("<S", "<SA", ">SA"), 2), (("<SA", ">FA"), 3), (("<SA", ">SA"), 2), (("<S", ">A", "<FA"), 2),
              (("<RA",), 3), (("<S", "<R"), 2), (("<S", ">R"), 2), (("<SA", "<R"), 2), ((), 1))
ENDS = ((">FA", "<FA"), ("<FA", ">FA"), (">FA", "<A", "<FA", ">A"), ("<FA", ">A", ">FA", "<A"),
        (">R",), ("<R",), (">FA", "<R"), (">FA", ">R"), ("<FA", ">R"), ("<FA", "<R"),
        (">R", "<A"), ("<R", ">A"), (">R", ">A"), ("<R", "<A"), (">R", "<FA", ">FA"),
        ("<R", ">FA", "<FA"), (">FA",), ("<FA",), ())
AFTERWARDS = (">A", "<A", ">S", ">S", "<S", ">FA", "<FA", ">R", "<R")
WAITS = (14, 14, 21, 21, 28, 35, 63, 70, 98, 238, 245)
FLAGS = {"S": SYN, "A": ACK, "F": FIN, "R": RST}


class End:
    """Of a connection: where it sends to, and with which numbers."""

    def __init__(self, random, port, frame):
        self.port = port
        self.destination, self.source, self.vlan, _, body = wire.frame_parse(frame)
        self.packet = wire.Packet.parse(body)
        self.ports = self.packet.ports
        self.next = random.randrange(MODULUS)
        self.window = 0  # that it told last

    def back(self):
        """Who answers it sends that way."""
        self.destination, self.source = self.source, self.destination
        self.packet = self.packet.with_(source=self.packet.destination,
                                        destination=self.packet.source, ttl=64)
        self.ports = self.ports[::-1]
        return self


def dialogue(random, call, left):
    """[(seconds before it, port, its frame's addresses and VLAN, packet)] that follow a SYN. call,
    left: (port, frame) of the SYN as it came in and as it left."""
    caller, called = End(random, *call), End(random, *left).back()
    length = len(called.packet.data) - wire.TCP_HEADER.size
    _, _, sequence, _, _, _, caller.window, _, _ = wire.TCP_HEADER.unpack_from(caller.packet.data)
    caller.next = (sequence + 1 + random.choice((0, length))) % MODULUS
    return [step(random, said, pause, caller, called) for pause, said in script(random)]


def script(random):
    """[(seconds before it, step)]"""
    steps = [*choose(random, BEGINNINGS), *random.choices((">A", "<A"), k=random.choice((0, 0, 1, 2))),
             *random.choice(ENDS)]
    told = [(random.choice(WAITS) if random.random() < 0.04 else 0, said) for said in steps]
    for _ in range(random.choice((1, 2, 2, 3))):
        pause = random.choice(WAITS) if random.random() < 0.5 else 0
        told.append((pause, random.choice(AFTERWARDS)))
    return told


def step(random, said, pause, caller, called):
    mine, other = (caller, called) if said[0] == ">" else (called, caller)
    flags = sum(FLAGS[letter] for letter in said[1:])
    sequence = mine.next
    if flags == SYN or flags & RST and random.random() < 0.25:
        sequence += random.choice((0, mine is caller and FAR, other.window, other.window + 1))
    if flags == SYN | ACK:
        sequence -= 1
    if flags & FIN:
        mine.next += 1
    acknowledged = other.next if flags & ACK else 0
    if flags & ACK and random.random() < 0.03:
        acknowledged += random.choice((FAR, -FAR))
    mine.window = random.choice((8192, 8192, 100, 0, 65535))
    data = wire.TCP_HEADER.pack(*mine.ports, sequence % MODULUS, acknowledged % MODULUS, 0x50, flags,
                                mine.window, 0, 0) + bytes(8)
    return pause, mine.port, (mine.destination, mine.source, mine.vlan), mine.packet.with_(data=data)
