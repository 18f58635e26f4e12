# SPDX-License-Identifier: BSD-3-Clause
"""scripts/nic-setup on files that stand for a machine's /sys: what it shows, does and undoes. That
a kernel takes it is shown by tests/wire/test_guest.py."""
import os
import subprocess
import threading

import pytest

from program import DEADLINE, ROOT

NIC, OTHER, DISK, LONELY = "0000:03:00.0", "0000:03:00.1", "0000:04:00.0", "0000:05:00.0"


class Machine:
    """Two NICs of one IOMMU group, a disk, a NIC without a group, and huge pages."""

    def __init__(self, root):
        self.root = root
        self.pci = root / "sys/bus/pci"
        for name, kind, group in ((NIC, "0x020000", 7), (OTHER, "0x020000", 7),
                                  (DISK, "0x010802", 8), (LONELY, "0x020000", None)):
            self._add_device(name, kind, group)
        for name in (NIC, OTHER):
            self.set_driver(name, "igb")
        interface = self.pci / "devices" / NIC / "net/eth0"
        interface.mkdir(parents=True)
        (interface / "flags").write_text("0x1002\n")
        self.set_pages(10)
        (root / "proc").mkdir()
        (root / "proc/mounts").write_text("none /dev/hugepages hugetlbfs rw 0 0\n")
        (self.pci / "drivers/vfio-pci").mkdir(parents=True, exist_ok=True)
        os.mkfifo(self.pci / "drivers_probe")
        self.kernel = threading.Thread(target=self._probe, daemon=True)
        self.kernel.start()

    def _add_device(self, name, kind, group):
        device = self.pci / "devices" / name
        device.mkdir(parents=True)
        for file, value in (("class", kind), ("vendor", "0x8086"), ("device", "0x1521"),
                            ("driver_override", "(null)")):
            (device / file).write_text(value + "\n")
        if group is not None:
            members = self.root / f"sys/kernel/iommu_groups/{group}/devices"
            members.mkdir(parents=True, exist_ok=True)
            (members / name).symlink_to(device)
            (device / "iommu_group").symlink_to(members.parent)

    def set_driver(self, name, driver):
        folder = self.pci / "drivers" / driver
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "unbind").touch()
        link = self.pci / "devices" / name / "driver"
        link.unlink(missing_ok=True)
        link.symlink_to(folder)

    def _probe(self):
        """The kernel: a device gets the driver that it is meant for."""
        while True:
            for name in (self.pci / "drivers_probe").read_text().split():
                wanted = (self.pci / "devices" / name / "driver_override").read_text().strip()
                self.set_driver(name, wanted or "igb")

    def set_pages(self, count):
        for folder in ("kernel/mm/hugepages", "devices/system/node/node0/hugepages"):
            pages = self.root / "sys" / folder / "hugepages-2048kB"
            pages.mkdir(parents=True, exist_ok=True)
            (pages / "nr_hugepages").write_text(f"{count}\n")

    def pages(self):
        file = self.root / "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
        return int(file.read_text())

    def driver(self, name):
        return (self.pci / "devices" / name / "driver").resolve().name

    def run(self, *arguments, status=0):
        """What it says, and on stderr."""
        done = subprocess.run([ROOT / "scripts/nic-setup", *arguments], capture_output=True,
                              text=True, timeout=DEADLINE,
                              env=os.environ | {"NIC_SETUP_ROOT": str(self.root)})
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout.splitlines(), done.stderr


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.mark.parametrize("arguments", [[], ["frobnicate"], ["setup"], ["setup", "eth0"],
                                       ["setup", "--frobnicate"], ["undo", NIC], ["show", "undo"],
                                       ["setup", "--hugepages", "many"]])
def test_wrong_arguments_change_nothing(machine, arguments):
    machine.run("--do", *arguments, status=2)
    assert (machine.pages(), machine.driver(NIC)) == (10, "igb")


@pytest.mark.parametrize("arguments, sentence", [
    (["0000:09:00.0"], "there is no PCI device 0000:09:00.0"),
    ([DISK], f"{DISK} is no network device"),
    ([LONELY], "VT-d"),
    ([NIC], f"{NIC} shares its IOMMU group with {OTHER}, which igb has"),
    (["--hugepages", "4:1048576"], "there are no huge pages of 1048576 KB"),
])
def test_what_can_not_be_done_is_told_and_nothing_done(machine, arguments, sentence):
    _, errors = machine.run("--do", "setup", *arguments, status=1)
    assert sentence in errors
    assert (machine.pages(), machine.driver(NIC)) == (10, "igb")


def test_an_interface_in_use_is_left_alone(machine):
    (machine.pci / "devices" / NIC / "net/eth0/flags").write_text("0x1003\n")
    _, errors = machine.run("--do", "setup", NIC, OTHER, status=1)
    assert f"{NIC} is the kernel's interface eth0, which is up" in errors
    machine.run("--do", "setup", "--force", NIC, OTHER)
    assert machine.driver(NIC) == "vfio-pci"


def test_it_shows_without_doing(machine):
    steps, _ = machine.run("setup", "--hugepages", "64", "03:00.0", "03:00.1")
    assert steps == [
        "write '64' to /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
        f"write 'vfio-pci' to /sys/bus/pci/devices/{NIC}/driver_override",
        f"write '{NIC}' to /sys/bus/pci/devices/{NIC}/driver/unbind",
        f"have vfio-pci probe {NIC}",
        f"write 'vfio-pci' to /sys/bus/pci/devices/{OTHER}/driver_override",
        f"write '{OTHER}' to /sys/bus/pci/devices/{OTHER}/driver/unbind",
        f"have vfio-pci probe {OTHER}",
        "nothing has been changed; with --do it is",
    ]
    assert (machine.pages(), machine.driver(NIC)) == (10, "igb")


def test_it_does_and_undoes(machine):
    arguments = ["setup", "--hugepages", "64@0", "--hugepages", "64", NIC, OTHER]
    shown, _ = machine.run(*arguments)
    assert machine.run("--do", *arguments)[0] == shown[:-1]
    assert machine.pages() == 64
    assert [machine.driver(name) for name in (NIC, OTHER, DISK)] == ["vfio-pci", "vfio-pci",
                                                                    "driver"]
    # Once more changes nothing, and forgets nothing of what was before.
    again, _ = machine.run("--do", *arguments)
    assert all(line.startswith("keep ") for line in again)

    machine.run("undo")
    assert machine.pages() == 64
    machine.run("--do", "undo")
    assert machine.pages() == 10
    assert [machine.driver(name) for name in (NIC, OTHER)] == ["igb", "igb"]
    assert machine.run("--do", "undo")[0] == ["there is nothing to undo"]


@pytest.mark.skipif(os.geteuid() != 0, reason="to give files to another user needs root")
def test_a_user_gets_what_the_gateway_opens(machine):
    """Once for NICs of one group, and when they are at vfio-pci already."""
    pages, group = machine.root / "dev/hugepages", machine.root / "dev/vfio/7"
    pages.mkdir(parents=True)
    group.parent.mkdir()
    group.touch()
    arguments = ["setup", "--hugepages", "64", NIC, OTHER]
    machine.run("--do", *arguments)
    arguments[1:1] = ["--user", "nobody"]
    said, _ = machine.run("--do", *arguments)
    assert [line for line in said if not line.startswith("keep ")] == [
        "give /dev/hugepages to nobody", "give /dev/vfio/7 to nobody"]
    assert [path.owner() for path in (pages, group)] == ["nobody", "nobody"]
    again, _ = machine.run("--do", *arguments)
    assert all(line.startswith("keep ") for line in again)
    machine.run("--do", "undo")
    assert [path.owner() for path in (pages, group)] == ["root", "root"]


def test_show_tells_drivers_groups_and_pages(machine):
    lines, _ = machine.run("show")
    assert f"{NIC}  0x8086 0x1521  driver igb group 7 eth0 " in lines
    assert f"{LONELY}  0x8086 0x1521  driver none group none " in lines
    assert not any(DISK in line for line in lines)
    assert "node/node0/hugepages/hugepages-2048kB: 10, ? of them free" in lines
