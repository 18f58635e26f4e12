# SPDX-License-Identifier: BSD-3-Clause
"""The captures that scripts/run replays are those of the stories."""
from captures import CAPTURES, example_captures


def test_committed_captures_are_those_of_the_stories(tmp_path):
    committed = {str(path.relative_to(CAPTURES)): path.read_bytes()
                 for path in CAPTURES.glob("*/*.pcap")}
    assert dict(example_captures(tmp_path)) == committed
