# SPDX-License-Identifier: BSD-3-Clause
"""Frames of a test's own making, on devices of its hosts."""
import ctypes
import os
import socket
import struct
import threading
import time

from scapy.layers.l2 import Ether

from program import DEADLINE
from world import NAMESPACES

CLONE_NEWNET = 0x40000000
FRAME_MAX = 1 << 16
SOL_PACKET, PACKET_AUXDATA = 263, 8
TAG_THERE = 1 << 4  # TP_STATUS_VLAN_VALID

_libc = ctypes.CDLL(None, use_errno=True)


def _socket_in(namespace, device):
    """The thread that makes it is in the namespace alone, and gone then."""
    made = []

    def make():
        descriptor = os.open(NAMESPACES / namespace, os.O_RDONLY)
        try:
            if _libc.setns(descriptor, CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            made.append(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)))
            made[0].setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            made[0].bind((device, 0))
        finally:
            os.close(descriptor)
    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


def _with_tag(data, control):
    """The kernel tells a frame's VLAN tag beside it (packet(7))."""
    for level, kind, told in control:
        if (level, kind) != (SOL_PACKET, PACKET_AUXDATA):
            continue
        status, _, _, _, _, tag, kind_of_tag = struct.unpack("=IIIHHHH", told)
        if status & TAG_THERE:
            return data[:12] + struct.pack("!HH", kind_of_tag or 0x8100, tag) + data[12:]
    return data


class Plug:
    """A host's end of a cable."""

    def __init__(self, host, device):
        self.socket = _socket_in(host.namespace, device)

    def close(self):
        self.socket.close()

    def send(self, frame):
        self.socket.send(bytes(frame))

    def received(self):
        """What has come in by now; not what this end has sent."""
        frames = []
        while True:
            try:
                data, control, _, address = self.socket.recvmsg(FRAME_MAX, 256,
                                                                socket.MSG_DONTWAIT)
            except BlockingIOError:
                return frames
            except OSError:  # it went down since; what comes then is told by the next call
                continue
            if address[2] != socket.PACKET_OUTGOING:
                frames.append(Ether(_with_tag(data, control)))


def wait_for_frames(plugs, wanted, count):
    """That many frames of which wanted(frame) holds: by plug, in order of arrival."""
    deadline = time.monotonic() + DEADLINE
    found = {plug: [] for plug in plugs}
    while sum(map(len, found.values())) < count:
        for plug in plugs:
            found[plug] += filter(wanted, plug.received())
        assert time.monotonic() < deadline, f"only these of {count} frames came: {found}"
        os.sched_yield()
    return found
