# SPDX-License-Identifier: BSD-3-Clause
"""Sequences: each is a random configuration and random packets, told by one number."""
import tempfile
import time
from dataclasses import dataclass, field
from random import Random

from . import compare, wire
from .generate import Generator
from .network import network_text
from .replay import Refused
from .shrink import Shrinker
from .traffic import START, Traffic

ATTEMPTS = 20
REFUSED_MAX = 0.2  # of the configurations


@dataclass
class Tally:
    sequences: int = 0
    packets: int = 0
    refused: list = field(default_factory=list)  # of configurations, what check said
    differences: list = field(default_factory=list)

    def add(self, other):
        self.sequences += other.sequences
        self.packets += other.packets
        self.refused += other.refused
        self.differences += other.differences

    def too_many_refused(self):
        made = self.sequences + len(self.refused)
        return len(self.refused) > REFUSED_MAX * made


def sequence(seed):
    """Runs one; a Tally."""
    random = Random(seed)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="viaduct-model-") as folder:
        while tally.sequences == 0:
            try:
                sequence_try(random, folder, tally, seed)
            except Refused as refused:
                tally.refused.append(str(refused))
                if len(tally.refused) == ATTEMPTS:
                    raise
    return tally


def sequence_try(random, folder, tally, seed):
    """With one configuration; raises Refused if it is none."""
    network = Generator(random).network()
    traffic = Traffic(random, network)
    inputs = traffic.packets(random.randint(20, 50))
    wrong, outputs = compare.run(folder, network, inputs)
    if wrong is None:
        # Now that the chosen ports are known, there can be answers.
        inputs = traffic.packets(random.randint(30, 70), inputs, outputs)
        wrong, again = compare.run(folder, network, inputs)
        if wrong is None and any(again.get(at) != frames for at, frames in outputs.items()):
            wrong = "the same packets had other outputs before others followed them"
    tally.sequences += 1
    tally.packets += len(inputs)
    if wrong:
        small = Shrinker(folder, network, inputs, wrong).shrink()
        tally.differences.append(report(seed, *small))


def report(seed, network, inputs, wrong):
    lines = [f"sequence {seed}", "", network_text(network)]
    lines += [f"+{(at - START) / 10**9:.3f} s  {port}  {wire.frame_text(data)}"
              for at, port, data in inputs]
    return "\n".join([*lines, "", wrong])


def sequences(first, count, seconds=None):
    """Runs them, at least one, until the time is up or something differs; their Tally."""
    end = None if seconds is None else time.monotonic() + seconds
    tally = Tally()
    for seed in range(first, first + count):
        tally.add(sequence(seed))
        if tally.differences or end is not None and time.monotonic() > end:
            break
    return tally
