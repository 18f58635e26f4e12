# SPDX-License-Identifier: BSD-3-Clause
"""One sequence through the gateway and through the reference."""
from . import wire
from .reference import Reference
from .replay import ReplayFailed, replay


def run(folder, network, inputs):
    """(what is wrong, or None; the outputs)"""
    try:
        report, outputs = replay(folder, network, inputs)
    except ReplayFailed as failure:
        return str(failure), {}
    return difference(network, inputs, report, outputs), outputs


def difference(network, inputs, report, outputs):
    reference = Reference(network)
    reasons = []
    for time, port, data in inputs:
        possible, wrong = reference.step(time, port, data, outputs.get(time, []))
        if wrong:
            return f"{port} {wire.frame_text(data)}\n{wrong}"
        if possible:
            reasons.append(possible)
    strays = set(outputs) - {time for time, _, _ in inputs}
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
