# SPDX-License-Identifier: BSD-3-Clause
"""Real servers and clients, on the hosts of a world."""
import json

from program import DEADLINE
from world import execute

NGINX = """\
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;
events {{ }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 443 ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    root {folder}/root;
  }}
}}
"""


class Web:
    """nginx at port 443; its page tells the host's name."""

    def __init__(self, host):
        self.folder = host.folder / f"nginx-{host.name}"
        self.root = self.folder / "root"
        self.root.mkdir(parents=True)
        (self.root / "index.html").write_text(host.name)
        execute("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-subj", "/CN=test", "-keyout", self.folder / "key.pem",
                "-out", self.folder / "cert.pem")
        file = self.folder / "nginx.conf"
        file.write_text(NGINX.format(folder=self.folder))
        host.start("nginx", "-c", file)
        host.wait_listening(443)

    def callers(self):
        """The addresses that requests came from, in order."""
        return [line.split()[0] for line in (self.folder / "access.log").read_text().splitlines()]


def curl(host, address, *options, path=""):
    """What the web server at that address says."""
    return host.run("curl", "--silent", "--show-error", "--insecure", "--fail", "--max-time", 20,
                    *options, f"https://{address}/{path}")


class Iperf:
    """Measurements by iperf3 from others to a host."""

    def __init__(self, host):
        self.host = host

    def measure(self, host, address, *options):
        """The sum of a measurement of a second, as iperf3 tells it.

        Each has a server of its own: one that goes on closes its socket between two of them, and who
        calls in that moment is reset.
        """
        server = self.host.start("iperf3", "--server", "--one-off")
        self.host.wait_listening(5201)
        said = json.loads(host.run("iperf3", "--client", address, "--json", "--time", 1, *options))
        assert "error" not in said, said["error"]
        server.wait(DEADLINE)
        return said["end"]
