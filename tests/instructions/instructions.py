#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""instructions.py PROGRAM [--renew] [--junit FILE]: instructions a packet of the worker's paths.

Runs PROGRAM (instructions.c) under callgrind and holds what it counts against figures.txt beside
this file: more than 3 % over a figure is a failure. --renew writes the figures down instead.
Instructions are counted, not time, so that each run counts the same, whatever else the machine does.
They are those of one compiler for one CPU, which the figures are headed by; those of another say
nothing, and are passed over.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

FIGURES = pathlib.Path(__file__).with_name("figures.txt")
GROWTH_PERCENT = 3
HEAD = "# Instructions a packet for x86-64-v3, by {}; renewed by instructions.py --renew\n"
CALLGRIND = ["valgrind", "--tool=callgrind", "--collect-atstart=no",
             "--toggle-collect=worker_poll", "--toggle-collect=link_receive",
             "--toggle-collect=link_transmit", "--zero-before=mark_begin", "--dump-after=mark_end"]


def rows_count(program):
    """What the program was compiled by, and {row: instructions a packet}."""
    with tempfile.TemporaryDirectory() as folder:
        dump = f"{folder}/dump"
        done = subprocess.run([*CALLGRIND, f"--callgrind-out-file={dump}", program],
                              capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{done.stderr}{program} ended with status {done.returncode}")
        compiler, *lines = done.stdout.splitlines()
        counts = {}
        for number, line in enumerate(lines, 1):
            packets, name = line.split(maxsplit=1)
            text = pathlib.Path(f"{dump}.{number}").read_text()
            total = int(re.search(r"^totals: (\d+)", text, re.MULTILINE)[1])
            counts[name] = round(total / int(packets), 1)
    return compiler, counts


def figures_read():
    """As rows_count()."""
    head, *lines = FIGURES.read_text().splitlines()
    compiler = re.search(r", by (.*);", head)[1]
    return compiler, {name: float(count) for count, name in (line.split(maxsplit=1) for line in lines)}


def figures_write(compiler, counts):
    rows = "".join(f"{count:8.1f}  {name}\n" for name, count in counts.items())
    FIGURES.write_text(HEAD.format(compiler) + rows)


def verdict(count, figure):
    """The tag of a JUnit test case, and a sentence; no tag: it is as it should be."""
    if count is None:
        return "failure", "it is not counted any more; renew the figures"
    if figure is None:
        return "failure", "it has no figure; renew the figures"
    told = f"{count} where {figure} are known, {100 * count / figure - 100:+.1f} %"
    if count > figure * (1 + GROWTH_PERCENT / 100):
        return "failure", told
    return None, told


def compare(program):
    """Yields the name, tag and sentence of each test."""
    if shutil.which("valgrind") is None:
        yield "instructions", "skipped", "valgrind is not installed"
        return
    compiler, counts = rows_count(program)
    known, figures = figures_read()
    if compiler != known:
        yield "instructions", "skipped", f"compiled by {compiler}, and the figures are of {known}"
        return
    for name in {**figures, **counts}:
        yield (name, *verdict(counts.get(name), figures.get(name)))


def junit_write(path, tests):
    suite = ElementTree.Element("testsuite", name="instructions")
    for name, tag, sentence in tests:
        case = ElementTree.SubElement(suite, "testcase", name=name)
        if tag:
            ElementTree.SubElement(case, tag, message=sentence)
    ElementTree.ElementTree(suite).write(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--renew", action="store_true")
    parser.add_argument("--junit")
    arguments = parser.parse_args()
    if arguments.renew:
        figures_write(*rows_count(arguments.program))
        return 0
    tests = list(compare(arguments.program))
    for name, tag, sentence in tests:
        print(f"{'FAILED' if tag == 'failure' else tag or 'ok':8}{name}: {sentence}")
    if arguments.junit:
        junit_write(arguments.junit, tests)
    return int(any(tag == "failure" for _, tag, _ in tests))


if __name__ == "__main__":
    sys.exit(main())
