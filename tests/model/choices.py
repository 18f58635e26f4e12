# SPDX-License-Identifier: BSD-3-Clause
"""What the gateway is free to choose: all of it is tried, and what it chose is remembered."""


class Choices:
    """The choices of one run. `path` says which candidate each choice takes, the rest the first."""

    def __init__(self, memory, path):
        self.memory, self.path = memory, path
        self.sizes = []
        self.made = {}  # by key: (the candidates, the one that was taken)

    def pick(self, key, candidates):
        """One of them; the same as before for the same key, while the candidates are the same."""
        everyone = tuple(candidates)
        remembered = self.made.get(key, self.memory.get(key))
        candidates = everyone
        if remembered and remembered[0] == everyone:
            candidates = [remembered[1]]
        at = len(self.sizes)
        index = self.path[at] if at < len(self.path) else 0
        self.sizes.append(len(candidates))
        self.made[key] = everyone, candidates[index]
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
