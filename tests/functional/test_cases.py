# SPDX-License-Identifier: BSD-3-Clause
"""Every folder under cases/ is a test; README.md says how to add one."""
import pathlib

import pytest

from gateway import explanations
from story import Story

CASES = sorted(path.parent for path in pathlib.Path(__file__).parent.glob("cases/*/packets.txt"))


@pytest.fixture(params=CASES, ids=lambda folder: folder.name)
def story(request):
    return Story(request.param)


def test_case(story, tmp_path):
    story.check(tmp_path)


@pytest.mark.parametrize("workers", [2, 4])
def test_case_with_several_workers(story, workers, tmp_path):
    """The same, whichever worker a packet arrives at."""
    if "--workers" in story.options:
        pytest.skip("the story is about one worker")
    story.options += ["--workers", str(workers), "--spread", str(workers)]
    story.check(tmp_path)


def test_replay_twice_gives_the_same_bytes(story, tmp_path):
    story.bind(tmp_path / "bind")
    first = story.replay(tmp_path / "first", story.lines)
    second = story.replay(tmp_path / "second", story.lines)
    assert first.out == second.out
    assert first.counters == second.counters
    assert first.decisions == second.decisions


def without_blocks(decision):
    """A reload leaves hosts the blocks that they have; only a gateway that starts anew counts them."""
    snat = decision["snat"]
    return {**decision, "snat": snat and {**snat, "first_port": None, "last_port": None}}


def test_explain_says_what_replay_decided(story, tmp_path):
    """But where sessions that there were had a say, of which explain does not know."""
    story.bind(tmp_path / "bind")
    checked = 0
    for configuration, end in story.chapters(tmp_path):
        decisions = story.replay(tmp_path / "replay", story.lines[:end]).decisions[checked:]
        for record, explained in zip(decisions, explanations(configuration, decisions)):
            decided = record["decision"]
            if checked:
                decided, explained = without_blocks(decided), without_blocks(explained)
            assert decided["remembered"] or explained == decided
        checked += len(decisions)
