# SPDX-License-Identifier: BSD-3-Clause
"""A case's packets.txt: packets in, and what must come of each. README.md has the language."""
import difflib
import re

import scapy.all
from scapy.layers.inet import IP
from scapy.layers.l2 import Ether

from gateway import STEP, Gateway

VARIABLE = re.compile(r"\$(\w+)")


class StoryError(Exception):
    """The case itself is wrong: FILE:LINE: what."""


def piece(packet, offset, length=65535):
    """The fragment of that IP packet that has `length` bytes of its payload from `offset` on."""
    header = IP(bytes(packet))
    payload = bytes(header.payload)
    part = payload[offset:offset + length]
    header.remove_payload()
    header.len = header.chksum = None
    header.frag = offset // 8
    header.flags.MF = offset + len(part) < len(payload)
    return IP(bytes(header / part))


class Variable:
    """A value that the gateway chooses: the first `out` line with its name tells it."""

    def __init__(self, text):
        text, _, others = text.partition(" but ")
        self.others = others.split()  # variables that have another value
        bounds = re.fullmatch(r"(\d+)\.\.(\d+)", text)
        if bounds:
            self.candidates = range(int(bounds[1]), int(bounds[2]) + 1)
        else:
            self.candidates = text.split()
        self.value = None


class Line:
    """An `in`, `out` or `reload` line."""

    def __init__(self, number, interface=None, neighbor=None, expression=""):
        self.number = number
        self.interface = interface
        self.neighbor = neighbor  # or None
        self.expression = expression
        self.after = 0.0  # seconds, of `in` and `reload`
        self.configuration = None  # of `reload`: its text

    def variables(self):
        return VARIABLE.findall(self.expression + (self.neighbor or ""))

    def packet(self, values):
        namespace = {**vars(scapy.all), "piece": piece, **values}
        return eval(VARIABLE.sub(r"\1", self.expression), namespace)  # scapy is the language


def logical_lines(text):
    """(number, text) of each line; an indented one goes on with the line before."""
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1].isspace() and lines:
            lines[-1] = (lines[-1][0], f"{lines[-1][1]} {line.strip()}")
        elif line and not line.startswith("#"):
            lines.append((number, line.strip()))
    return lines


class Story:
    """A folder with packets.txt and gateway.conf, or with the configuration that packets.txt names."""

    def __init__(self, folder):
        self.file = folder / "packets.txt"
        self.configuration = folder / "gateway.conf"
        self.text = None  # of the configuration, with the changes up to here
        self.variables = {}
        self.lines = []  # (kind, Line), kind being "in", "out" or "reload"
        self.drops = {}
        self.options = []  # of replay
        self.clock = 0.0
        self.open = None  # number of an `in` line of which nothing was said yet
        for number, line in logical_lines(self.file.read_text()):
            word, _, rest = line.partition(" ")
            self.parse(number, word, rest.strip())
        self.close()
        self.gateway = Gateway(self.configuration)

    def wrong(self, number, what):
        return StoryError(f"{self.file}:{number}: {what}")

    def parse(self, number, word, rest):
        if word == "config":
            self.configuration = self.file.parent / rest
        elif word == "options":
            self.options = rest.split()
        elif word == "let":
            name, _, values = rest.partition(" in ")
            self.variables[name.strip()] = Variable(values.strip())
        elif word == "wait":
            self.clock += float(rest)
        elif word == "drop":
            self.drops[rest] = self.drops.get(rest, 0) + 1
            self.open = None
        elif word == "change":
            self.change(number, *(part.strip() for part in rest.partition("->")[::2]))
        elif word == "reload":
            self.reload(number, rest)
        elif word in ("in", "out"):
            self.parse_packet(number, word, rest)
        else:
            raise self.wrong(number, f"{word} is none of config, options, let, in, out, drop, "
                             "wait, change, reload")

    def change(self, number, old, new):
        self.text = self.text or self.configuration.read_text()
        if self.text.count(old) != 1:
            raise self.wrong(number, f"{old!r} is {self.text.count(old)} times in the configuration")
        self.text = self.text.replace(old, new)

    def reload(self, number, how):
        if how not in ("", "forced"):
            raise self.wrong(number, "reload is alone, or forced")
        self.close()
        line = Line(number)
        line.expression = how
        line.after = self.clock
        line.configuration = self.text
        self.clock += STEP
        self.lines.append(("reload", line))

    def parse_packet(self, number, word, rest):
        preposition = "from" if word == "in" else "to"
        found = re.fullmatch(rf"(\S+)\s+(?:{preposition}\s+(\S+)\s+)?(.+)", rest)
        if not found:
            raise self.wrong(number, f"{word} INTERFACE [{preposition} ADDRESS] PACKET")
        line = Line(number, *found.groups())
        if word == "in":
            self.close()
            line.after = self.clock
            self.clock += STEP
            self.open = number
        else:
            self.open = None
        for name in line.variables():
            if name not in self.variables:
                raise self.wrong(number, f"${name} is not declared with let")
        self.lines.append((word, line))

    def close(self):
        if self.open:
            raise self.wrong(self.open, "nothing is said of this packet; add out, drop, or "
                             "`drop nothing` where the gateway keeps it")

    def values(self):
        return {name: variable.value for name, variable in self.variables.items()}

    def port(self, line):
        if line.interface not in self.gateway.links:
            raise self.wrong(line.number, f"there is no interface {line.interface}")
        return self.gateway.links[line.interface].port

    def frame(self, kind, line, values):
        """The line as a frame. One that begins with Ether is taken as it is."""
        packet = line.packet(values)
        if isinstance(packet, Ether):
            return packet
        link = self.gateway.links[line.interface]
        other = VARIABLE.sub(lambda name: str(values[name[1]]), line.neighbor or "")
        ip = packet.getlayer(IP)
        if kind == "in":
            return link.to_gateway(packet, other or (ip and ip.src))
        return link.from_gateway(packet, other or (ip and ip.dst))

    def replay(self, folder, lines):
        folder.mkdir(parents=True, exist_ok=True)
        frames = [(self.port(line), bytes(self.frame("in", line, self.values())), line.after)
                  for kind, line in lines if kind == "in"]
        options = list(self.options)
        for line in [line for kind, line in lines if kind == "reload"]:
            file = folder / f"line-{line.number}.conf"
            file.write_text(line.configuration)
            option = "--reload-forced" if line.expression else "--reload"
            options += [option, f"{line.after:.3f}={file}"]
        return self.gateway.replay(folder, frames, *options)

    def bind(self, folder):
        """Gives every variable the value that the gateway chose, in the order of the lines.

        A replay of the packets up to the first `out` line with an unknown says it: the same packets
        from the start lead to the same choices every time.
        """
        for end, (kind, line) in enumerate(self.lines, 1):
            unknown = [name for name in line.variables() if self.variables[name].value is None]
            if not unknown:
                continue
            if kind == "in":
                raise self.wrong(line.number, f"${unknown[0]} is not known before an out line")
            port = self.port(line)
            place = sum(1 for kind, other in self.lines[:end - 1]
                        if kind == "out" and self.port(other) == port)
            sent = self.replay(folder, self.lines[:end]).packets(port)
            assert place < len(sent), f"{self.file}:{line.number}: nothing came out of {port}"
            for name in dict.fromkeys(unknown):
                self.bind_from(line, name, sent[place])

    def bind_from(self, line, name, sent):
        """The field that differs when the variable does is read from the packet that was sent."""
        variable = self.variables[name]
        values = {other: v.candidates[0] if v.value is None else v.value
                  for other, v in self.variables.items()}
        one = line.packet({**values, name: variable.candidates[0]})
        two = line.packet({**values, name: variable.candidates[-1]})
        while one:
            for field in one.fields:
                if field != "chksum" and one.fields[field] != two.fields[field]:
                    layer = sent.getlayer(type(one))
                    value = layer and layer.getfieldval(field)
                    assert value in variable.candidates, (
                        f"{self.file}:{line.number}: ${name} is {value}, out of its range; "
                        f"the packet: {sent.summary()}")
                    for other in variable.others:
                        assert value != self.variables[other].value, (
                            f"{self.file}:{line.number}: ${name} is {value}, as ${other} is")
                    variable.value = value
                    return
            one, two = one.payload, two.payload
        raise self.wrong(line.number, f"no field of the packet is ${name} alone")

    def chapters(self, folder):
        """(configuration, number of lines until it is replaced): one, and one more by reload."""
        configuration = self.gateway.path
        for place, (kind, line) in enumerate(self.lines):
            if kind == "reload":
                yield configuration, place
                configuration = folder / f"chapter-{line.number}.conf"
                configuration.write_text(line.configuration)
        yield configuration, len(self.lines)

    def check(self, folder):
        """Replays the whole story and holds what came out against it."""
        self.bind(folder)
        result = self.replay(folder, self.lines)
        for port in [*self.gateway.ports, *self.gateway.taps]:
            expected = [(line, self.frame("out", line, self.values()))
                        for kind, line in self.lines if kind == "out" and self.port(line) == port]
            self.compare(port, expected, result.packets(port))
        drops = {reason: n for reason, n in self.drops.items() if reason != "nothing"}
        assert result.drops == drops, f"{self.file}: drops by reason"
        return result

    def compare(self, port, expected, sent):
        for (line, frame), packet in zip(expected, sent):
            if bytes(frame) != bytes(packet):
                difference = difflib.unified_diff(
                    Ether(bytes(frame)).show2(dump=True).splitlines(),
                    packet.show2(dump=True).splitlines(), "expected", "sent", n=99, lineterm="")
                raise AssertionError(f"{self.file}:{line.number}: another packet left {port}:\n"
                                     + "\n".join(difference))
        for line, frame in expected[len(sent):]:
            raise AssertionError(f"{self.file}:{line.number}: did not leave {port}: "
                                 f"{frame.summary()}")
        for packet in sent[len(expected):]:
            raise AssertionError(f"{self.file}: nobody expects what left {port}: "
                                 f"{packet.summary()}")
