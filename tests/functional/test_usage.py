# SPDX-License-Identifier: BSD-3-Clause
"""What the program says to somebody who does not know it."""
import os
import subprocess

import pytest

VIADUCT = os.environ.get("VIADUCT", "build/control/viaduct")


@pytest.mark.parametrize("arguments", [[], ["frobnicate"], ["check"], ["check", "a", "b"]])
def test_wrong_arguments_show_the_usage(arguments):
    done = subprocess.run([VIADUCT, *arguments], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "usage: viaduct" in done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"]])
def test_help_is_no_error(arguments):
    done = subprocess.run([VIADUCT, *arguments], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith("usage: viaduct")
    assert done.stderr == ""


def test_unknown_option_is_named():
    done = subprocess.run([VIADUCT, "check", "--frobnicate", "a"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "viaduct check: unrecognized option '--frobnicate'" in done.stderr
