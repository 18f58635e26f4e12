# SPDX-License-Identifier: BSD-3-Clause
"""The program under test."""
import json
import os
import subprocess

from . import wire
from .network import network_text

VIADUCT = os.environ.get("VIADUCT", "build/control/viaduct")


class ReplayFailed(Exception):
    """The program ended with an error: a difference of its own kind."""


def write_network(folder, network):
    path = os.path.join(folder, "gateway.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(network_text(network))
    return path


def check(folder, network):
    """What is wrong with the configuration, as `viaduct check` says it."""
    path = write_network(folder, network)
    done = subprocess.run([VIADUCT, "check", "--json", path], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise ReplayFailed(f"check ended with {done.returncode}: {done.stderr}")
    report = json.loads(done.stdout)
    return [item["message"] for item in report["diagnostics"] if item["severity"] == "error"]


def replay(folder, network, inputs):
    """(the report, {nanoseconds: [(port, frame)]}) of inputs (nanoseconds, port, frame)."""
    command = [VIADUCT, "replay", write_network(folder, network), "--json", "--out", folder]
    for port in network.ports:
        path = os.path.join(folder, f"{port}-in.pcap")
        wire.capture_write(path, [(time, data) for time, where, data in inputs if where == port])
        command += ["--in", f"{port}={path}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise ReplayFailed(f"replay ended with {done.returncode}: {done.stderr}")
    outputs = {}
    for port in network.ports:
        for time, data in wire.capture_read(os.path.join(folder, f"{port}.pcap")):
            outputs.setdefault(time, []).append((port, data))
    return json.loads(done.stdout), outputs
