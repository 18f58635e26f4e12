# SPDX-License-Identifier: BSD-3-Clause
"""The Linux kernel as the gateway: between network namespaces, with nftables' masquerade.

testpmd sends 256 flows of UDP into one end of a veth pair on the control CPU; the kernel receives
them in a namespace, on the worker's CPU (RPS), routes, translates and sends them to another
namespace, which drops them. Cycles are those that the worker's CPU spent in software interrupts, so
it does not matter that the sender is slower than the kernel may be, or that others run there.
"""
import contextlib
import subprocess
import time

from .machine import CpuMeter
from .program import END_SECONDS, START_SECONDS, Program, ProgramError
from .row import Row

NAME = "kernel-nft-masquerade"
PREFIX = "viaduct-bench-kernel"
GATEWAY_NS, SINK_NS = f"{PREFIX}-gateway", f"{PREFIX}-sink"
SENDER, INSIDE, OUTSIDE, SINK = "vdbench0", "vdbench1", "vdbench2", "vdbench3"
INSIDE_MAC, SINK_MAC = "02:00:00:00:aa:01", "02:00:00:00:aa:03"
MEMORY_MB = 128
WARM_SECONDS = 0.5

RULES = f"""
table ip nat {{
  chain postrouting {{
    type nat hook postrouting priority srcnat
    oifname "{OUTSIDE}" masquerade
  }}
}}
"""
DROP = f"""
table netdev sink {{
  chain arrivals {{
    type filter hook ingress device "{SINK}" priority 0
    drop
  }}
}}
"""


def call(*words, text=None):
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False,
                          timeout=START_SECONDS)
    if done.returncode != 0:
        raise OSError(f"{' '.join(words)}: {done.stderr.strip()}")


def inside(namespace, *words, text=None):
    call("ip", "netns", "exec", namespace, *words, text=text)


def make_links(stack):
    for namespace in (GATEWAY_NS, SINK_NS):
        call("ip", "netns", "add", namespace)
        stack.callback(call, "ip", "netns", "delete", namespace)
    call("ip", "link", "add", SENDER, "type", "veth", "peer", "name", INSIDE, "address",
         INSIDE_MAC, "netns", GATEWAY_NS)
    stack.callback(subprocess.run, ["ip", "link", "delete", SENDER], capture_output=True,
                   check=False, timeout=END_SECONDS)
    call("ip", "-n", GATEWAY_NS, "link", "add", OUTSIDE, "type", "veth", "peer", "name", SINK,
         "address", SINK_MAC, "netns", SINK_NS)
    call("ip", "link", "set", SENDER, "up")


def make_gateway(worker):
    for device in (INSIDE, OUTSIDE):
        call("ip", "-n", GATEWAY_NS, "link", "set", device, "up")
    call("ip", "-n", SINK_NS, "link", "set", SINK, "up")
    call("ip", "-n", GATEWAY_NS, "address", "add", "10.1.0.1/16", "dev", INSIDE)
    call("ip", "-n", GATEWAY_NS, "address", "add", "198.51.100.1/24", "dev", OUTSIDE)
    call("ip", "-n", GATEWAY_NS, "neighbour", "add", "198.51.100.10", "lladdr", SINK_MAC, "dev",
         OUTSIDE)
    call("ip", "-n", GATEWAY_NS, "route", "add", "default", "via", "198.51.100.10")
    rps = f"/sys/class/net/{INSIDE}/queues/rx-0/rps_cpus"
    inside(GATEWAY_NS, "sh", "-c",
           f"echo 1 >/proc/sys/net/ipv4/ip_forward; echo {1 << worker:x} >{rps}")
    inside(GATEWAY_NS, "nft", "-f", "-", text=RULES)
    inside(SINK_NS, "nft", "-f", "-", text=DROP)


def sender(setup):
    command = ["dpdk-testpmd", *setup.memory(MEMORY_MB), "--no-pci", "-l",
               f"{setup.control},{setup.worker}", f"--main-lcore={setup.worker}",
               "--file-prefix", PREFIX, "--vdev", f"net_af_packet0,iface={SENDER}", "--",
               "--forward-mode=txonly", "--txonly-multi-flow", "--tx-ip=10.1.0.4,93.184.216.34",
               f"--eth-peer=0,{INSIDE_MAC}", "--auto-start", "--no-lsc-interrupt",
               "--total-num-mbufs=16384"]
    return Program(NAME, command, PREFIX, setup.folder / "kernel.log")


def sent():
    """Packets that have left the gateway."""
    done = subprocess.run(["ip", "netns", "exec", GATEWAY_NS, "cat",
                           f"/sys/class/net/{OUTSIDE}/statistics/tx_packets"],
                          capture_output=True, text=True, check=True, timeout=END_SECONDS)
    return int(done.stdout)


def measure_run(setup, hertz, seconds):
    """Cycles a packet."""
    packets, start, meter = sent(), time.monotonic(), CpuMeter(setup.worker)
    time.sleep(seconds)
    _, share = meter.shares()
    elapsed, packets = time.monotonic() - start, sent() - packets
    if packets <= 0:
        raise ProgramError(f"{NAME}: nothing is forwarded")
    return hertz * share * elapsed / packets


def measure(setup, hertz, rounds, seconds):
    """(rows, sentences)"""
    try:
        with contextlib.ExitStack() as stack:
            make_links(stack)
            make_gateway(setup.worker)
            program = sender(setup)
            stack.callback(program.end)
            program.wait_until(sent, "nothing is forwarded")
            time.sleep(WARM_SECONDS)
            runs = [measure_run(setup, hertz, seconds) for _ in range(rounds)]
    except (ProgramError, OSError, subprocess.SubprocessError) as error:
        return [], [f"not measured: {NAME}: {error}"]
    return [Row.of_runs(NAME, runs, "run-stateful")], [
        f"{NAME} is a smaller figure: 256 flows over veth, and a sender that the kernel runs too"]
