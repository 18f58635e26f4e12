# SPDX-License-Identifier: BSD-3-Clause
"""Sequences: each is a random configuration and random packets, told by one number."""
import tempfile
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
RELOADED = 0.8  # of the sequences, or somewhat less...
RELOADS = 2  # ...so often
TURNS = 7  # of packets and answers, at most
PACKETS = 8, 20  # of a turn


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


def sequence(seed, workers=1):
    """Runs one; a Tally. With so many workers, to any of which packets come."""
    random = Random(seed)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="viaduct-model-") as folder:
        while tally.sequences == 0:
            try:
                sequence_try(random, folder, tally, seed, workers)
            except Refused as refused:
                tally.refused.append(str(refused))
                if len(tally.refused) == ATTEMPTS:
                    raise
    return tally


def sequence_try(random, folder, tally, seed, workers):
    """With one configuration; raises Refused if it is none."""
    generator = Generator(random)
    network = generator.network(workers)
    traffic = Traffic(random, network)
    events, outputs = traffic.packets(random.randint(*PACKETS)), {}
    early = replay_of(folder, network, events)
    mapped = any(vip.profile == "rfc" for vip in network.vips)
    changes = random.sample(range(TURNS), RELOADS) if not mapped and random.random() < RELOADED \
        else []
    for turn in range(random.randint(1, TURNS)):
        # Now that the chosen ports are known, there can be answers.
        outputs = replay_of(folder, network, events)
        if turn in changes:
            events = reloaded(generator, folder, network, traffic, events)
        events = traffic.packets(random.randint(*PACKETS), events, outputs)
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
    """With a change of the configuration, if check allows it."""
    changed = Changes(generator).changed(network)
    more = [*events, traffic.reload(changed)]
    try:
        replay_of(folder, network, more)
    except Refused:
        traffic.network_set(network)
        return events
    return more


def sequences(first, count, workers=1):
    """Runs them until something differs; their Tally."""
    tally = Tally()
    for seed in range(first, first + count):
        tally.add(sequence(seed, workers))
        if tally.differences:
            break
    return tally
