# SPDX-License-Identifier: BSD-3-Clause
"""Cycles a packet against sessions and against rules, drawn by gnuplot from the rows."""
import re
import subprocess

DRAW_SECONDS_MAX = 60
FORMATS = {"png": "pngcairo size 1000,450", "svg": "svg size 1000,450 dynamic"}
MULTIPLES = {"k": 1000, "m": 1_000_000, "": 1}

SCRIPT = """
set terminal {terminal}
set output "{output}"
set multiplot layout 1,2
set logscale x
set yrange [0:*]
set grid
set key top left
set ylabel "cycles a packet"
set format x "%.0s%c"
set xlabel "sessions"
set xrange [2e3:2e6]
plot {sessions}
set xlabel "rules with 4000 prefixes"
set xrange [5:2e3]
plot {rules}
unset multiplot
"""


def count_of(text):
    """4k, 100k, 1m as a number."""
    found = re.fullmatch(r"(\d+)([km]?)", text)
    return int(found[1]) * MULTIPLES[found[2]] if found else None


def session_points(rows, prefix):
    """(sessions, row) of the rows called PREFIX and a number."""
    points = ((count_of(name.removeprefix(prefix)), row) for name, row in rows.items()
              if name.startswith(prefix))
    return sorted(((count, row) for count, row in points if count), key=lambda point: point[0])


def rule_points(rows):
    """(rules, row) of first packets; without a number the rules are 1000."""
    points = []
    for name, row in rows.items():
        found = re.fullmatch(r"first-packet(?:-(\d+)-rules)?", name)
        if found:
            points.append((int(found[1] or 1000), row))
    return sorted(points, key=lambda point: point[0])


def data_block(name, points):
    """Data within a script: where, the median, the least and the most."""
    lines = [f"{count} {row.median} {row.least} {row.most}" for count, row in points]
    return "\n".join([f"${name} << END", *lines, "END"])


def script(rows, terminal, output):
    curves = {
        "sessions": [("uniform", "viaduct, uniform", session_points(rows, "stateful-")),
                     ("zipf", "viaduct, Zipf", session_points(rows, "stateful-zipf-")),
                     ("bare", "bare loop, uniform", session_points(rows, "bare-stateful-"))],
        "rules": [("first", "first packets", rule_points(rows))],
    }
    blocks, plots = [], {}
    for axis, found in curves.items():
        drawn = [(name, title, points) for name, title, points in found if points]
        blocks += [data_block(name, points) for name, _, points in drawn]
        plots[axis] = ", ".join(f"${name} with yerrorlines title \"{title}\""
                                for name, title, _ in drawn)
    if not all(plots.values()):
        return None
    return "\n".join(blocks) + SCRIPT.format(terminal=terminal, output=output, **plots)


def draw(rows, stem):
    """Writes STEM.png and STEM.svg. The names of the files; none without rows to draw."""
    files = []
    for ending, terminal in FORMATS.items():
        text = script(rows, terminal, f"{stem}.{ending}")
        if text is None:
            return []
        subprocess.run(["gnuplot"], input=text, text=True, check=True, capture_output=True,
                       timeout=DRAW_SECONDS_MAX)
        files.append(f"{stem}.{ending}")
    return files
