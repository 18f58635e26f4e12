#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""junit.py FILE: prints how many tests of a JUnit file passed, failed and were skipped.

Meson has one test case for each program. Where such a program told its tests in TAP (cmocka does),
each of those counts in its place; a program that failed without a failed test counts as one.
"""
import re
import sys
import xml.etree.ElementTree

TAP_LINE = re.compile(r"^(ok|not ok) \d+ (# SKIP)?", re.MULTILINE)


def case_counts(case):
    """Returns [passed, failed, skipped] of one test case."""
    broken = case.find("failure") is not None or case.find("error") is not None
    tests = TAP_LINE.findall(case.findtext("system-out") or "")
    if tests:
        skipped = sum(1 for _, skip in tests if skip)
        failed = sum(1 for word, skip in tests if word == "not ok" and not skip)
        passed = len(tests) - failed - skipped
        return [passed, failed or int(broken), skipped]
    if broken:
        return [0, 1, 0]
    return [0, 0, 1] if case.find("skipped") is not None else [1, 0, 0]


def main():
    cases = xml.etree.ElementTree.parse(sys.argv[1]).iter("testcase")
    counts = [case_counts(case) for case in cases]
    print(*(sum(column) for column in zip([0, 0, 0], *counts)))


if __name__ == "__main__":
    main()
