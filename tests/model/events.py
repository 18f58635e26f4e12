# SPDX-License-Identifier: BSD-3-Clause
"""What happens in a sequence, in the order of time."""
from typing import NamedTuple

from .network import Network


class Arrival(NamedTuple):
    time: int  # nanoseconds
    port: str
    data: bytes


class Reload(NamedTuple):
    """Another configuration, as after SIGHUP."""
    time: int
    network: Network


class Step(NamedTuple):
    """An event and what came of it."""
    event: object
    seen: list  # of (port, frame)
    expected: object  # the reasons of each drop; text where the reference does not agree
