# SPDX-License-Identifier: BSD-3-Clause
"""Hosts and links of a test: network namespaces of the kernel, joined by virtual Ethernet devices.

All that a test makes is gone with it: namespaces have names of its own, and processes are ended by
their ids, or by the kernel should the test itself be killed.
"""
import itertools
import os
import pathlib
import shutil
import subprocess
import time

from program import DEADLINE, Program, runtime_folder

NAMESPACES = pathlib.Path("/run/netns")
PREFIX = "viaduct-wire"
COMMAND_SECONDS = 30  # for what ends by itself

_numbers = itertools.count()


def execute(*command, text=None):
    """A command that has to succeed."""
    done = subprocess.run(list(map(str, command)), input=text, capture_output=True, text=True,
                          timeout=COMMAND_SECONDS)
    assert done.returncode == 0, f"{command}:\n{text or ''}{done.stdout}{done.stderr}"
    return done.stdout


def ip(*lines):
    """Each line is a command of ip(8)."""
    execute("ip", "-batch", "-", text="\n".join(lines) + "\n")


def wait_until(condition, what):
    """Asks again and again, and lets others have the processor in between."""
    deadline = time.monotonic() + DEADLINE
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"in vain: {what}"
        os.sched_yield()
    return answer


def remove_left_overs():
    """Namespaces of tests that were killed: their names tell the process that made them."""
    for path in NAMESPACES.glob(f"{PREFIX}-*"):
        if pathlib.Path("/proc", path.name.split("-")[2]).exists():
            continue
        try:
            execute("ip", "netns", "del", path.name)
        except AssertionError:
            if path.exists():  # else somebody who runs tests at the same time was faster
                raise


class Host:
    """A machine: a namespace, and the processes that run there."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        self.namespace = f"{PREFIX}-{os.getpid()}-{next(_numbers)}-{name}"
        self.processes = []
        execute("ip", "netns", "add", self.namespace)
        # Before there is a device: the kernel would send to find IPv6's neighbours and routers.
        self.run("sysctl", "-q", "net.ipv6.conf.all.disable_ipv6=1",
                 "net.ipv6.conf.default.disable_ipv6=1", "net.ipv4.ip_forward=0")
        self.ip("link set lo up")

    def command(self, *command):
        """It runs in the namespace, with the process id that the caller sees."""
        return ["nsenter", f"--net={NAMESPACES / self.namespace}", "--",
                "setpriv", "--pdeathsig", "KILL", "--", *map(str, command)]

    def run(self, *command):
        return execute(*self.command(*command))

    def try_to(self, *command):
        """A command that may fail: its exit status."""
        return subprocess.run(self.command(*command), capture_output=True,
                              timeout=COMMAND_SECONDS).returncode

    def ip(self, *lines):
        execute("ip", "-netns", self.namespace, "-batch", "-", text="\n".join(lines) + "\n")

    def start(self, *command):
        """A process that the test ends, or that is ended with it."""
        log = (self.folder / f"{self.name}.{pathlib.Path(str(command[0])).name}.log").open("a")
        with log:
            process = subprocess.Popen(self.command(*command), stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def wait_listening(self, port):
        wait_until(lambda: self.run("ss", "-ltnH", f"sport = :{port}"),
                   f"{self.name} does not listen at {port}")

    def set_route(self, prefix, via):
        self.ip(f"route replace {prefix} via {via}")

    def remove(self):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait(DEADLINE)
        execute("ip", "netns", "del", self.namespace)


class World:
    """The hosts and links of one test; a context manager."""

    def __init__(self, folder):
        self.folder = folder
        self.hosts = {}
        self.program = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.program is not None:
            self.program.__exit__()
            shutil.rmtree(runtime_folder() / f"viaduct-{self.program.name}", ignore_errors=True)
        for host in self.hosts.values():
            host.remove()

    def host(self, name):
        self.hosts[name] = Host(name, self.folder)
        return self.hosts[name]

    def connect(self, host, device, other, other_device):
        """A cable between two hosts; the devices are up and have no address."""
        ip(f"link add {device} netns {host.namespace} type veth "
           f"peer name {other_device} netns {other.namespace}")
        for end, name in ((host, device), (other, other_device)):
            end.ip(f"link set {name} up")
            # Frames reach DPDK as they are: there is no hardware behind that adds checksums.
            end.run("ethtool", "-K", name, "tx", "off")

    def switch(self, name, host, device):
        """A switch with one host at it, by that device; attach() brings others."""
        switch = self.host(name)
        switch.ip("link add bridge type bridge mcast_snooping 0", "link set bridge up")
        self.plug(switch, host, device)
        return switch

    def plug(self, switch, host, device):
        port = f"port{next(_numbers)}"
        self.connect(host, device, switch, port)
        switch.ip(f"link set {port} master bridge")

    def attach(self, switch, name, address, gateway):
        """A host with that address and default route at the switch."""
        host = self.host(name)
        self.plug(switch, host, "eth0")
        host.ip(f"addr add {address} dev eth0", f"route add default via {gateway}")
        return host

    def run_gateway(self, host, network, **changes):
        """`viaduct run` there, with that file of networks/."""
        text = (pathlib.Path(__file__).parent / "networks" / f"{network}.conf").read_text()
        name = f"{PREFIX}-{os.getpid()}-{next(_numbers)}"
        file = self.folder / "gateway.conf"
        for old, new in ({"@NAME@": name} | changes).items():
            assert old in text
            text = text.replace(old, new)
        file.write_text(text)
        self.program = Program(file, prefix=host.command())
        return self.program.wait_until_running()

    def restart_gateway(self, host, number):
        """Ends the one that runs by that signal, and starts another one of its configuration."""
        self.program.stop(number)
        self.program = Program(self.folder / "gateway.conf", prefix=host.command())
        return self.program.wait_until_running()
