# SPDX-License-Identifier: BSD-3-Clause
"""What scripts/bench does: see README.md beside this folder."""
