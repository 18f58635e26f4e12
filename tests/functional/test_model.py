# SPDX-License-Identifier: BSD-3-Clause
"""Random configurations and packets: the gateway does what a slow, obvious reference does.

A run takes the same 700 sequences each time, 200 of them with several workers;
VIADUCT_MODEL_SEQUENCES=N runs N others, however long that takes. tests/model/README.md tells more.
"""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from model import campaign  # noqa: E402

WORKERS = [1] * 10 + [2] * 2 + [4] * 2  # of each chunk's gateway
CHUNKS = len(WORKERS)
SHARE = 50  # sequences of a chunk
SEQUENCES = int(os.environ.get("VIADUCT_MODEL_SEQUENCES", 0))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_gateway_does_what_the_reference_does(chunk):
    if SEQUENCES:
        shares = range(chunk, SEQUENCES, CHUNKS)
        tally = campaign.sequences(chunk * SEQUENCES, len(shares), WORKERS[chunk])
    else:
        tally = campaign.sequences(chunk * 1000, SHARE, WORKERS[chunk])
    assert not tally.differences, "\n\n".join(tally.differences)
    assert not tally.too_many_refused(), tally.refused
