/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include "capture.h"
#include "gateway.h"

/*
 * Replay's stand-in for the kernel: what `run` would write to an interface's tap goes to a capture
 * with the tap's name (taps.h). Nothing comes back.
 */

struct replay_tap {
	uint16_t interface; /* its id */
	uint16_t vlan;
	struct capture_writer *out; /* NULL: no captures are wanted */
};

struct replay_taps {
	struct replay_tap *items;
	size_t count;
};

/* folder: of the captures, or NULL. 0, or -errno with a sentence in error. */
int replay_taps_open(struct replay_taps *taps, const struct gateway *gateway, const char *folder,
		     char *error, size_t error_size);
/* 0, or -EIO if a capture is not whole. */
int replay_taps_close(struct replay_taps *taps);
/* Takes what all workers have for the kernel. now: nanoseconds. Returns how many frames. */
unsigned int replay_taps_take(struct replay_taps *taps, const struct gateway *gateway,
			      uint64_t now);
