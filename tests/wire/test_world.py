# SPDX-License-Identifier: BSD-3-Clause
"""What the other tests stand on."""
import pathlib

import world as worlds
from world import NAMESPACES, PREFIX, execute, remove_left_overs


def test_left_overs_are_removed_beside_another_who_does(right_to_make_worlds, monkeypatch):
    """He is always the first here, and the namespace is gone when this one wants to remove it."""
    nobody = pathlib.Path("/proc/sys/kernel/pid_max").read_text().strip()  # no process has that id
    left_over = NAMESPACES / f"{PREFIX}-{nobody}-0-left"
    execute("ip", "netns", "add", left_over.name)

    def too_late(*command):
        execute(*command)
        return execute(*command)

    monkeypatch.setattr(worlds, "execute", too_late)
    remove_left_overs()
    assert not left_over.exists()
