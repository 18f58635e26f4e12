# SPDX-License-Identifier: BSD-3-Clause
"""The pipeline alone: what build/tests/bench/pipeline_bench prints, and what it is compared with."""
import re
import subprocess
from dataclasses import dataclass

from .row import Row

RUN_SECONDS_MAX = 600
WANTED_PAGES = "reserved huge pages"
PAGES = re.compile("reserved huge pages|transparent huge pages|small pages")
NOTE = "note: "
LINE = re.compile(r"(\S+) +(-?[\d.]+) +(-?[\d.]+) +(-?[\d.]+)$")


@dataclass
class Run:
    """One run of the program: a gateway of its own."""
    parts: str
    options: tuple = ()
    suffix: str = ""
    repeats: int = 1  # of what happens once in each

    def command(self, program, rounds):
        return [str(program), "--parts", self.parts, "--rounds", str(rounds),
                "--suffix", self.suffix, *self.options]


LOADS = 5
WITHOUT = ("loader", "lines-together", "flood-none", "session-again", "session-rerouted",
           "session-end", "snapshot-build", "route-change", "route-load-100k")
RUNS = (
    Run("loader,pages,fabric,few,sessions,first"),
    Run("fabric", ("--prefixes", "1000000")),
    Run("first", ("--rules", "10"), "-10-rules"),
    Run("first", ("--rules", "100"), "-100-rules"),
    Run("fabric,few", ("--imix",), "-imix"),
    Run("few,first", ("--protocol", "tcp"), "-tcp"),
    Run("few,first", ("--protocol", "udp"), "-udp"),
    Run("pair", ("--pair",), "-2-workers"),
    Run("flood"),
    Run("latency"),
    Run("turnover"),
    Run("control"),
    Run("load", repeats=LOADS),
    Run("load", ("--prefixes", "1000000"), repeats=LOADS),
)
SUFFIXES = tuple(run.suffix for run in RUNS if run.suffix)


def reference_of(name):
    """What a row is compared with."""
    if name in WITHOUT or ":" in name or name.startswith(("latency-steady", "config-read-")):
        return ""
    if name == "route-load-1m":
        return "route-load-100k"
    if name == "lines-apart":
        return "lines-together"
    if name.startswith("flood-"):
        return "flood-none"
    if name.startswith("latency-"):
        return "-".join(("latency-steady", name.rpartition("-")[2]))
    if "-handed-over" in name:
        return name.replace("-handed-over", "")
    for suffix in SUFFIXES:
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    if name.startswith("bare-"):
        return "loader"
    if name.startswith("fabric-1m"):
        return name.replace("1m", "100k")
    if name.endswith("-replies"):
        return name.removesuffix("-replies")
    return f"bare-{name}"


def read_rows(text):
    """The rows that the program has printed; other lines are for people."""
    for line in text.splitlines():
        found = LINE.match(line)
        if found:
            name, *figures = found.groups()
            yield Row(name, *map(float, figures), reference_of(name))


def read_notes(text):
    """What else it says about its rows."""
    return [line.removeprefix(NOTE) for line in text.splitlines() if line.startswith(NOTE)]


def merge(rows):
    """One row of all that have the same name: a run each."""
    named = {}
    for row in rows:
        named.setdefault(row.name, []).append(row)
    return [same[0] if len(same) == 1
            else Row.of_runs(name, [row.median for row in same], same[0].reference)
            for name, same in named.items()]


def pages_of(text):
    """What pages the program's tables are in."""
    return set(PAGES.findall(text.partition("\n")[0]))


def control_notes(rows, hertz):
    """What the control thread's rows mean in seconds."""
    seconds = {row.name: row.median / hertz for row in rows}
    if "snapshot-build" in seconds:
        yield f"a reload that changes a rule of 1000 takes {seconds['snapshot-build'] * 1e3:.0f} ms"
    if "route-change" in seconds:
        yield f"{1 / seconds['route-change']:,.0f} route changes a second, without a lost packet"
    if "route-load-1m" in seconds:
        yield (f"a million routes are read in {seconds['config-read-1m'] * 1e6:.1f} s and loaded in "
               f"{seconds['route-load-1m'] * 1e6:.1f} s")


def measure(program, rounds, runs=RUNS):
    """(rows, sentences about them and about what went wrong)."""
    rows, notes, pages = [], [], set()
    for run in [run for run in runs for _ in range(run.repeats)]:
        done = subprocess.run(run.command(program, rounds), capture_output=True, text=True,
                              timeout=RUN_SECONDS_MAX, check=False)
        rows += read_rows(done.stdout)
        notes += [note for note in read_notes(done.stdout) if note not in notes]
        pages |= pages_of(done.stdout)
        if done.returncode != 0:
            notes.append(f"pipeline_bench {' '.join(run.command('', rounds)[1:])}: "
                         f"{done.stderr.strip()}")
    others = sorted(pages - {WANTED_PAGES})
    if others:
        notes.append(f"the pipeline's tables are in {' and in '.join(others)}, not in "
                     f"{WANTED_PAGES}")
    return merge(rows), notes
