#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""captures.py: writes config/examples/captures/NAME/PORT.pcap anew, from the stories example_NAME.

scripts/run replays them. What a story's later packets look like depends on what the gateway chose
for the earlier ones, so the gateway must be built.
"""
import pathlib
import tempfile

from story import Story

HERE = pathlib.Path(__file__).resolve().parent
CAPTURES = HERE.parents[1] / "config/examples/captures"
PREFIX = "example_"


def example_captures(folder):
    """(path under CAPTURES, bytes) of every capture, made in that folder."""
    for case in sorted(HERE.glob(f"cases/{PREFIX}*")):
        story = Story(case)
        made = folder / case.name
        story.bind(made / "bind")
        story.replay(made, story.lines)
        for port in story.gateway.ports:
            capture = made / f"{port}-in.pcap"
            if capture.exists():
                yield f"{case.name.removeprefix(PREFIX)}/{port}.pcap", capture.read_bytes()


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, data in example_captures(pathlib.Path(folder)):
            (CAPTURES / name).parent.mkdir(parents=True, exist_ok=True)
            (CAPTURES / name).write_bytes(data)


if __name__ == "__main__":
    main()
