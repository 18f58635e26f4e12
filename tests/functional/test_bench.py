# SPDX-License-Identifier: BSD-3-Clause
"""What scripts/bench makes of what it measures. Nothing is measured here."""
import csv
import io
import pathlib
import subprocess
import sys
import types

import pytest
from program import ROOT, viaduct

sys.path.insert(0, str(ROOT / "tests/bench"))

from driver import capture, gateway, machine, pipeline, plot, program, row, whole  # noqa: E402


def table():
    result = row.Table(hertz=2e9)
    result.add([row.Row.of_runs("testpmd-io", [21.0, 20.0, 40.0]),
                row.Row.of_runs("run-fabric", [50.0, 30.0, 40.0], "testpmd-io"),
                row.Row("alone", 100.0, 90.0, 110.0, "was-not-measured")])
    return result


def test_csv_has_the_columns_in_their_order():
    file = io.StringIO()
    table().write_csv(file)
    assert file.getvalue().splitlines()[0] == \
        "name,median_cycles,min_cycles,max_cycles,mpps,reference,ratio"


def test_csv_rows():
    file = io.StringIO()
    table().write_csv(file)
    rows = list(csv.reader(io.StringIO(file.getvalue())))[1:]
    assert rows == [
        ["testpmd-io", "21.0", "20.0", "40.0", "95.2381", "", ""],
        ["run-fabric", "40.0", "30.0", "50.0", "50.0000", "testpmd-io", "1.905"],
        ["alone", "100.0", "90.0", "110.0", "20.0000", "", ""],
    ]


def test_two_rows_of_one_name_are_a_mistake():
    with pytest.raises(ValueError, match="testpmd-io"):
        table().add([row.Row("testpmd-io", 1, 1, 1)])


def test_the_table_tells_what_a_row_is_compared_with():
    lines = table().text().splitlines()
    assert lines[2].split() == ["run-fabric", "40.0", "30.0", "50.0", "50.00", "1.90", "of",
                                "testpmd-io"]
    assert lines[3].split() == ["alone", "100.0", "90.0", "110.0", "20.00"]


def test_figures_stay_in_their_columns():
    assert [row.figure_text(cycles) for cycles in (18.25, 9_999_999.0, 1.2e9)] == \
        ["     18.2", "9999999.0", "  1.2e+09"]


def test_cycles_are_those_of_the_worker():
    sample = program.Sample(received=1_000_000, sent=1_000_000, seconds=0.5, worker_seconds=0.4)
    assert sample.cycles(2e9) == pytest.approx(800)
    assert sample.share == pytest.approx(0.8)


def test_a_share_under_97_percent_is_told():
    def runs(share):
        return [program.Sample(100, 100, 1.0, share), program.Sample(100, 100, 1.0, 1.0)]

    assert not list(whole.disturbed({"testpmd-io": runs(0.98)}))
    sentences = list(whole.disturbed({"testpmd-io": runs(0.98), "run-fabric": runs(0.96)}))
    assert len(sentences) == 1
    assert sentences[0].endswith(": run-fabric 96%")


class Fake:
    """A program that sends so much of what it receives."""

    def __init__(self, name, sent):
        self.name = name
        self.sent = sent

    def measure(self, _seconds):
        if self.sent == 0:
            raise self.fail("nothing")
        return program.Sample(1000, self.sent, 1.0, 1.0)

    def fail(self, what):
        return program.ProgramError(f"{self.name}: {what}")


def test_programs_that_lose_packets_have_no_row():
    samples, errors = program.take_turns([Fake("good", 1000), Fake("lossy", 900), Fake("dead", 0)],
                                         rounds=3, seconds=0)
    assert {name: len(runs) for name, runs in samples.items()} == {"good": 3}
    assert str(errors["lossy"]) == "lossy: it received 3000 packets and sent 2700"
    assert str(errors["dead"]) == "dead: nothing"


def test_busy_ticks_of_a_cpu():
    text = ("cpu  1000 0 1000 1000 0 0 0 0 0 0\n"
            "cpu0 100 1 50 800 40 2 3 4 0 0\n"
            "cpu1 5 0 0 95 0 0 0 0 0 0\n")
    assert machine.cpu_times(text, 0) == (160, 3, 1000)
    assert machine.cpu_times(text, 1) == (5, 0, 100)
    with pytest.raises(ValueError):
        machine.cpu_times(text, 2)


def test_prefixes_are_different_and_public():
    prefixes = capture.draw_prefixes(5000)
    assert len(set(prefixes)) == 5000
    for first, length in prefixes:
        assert 16 <= length <= 24
        assert first >> 29 == 1
        assert first & ((1 << (32 - length)) - 1) == 0


def test_frames_have_a_right_header():
    frame = capture.frame(0x0A010004, 0x20000001, 1024, 2048)
    assert len(frame) == 60
    assert capture.internet_checksum(frame[14:34]) == 0
    assert frame[26:38] == bytes.fromhex("0a010004 20000001 0400 0800".replace(" ", ""))


@pytest.mark.parametrize("stateful", [False, True])
def test_the_gateway_that_is_measured_is_valid(tmp_path, stateful):
    capture_file = tmp_path / "source.pcap"
    prefixes = capture.draw_prefixes(64)
    capture.write_capture(capture_file, prefixes, flows=8)
    setup = types.SimpleNamespace(control=0, worker=1, prefixes=prefixes,
                                  source=f"net_pcap0,rx_pcap={capture_file},infinite_rx=1",
                                  sink="net_null1,no-rx=1", memory=lambda mb: ["-m", str(mb)])
    file = tmp_path / "gateway.conf"
    file.write_text(gateway.configuration("bench", setup, stateful))
    done = viaduct("check", file)
    assert done.returncode == 0, done.stderr


def test_usage():
    done = subprocess.run([sys.executable, "-m", "driver", "--fast"], cwd=ROOT / "tests/bench",
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "usage: scripts/bench" in done.stderr


PRINTED = """1048576 sessions, transparent huge pages, bursts of 32, 2.10 GHz
cycles a packet                             median     least      most
loader                                        25.3      24.9      25.9
stateful-4k                                   53.1      51.9      54.7
stateful-4k:parse                             18.3      18.1      18.5
stateful-4k-replies                           71.7      71.6      72.0
"""


def test_rows_that_the_pipeline_prints():
    assert list(pipeline.read_rows(PRINTED)) == [
        row.Row("loader", 25.3, 24.9, 25.9),
        row.Row("stateful-4k", 53.1, 51.9, 54.7, "bare-stateful-4k"),
        row.Row("stateful-4k:parse", 18.3, 18.1, 18.5),
        row.Row("stateful-4k-replies", 71.7, 71.6, 72.0, "stateful-4k"),
    ]


def test_stages_have_a_table_of_their_own():
    result = row.Table(hertz=2e9)
    result.add(pipeline.read_rows(PRINTED))
    assert "stateful-4k:parse" not in result.text()
    assert [line.split() for line in result.stages_text().splitlines()] == \
        [["cycles", "by", "stage", "parse"], ["stateful-4k", "18.3"]]
    assert row.Table(hertz=2e9).stages_text() == ""


def test_delays_are_told_in_microseconds():
    result = row.Table(hertz=2e9)
    result.add([row.Row("latency-steady-p50", 4000, 3000, 5000),
                row.Row("latency-steady-p99", 9000, 8000, 9500)])
    assert "latency" not in result.text()
    assert [line.split() for line in result.delays_text().splitlines()] == \
        [["microseconds", "p50", "p99"], ["latency-steady", "2.0", "4.5"]]
    file = io.StringIO()
    result.write_csv(file)
    assert file.getvalue().splitlines()[1] == "latency-steady-p50,4000.0,3000.0,5000.0,,,"


def test_rows_of_several_runs_are_one():
    rows = [row.Row("route-load-1m", value, value, value, "route-load-100k")
            for value in (30.0, 10.0, 20.0)]
    assert pipeline.merge([*rows, row.Row("loader", 1, 0, 2)]) == [
        row.Row("route-load-1m", 20.0, 10.0, 30.0, "route-load-100k"), row.Row("loader", 1, 0, 2)]


def test_the_control_thread_in_seconds():
    rows = [row.Row("snapshot-build", 2e8, 0, 0), row.Row("route-change", 2e4, 0, 0),
            row.Row("config-read-1m", 2e3, 0, 0), row.Row("route-load-1m", 5e3, 0, 0)]
    assert list(pipeline.control_notes(rows, hertz=2e9)) == [
        "a reload that changes a rule of 1000 takes 100 ms",
        "100,000 route changes a second, without a lost packet",
        "a million routes are read in 1.0 s and loaded in 2.5 s",
    ]
    assert not list(pipeline.control_notes([], hertz=2e9))


def test_what_is_drawn():
    names = ["stateful-4k", "stateful-1m", "stateful-zipf-1m", "stateful-4k-replies",
             "bare-stateful-100k", "first-packet", "first-packet-10-rules", "first-packet-tcp"]
    rows = {name: row.Row(name, 10.0, 9.0, 11.0) for name in names}
    assert [count for count, _ in plot.session_points(rows, "stateful-")] == [4000, 1_000_000]
    assert [count for count, _ in plot.rule_points(rows)] == [10, 1000]
    text = plot.script(rows, "pngcairo", "out.png")
    assert "$uniform << END\n4000 10.0 9.0 11.0\n1000000 10.0 9.0 11.0\nEND" in text
    assert "$zipf" in text and "$bare" in text and "$first" in text
    assert plot.script({"first-packet": rows["first-packet"]}, "pngcairo", "out.png") is None


def test_pages_of_the_pipeline():
    assert pipeline.pages_of(PRINTED) == {"transparent huge pages"}
    assert pipeline.pages_of("") == set()


def test_notes_of_the_pipeline():
    assert pipeline.read_notes(f"note: one\n{PRINTED}note: two, 3.0 %\n") == ["one", "two, 3.0 %"]


@pytest.mark.parametrize("name, reference", [
    ("loader", ""),
    ("bare-fabric-100k", "loader"),
    ("fabric-100k", "bare-fabric-100k"),
    ("fabric-1m", "fabric-100k"),
    ("stateful-zipf-1m", "bare-stateful-zipf-1m"),
    ("first-packet", "bare-first-packet"),
    ("bare-drop", "loader"),
    ("stateful-4k-2-workers", "stateful-4k"),
    ("stateful-4k-handed-over-2-workers", "stateful-4k-2-workers"),
    ("flood-none", ""),
    ("route-load-1m", "route-load-100k"),
    ("snapshot-build", ""),
    ("flood-established", "flood-none"),
    ("latency-steady-p50", ""),
    ("latency-swap-p99.9", "latency-steady-p99.9"),
    ("first-packet-10-rules", "first-packet"),
    ("stateful-4k-imix", "stateful-4k"),
    ("stateful-4k-replies-udp", "stateful-4k-replies"),
])
def test_what_rows_of_the_pipeline_are_compared_with(name, reference):
    assert pipeline.reference_of(name) == reference


def test_every_reference_is_a_row():
    assert pathlib.Path(whole.ROOT) == ROOT
    for reference in whole.REFERENCES.values():
        assert reference == "" or reference in whole.REFERENCES
