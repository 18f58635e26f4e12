# SPDX-License-Identifier: BSD-3-Clause
"""A gateway that runs beside the test: its lines, its signals, its telemetry. Nothing here sleeps
and hopes: every state is waited for until a deadline."""
import json
import os
import pathlib
import queue
import re
import signal
import socket
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
VIADUCT = os.environ.get("VIADUCT", str(ROOT / "build/control/viaduct"))
DEADLINE = 60.0  # seconds: for slow builds on busy machines


def viaduct(*arguments, text=""):
    """Runs the program to its end; what it returned is for the caller to judge. text: its stdin."""
    return subprocess.run([VIADUCT, *map(str, arguments)], input=text, capture_output=True,
                          text=True, timeout=DEADLINE)


class Program:
    """`viaduct run` of a configuration; a context manager, for it must not outlive its test.

    prefix: the command that runs it, and becomes it: signals go to its process.
    """

    def __init__(self, configuration, *options, prefix=()):
        self.name = re.search(r'name = "([^"]+)"', pathlib.Path(configuration).read_text())[1]
        command = [*prefix, VIADUCT, "run", str(configuration), *map(str, options)]
        self.process = subprocess.Popen(command,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.output = []
        self.errors = []
        self._lines = queue.Queue()
        self._readers = [self._read(self.process.stdout, self.output),
                         self._read(self.process.stderr, self.errors)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self._join()

    def _read(self, stream, lines):
        def read():
            for line in stream:
                lines.append(line.rstrip("\n"))
                self._lines.put(None)
            self._lines.put(None)
        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread

    def _join(self):
        status = self.process.wait(DEADLINE)
        for reader in self._readers:
            reader.join(DEADLINE)
        return status

    def said(self):
        return "\n".join([*self.output, "-- on stderr:", *self.errors])

    def wait_for(self, pattern, count=1):
        """The matches of that many lines, of either stream."""
        deadline = time.monotonic() + DEADLINE
        while True:
            found = [match for line in [*self.output, *self.errors]
                     if (match := re.search(pattern, line))]
            if len(found) >= count:
                return found
            ended = not any(reader.is_alive() for reader in self._readers)
            assert not ended, f"it ended without saying {pattern!r}:\n{self.said()}"
            remaining = deadline - time.monotonic()
            assert remaining > 0, f"it did not say {pattern!r}:\n{self.said()}"
            try:
                self._lines.get(timeout=min(remaining, 1))
            except queue.Empty:
                pass

    def wait_until_running(self):
        self.wait_for(r"^memory: ")
        return self

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        """Its exit status."""
        self.send(number)
        return self._join()

    def wait_for_end(self):
        return self._join()

    def ask(self, command):
        """The answer of DPDK's telemetry, as dpdk-telemetry.py gets it."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
            client.settimeout(DEADLINE)
            client.connect(str(runtime_folder() / f"viaduct-{self.name}" / "dpdk_telemetry.v2"))
            client.recv(1 << 16)  # the greeting
            client.send(command.encode())
            return json.loads(client.recv(1 << 16))[command.split(",")[0]]

    def ask_until(self, command, condition):
        """Asks again and again until the answer is so; returns it."""
        deadline = time.monotonic() + DEADLINE
        while not condition(answer := self.ask(command)):
            assert time.monotonic() < deadline, f"{command} still says {answer}"
        return answer


def runtime_folder():
    """Where DPDK keeps the files of running programs."""
    if os.geteuid() == 0:
        return pathlib.Path("/var/run/dpdk")
    return pathlib.Path(os.environ.get("XDG_RUNTIME_DIR", "/tmp")) / "dpdk"
