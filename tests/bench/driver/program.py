# SPDX-License-Identifier: BSD-3-Clause
"""A DPDK program that sends by its second port what it receives by its first.

All programs of a comparison are started once; then they take turns on the same core, each for a
fraction of a second, while the others are stopped (SIGSTOP). So whatever happens to the machine
happens to all of them.
"""
import glob
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
from dataclasses import dataclass

START_SECONDS = 90
END_SECONDS = 15
WARM_SECONDS = 0.1  # of each turn, until caches and branch predictors are its own again
SENT_WANTED = 0.97  # of what was received; the two are not counted at one moment
NS = 1_000_000_000


class ProgramError(Exception):
    """It did not do what it was started for."""


@dataclass
class Sample:
    received: int  # packets
    sent: int
    seconds: float
    worker_seconds: float  # that the busiest thread had its core

    def cycles(self, hertz):
        """Of a packet: what the worker's core spent, whoever else had the core meanwhile."""
        return hertz * self.worker_seconds / self.sent

    @property
    def share(self):
        return self.worker_seconds / self.seconds


def runtime_folder():
    if os.geteuid() == 0:
        return "/var/run/dpdk"
    return os.environ.get("XDG_RUNTIME_DIR", "/tmp") + "/dpdk"


def thread_nanoseconds(pid):
    """Time on a CPU by thread."""
    times = {}
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        try:
            times[path] = int(pathlib.Path(path).read_text().split()[0])
        except (OSError, IndexError):
            pass  # a thread that has ended
    return times


class Program:
    def __init__(self, name, command, prefix, log, environment=None):
        self.name = name
        self.prefix = prefix
        self.log = log
        self.socket = None
        with log.open("w") as file:
            # A pipe that stays open: testpmd ends with its input.
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.PIPE, stdout=file, stderr=file,
                env={**os.environ, **(environment or {})})

    def fail(self, what):
        tail = self.log.read_text(errors="replace")[-1500:]
        return ProgramError(f"{self.name}: {what}\n{tail}")

    def wait_until(self, done, what):
        end = time.monotonic() + START_SECONDS
        while not done():
            if self.process.poll() is not None:
                raise self.fail(f"it ended with status {self.process.returncode}")
            if time.monotonic() > end:
                raise self.fail(what)
            time.sleep(0.05)

    def connect(self):
        for path in glob.glob(f"{runtime_folder()}/{self.prefix}/dpdk_telemetry.v2*"):
            client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            client.settimeout(5)
            try:
                client.connect(path)
                client.recv(65536)
            except OSError:
                client.close()
                continue
            self.socket = client
            return True
        return False

    def count(self, port, counter):
        """A counter of a port; None: there is none yet."""
        try:
            self.socket.send(f"/ethdev/stats,{port}".encode())
            return json.loads(self.socket.recv(65536))["/ethdev/stats"][counter]
        except (OSError, KeyError, TypeError, ValueError):
            return None

    def sends(self):
        return bool(self.count(1, "opackets"))

    def counts(self):
        """(received, sent) packets."""
        return self.count(0, "ipackets") or 0, self.count(1, "opackets") or 0

    def ready(self):
        """Waits until packets flow, and stops it."""
        self.wait_until(self.connect, "its telemetry does not answer")
        self.wait_until(self.sends, "it sends no packet")
        self.stop()

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def measure(self, seconds):
        """Its turn. A Sample."""
        self.process.send_signal(signal.SIGCONT)
        time.sleep(WARM_SECONDS)
        (received, sent), start = self.counts(), time.monotonic_ns()
        threads = thread_nanoseconds(self.process.pid)
        time.sleep(seconds)
        (last_received, last_sent), end = self.counts(), time.monotonic_ns()
        last_threads = thread_nanoseconds(self.process.pid)
        self.stop()
        busiest = max(spent - threads.get(thread, 0) for thread, spent in last_threads.items())
        if last_sent <= sent:
            raise self.fail("it sends no packets any more")
        return Sample(last_received - received, last_sent - sent, (end - start) / NS, busiest / NS)

    def end(self):
        if self.socket is not None:
            self.socket.close()
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(signal.SIGINT)
        self.process.stdin.close()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def take_turns(programs, rounds, seconds):
    """(samples by name, errors by name) of programs that are ready."""
    samples = {program.name: [] for program in programs}
    errors = {}
    for _ in range(rounds):
        for program in programs:
            try:
                if program.name not in errors:
                    samples[program.name].append(program.measure(seconds))
            except ProgramError as error:
                errors[program.name] = error
    for program in programs:
        received = sum(sample.received for sample in samples[program.name])
        sent = sum(sample.sent for sample in samples[program.name])
        if sent < received * SENT_WANTED:
            errors[program.name] = program.fail(f"it received {received} packets and sent {sent}")
    return {name: runs for name, runs in samples.items() if name not in errors}, errors
