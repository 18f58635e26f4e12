# SPDX-License-Identifier: BSD-3-Clause
"""README.md's table of requirements names tests that exist, and every story of an RFC."""
import pathlib
import re

FOLDER = pathlib.Path(__file__).parent
CASES = FOLDER / "cases"
UNIT = FOLDER.parent / "unit"
VERDICTS = ("holds", "differs", "open")


def rows():
    """(line number, requirement, tests, verdict) of each row of the table."""
    section = False
    for number, line in enumerate((FOLDER / "README.md").read_text().splitlines(), 1):
        section = section or line == "## What the gateway is held against"
        if section and line.startswith("| ") and not line.endswith("| |"):
            yield number, *(cell.strip() for cell in line.strip("|").split("|"))


def names(cell):
    return re.findall(r"`([^`]+)`", cell)


def defines(file, function):
    return file.exists() and re.search(rf"\b{re.escape(function)}\b", file.read_text())


def exists(name):
    if "::" in name:
        file, function = name.split("::")
        folder = FOLDER.parent if file.startswith("wire/") else FOLDER
        return defines(folder / f"{file}.py", function)
    if ": " in name:
        file, function = name.split(": ")
        return defines(UNIT / f"{file}.c", function)
    return (CASES / name / "packets.txt").exists()


def test_the_table_is_read():
    assert len(list(rows())) > 100


def test_named_tests_exist():
    assert [(number, name) for number, _, tests, _ in rows() for name in names(tests)
            if not exists(name)] == []


def test_every_row_comes_to_a_verdict():
    assert [number for number, *_, verdict in rows() if not verdict.startswith(VERDICTS)] == []


def test_stories_of_requirements_are_in_the_table():
    told = {name for row in rows() for name in names(row[2])}
    stories = {path.name for path in CASES.glob("rfc*")}
    assert stories - told == set()
