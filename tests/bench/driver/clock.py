# SPDX-License-Identifier: BSD-3-Clause
"""The time-stamp counter, which all cycles are counted with."""
import subprocess


def hertz(build):
    """How fast it counts."""
    done = subprocess.run([build / "tests/bench/clock_bench"], capture_output=True, text=True,
                          check=True, timeout=10)
    return float(done.stdout)
