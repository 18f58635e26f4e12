# SPDX-License-Identifier: BSD-3-Clause
"""scripts/bench [--quick] [--csv FILE] [--plot STEM] [--only PART ...]"""
import argparse
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from . import clock, kernel, machine, pipeline, plot, whole
from .row import Table

ROOT = pathlib.Path(__file__).resolve().parents[3]
DESCRIPTION = "What a packet costs, beside what one would run instead."
PARTS = ("whole", "pipeline")
KERNEL_RUNS = 5


def read_arguments(words):
    parser = argparse.ArgumentParser(prog="scripts/bench", description=DESCRIPTION)
    parser.add_argument("--quick", action="store_true",
                        help="measure for less long: the whole within 8 minutes")
    parser.add_argument("--csv", metavar="FILE", help="write the rows there, too")
    parser.add_argument("--plot", metavar="STEM", default=str(ROOT / "build/bench"),
                        help="write STEM.png and STEM.svg; build/bench unless told")
    parser.add_argument("--only", metavar="PART", nargs="+", choices=PARTS, default=PARTS,
                        help=f"measure only these: {', '.join(PARTS)}")
    return parser.parse_args(words)


def interrupted(number, _frame):
    """Whatever was started and set is ended and set back on the way out."""
    raise SystemExit(128 + number)


def measure_whole(options, cpus, pages_mb, hertz):
    """(rows, notes)"""
    rounds, seconds = (11, 0.2) if options.quick else (21, 0.5)
    with tempfile.TemporaryDirectory(prefix="viaduct-bench-") as folder:
        setup = whole.make_setup(pathlib.Path(folder), cpus, pages_mb >= whole.HUGE_PAGES_MB)
        rows, notes = whole.measure(setup, whole.REFERENCES, hertz, rounds, seconds)
        more_rows, more_notes = kernel.measure(setup, hertz, KERNEL_RUNS, 2 * seconds)
        return rows + more_rows, notes + more_notes


def measure_all(options, cpus, hertz):
    """(table, notes)"""
    table, notes = Table(hertz), []
    with machine.huge_pages(whole.HUGE_PAGES_MB) as pages_mb:
        notes += machine.disturbances(cpus[0], cpus[-1], pages_mb, whole.HUGE_PAGES_MB)
        if "whole" in options.only:
            rows, more = measure_whole(options, cpus, pages_mb, hertz)
            table.add(rows)
            notes += more
        if "pipeline" in options.only:
            rows, more = pipeline.measure(ROOT / "build/tests/bench/pipeline_bench",
                                          rounds=5 if options.quick else 20)
            table.add(rows)
            notes += [*more, *pipeline.control_notes(rows, hertz)]
    return table, notes


def tell(table, notes, options):
    for text in filter(None, (table.text(), table.stages_text(), table.delays_text())):
        print(f"{text}\n")
    for note in notes:
        print(f"note: {note}")
    if options.csv:
        with open(options.csv, "w", encoding="utf-8") as file:
            table.write_csv(file)
    for file in plot.draw(table.rows, options.plot):
        print(f"drawn: {file}")


def main(words):
    options = read_arguments(words)
    cpus = machine.usable_cpus()
    if len(cpus) < 2:
        print("scripts/bench: two CPUs are needed", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, interrupted)
    subprocess.run([ROOT / "scripts/build", "release"], check=True)
    hertz = clock.hertz(ROOT / "build")
    print(f"{hertz / 1e9:.2f} GHz, worker on CPU {cpus[-1]} of {os.cpu_count()}\n", flush=True)
    table, notes = measure_all(options, cpus, hertz)
    tell(table, notes, options)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
