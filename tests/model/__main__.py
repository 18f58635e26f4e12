# SPDX-License-Identifier: BSD-3-Clause
"""python3 tests/model [--sequences N] [--first N] [--workers N] [--jobs N]: many sequences, see
README.md."""
import argparse
import functools
import multiprocessing
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from model import campaign  # noqa: E402

DIFFERENCES_SHOWN = 5


def main():
    parser = argparse.ArgumentParser(prog="tests/model")
    parser.add_argument("--sequences", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first sequence")
    parser.add_argument("--workers", type=int, default=1, help="of the gateway")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()

    tally = campaign.Tally()
    seeds = range(options.first, options.first + options.sequences)
    sequence = functools.partial(campaign.sequence, workers=options.workers)
    with multiprocessing.Pool(options.jobs) as pool:
        for done in pool.imap_unordered(sequence, seeds):
            for text in done.differences:
                print(text, flush=True)
            tally.add(done)
            if len(tally.differences) == DIFFERENCES_SHOWN:
                break
            if tally.sequences % 100 == 0:
                print(f"{tally.sequences} sequences", file=sys.stderr, flush=True)
    print(f"{tally.sequences} sequences of {tally.packets} packets, "
          f"{len(tally.refused)} configurations refused, {len(tally.differences)} differences")
    return 1 if tally.differences or tally.too_many_refused() else 0


if __name__ == "__main__":
    sys.exit(main())
