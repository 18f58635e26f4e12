# SPDX-License-Identifier: BSD-3-Clause
"""What follows a call, as both ends see it: what it looked like before and after it was passed on tells
the addresses and ports of all that follows. Connections go from their beginning to what comes after
their end; of datagrams, others than who was called try to answer."""
from . import wire
from .conversation import FAR, MODULUS, choose
from .tcp import ACK, FIN, RST, SYN

# Steps: who speaks, > for the one that has sent the first SYN, and the segment's flags.
BEGINNINGS = ((("<SA", ">A"), 70), (("<S", ">SA", "<SA"), 4), (("<S", ">A", "<A"), 3),
              (("<S", "<SA", ">SA"), 2), (("<SA", ">FA"), 5), (("<SA", ">SA"), 2),
              (("<S", ">A", "<FA"), 2), (("<RA",), 3), (("<S", "<R"), 4), (("<S", ">R"), 2),
              (("<SA", "<R"), 2), ((), 1))
ENDS = ((">FA", "<FA"), ("<FA", ">FA"), (">FA", "<A", "<FA", ">A"), ("<FA", ">A", ">FA", "<A"),
        (">R",), ("<R",), (">FA", "<R"), (">FA", ">R"), ("<FA", ">R"), ("<FA", "<R"),
        (">R", "<A"), ("<R", ">A"), (">R", ">A"), ("<R", "<A"), (">R", "<FA", ">FA"),
        ("<R", ">FA", "<FA"), (">FA",), ("<FA",), ())
AFTERWARDS = (">A", "<A", ">S", ">S", "<S", ">FA", "<FA", ">R", "<R")
WAITS = (14, 14, 21, 21, 28, 35, 63, 70, 98, 238, 245)
# Of datagrams: to who was called and to another, from these, and from another port.
DATAGRAMS = (">", ">", ">other", "<", "<", "<other", "<other", "<port")
DATAGRAM_WAITS = (28, 63, 70, 70, 98, 105, 238, 245, 301, 308)
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

    @property
    def link(self):
        return self.destination, self.source, self.vlan

    def back(self):
        """Who answers it sends that way."""
        self.destination, self.source = self.source, self.destination
        data = self.packet.data
        self.packet = self.packet.with_(source=self.packet.destination, ttl=64,
                                        destination=self.packet.source,
                                        data=data[2:4] + data[:2] + data[4:])
        self.ports = self.ports[::-1]
        return self


def dialogue(random, call, left, other):
    """[(seconds before it, port, its frame's addresses and VLAN, packet)] that follow a call. call,
    left: (port, frame) of it as it came in and as it left. other: somebody's address."""
    caller, called = End(random, *call), End(random, *left).back()
    if caller.packet.protocol == wire.UDP:
        return [datagram(random, said, caller, called, other)
                for said in random.choices(DATAGRAMS, k=random.randint(3, 7))]
    length = len(called.packet.data) - wire.TCP_HEADER.size
    _, _, sequence, _, _, _, caller.window, _, _ = wire.TCP_HEADER.unpack_from(caller.packet.data)
    caller.next = (sequence + 1 + random.choice((0, length))) % MODULUS
    return [step(random, said, pause, caller, called) for pause, said in script(random)]


def datagram(random, said, caller, called, other):
    mine, peer = (caller, "destination") if said[0] == ">" else (called, "source")
    packet = mine.packet
    if said[1:] == "other":
        packet = packet.with_(**{peer: other})
    elif said[1:] == "port":
        packet = packet.with_(data=b"\x17\x70" + packet.data[2:])
    return random.choice((0, 0, random.choice(DATAGRAM_WAITS))), mine.port, mine.link, packet


def script(random):
    """[(seconds before it, step)]"""
    talk = random.choices((">A", "<A"), k=random.choice((0, 0, 1, 2)))
    if random.random() < 0.15:  # a long one, that may outlive its backend
        return [(0, said) for said in (*choose(random, BEGINNINGS), *talk)] \
            + [(random.choice((0, 14, 21, 28, 98, 203)), random.choice((">A", "<A")))
               for _ in range(random.randint(4, 9))]
    steps = [*choose(random, BEGINNINGS), *talk, *random.choice(ENDS)]
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
    data = wire.TCP_HEADER.pack(*mine.ports, sequence % MODULUS, acknowledged % MODULUS, 0x50,
                                flags, mine.window, 0, 0) + bytes(8)
    return pause, mine.port, mine.link, mine.packet.with_(data=data)
