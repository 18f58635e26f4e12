# SPDX-License-Identifier: BSD-3-Clause
"""What the gateway is free to choose: all of it is tried, and what it chose is remembered."""


class Choices:
    """The choices of one run. `path` says which candidate each choice takes, the rest the first."""

    def __init__(self, memory, path):
        self.memory, self.path = memory, path
        self.sizes = []
        self.made = {}

    def pick(self, key, candidates):
        """One of them; the same as before for the same key."""
        if key in self.made:
            return self.made[key]
        candidates = [self.memory[key]] if key in self.memory else list(candidates)
        at = len(self.sizes)
        index = self.path[at] if at < len(self.path) else 0
        self.sizes.append(len(candidates))
        self.made[key] = candidates[index]
        return candidates[index]

    def next_path(self):
        """The path after this one, or None after the last."""
        path = (self.path + [0] * len(self.sizes))[:len(self.sizes)]
        while path and path[-1] + 1 == self.sizes[len(path) - 1]:
            path.pop()
        if not path:
            return None
        path[-1] += 1
        return path


def all_choices(memory, run):
    """Yields run(choices) for every way to choose."""
    path = []
    while path is not None:
        choices = Choices(memory, path)
        yield run(choices), choices.made
        path = choices.next_path()
