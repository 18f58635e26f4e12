/* SPDX-License-Identifier: BSD-3-Clause */
#include "standing.h"

const char *
standing_name(enum standing_step step)
{
	static const char *const names[STANDING_STEPS] = {
		[STANDING_REST] = "rest",         [STANDING_COMMANDS] = "commands",
		[STANDING_TIMERS] = "timers",     [STANDING_RECEIVE] = "receive",
		[STANDING_PARSE] = "parse",       [STANDING_ROUTE] = "route",
		[STANDING_FRAGMENT] = "fragment", [STANDING_SEEK] = "seek",
		[STANDING_PASS] = "pass",         [STANDING_FIND] = "find",
		[STANDING_DECIDE] = "decide",     [STANDING_APPLY] = "apply",
		[STANDING_HANDOFF] = "handoff",   [STANDING_TRANSMIT] = "transmit",
	};

	return step < STANDING_STEPS ? names[step] : "nowhere";
}
