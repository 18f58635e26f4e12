# SPDX-License-Identifier: BSD-3-Clause
"""The traffic of whole programs: a capture that net_pcap sends again and again."""
import random
import socket
import struct

FLOWS = 4096
PREFIXES = 100_000
HOSTS = 250
FIRST_HOST = 0x0A010004  # 10.1.0.4
SENDER_MAC = "02:00:00:00:02:04"
GATEWAY_MAC = "02:00:00:00:00:01"
PREFIX_AREA = 0x20000000  # 32.0.0.0/3: no martians and nobody's private addresses
PREFIX_AREA_LENGTH = 3


def dotted(address):
    return socket.inet_ntoa(struct.pack("!I", address))


def draw_prefixes(count=PREFIXES):
    """(first address, length) of random ones, all different: half are /24, others /16 to /23."""
    draw = random.Random(1)
    found = {}
    while len(found) < count:
        length = 24 if len(found) % 2 == 0 else draw.randint(16, 23)
        number = draw.getrandbits(length - PREFIX_AREA_LENGTH)
        found[PREFIX_AREA | number << (32 - length), length] = True
    return list(found)


def internet_checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(source, destination, source_port, destination_port):
    """60 bytes of Ethernet with UDP in it, without a checksum of UDP."""
    def header(checksum):
        return struct.pack("!BBHHHBBHII", 0x45, 0, 46, 1, 0, 64, 17, checksum, source, destination)

    ethernet = bytes.fromhex((GATEWAY_MAC + SENDER_MAC).replace(":", "") + "0800")
    udp = struct.pack("!HHHH", source_port, destination_port, 26, 0)
    return ethernet + header(internet_checksum(header(0))) + udp + bytes(18)


def write_capture(path, prefixes, flows=FLOWS):
    """One packet of each flow, from hosts of 10.1.0.0/24 to addresses in the prefixes."""
    draw = random.Random(2)
    with path.open("wb") as file:
        file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for _ in range(flows):
            first, length = draw.choice(prefixes)
            data = frame(FIRST_HOST + draw.randrange(HOSTS), first | draw.getrandbits(32 - length),
                         draw.randint(1024, 65535), draw.randint(1024, 65535))
            file.write(struct.pack("=IIII", 0, 0, len(data), len(data)) + data)
