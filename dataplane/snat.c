/* SPDX-License-Identifier: BSD-3-Clause */
#include "snat.h"

#include <string.h>

/*
 * A keyed hash of the connection and of the number of the draw (RFC 6056 section 3.3.3, algorithm
 * 3, with a counter that outsiders can not see).
 */
static uint32_t
snat_draw_start(struct snat *snat, const struct flow_key *reply, uint32_t range)
{
	const flow_key_word *words = (const void *)reply;
	uint64_t x = snat->secret + snat->draws++ * 0x9e3779b97f4a7c15ULL;

	x ^= words[0] ^ (words[1] * 0xd6e8feb86659fd93ULL);
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return hash_to_range((uint32_t)((x ^ (x >> 31)) >> 32), range);
}

static uint16_t
snat_port_at(const struct snat_ports *ports, uint32_t first_unit, uint32_t index)
{
	return (uint16_t)(ports->starts[first_unit + index / ports->unit] + index % ports->unit);
}

/* reply: without its destination port. */
static uint32_t *
snat_returned(struct snat *snat, const struct flow_key *reply)
{
	return &snat->returned[flow_key_hash(reply, (uint32_t)snat->secret) % SNAT_DESTINATIONS];
}

static struct snat_exhausted *
snat_exhausted_at(struct snat *snat, const struct flow_key *reply, uint32_t first_unit)
{
	uint32_t hash = flow_key_hash(reply, (uint32_t)snat->secret ^ first_unit);

	return &snat->exhausted[hash_to_range(hash, SNAT_EXHAUSTED)];
}

bool
snat_port_draw(struct snat *snat, const struct flow_table *flows, const struct snat_ports *ports,
	       const struct decision *decision, struct flow_key *reply)
{
	uint32_t count = decision->unit_count * ports->unit;
	struct snat_exhausted *exhausted;
	struct flow_key searched;
	uint32_t index;

	if (count == 0)
		return false;
	reply->destination_port = 0;
	searched = *reply;
	exhausted = snat_exhausted_at(snat, reply, decision->first_unit);
	if (flow_key_equal(&exhausted->reply, reply) &&
	    exhausted->first_unit == decision->first_unit &&
	    exhausted->returned == *snat_returned(snat, reply))
		return false;
	index = snat_draw_start(snat, reply, count);
	for (uint32_t tried = 0; tried < count; tried++) {
		reply->destination_port =
			rte_cpu_to_be_16(snat_port_at(ports, decision->first_unit, index));
		if (flow_find(flows, reply, flow_hash(flows, reply)) == FLOW_NONE)
			return true;
		index = index + 1 == count ? 0 : index + 1;
	}
	*exhausted = (struct snat_exhausted){ .reply = searched,
					      .first_unit = decision->first_unit,
					      .returned = *snat_returned(snat, &searched) };
	return false;
}

void
snat_port_return(struct snat *snat, struct flow_key reply)
{
	reply.destination_port = 0;
	++*snat_returned(snat, &reply);
}

void
snat_forget(struct snat *snat)
{
	memset(snat->exhausted, 0, sizeof(snat->exhausted));
}
