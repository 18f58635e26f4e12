# SPDX-License-Identifier: BSD-3-Clause
"""What the receiver of a packet answers: mostly what a host would, sometimes what it never would."""
from . import wire
from .tcp import ACK, FIN, RST, SYN

FAR = 0x10000000  # out of every window
MODULUS = 1 << 32
# What the answer to a TCP segment is, by its flags, and how often.
ANSWERS = {
    SYN: ((SYN | ACK, 78), (RST | ACK, 8), (SYN, 6), (ACK, 3), (FIN | ACK, 2), (RST, 3)),
    SYN | ACK: ((ACK, 80), (RST, 6), (FIN | ACK, 6), (SYN | ACK, 3), (SYN, 5)),
    ACK: ((ACK, 58), (FIN | ACK, 24), (RST, 6), (RST | ACK, 4), (SYN, 5), (SYN | ACK, 3)),
    FIN | ACK: ((FIN | ACK, 50), (ACK, 30), (RST, 8), (SYN, 12)),
    RST: ((SYN, 40), (ACK, 40), (RST, 10), (FIN | ACK, 10)),
    RST | ACK: ((SYN, 60), (ACK, 40)),
}
OPENINGS = ((SYN, 88), (ACK, 5), (FIN | ACK, 2), (RST, 2), (SYN | ACK, 1), (SYN | FIN, 1), (0, 1))


def choose(random, weighed):
    return random.choices([item for item, _ in weighed], [weight for _, weight in weighed])[0]


def answer(random, packet):
    """What comes back."""
    data = packet.data
    if packet.protocol == wire.TCP and len(data) >= wire.TCP_HEADER.size:
        data = segment_back(random, data)
    elif packet.protocol in (wire.TCP, wire.UDP):
        data = data[2:4] + data[:2] + data[4:]
    elif packet.icmp_type == wire.ECHO:
        data = bytes([wire.ECHO_REPLY]) + data[1:]
    return packet.with_(source=packet.destination, destination=packet.source, data=data, ttl=64)


def segment_back(random, data):
    source, destination, sequence, acknowledged, offset, flags, _, _, _ = \
        wire.TCP_HEADER.unpack_from(data)
    payload = data[wire.TCP_HEADER.size:]
    back = choose(random, ANSWERS.get(flags, ANSWERS[ACK]))
    mine = acknowledged if flags & ACK else random.randrange(MODULUS)
    length = len(payload) + bool(flags & SYN) + bool(flags & FIN)
    if flags & SYN and random.random() < 0.5:
        length = 1  # its data is not taken yet
    its = sequence + length
    if random.random() < 0.05:
        mine += random.choice((FAR, -FAR, 100))
    if random.random() < 0.03:
        its += random.choice((FAR, -FAR))
    if back in (SYN, RST):
        its = 0
    return segment(random, (destination, source), mine, its, offset, back) + payload


def opening(random, ports):
    """The first segment that somebody sends; mostly one that begins a connection."""
    flags = choose(random, OPENINGS)
    acknowledged = random.randrange(MODULUS) if flags & ACK else 0
    return segment(random, ports, random.randrange(MODULUS), acknowledged, 0x50, flags)


def segment(random, ports, sequence, acknowledged, offset, flags):
    window = random.choice((8192, 8192, 8192, 0, 65535))
    return wire.TCP_HEADER.pack(*ports, sequence % MODULUS, acknowledged % MODULUS, offset, flags,
                                window, 0, 0)
