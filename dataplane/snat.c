/* SPDX-License-Identifier: BSD-3-Clause */
#include "snat.h"

#include <string.h>

#include "subnet.h"

/*
 * A keyed hash of the connection and of the number of the draw (RFC 6056 section 3.3.3, algorithm
 * 3, with a counter that outsiders can not see).
 */
static uint32_t
snat_draw_start(const struct snat *snat, uint64_t draw, const struct flow_key *reply,
		uint32_t range)
{
	const flow_key_word *words = (const void *)reply;
	uint64_t x = snat->secret + draw * 0x9e3779b97f4a7c15ULL;

	x ^= words[0] ^ (words[1] * 0xd6e8feb86659fd93ULL);
	return hash_to_range((uint32_t)(hash_mix(x) >> 32), range);
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

/* The units that this worker may draw from for that decision. */
struct snat_range {
	uint32_t first;
	uint32_t ports;
	bool waits; /* some of them have yet to be given up by another worker */
};

static struct snat_range
snat_range_of(const struct snat *snat, const struct snat_ports *ports,
	      const struct decision *decision)
{
	uint32_t first = decision->first_unit, units = decision->unit_count;

	if (ports->on_demand && units > 0) {
		first = ports->shares[snat->worker];
		units = ports->shares[snat->worker + 1] - first;
	}
	return (struct snat_range){ .first = first, .ports = units * ports->unit };
}

/* Looks at each port of the range once; the first that is free. */
static bool
snat_port_search(struct snat *snat, const struct flow_table *flows, const struct snat_ports *ports,
		 struct snat_range *range, struct flow_key *reply)
{
	uint32_t index = snat_draw_start(snat, snat->draws++, reply, range->ports);
	bool some_reserved = ports->reserved != NULL &&
			     __atomic_load_n(&ports->reserved->some, __ATOMIC_RELAXED) != 0;

	for (uint32_t tried = 0; tried < range->ports; tried++) {
		uint16_t port = snat_port_at(ports, range->first, index);

		flow_key_set_destination_port(reply, rte_cpu_to_be_16(port));
		snat->tries++;
		if (!snat_may_draw(ports->moves, snat->worker, port))
			range->waits = true;
		else if (!(some_reserved && snat_is_reserved(ports->reserved, port)) &&
			 flow_find(flows, reply) == FLOW_NONE)
			return true;
		index = index + 1 == range->ports ? 0 : index + 1;
	}
	return false;
}

uint32_t
snat_port_expect(const struct snat *snat, const struct flow_table *flows,
		 const struct snat_ports *ports, const struct decision *decision,
		 unsigned int ahead, struct flow_key reply)
{
	struct snat_range range = snat_range_of(snat, ports, decision);
	uint32_t index;

	flow_key_set_destination_port(&reply, 0);
	if (likely(range.ports > 0)) {
		index = snat_draw_start(snat, snat->draws + ahead, &reply, range.ports);
		flow_key_set_destination_port(
			&reply, rte_cpu_to_be_16(snat_port_at(ports, range.first, index)));
	}
	return flow_hash(flows, &reply);
}

/* Nothing has changed since the range was searched for a port towards that destination in vain. */
static bool
snat_is_exhausted(struct snat *snat, const struct flow_key *reply, const struct snat_range *range)
{
	const struct snat_exhausted *exhausted;

	if (likely(!snat->some_exhausted))
		return false;
	exhausted = snat_exhausted_at(snat, reply, range->first);
	return flow_key_equal(&exhausted->reply, reply) && exhausted->first_unit == range->first &&
	       exhausted->returned == *snat_returned(snat, reply);
}

bool
snat_port_draw(struct snat *snat, const struct flow_table *flows, const struct snat_ports *ports,
	       const struct decision *decision, struct flow_key *reply)
{
	struct snat_range range = snat_range_of(snat, ports, decision);

	if (range.ports == 0)
		return false;
	flow_key_set_destination_port(reply, 0);
	if (snat_is_exhausted(snat, reply, &range))
		return false;
	if (snat_port_search(snat, flows, ports, &range, reply))
		return true;
	/* Nobody here is told when another worker gives up a port. */
	if (range.waits)
		return false;
	snat->some_exhausted = true;
	flow_key_set_destination_port(reply, 0);
	*snat_exhausted_at(snat, reply, range.first) = (struct snat_exhausted){
		.reply = *reply, .first_unit = range.first, .returned = *snat_returned(snat, reply)
	};
	return false;
}

void
snat_port_take(struct snat *snat, const struct snat_usage *usage, uint16_t host,
	       const struct flow_key *reply)
{
	snat_usage_host(usage, snat->worker, host)->ports[snat_protocol_of(reply->protocol)]++;
	++*snat_usage_chunk(usage, snat->worker, rte_be_to_cpu_16(reply->destination_port));
}

void
snat_port_return(struct snat *snat, const struct snat_usage *usage, uint16_t host,
		 struct flow_key reply)
{
	snat_usage_host(usage, snat->worker, host)->ports[snat_protocol_of(reply.protocol)]--;
	--*snat_usage_chunk(usage, snat->worker, rte_be_to_cpu_16(reply.destination_port));
	if (likely(!snat->some_exhausted))
		return;
	reply.destination_port = 0;
	++*snat_returned(snat, &reply);
}

void
snat_count_exhausted(const struct snat *snat, const struct snat_usage *usage, uint16_t host)
{
	snat_usage_host(usage, snat->worker, host)->exhausted++;
}

uint16_t
snat_paired_vip(const struct snat *snat, const struct snapshot *snapshot, uint16_t zone,
		rte_be32_t host)
{
	const struct snapshot_subnet *subnet = &snapshot->subnets[zone];
	uint32_t place = rte_be_to_cpu_32(host) - (subnet->prefix + SUBNET_RESERVED);

	for (unsigned int i = 0; i < subnet->vip_count; i++) {
		uint16_t vip = subnet->vips[i].vip;
		uint32_t at = subnet->vips[i].first_host + place;
		const struct snat_usage *usage = snapshot->usage[vip];

		if (at < snapshot->vips[vip].snat.host_count &&
		    snat_host_in_use(snat_usage_host(usage, snat->worker, (uint16_t)at)))
			return vip;
	}
	return VIP_NONE;
}

void
snat_forget(struct snat *snat)
{
	memset(snat->exhausted, 0, sizeof(snat->exhausted));
	snat->some_exhausted = false;
}
