# SPDX-License-Identifier: BSD-3-Clause
"""A machine with NICs that QEMU emulates in software, made of Debian's kernel and files.

Its disk is an archive in memory: busybox, bash, the gateway with DPDK's drivers for these NICs, and
scripts/nic-setup. What stands behind `init` runs commands that come by its console.
"""
import fcntl
import gzip
import os
import pathlib
import queue
import re
import shutil
import socket
import subprocess
import threading
import time

from program import DEADLINE, ROOT

CACHE = ROOT / "build-guest"
KERNEL_PACKAGE = "linux-image-cloud-amd64"
MODULES = ("vfio-pci", "vfio_iommu_type1")
DRIVERS = ("bus_pci", "bus_vdev", "mempool_ring", "net_e1000", "net_virtio", "net_vmxnet3")
PROGRAMS = ("bash", "setpriv", "socat")
NEEDED = ("qemu-system-x86_64", "busybox", "depmod", "modinfo", "dpkg", "apt-get", *PROGRAMS)
USER = "viaduct"
DONE = "--done--"
# To boot took 6 s where it was written, on a processor that is emulated; 90 beside 17 others.
PATIENCE = 600
# The kernel measures its timer against itself, which an emulated processor that has to share a real
# one may fail: no_timer_check. What it says of devices would fall into what commands print, on the
# same console: loglevel.
COMMAND_LINE = "console=ttyS0 loglevel=1 panic=-1 intel_iommu=on no_timer_check"

INIT = f"""#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /run /tmp /var
/bin/busybox ln -s /run /var/run
/bin/busybox mkdir -p /usr/bin
/bin/busybox ln -s /bin/busybox /usr/bin/env
/bin/busybox mount -t proc none /proc
/bin/busybox mount -t sysfs none /sys
/bin/busybox mount -t devtmpfs none /dev
/bin/busybox --install -s /bin
mkdir -p /dev/hugepages
ln -s /proc/self/fd /dev/fd
chmod 755 /  # DPDK takes no drivers from below a folder that all may write to
stty -echo
export PATH=/bin HOME=/
echo {DONE} 0
while read -r line; do
    eval "$line" </dev/null
    echo "{DONE} $?"
done
poweroff -f
"""


def reason_to_skip():
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "/dev/net/tun can not be used"
    return None


def _output(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True,
                          timeout=300, **options).stdout


def kernel():
    """The folder with Debian's kernel package unpacked: fetched once, installed nowhere.

    None: it can not be had here.
    """
    folder = CACHE / "kernel"
    if folder.exists():
        return folder
    try:
        depends = _output("apt-cache", "depends", KERNEL_PACKAGE)
        package = re.search(r"Depends: (linux-image-\S+)", depends)[1]
        _output("apt-get", "download", package, cwd=CACHE)
        (archive,) = CACHE.glob(f"{package}_*.deb")
        shutil.rmtree(CACHE / "unpacked", ignore_errors=True)
        _output("dpkg", "-x", str(archive), str(CACHE / "unpacked"))
    except (subprocess.SubprocessError, TypeError, ValueError):
        return None
    (CACHE / "unpacked").rename(folder)
    return folder


def _libraries(file):
    """Those that the loader would take, and the loader."""
    return re.findall(r"(/\S+) \(0x", _output("ldd", str(file)))


class Disk:
    """The guest's files, as an archive for the kernel."""

    def __init__(self, folder):
        self.folder = folder

    def place(self, path):
        found = self.folder / str(path).lstrip("/")
        found.parent.mkdir(parents=True, exist_ok=True)
        return found

    def add(self, file, place):
        """Once, where it really is: a driver that two names lead to must not be loaded twice."""
        real = os.path.realpath(file)
        if not self.place(real).exists():
            shutil.copy(real, self.place(real))
            self.place(real).chmod(0o755)
        if str(place) != real and not os.path.lexists(self.place(place)):
            self.place(place).symlink_to(real)

    def add_program(self, file, place):
        self.add(file, place)
        for library in _libraries(file):
            self.add(library, library)

    def add_modules(self, kernel_folder):
        (modules,) = (kernel_folder / "lib/modules").iterdir()
        version = modules.name
        _output("depmod", "-b", str(kernel_folder), version)
        for line in _output("modprobe", "-d", str(kernel_folder), "-S", version,
                            "--show-depends", "-a", *MODULES).splitlines():
            if line.startswith("insmod"):
                file = line.split()[1]
                shutil.copy(file, self.place("/lib/modules" + file.split("/lib/modules")[1]))
        _output("depmod", "-b", str(self.folder), version)

    def write(self, archive):
        names = "\n".join(str(path.relative_to(self.folder))
                          for path in sorted(self.folder.rglob("*")))
        packed = subprocess.run(["busybox", "cpio", "-o", "-H", "newc"], cwd=self.folder,
                                input=names.encode(), capture_output=True, check=True,
                                timeout=DEADLINE).stdout
        archive.write_bytes(gzip.compress(packed, 1))


def disk_make(program, kernel_folder, folder):
    disk = Disk(folder / "disk")
    disk.add(shutil.which("busybox"), "/bin/busybox")  # Debian links it statically
    for name in PROGRAMS:
        disk.add_program(shutil.which(name), f"/bin/{name}")
    disk.add_program(program, "/bin/viaduct")
    (plugins,) = pathlib.Path("/usr/lib/x86_64-linux-gnu/dpdk").glob("pmds-*")
    for driver in DRIVERS:
        (file,) = plugins.glob(f"librte_{driver}.so.*.*")
        disk.add_program(file, plugins / file.name)
    disk.add_program("/lib/x86_64-linux-gnu/libgcc_s.so.1", "/lib/x86_64-linux-gnu/libgcc_s.so.1")
    disk.add(ROOT / "scripts/nic-setup", "/bin/nic-setup")
    disk.add_modules(kernel_folder)
    disk.place("/etc/passwd").write_text("root:x:0:0::/:/bin/sh\n"
                                         f"{USER}:x:990:990::/:/bin/false\n")
    disk.place("/etc/group").write_text(f"root:x:0:\n{USER}:x:990:\n")
    init = disk.folder / "init"
    init.write_text(INIT)
    init.chmod(0o755)
    archive = folder / "disk.gz"
    disk.write(archive)
    return archive


class Guest:
    """The machine, running in a host of the test's world; a context manager."""

    def __init__(self, host, kernel_folder, archive, devices):
        """devices: QEMU's arguments for the NICs. Never the processor's own virtualisation: the
        kernel would meet features that are not there."""
        (image,) = (kernel_folder / "boot").glob("vmlinuz-*")
        self.monitor = host.folder / "monitor"
        self.process = subprocess.Popen(host.command(
            "qemu-system-x86_64", "-M", "q35,kernel-irqchip=split",
            "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", 3, "-m", 1024,
            "-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio",
            "-device", "intel-iommu,intremap=on", "-no-reboot",
            "-monitor", f"unix:{self.monitor},server=on,wait=off",
            "-kernel", image, "-initrd", archive,
            "-append", COMMAND_LINE, *devices),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", bufsize=1)
        self.said = []
        self._lines = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        self._wait()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(DEADLINE)
        self._reader.join(DEADLINE)
        self.process.stdin.close()
        self.process.stdout.close()

    def _read(self):
        for line in self.process.stdout:
            self.said.append(line.rstrip("\r\n"))
            self._lines.put(self.said[-1])
        self._lines.put(None)

    def _wait(self):
        """The status and the lines of what runs."""
        lines, deadline = [], time.monotonic() + PATIENCE
        while True:
            try:
                line = self._lines.get(timeout=max(deadline - time.monotonic(), 0))
            except queue.Empty:
                line = None
            assert line is not None, "the guest does not go on:\n" + "\n".join(self.said)
            if line.startswith(DONE):
                return int(line.split()[1]), lines
            lines.append(line)

    def _execute(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self._wait()

    def run(self, command, status=0):
        """What a line of shell prints; it has to end with that status."""
        ended, lines = self._execute(command)
        if ended != status:
            _, log = self._execute("dmesg | tail -n 20")
            raise AssertionError("\n".join([f"{command} ended with {ended}:", *lines,
                                            "The kernel's log:", *log]))
        return "\n".join(lines)

    def set_link(self, nic, up):
        """Plugs a NIC's cable in, or pulls it out."""
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(DEADLINE)
            monitor.connect(str(self.monitor))
            monitor.sendall(f"set_link {nic} {'on' if up else 'off'}\n".encode())
            # It greets with a prompt, and has done a command when it shows the next.
            said = b""
            while said.count(b"(qemu) ") < 2:
                said += monitor.recv(4096)


def build():
    """The program, for a processor that is emulated, and what else is made once."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _output(str(ROOT / "scripts/build"), "portable")
        return kernel()
