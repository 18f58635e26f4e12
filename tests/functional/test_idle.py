# SPDX-License-Identifier: BSD-3-Clause
"""What a gateway costs when nothing comes, and that it is there at once when something does."""
import os
import pathlib
import signal
import time

import pytest

from program import Program

CONFIGURATION = """\
gateway = {{
  name = "{name}"; flow_capacity = 4096; route_capacity = 1024; workers = 2; {settings}
  eal_options = [ "--no-huge", "--no-shconf" ];
}};
ports = ( {{ name = "wan"; device = "net_null0,no-rx=1"; }} );
interfaces = ( {{ name = "outside"; port = "wan"; addresses = "198.51.100.2/24"; }} );
"""
SLEEPS = 200


@pytest.fixture
def configuration(tmp_path):
    def write(settings=""):
        file = tmp_path / "gateway.conf"
        name = f"{tmp_path.name[:24]}-{os.getpid()}"
        file.write_text(CONFIGURATION.format(name=name, settings=settings))
        return file
    return write


def sleeps(program):
    return [worker["sleeps"] for worker in program.ask("/viaduct/workers").values()]


def wait_for_sleeps(program, count):
    program.ask_until("/viaduct/workers",
                      lambda workers: all(w["sleeps"] >= count for w in workers.values()))


def worker_threads(program):
    found = []
    for task in pathlib.Path(f"/proc/{program.process.pid}/task").iterdir():
        try:
            if "worker" in (task / "comm").read_text():
                found.append(task)
        except FileNotFoundError:
            pass  # a thread that answered a command of telemetry
    return found


def seconds_used(threads):
    """CPU time."""
    return sum(int((task / "schedstat").read_text().split()[0]) / 1e9 for task in threads)


def test_idle_workers_leave_their_cores(configuration):
    with Program(configuration()) as program:
        program.wait_until_running()
        program.wait_for("^worker 1: .*sleeps when nothing comes")
        wait_for_sleeps(program, SLEEPS)
        workers = worker_threads(program)
        assert len(workers) == 2
        used, since = seconds_used(workers), time.monotonic()
        wait_for_sleeps(program, max(sleeps(program)) + SLEEPS)
        used, passed = seconds_used(workers) - used, time.monotonic() - since
        # Two that poll have a core each; these had a few percent of one where it was written.
        assert used < passed / 2, f"{used} s of CPU time in {passed} s"
        assert program.stop() == 0


def test_sleeping_workers_take_commands(configuration):
    with Program(configuration()) as program:
        program.wait_until_running()
        wait_for_sleeps(program, SLEEPS)
        for generation in range(2, 12):
            program.send(signal.SIGHUP)
            program.ask_until("/viaduct/info", lambda info: info["generation"] == generation)
        assert program.stop() == 0


def test_workers_that_poll_do_not_sleep(configuration):
    with Program(configuration('idle = "poll";')) as program:
        program.wait_until_running()
        program.wait_for("^worker 1: .*polls when nothing comes")
        program.ask_until("/viaduct/workers",
                          lambda workers: all(w["rounds"] > 1000 for w in workers.values()))
        assert sleeps(program) == [0, 0]
        assert program.stop() == 0
