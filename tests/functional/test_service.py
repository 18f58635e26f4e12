# SPDX-License-Identifier: BSD-3-Clause
"""scripts/viaduct@.service: systemd understands it, it is hardened, and what it leaves is enough."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from program import DEADLINE, ROOT, VIADUCT, Program

UNIT = ROOT / "scripts/viaduct@.service"
# `systemd-analyze security` has 10.0 for a service without any protection, and 9.6 for most.
EXPOSURE_MAX = 3.0
NOBODY = 65534


def analyze(*arguments):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("not installed: systemd-analyze")
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True,
                          text=True, timeout=DEADLINE)


@pytest.fixture
def unit(tmp_path):
    """An instance of it, for a program that is there."""
    file = tmp_path / "viaduct@gw.service"
    file.write_text(UNIT.read_text().replace("/usr/bin/viaduct", os.path.abspath(VIADUCT)))
    return file


def test_systemd_understands_it(unit):
    done = analyze("verify", unit)
    assert done.returncode == 0 and done.stderr == ""


def test_it_is_hardened(unit):
    done = analyze("security", "--offline=true", "--no-pager", unit)
    found = re.search(r"Overall exposure level .*?: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    exposure = float(found[1])
    assert exposure <= EXPOSURE_MAX, done.stdout


CONFIGURATION = """\
gateway = {{
  name = "{name}"; flow_capacity = 4096; route_capacity = 1024;
  eal_options = [ "--no-huge", "--no-shconf" ];
}};
ports = ( {{ name = "wan"; device = "net_tap0,iface={device}"; }},
          {{ name = "lan"; device = "net_af_packet0,iface=lo"; }} );
interfaces = ( {{ name = "outside"; port = "wan"; addresses = "198.51.100.2/24"; }},
               {{ name = "inside"; port = "lan"; addresses = "192.0.2.2/24"; }} );
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="to become another user needs root")
def test_its_capabilities_are_enough(tmp_path, monkeypatch):
    """As another user than root, without a way back."""
    (said,) = re.findall("^AmbientCapabilities=(.*)$", UNIT.read_text(), re.MULTILINE)
    capabilities = ",".join(f"+{name[4:].lower()}" for name in said.split())
    folder = pathlib.Path("/run") / f"viaduct-test-{os.getpid()}"
    folder.mkdir()
    try:
        # The tree may lie where others than root see nothing.
        program = shutil.copy(VIADUCT, folder)
        file = folder / "gateway.conf"
        name = f"service-{os.getpid()}"
        file.write_text(CONFIGURATION.format(name=name, device=f"svc{os.getpid()}"))
        os.chown(folder, NOBODY, NOBODY)
        monkeypatch.setenv("RUNTIME_DIRECTORY", str(folder))
        monkeypatch.setattr("program.VIADUCT", program)
        with Program(file, prefix=[
                "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                f"--inh-caps=-all,{capabilities}", f"--ambient-caps=-all,{capabilities}",
                f"--bounding-set=-all,{capabilities}", "--no-new-privs"]) as running:
            running.wait_until_running()
            assert (folder / "dpdk").is_dir()
            assert running.stop() == 0
    finally:
        shutil.rmtree(folder)
