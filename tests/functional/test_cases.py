# SPDX-License-Identifier: BSD-3-Clause
"""Every folder under cases/ is a test; README.md says how to add one."""
import pathlib

import pytest

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
