/* SPDX-License-Identifier: BSD-3-Clause */
#include "snat_claims.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum {
	NAMED_MAX = 4, /* ranges of ports, and hosts, that a sentence names */
};

/* A sentence that grows, cut off at its end. */
struct sentence {
	char *text;
	size_t size;
	size_t used;
};

static void __attribute__((format(printf, 2, 3)))
sentence_add(struct sentence *sentence, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(sentence->text + sentence->used, sentence->size - sentence->used, format,
			   arguments);
	va_end(arguments);
	if (length > 0)
		sentence->used = RTE_MIN(sentence->used + (size_t)length, sentence->size - 1);
}

/* One rule, and what it claims of the VIP's pool. */
struct claim {
	const struct vip *vip;
	const struct inbound_rule *rule;
	const struct snat_ports *ports;
	const struct snat_usage *usage;
	unsigned int workers;
};

static uint32_t
chunk_used(const struct claim *claim, uint32_t chunk)
{
	return snat_usage_chunk_sum(claim->usage, claim->workers,
				    (uint16_t)(chunk * SNAT_CHUNK_PORTS));
}

static void
chunk_reserve(struct snat_reserved *reserved, uint32_t chunk, bool reserve)
{
	uint64_t *word = &reserved->chunks[chunk / 64];
	uint64_t bit = 1ULL << chunk % 64;

	__atomic_store_n(word, reserve ? *word | bit : *word & ~bit, __ATOMIC_RELAXED);
	if (reserve)
		__atomic_store_n(&reserved->some, 1U, __ATOMIC_RELAXED);
}

/* Reserves what the rule claims; how many chunks of that are in use. */
static uint32_t
claim_reserve(const struct claim *claim)
{
	const struct port_range *range = &claim->rule->ports;
	uint32_t in_use = 0;

	for (uint32_t chunk = range->first / SNAT_CHUNK_PORTS;
	     chunk <= range->last / SNAT_CHUNK_PORTS; chunk++) {
		if (claim->ports->units[chunk] == SNAT_UNIT_NONE)
			continue;
		chunk_reserve(claim->usage->reserved, chunk, true);
		in_use += chunk_used(claim, chunk) > 0;
	}
	return in_use;
}

static void
name_ports(struct sentence *sentence, const struct claim *claim)
{
	const struct port_range *range = &claim->rule->ports;
	unsigned int named = 0;

	for (uint32_t chunk = range->first / SNAT_CHUNK_PORTS;
	     chunk <= range->last / SNAT_CHUNK_PORTS; chunk++) {
		if (claim->ports->units[chunk] == SNAT_UNIT_NONE || chunk_used(claim, chunk) == 0)
			continue;
		if (named++ < NAMED_MAX)
			sentence_add(sentence, "%s%u-%u", named > 1 ? ", " : "",
				     chunk * SNAT_CHUNK_PORTS,
				     chunk * SNAT_CHUNK_PORTS + SNAT_CHUNK_PORTS - 1);
	}
	if (named > NAMED_MAX)
		sentence_add(sentence, " and %u more blocks", named - NAMED_MAX);
}

/* Of a block its host holds the ports; on demand it can be any host that has some. */
static bool
host_holds(const struct claim *claim, uint32_t host)
{
	const struct port_range *range = &claim->rule->ports;

	if (claim->ports->on_demand) {
		for (uint16_t i = 0; i < claim->workers; i++)
			if (snat_host_in_use(snat_usage_host(claim->usage, i, (uint16_t)host)))
				return true;
		return false;
	}
	for (uint32_t chunk = range->first / SNAT_CHUNK_PORTS;
	     chunk <= range->last / SNAT_CHUNK_PORTS; chunk++)
		if (claim->ports->units[chunk] == host && chunk_used(claim, chunk) > 0)
			return true;
	return false;
}

static void
name_hosts(struct sentence *sentence, const struct claim *claim)
{
	unsigned int named = 0;

	for (uint32_t host = 0; host < claim->ports->host_count; host++) {
		struct ip_address address = ip_address_from_v4(claim->ports->hosts[host]);
		char text[IP_ADDRESS_TEXT_MAX];

		if (claim->ports->hosts[host] == 0 || !host_holds(claim, host))
			continue;
		if (named++ < NAMED_MAX)
			sentence_add(sentence, "%s%s", named > 1 ? ", " : "",
				     ip_address_format(&address, text));
	}
	if (named > NAMED_MAX)
		sentence_add(sentence, " and %u more", named - NAMED_MAX);
}

static void
claim_refuse(const struct claim *claim, char *error, size_t error_size)
{
	struct sentence sentence = { .text = error, .size = error_size };

	sentence_add(&sentence, "inbound rule %s of VIP %s takes ports ", claim->rule->name,
		     claim->vip->name);
	name_ports(&sentence, claim);
	sentence_add(&sentence, ", which sessions of %s",
		     claim->ports->on_demand ? "some of the hosts " : "");
	name_hosts(&sentence, claim);
	sentence_add(&sentence, " hold; no new session gets them: reload again when they are free, "
				"or force it and end the sessions");
}

int
snat_claims_reserve(const struct generation *current, const struct generation *next,
		    const struct model *model, unsigned int workers, char *error, size_t error_size)
{
	const struct snapshot *snapshot = current->snapshot;
	int rc = 0;

	for (size_t i = 0; i < model->vip_count; i++) {
		uint32_t id = next->names.vip_ids[i];

		if (id >= snapshot->vip_count || !snapshot->vips[id].present)
			continue;
		for (size_t j = 0; j < model->vips[i].inbound_count; j++) {
			const struct claim claim = {
				.vip = &model->vips[i],
				.rule = &model->vips[i].inbound[j],
				.ports = &snapshot->vips[id].snat,
				.usage = snapshot->usage[id],
				.workers = workers,
			};

			if (claim_reserve(&claim) == 0 || rc != 0)
				continue;
			claim_refuse(&claim, error, error_size);
			rc = -EADDRINUSE;
		}
	}
	return rc;
}

void
snat_claims_settle(const struct generation *generation)
{
	const struct snapshot *snapshot = generation->snapshot;

	for (uint16_t id = 0; id < snapshot->vip_count; id++) {
		const struct snat_ports *ports = &snapshot->vips[id].snat;

		if (!snapshot->vips[id].present || snapshot->usage[id]->reserved->some == 0)
			continue;
		for (uint32_t chunk = 0; chunk < SNAT_CHUNKS; chunk++)
			if (ports->units[chunk] != SNAT_UNIT_NONE)
				chunk_reserve(snapshot->usage[id]->reserved, chunk, false);
	}
}
