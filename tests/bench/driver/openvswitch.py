# SPDX-License-Identifier: BSD-3-Clause
"""Open vSwitch with DPDK: one PMD thread, with a database and sockets of its own."""
import os
import subprocess

from .program import END_SECONDS, START_SECONDS, Program

VSWITCHD = "/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk"
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
MEMORY_MB = 256
BRIDGE = "br0"

OUTPUT = ["in_port=p0,actions=output:p1"]
SNAT = ["in_port=p0,udp,actions=ct(commit,nat(src=192.23.1.2:1024-65535)),output:p1"]


class OpenVSwitch(Program):
    def __init__(self, name, setup, flows):
        self.folder = setup.folder / name
        self.folder.mkdir()
        self.environment = {directory: str(self.folder)
                            for directory in ("OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR")}
        self.setup = setup
        self.database = self.start_database()
        self.flows = flows
        self.configure(name)
        prefix = f"viaduct-bench-{name}"
        # Its devices are called the same in each, so it has a network namespace of its own.
        super().__init__(name, ["unshare", "--net", VSWITCHD, f"unix:{self.folder}/db.sock",
                                f"--pidfile={self.folder}/ovs-vswitchd.pid",
                                f"--unixctl={self.folder}/ctl"],
                         prefix, setup.folder / f"{name}.log", self.environment)

    def call(self, *words):
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                              timeout=START_SECONDS, check=False,
                              env={**os.environ, **self.environment})
        if done.returncode != 0:
            raise OSError(f"{words[0]}: {done.stderr.strip()}")

    def vsctl(self, *words):
        self.call("ovs-vsctl", f"--db=unix:{self.folder}/db.sock", *words)

    def start_database(self):
        self.call("ovsdb-tool", "create", self.folder / "conf.db", SCHEMA)
        log = (self.folder / "ovsdb.log").open("w")
        with log:
            database = subprocess.Popen(
                ["ovsdb-server", self.folder / "conf.db", f"--remote=punix:{self.folder}/db.sock",
                 f"--pidfile={self.folder}/ovsdb-server.pid", f"--unixctl={self.folder}/db.ctl"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **self.environment})
        return database

    def configure(self, name):
        memory = " ".join(self.setup.memory(MEMORY_MB))
        if not self.setup.huge:
            memory += " --legacy-mem"  # else it adds --in-memory, which needs huge pages
        self.vsctl("--no-wait", "--retry", "init")
        self.vsctl("--no-wait", "set", "Open_vSwitch", ".", "other_config:dpdk-init=true",
                   f"other_config:dpdk-lcore-mask={1 << self.setup.control:#x}",
                   f"other_config:pmd-cpu-mask={1 << self.setup.worker:#x}",
                   # Else it asks for 262,144 packet buffers.
                   "other_config:per-port-memory=true",
                   "other_config:dpdk-extra="
                   f"\"--no-pci --file-prefix viaduct-bench-{name} {memory}\"")

    def ready(self):
        source = self.setup.source.replace("net_pcap0", "net_pcap_p0")
        sink = self.setup.sink.replace("net_null1", "net_null_p1")
        # In this order: the first port of DPDK is the source, the second the sink.
        self.vsctl("--timeout=20", "add-br", BRIDGE, "--", "set", "bridge", BRIDGE,
                   "datapath_type=netdev", "fail-mode=secure")
        for port, devargs in (("p0", source), ("p1", sink)):
            self.vsctl("--timeout=20", "add-port", BRIDGE, port, "--", "set", "interface", port,
                       "type=dpdk", f"options:dpdk-devargs=\"{devargs}\"")
        for flow in self.flows:
            self.call("ovs-ofctl", "add-flow", f"unix:{self.folder}/{BRIDGE}.mgmt", flow)
        super().ready()

    def end(self):
        super().end()
        self.database.terminate()
        try:
            self.database.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.database.kill()
            self.database.wait()
