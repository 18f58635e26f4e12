# SPDX-License-Identifier: BSD-3-Clause
"""Sequences: each is a random configuration and random packets, told by one number."""
import tempfile
import time
from dataclasses import dataclass, field
from random import Random

from . import compare
from .changes import Changes
from .generate import Generator
from .replay import Refused, ReplayFailed, replay
from .shrink import Shrinker
from .traffic import Traffic

ATTEMPTS = 20
REFUSED_MAX = 0.2  # of the configurations
RELOADED = 0.4  # of the sequences


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
    generator = Generator(random)
    network = generator.network()
    traffic = Traffic(random, network)
    events = traffic.packets(random.randint(20, 40))
    early = replay_of(folder, network, events)
    # Now that the chosen ports are known, there can be answers.
    events = traffic.packets(random.randint(20, 40), events, early)
    if random.random() < RELOADED:
        events = reloaded(generator, folder, network, traffic, events)
    result = compare.run(folder, network, events)
    if not result.wrong and any(result.outputs.get(at) != frames for at, frames in early.items()):
        result.wrong = "the same packets had other outputs before others followed them"
    tally.sequences += 1
    tally.packets += len(events)
    if result.wrong:
        tally.differences.append(Shrinker(folder, network, events, result).report(seed))


def replay_of(folder, network, events):
    """What left; nothing where the program failed, as it will again."""
    try:
        return replay(folder, network, events)[1]
    except ReplayFailed:
        return {}


def reloaded(generator, folder, network, traffic, events):
    """The configuration changes, and more packets come; if check allows the change."""
    outputs = replay_of(folder, network, events)
    changed = Changes(generator).changed(network)
    try:
        more = [*events, traffic.reload(changed)]
        replay_of(folder, network, more)
    except Refused:
        return events
    return traffic.packets(traffic.random.randint(20, 40), more, outputs)


def sequences(first, count, seconds=None):
    """Runs them, at least one, until the time is up or something differs; their Tally."""
    end = None if seconds is None else time.monotonic() + seconds
    tally = Tally()
    for seed in range(first, first + count):
        tally.add(sequence(seed))
        if tally.differences or end is not None and time.monotonic() > end:
            break
    return tally
