/* SPDX-License-Identifier: BSD-3-Clause */
#include "snat_places.h"

#include <stdbool.h>

#include "dataplane/snat_usage.h"

/* A subnet whose places would overlap those of `wanted` if it began at `first`; NULL: none. */
static const struct snat_places *
overlapping(const struct snat_places *subnets, size_t count, uint32_t first, uint32_t length)
{
	for (size_t i = 0; i < count; i++) {
		const struct snat_places *other = &subnets[i];

		if (other->first != SNAT_PLACE_NONE && first < other->first + other->count &&
		    other->first < first + length)
			return other;
	}
	return NULL;
}

static uint32_t
first_free(const struct snat_places *subnets, size_t count, uint32_t length)
{
	const struct snat_places *other;
	uint32_t first = 0;

	while ((other = overlapping(subnets, count, first, length)) != NULL)
		first = other->first + other->count;
	return first;
}

static uint32_t
assign_missing(struct snat_places *subnets, size_t count)
{
	uint32_t end = 0;

	for (size_t i = 0; i < count; i++) {
		struct snat_places *subnet = &subnets[i];

		if (subnet->first == SNAT_PLACE_NONE)
			subnet->first = first_free(subnets, count, subnet->count);
		if (subnet->first + subnet->count > end)
			end = subnet->first + subnet->count;
	}
	return end;
}

uint32_t
snat_places_assign(struct snat_places *subnets, size_t count)
{
	uint32_t end = assign_missing(subnets, count);

	if (end <= SNAT_HOSTS_MAX)
		return end;
	for (size_t i = 0; i < count; i++)
		subnets[i].first = SNAT_PLACE_NONE;
	return assign_missing(subnets, count);
}
