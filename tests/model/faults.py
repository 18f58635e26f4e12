# SPDX-License-Identifier: BSD-3-Clause
"""What is wrong with a packet, whatever the tables say. Of several reasons any may be told."""
from . import fragments, tcp, wire
from .decide import Drop
from .network import prefix

ZERO, LOOPBACK = prefix("0.0.0.0/8"), prefix("127.0.0.0/8")
MULTICAST, RESERVED = prefix("224.0.0.0/4"), prefix("240.0.0.0/4")
LINK_LOCAL = prefix("169.254.0.0/16")  # RFC 3927, section 2.7
BROADCAST = 0xFFFFFFFF
SOURCE_ROUTES = {131, 137}  # loose and strict, RFC 791


def header_faults(packet):
    """RFC 1812, sections 5.2.2 and 5.3.7. Of several reasons any may be told."""
    reasons = set()
    if packet.sum_error:
        reasons.add("ip_checksum_wrong")
    if any(item.has(packet.source) for item in
           (ZERO, LOOPBACK, LINK_LOCAL, MULTICAST, RESERVED)) or packet.source == packet.destination:
        reasons.add("ip_source_martian")
    if packet.options and packet.options[0] in SOURCE_ROUTES:
        reasons.add("ip_source_route")
    if MULTICAST.has(packet.destination):
        reasons.add("ip_multicast")
    elif packet.destination == BROADCAST:
        reasons.add("ip_broadcast")
    elif any(item.has(packet.destination) for item in (ZERO, LOOPBACK, LINK_LOCAL, RESERVED)):
        reasons.add("ip_destination_martian")
    return reasons


def from_many(interface, packet):
    """Whether it is from or for no single host: nobody is told then (RFC 1812, 4.3.2.7)."""
    ends = {end for _, link in interface.links if link.length < 31
            for end in (link.address, link.last)}
    return bool(ends & {packet.source, packet.destination})


def is_truncated(packet):
    return not packet.is_fragment and len(packet.data) < fragments.HEADERS.get(packet.protocol, 0)


def transport_faults(packet):
    """Why it may not be the first of a session."""
    if is_truncated(packet):
        return {"transport_truncated"}
    if packet.protocol != wire.TCP or len(packet.data) < 20 or tcp.begins(packet):
        return set()
    return {"tcp_session_missing" if tcp.segment_of(packet).kind else "tcp_flags_invalid"}


def check_lifetime(packet):
    if packet.ttl <= 1:
        raise Drop("ttl_expired", tells=(wire.TIME_EXCEEDED, 0))
