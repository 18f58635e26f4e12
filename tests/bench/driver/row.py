# SPDX-License-Identifier: BSD-3-Clause
"""A row of the result: what was measured, and what it is compared with."""
import csv
import statistics
from dataclasses import dataclass

COLUMNS = ("name", "median_cycles", "min_cycles", "max_cycles", "mpps", "reference", "ratio")


@dataclass
class Row:
    name: str
    median: float  # cycles of the time-stamp counter, of a packet unless the row is about others
    least: float
    most: float
    reference: str = ""  # the name of another row

    @classmethod
    def of_runs(cls, name, runs, reference=""):
        return cls(name, statistics.median(runs), min(runs), max(runs), reference)


def is_delay(row):
    """It is about time that passes, not about time that is spent."""
    return row.name.startswith("latency-")


def matrix_text(title, lines):
    """The figures of lines that all have the same columns."""
    if not lines:
        return ""
    columns = list(next(iter(lines.values())))
    text = [f"{title:<30}" + "".join(f" {column:>8}" for column in columns)]
    for name, figures in lines.items():
        text.append(f"{name:<30}" + "".join(f" {figures[column]:8.1f}" for column in columns))
    return "\n".join(text)


def figure_text(cycles):
    """Nine columns wide."""
    return f"{cycles:9.1f}" if cycles < 1e7 else f"{cycles:9.3g}"


class Table:
    def __init__(self, hertz):
        self.hertz = hertz
        self.rows = {}

    def add(self, rows):
        for row in rows:
            if row.name in self.rows:
                raise ValueError(f"two rows are called {row.name}")
            self.rows[row.name] = row

    def mpps(self, row):
        """Millions a second of what the row counts; text, empty where it is a delay."""
        return "" if is_delay(row) else f"{self.hertz / row.median / 1e6:.4f}"

    def ratio(self, row):
        """How many times as long as the reference, if that was measured too."""
        reference = self.rows.get(row.reference)
        return row.median / reference.median if reference else None

    def write_csv(self, file):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in self.rows.values():
            ratio = self.ratio(row)
            writer.writerow((row.name, f"{row.median:.1f}", f"{row.least:.1f}", f"{row.most:.1f}",
                             self.mpps(row), row.reference if ratio else "",
                             f"{ratio:.3f}" if ratio else ""))

    def text(self):
        lines = [f"{'cycles a packet':<30} {'median':>9} {'least':>9} {'most':>9} {'Mpps':>8}  ratio"]
        for row in self.rows.values():
            if ":" in row.name or is_delay(row):
                continue
            ratio = self.ratio(row)
            compared = f"  {ratio:5.2f} of {row.reference}" if ratio else ""
            figures = " ".join(map(figure_text, (row.median, row.least, row.most)))
            lines.append(f"{row.name:<30} {figures} {float(self.mpps(row)):8.2f}{compared}")
        return "\n".join(lines)

    def stages_text(self):
        """A line for each row that has stages, which are rows called NAME:STAGE."""
        stages = {}
        for row in self.rows.values():
            name, colon, stage = row.name.partition(":")
            if colon:
                stages.setdefault(name, {})[stage] = row.median
        return matrix_text("cycles by stage", stages)

    def delays_text(self):
        """A line for each row called latency-NAME-PERCENTILE, in microseconds."""
        delays = {}
        for row in filter(is_delay, self.rows.values()):
            name, _, percentile = row.name.rpartition("-")
            delays.setdefault(name, {})[percentile] = row.median / self.hertz * 1e6
        return matrix_text("microseconds", delays)
