/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "address.h"

/* Sets of IPv4 addresses as ranges of numbers. */

struct address_ranges {
	struct address_range *items; /* once merged: ascending, disjoint, not adjacent */
	size_t count;
};

/* 0, or -ENOMEM. The set is not merged any more. */
int address_ranges_add(struct address_ranges *ranges, struct address_range range);
int address_ranges_add_prefixes(struct address_ranges *ranges, const struct ip_prefix *prefixes,
				size_t count);
void address_ranges_merge(struct address_ranges *ranges);
/* Takes one merged set out of another, which stays merged. 0, or -ENOMEM and `from` is as before.
 */
int address_ranges_subtract(struct address_ranges *from, const struct address_ranges *what);
/* Every address of the merged set `inner` is in the merged set `outer`. */
bool address_ranges_cover(const struct address_ranges *outer, const struct address_ranges *inner);
void address_ranges_free(struct address_ranges *ranges);
