# SPDX-License-Identifier: BSD-3-Clause
"""ICMP errors about sessions (semantics.md, section 5; RFC 5508): what they quote is translated."""
import struct

from .sessions import Key, kind_answered
from .wire import AH, ECHO, ECHO_REPLY, ESP, ICMP, TCP, UDP, ones_sum

TRAVELLING = (3, 11, 12)  # unreachable, time exceeded, parameter problem; redirects do not
ERROR_HEADER = 8
PORTS = 8  # bytes of the transport header that a session is found by


class Quote:
    """The packet that an error quotes, as far as it does; its header is whole."""

    @classmethod
    def of(cls, error):
        """None: the error quotes no IPv4 packet."""
        data = error.data[ERROR_HEADER:]
        length = (data[0] & 15) * 4 if data else 0
        if length < 20 or length > len(data) or data[0] >> 4 != 4:
            return None
        return cls(data[:length], data[length:])

    def __init__(self, header, transport):
        self.header, self.transport = header, transport
        self.protocol = self.header[9]
        self.source, self.destination = struct.unpack_from("!II", self.header, 12)

    @property
    def is_later_fragment(self):
        return bool(struct.unpack_from("!H", self.header, 6)[0] & 0x1FFF)

    @property
    def kind(self):
        return self.transport[0] if self.protocol == ICMP else None

    @property
    def ports(self):
        if self.protocol in (TCP, UDP):
            return struct.unpack_from("!HH", self.transport)
        if self.protocol == ICMP:
            return struct.unpack_from("!H", self.transport, 4) * 2
        return (0, 0)


def answer_key(zone, error):
    """The key of an answer to the packet that the error quotes, whose way the error goes; None where
    nothing is quoted that has sessions."""
    quote = Quote.of(error)
    if quote is None or error.icmp_type not in TRAVELLING:
        return None
    if quote.is_later_fragment or quote.source != error.destination:
        return None
    if quote.protocol in (ICMP, TCP, UDP) and len(quote.transport) < PORTS \
            or quote.protocol not in (ICMP, TCP, UDP, ESP, AH) \
            or quote.protocol == ICMP and quote.kind not in (ECHO, ECHO_REPLY):
        return None
    source_port, destination_port = quote.ports
    kind = kind_answered(quote.protocol, quote.kind)
    return Key(zone, quote.protocol, kind, quote.destination, destination_port, quote.source,
               source_port)


def is_sound(error):
    """RFC 5508, REQ-3: the error's checksum and the quoted header's; what that one carries is not
    looked at."""
    quote = Quote.of(error)
    return ones_sum(error.data) == ones_sum(quote.header) == 0xFFFF


def translated_error(error, direction):
    """As that direction of the session sends it on. A router on the way speaks for itself; who is
    behind a translation, by the address that stands for it."""
    ends = direction.ends
    quote = rewritten(Quote.of(error), ends)
    source = error.source if ends.source == direction.key.source else ends.source
    return error.with_(source=source, destination=ends.destination,
                       data=error.data[:ERROR_HEADER] + quote)


def rewritten(quote, ends):
    """The quoted packet as its sender sent it: the answer's ends, turned round."""
    before, after = quote.header[12:20], struct.pack("!II", ends.destination, ends.source)
    header = quote.header[:12] + after + quote.header[20:]
    header = header[:10] + adjusted(header[10:12], before, after) + header[12:]
    if quote.protocol not in (ICMP, TCP, UDP):
        return header + quote.transport
    if quote.protocol == ICMP:
        at, ports, pseudo = 2, slice(4, 6), (b"", b"")
        changed = struct.pack("!H", ends.destination_port if quote.kind == ECHO
                              else ends.source_port)
    else:
        at, ports, pseudo = {TCP: 16, UDP: 6}[quote.protocol], slice(0, 4), (before, after)
        changed = struct.pack("!HH", ends.destination_port, ends.source_port)
    transport = bytearray(quote.transport)
    old = bytes(transport[ports])
    transport[ports] = changed
    checksum = bytes(transport[at:at + 2])
    if len(checksum) == 2 and not (quote.protocol == UDP and checksum == b"\0\0"):
        transport[at:at + 2] = adjusted(checksum, pseudo[0] + old, pseudo[1] + changed)
    return header + bytes(transport)


def adjusted(checksum, before, after):
    """A checksum after these bytes became those (RFC 1624, equation 3)."""
    inverted = bytes(byte ^ 0xFF for byte in checksum + before)
    return struct.pack("!H", ones_sum(inverted + after) ^ 0xFFFF)
