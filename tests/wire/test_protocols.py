# SPDX-License-Identifier: BSD-3-Clause
"""Protocols that a gateway breaks easily: FTP with its second connection, and path MTU discovery."""
import hashlib
import pathlib
import tempfile

from environments import VIP_ONE
from servers import Web, curl

VSFTPD = """\
listen=YES
background=NO
anonymous_enable=YES
no_anon_password=YES
anon_root={root}
pasv_address={address}
pasv_min_port=10001
pasv_max_port=10020
seccomp_sandbox=NO
secure_chroot_dir={empty}
"""
SIZE = 4_000_000  # bytes: some thousand segments


def large_file(folder):
    """Its digest."""
    data = b"".join(number.to_bytes(4, "big") for number in range(SIZE // 4))
    (folder / "large").write_bytes(data)
    (folder / "large").chmod(0o644)
    return hashlib.sha256(data).hexdigest()


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_ftp_in_passive_mode_through_the_vip(environments):
    """The server names the VIP and ports of its own, which are those of the inbound rule."""
    # vsftpd looks for its files as a user who does not get into pytest's folders.
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        root.chmod(0o755)
        expected = large_file(root)
        (root / "empty").mkdir()
        file = environments.world.folder / "vsftpd.conf"
        file.write_text(VSFTPD.format(root=root, address=VIP_ONE, empty=root / "empty"))
        environments.web1.start("vsftpd", file)
        environments.web1.wait_listening(21)
        copy = environments.world.folder / "copy"
        environments.client.run("curl", "--silent", "--show-error", "--max-time", 20,
                                "--disable-epsv", "--output", copy, f"ftp://{VIP_ONE}/large")
        assert digest(copy) == expected
    assert environments.drops() == {}


def test_a_download_over_a_path_with_a_smaller_mtu_behind(environments):
    """The router tells the VIP, and the host behind it sends smaller segments."""
    expected = large_file(Web(environments.web1).root)
    large_file(Web(environments.web2).root)
    environments.router.ip("link set client mtu 1300")
    copy = environments.world.folder / "copy"
    curl(environments.client, VIP_ONE, "--output", copy, path="large")
    assert digest(copy) == expected
    said = environments.web1.run("ip", "route", "get", "203.0.113.9") + environments.web2.run(
        "ip", "route", "get", "203.0.113.9")
    assert "mtu 1300" in said
