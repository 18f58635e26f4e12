# SPDX-License-Identifier: BSD-3-Clause
"""The configurations of viaduct that are measured as a whole program."""
from .capture import FLOWS, GATEWAY_MAC, dotted

NEXT_HOPS = [f"198.51.100.{host}" for host in range(10, 18)]
MEMBERS = 4  # next hops of a route
MEMORY_MB = 640  # two copies of 100,000 routes, the sessions, the packets
# An eighth of them may wait for an answer, and nobody answers a capture.
SESSIONS = 16 * FLOWS

HEAD = """
gateway = {{ name = "{name}"; cores = "{control},{worker}"; workers = 1; flow_capacity = {sessions};
  route_capacity = 131072; ecmp_seed = 7; seed = 1; eal_options = [ {options} ]; }};
ports = ( {{ name = "in"; device = "{source}"; }}, {{ name = "out"; device = "{sink}"; }} );
interfaces = (
  {{ name = "{inside}"; port = "in"; addresses = "10.1.0.1/24"; mac = "{mac}"; }},
  {{ name = "wan"; port = "out"; addresses = "198.51.100.1/24"; }} );
"""
# What the first packet of a session is asked; the fast path only remembers it.
STATEFUL = """
security_groups = ( { name = "nsg"; rules = (
  { name = "deny-mail"; priority = 100; direction = "outbound"; access = "deny"; protocol = "tcp";
    source = "*"; source_ports = "*"; destination = "*"; destination_ports = "25"; },
  { name = "allow"; priority = 110; direction = "outbound"; access = "allow"; protocol = "*";
    source = "*"; source_ports = "*"; destination = "*"; destination_ports = "*"; } ); } );
virtual_networks = ( { name = "prod"; address_space = "10.1.0.0/16"; subnets = (
  { name = "hosts"; prefix = "10.1.0.0/24"; interface = "hosts"; security_group = "nsg";
    outbound_vips = "one"; } ); } );
vips = ( { name = "one"; address = "192.23.1.2"; virtual_network = "prod";
  outbound = { ports_per_host = 248; }; } );
"""


def fabric_text(prefixes):
    """The prefixes over four next hops each."""
    neighbors = ",\n".join(
        f'  {{ interface = "wan"; address = "{hop}"; mac = "02:00:00:00:01:{index:02x}"; }}'
        for index, hop in enumerate(NEXT_HOPS))
    routes = []
    for index, (first, length) in enumerate(prefixes):
        hops = [NEXT_HOPS[(index + member) % len(NEXT_HOPS)] for member in range(MEMBERS)]
        routes.append(f'  {{ prefix = "{dotted(first)}/{length}"; next_hops = [ '
                      + ", ".join(f'"{hop}"' for hop in hops) + " ]; }")
    return f"neighbors = (\n{neighbors} );\nroutes = (\n" + ",\n".join(routes) + " );\n"


def configuration(name, setup, stateful):
    """A gateway between the setup's two devices; with sessions, or a router of the fabric."""
    head = HEAD.format(name=name, sessions=SESSIONS, control=setup.control, worker=setup.worker, mac=GATEWAY_MAC,
                       source=setup.source, sink=setup.sink,
                       inside="hosts" if stateful else "from",
                       options=", ".join(f'"{option}"' for option in setup.memory(MEMORY_MB)))
    return head + (STATEFUL if stateful else "") + fabric_text(setup.prefixes)
