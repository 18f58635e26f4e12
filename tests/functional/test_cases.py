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


def test_replay_twice_gives_the_same_bytes(story, tmp_path):
    story.bind(tmp_path / "bind")
    first = story.replay(tmp_path / "first", story.lines)
    second = story.replay(tmp_path / "second", story.lines)
    assert first.out == second.out
    assert first.counters == second.counters
    assert first.decisions == second.decisions


def test_explain_says_what_replay_decided(story, tmp_path):
    story.bind(tmp_path / "bind")
    checked = 0
    for configuration, end in story.chapters(tmp_path):
        decisions = story.replay(tmp_path / "replay", story.lines[:end]).decisions[checked:]
        explained = explanations(configuration, decisions)
        assert explained == [record["decision"] for record in decisions]
        checked += len(decisions)
