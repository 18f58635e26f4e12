# SPDX-License-Identifier: BSD-3-Clause
"""Whole programs on one core, from the same capture to the same sink."""
import contextlib
import pathlib
from dataclasses import dataclass

from . import openvswitch
from .capture import draw_prefixes, write_capture
from .gateway import configuration
from .machine import SHARE_WANTED
from .program import Program, ProgramError, take_turns
from .row import Row

ROOT = pathlib.Path(__file__).resolve().parents[3]
TESTPMD_MODES = ("io", "5tswap", "csum")
TESTPMD_MB = 128
# What all programs need while they stand side by side; the pipeline with a million of both prefixes
# and sessions needs as much.
HUGE_PAGES_MB = 2800

# Names, and what each is compared with.
REFERENCES = {
    "testpmd-io": "",
    "testpmd-5tswap": "testpmd-io",
    "testpmd-csum": "testpmd-io",
    "run-fabric": "testpmd-5tswap",
    "run-stateful": "testpmd-5tswap",
    "ovs-output": "run-fabric",
    "ovs-ct-snat": "run-stateful",
}


@dataclass
class Setup:
    """What is the same for all of them."""
    folder: pathlib.Path
    control: int  # CPUs
    worker: int
    huge: bool  # there are huge pages for all
    prefixes: list

    @property
    def source(self):
        return f"net_pcap0,rx_pcap={self.folder}/source.pcap,infinite_rx=1"

    @property
    def sink(self):
        return "net_null1,no-rx=1"

    def memory(self, megabytes):
        """Options of DPDK."""
        return ["--in-memory" if self.huge else "--no-huge", "-m", str(megabytes)]


def testpmd(mode, setup):
    name = f"testpmd-{mode}"
    prefix = f"viaduct-bench-{name}"
    command = ["dpdk-testpmd", *setup.memory(TESTPMD_MB), "--no-pci",
               "-l", f"{setup.control},{setup.worker}", f"--main-lcore={setup.control}",
               "--file-prefix", prefix, "--vdev", setup.source, "--vdev", setup.sink, "--",
               f"--forward-mode={mode}", "--auto-start", "--no-flush-rx", "--no-lsc-interrupt",
               "--total-num-mbufs=16384"]
    return Program(name, command, prefix, setup.folder / f"{name}.log")


def viaduct(name, setup, stateful):
    file = setup.folder / f"{name}.conf"
    file.write_text(configuration(f"bench-{name}", setup, stateful))
    command = [ROOT / "build/control/viaduct", "run", file]
    return Program(name, command, f"viaduct-bench-{name}", setup.folder / f"{name}.log")


STARTERS = {
    **{f"testpmd-{mode}": lambda setup, mode=mode: testpmd(mode, setup) for mode in TESTPMD_MODES},
    "run-fabric": lambda setup: viaduct("run-fabric", setup, False),
    "run-stateful": lambda setup: viaduct("run-stateful", setup, True),
    "ovs-output": lambda setup: openvswitch.OpenVSwitch("ovs-output", setup, openvswitch.OUTPUT),
    "ovs-ct-snat": lambda setup: openvswitch.OpenVSwitch("ovs-ct-snat", setup, openvswitch.SNAT),
}


def disturbed(samples):
    """A sentence about programs that did not have their core, if there are any."""
    shares = {name: min(run.share for run in runs) for name, runs in samples.items()}
    low = [f"{name} {share:.0%}" for name, share in shares.items() if share < SHARE_WANTED]
    if low:
        yield (f"others ran on the worker's core, which it had for less than {SHARE_WANTED:.0%} of "
               f"a run; cycles are those that it had: {', '.join(low)}")


def measure(setup, names, hertz, rounds, seconds):
    """Rows of these programs, and sentences about what went wrong."""
    write_capture(setup.folder / "source.pcap", setup.prefixes)
    programs, notes = [], []
    with contextlib.ExitStack() as stack:
        for name in names:
            try:
                program = STARTERS[name](setup)
                stack.callback(program.end)
                program.ready()
                programs.append(program)
            except (ProgramError, OSError) as error:
                notes.append(f"not measured: {error}")
        samples, errors = take_turns(programs, rounds, seconds)
        notes += [f"not measured: {error}" for error in errors.values()]
    rows = [Row.of_runs(name, [run.cycles(hertz) for run in runs], REFERENCES[name])
            for name, runs in samples.items()]
    return rows, [*notes, *disturbed(samples)]


def make_setup(folder, cpus, huge):
    return Setup(folder, cpus[0], cpus[-1], huge, draw_prefixes())
