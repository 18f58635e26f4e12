# SPDX-License-Identifier: BSD-3-Clause
"""One sequence through the gateway and through the reference."""
from dataclasses import dataclass, field
from typing import Optional

from .events import Reload, Step
from .reference import Reference
from .replay import ReplayFailed, replay


@dataclass
class Result:
    wrong: Optional[str] = None
    outputs: dict = field(default_factory=dict)  # nanoseconds: [(port, frame)]
    steps: list = field(default_factory=list)


def run(folder, network, events):
    try:
        report, outputs = replay(folder, network, events)
    except ReplayFailed as failure:
        return Result(str(failure), steps=[Step(event, [], "") for event in events])
    result = Result(outputs=outputs)
    result.wrong = difference(network, events, report, result)
    return result


def difference(network, events, report, result):
    """What is wrong, or None."""
    reference = Reference(network)
    reasons = []
    for event in events:
        if isinstance(event, Reload):
            if not reference.reload(*event):
                return None
            result.steps.append(Step(event, [], []))
            continue
        seen = result.outputs.get(event.time, [])
        dropped, wrong = reference.step(*event, seen)
        result.steps.append(Step(event, seen, wrong or dropped))
        if wrong:
            return wrong
        reasons += dropped
    reasons += reference.finish()
    strays = set(result.outputs) - {event.time for event in events}
    if strays:
        return f"packets left at {sorted(strays)}, when none came in"
    if not reasons_match(reasons, report["drops"]):
        expected = sorted(" or ".join(sorted(item)) for item in reasons)
        counts = {text: expected.count(text) for text in dict.fromkeys(expected)}
        return f"drops are {report['drops']}, expected {counts}"
    created = report["sessions"]["created"]
    if created != reference.sessions.created:
        return f"{created} sessions were created, expected {reference.sessions.created}"
    return None


def reasons_match(expected, counts):
    """Whether each drop can be counted under one of its reasons so that the counts come out:
    augmenting paths between drops and reasons."""
    if len(expected) != sum(counts.values()):
        return False
    taken = {reason: [] for reason in counts}

    def place(index, tried):
        for reason in sorted(expected[index]):
            if reason not in counts or reason in tried:
                continue
            tried.add(reason)
            if len(taken[reason]) < counts[reason]:
                taken[reason].append(index)
                return True
            for position, other in enumerate(taken[reason]):
                if place(other, tried):
                    taken[reason][position] = index
                    return True
        return False

    return all(place(index, set()) for index in range(len(expected)))
