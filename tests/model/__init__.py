# SPDX-License-Identifier: BSD-3-Clause
"""A slow, obvious reference of the gateway, held against `viaduct replay` (see README.md)."""
