# SPDX-License-Identifier: BSD-3-Clause
"""The program under test: `viaduct replay`, many times in one process (replays.c)."""
import atexit
import json
import os
import pathlib
import selectors
import subprocess
import tempfile

from . import wire
from .events import Arrival, Reload
from .network import network_text

SECONDS_MAX = 60  # more than any replay needs: it hangs
VIADUCT = pathlib.Path(os.environ.get("VIADUCT", "build/control/viaduct"))
PROGRAM = VIADUCT.parent.parent / "tests/model/model_replays"
GOOD, INVALID = 0, 1  # exit statuses of replay


class ReplayFailed(Exception):
    """The program ended with an error: a difference of its own kind."""


class Refused(Exception):
    """The configuration is invalid."""


class Program:
    """The process, begun anew when it ended."""

    def __init__(self):
        self.process = None
        self.owner = None  # the process that this one is a child of
        self.errors = None

    def start(self):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, bufsize=0)
        self.owner = os.getpid()
        atexit.register(self.stop)

    def stop(self):
        """What it still said when it ended, as sanitizers do of what was not freed."""
        if self.owner != os.getpid() or self.process is None:
            return
        self.process.stdin.close()
        status = self.process.wait()
        self.process = None
        if status != 0:
            print(f"{PROGRAM} ended with {status}: {self.said()}", flush=True)

    def said(self):
        self.errors.seek(0)
        text = self.errors.read().decode(errors="replace")
        self.errors.seek(0)
        self.errors.truncate()
        return text

    def run(self, arguments):
        """(status, standard output, standard error) of one replay."""
        if self.owner != os.getpid() or self.process is None:
            self.start()
        self.process.stdin.write("\t".join(arguments).encode() + b"\n")
        output = self.answer()
        report, _, status = output.rpartition(b"= ")
        return int(status), report, self.said()

    def answer(self):
        output = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while not (output.endswith(b"\n") and output[:-1].rpartition(b"\n")[2][:2] == b"= "):
                if not selector.select(SECONDS_MAX):
                    self.fail(f"did not end in {SECONDS_MAX} s")
                piece = os.read(self.process.stdout.fileno(), 1 << 16)
                if not piece:
                    self.fail("ended")
                output += piece
        return output

    def fail(self, what):
        process, self.process = self.process, None
        process.kill()
        process.wait()
        raise ReplayFailed(f"the program {what}: {self.said()}")


program = Program()


def write_network(path, network):
    with open(path, "w", encoding="ascii") as file:
        file.write(network_text(network))
    return str(path)


def arguments_of(folder, network, events):
    """Of a replay; the files that they name are written."""
    folder = pathlib.Path(folder)
    yield from (write_network(folder / "gateway.conf", network), "--json", "--out", str(folder))
    if network.workers > 1:
        yield from ("--spread", str(network.seed))
    arrivals = [event for event in events if isinstance(event, Arrival)]
    for port in network.ports:
        path = folder / f"{port}-in.pcap"
        wire.capture_write(path, [(event.time, event.data) for event in arrivals
                                  if event.port == port])
        yield from ("--in", f"{port}={path}")
    start = arrivals[0].time if arrivals else 0
    for i, event in enumerate(events):
        if isinstance(event, Reload):
            path = write_network(folder / f"reload-{i}.conf", event.network)
            yield from ("--reload", f"{max(0, event.time - start) / 10**9:.6f}={path}")


def replay(folder, network, events):
    """(the report, {nanoseconds: [(port, frame)]})"""
    status, output, errors = program.run(arguments_of(folder, network, events))
    if status == INVALID or errors.endswith(" is invalid\n"):
        raise Refused(errors)
    if status != GOOD:
        raise ReplayFailed(f"replay ended with {status}: {errors}")
    outputs = {}
    for port in network.ports:
        for time, data in wire.capture_read(os.path.join(folder, f"{port}.pcap")):
            outputs.setdefault(time, []).append((port, data))
    return json.loads(output), outputs
