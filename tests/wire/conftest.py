# SPDX-License-Identifier: BSD-3-Clause
"""What the tests on the wire share: each of them has a world of its own, if it may make one."""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "functional"))

from environments import Environments  # noqa: E402
from world import World, remove_left_overs  # noqa: E402

PROGRAMS = ("ip", "nsenter", "setpriv", "ethtool", "ss", "sysctl")


def reason_to_skip():
    """Why no world can be made here, or None."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    if os.geteuid() != 0:
        return "network namespaces need root"
    tried = subprocess.run(["unshare", "--net", "ip", "link", "add", "name", "try0",
                            "type", "veth"],
                           capture_output=True, text=True)
    if tried.returncode != 0:
        return f"network namespaces or veth devices can not be made: {tried.stderr.strip()}"
    return None


@pytest.fixture(scope="session")
def right_to_make_worlds():
    reason = reason_to_skip()
    if reason is not None:
        pytest.skip(reason)
    remove_left_overs()


@pytest.fixture
def world(tmp_path, right_to_make_worlds):
    with World(tmp_path) as made:
        yield made


@pytest.fixture
def environments(world):
    """The network of networks/environments.conf, and the gateway running."""
    return Environments(world)
