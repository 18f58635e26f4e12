# SPDX-License-Identifier: BSD-3-Clause
"""The machine: its cores, its huge pages, and what on it disturbs a measurement."""
import contextlib
import os
import pathlib
import time
import typing

HUGE_PAGES = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")
TRANSPARENT = pathlib.Path("/sys/kernel/mm/transparent_hugepage/enabled")
ISOLATED = pathlib.Path("/sys/devices/system/cpu/isolated")
HUGE_PAGE_MB = 2
BUSY_ALLOWED = 0.05  # of an idle CPU's time: what the system itself does
SHARE_WANTED = 0.97  # of its core that a worker has while it is measured


def memory_available_mb():
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) // 1024
    return 0


@contextlib.contextmanager
def huge_pages(megabytes):
    """Reserves huge pages, if it may and half of the memory stays; gives them back. How many MB
    there are."""
    try:
        before = int(HUGE_PAGES.read_text())
    except OSError:
        yield 0
        return
    wanted = megabytes // HUGE_PAGE_MB
    if before >= wanted:
        yield before * HUGE_PAGE_MB
        return
    try:
        if (wanted - before) * HUGE_PAGE_MB <= memory_available_mb() // 2:
            HUGE_PAGES.write_text(str(wanted))
    except OSError:
        pass  # not ours to set: what is there has to do
    try:
        yield int(HUGE_PAGES.read_text()) * HUGE_PAGE_MB
    finally:
        if int(HUGE_PAGES.read_text()) != before:
            HUGE_PAGES.write_text(str(before))


class CpuTimes(typing.NamedTuple):
    """Ticks of a CPU."""
    busy: int
    softirq: int  # of the busy ones: the kernel's network stack, mostly
    all: int


def cpu_times(text, cpu):
    """What /proc/stat tells of a CPU."""
    for line in text.splitlines():
        words = line.split()
        if words and words[0] == f"cpu{cpu}":
            _user, _nice, _system, idle, iowait, _irq, softirq, _steal = \
                ticks = [int(word) for word in words[1:9]]
            return CpuTimes(sum(ticks) - idle - iowait, softirq, sum(ticks))
    raise ValueError(f"/proc/stat has no CPU {cpu}")


class CpuMeter:
    """Shares of a CPU's time since the meter was made."""

    def __init__(self, cpu):
        self.cpu = cpu
        self.start = self.read()

    def read(self):
        return cpu_times(pathlib.Path("/proc/stat").read_text(), self.cpu)

    def shares(self):
        """(busy, in software interrupts)"""
        spent = CpuTimes(*(end - start for end, start in zip(self.read(), self.start)))
        return (spent.busy / spent.all, spent.softirq / spent.all) if spent.all else (0.0, 0.0)


def disturbances(control, worker, pages_mb, wanted_mb, seconds=1):
    """Sentences: what makes the figures worse than they could be, or less certain."""
    meters = [CpuMeter(control), CpuMeter(worker)]
    time.sleep(seconds)
    for meter in meters:
        busy, _ = meter.shares()
        if busy > BUSY_ALLOWED:
            yield (f"other programs run on CPU {meter.cpu}: it was busy for {busy:.0%} of a second "
                   "before anything was started")
    if pages_mb < wanted_mb:
        yield (f"{wanted_mb} MB of huge pages are wanted and {pages_mb} MB are reserved: whole "
               "programs run on small pages")
    if "[never]" in TRANSPARENT.read_text() if TRANSPARENT.exists() else True:
        yield "the kernel gives no transparent huge pages"
    isolated = ISOLATED.read_text().strip() if ISOLATED.exists() else ""
    if not isolated:
        yield (f"no CPU is isolated (isolcpus): the kernel may give CPU {worker} to others at any "
               "time")


def usable_cpus():
    return sorted(os.sched_getaffinity(0))
