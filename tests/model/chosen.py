# SPDX-License-Identifier: BSD-3-Clause
"""What the gateway chose and the reference took as it was seen: whether it may be so."""
from . import wire
from .decide import in_rule_block


class Ports:
    """Of SNAT (semantics.md, section 5)."""

    def __init__(self, tables):
        self.tables = tables
        self.used = {}  # (VIP's name, host): ports

    def wrong(self, session):
        """Why its port is not the host's to use, or None."""
        if session.snat is None:
            return None
        name, host = session.snat
        port = session.forward.ends.source_port
        vip = self.tables.vip_names[name]
        if not 1024 <= port <= 65535 or in_rule_block(vip, port):
            return f"port {port} is not one of VIP {name}'s for outbound traffic"
        if vip.ports_per_host == "on_demand":
            return None
        used = self.used.setdefault((name, host), set())
        used.add(port)
        if max(used) - min(used) >= vip.ports_per_host:
            return f"ports {sorted(used)} of {wire.dotted(host)} are not of one block"
        for (other_name, other), theirs in self.used.items():
            if other_name == name and other != host and \
                    not (max(theirs) < min(used) or max(used) < min(theirs)):
                return f"{wire.dotted(host)} uses port {port} in {wire.dotted(other)}'s block"
        return None


class Identifiers:
    """Of translated packets in fragments: all of a packet have one, which no other packet has that
    leaves with the same addresses and protocol (RFC 6864, section 5.3)."""

    def __init__(self):
        self.used = {}  # (source, destination, protocol): identifiers

    def wrong(self, record, pairs):
        """pairs: (what was expected, what was seen) of packets that left; record: of the packet that
        came in fragments, or None."""
        for send, seen in pairs or ():
            in_fragments = seen.packet and (seen.packet.is_fragment or len(seen.sizes) > 1)
            if not in_fragments or not getattr(send, "is_translated", False):
                continue
            packet = seen.packet
            if record and record.identifier is not None:
                if packet.identifier != record.identifier:
                    return f"fragments of a packet have identifiers {record.identifier} and " \
                           f"{packet.identifier}"
                continue
            used = self.used.setdefault((packet.source, packet.destination, packet.protocol), set())
            if packet.identifier in used:
                return f"two packets have identifier {packet.identifier}"
            used.add(packet.identifier)
            if record:
                record.identifier = packet.identifier
        return None
