/* SPDX-License-Identifier: BSD-3-Clause */
#include "build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

#include "dataplane/flow_key.h"
#include "interval_list.h"

#define TCP_TRANSITORY_MIN 240U /* seconds */

/* A VIP's inbound rules, as one block each for rules and backends. */
struct inbound {
	struct interval_tree *tree; /* protocol << 16 | port, to index of rules */
	struct snapshot_inbound_rule *rules;
	struct backend *backends; /* those of the rules, one after the other */
	size_t rule_count;
	size_t backend_count;
	struct interval_list intervals; /* empty once it is built */
};

static void
inbound_free(void *table)
{
	struct inbound *inbound = table;

	interval_tree_free(inbound->tree);
	rte_free(inbound->rules);
	rte_free(inbound->backends);
	rte_free(inbound);
}

static void *
copy_create(const void *items, size_t count, size_t size)
{
	void *copy = rte_malloc("inbound rules", (count + 1) * size, RTE_CACHE_LINE_SIZE);

	if (copy != NULL && count > 0)
		memcpy(copy, items, count * size);
	return copy;
}

static void *
inbound_build(const void *input)
{
	const struct inbound *from = input;
	struct inbound *inbound = rte_zmalloc("inbound rules", sizeof(*inbound), 0);
	const struct backend *backends;

	if (inbound == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	inbound->rules = copy_create(from->rules, from->rule_count, sizeof(*inbound->rules));
	inbound->backends =
		copy_create(from->backends, from->backend_count, sizeof(*inbound->backends));
	inbound->tree =
		interval_tree_build(from->intervals.items, from->intervals.count, VIP_RULE_MISSING);
	if (inbound->rules == NULL || inbound->backends == NULL || inbound->tree == NULL) {
		inbound_free(inbound);
		errno = ENOMEM;
		return NULL;
	}
	backends = inbound->backends;
	for (size_t i = 0; i < from->rule_count; i++) {
		inbound->rules[i].backends = backends;
		backends += inbound->rules[i].backend_count;
	}
	return inbound;
}

static const struct shared_type inbound_type = { .build = inbound_build, .free = inbound_free };

struct maglev_request {
	uint32_t *backends; /* host order */
	size_t count;
	unsigned int backends_max;
};

static void *
maglev_build(const void *input)
{
	const struct maglev_request *request = input;

	return maglev_table_build(request->backends, request->count, request->backends_max);
}

static void
maglev_free(void *table)
{
	maglev_table_free(table);
}

static const struct shared_type maglev_type = { .build = maglev_build, .free = maglev_free };

/* The table of the rule's healthy backends. */
static int
build_maglev(struct builder *builder, const struct inbound_rule *rule,
	     const struct backend *backends, struct snapshot_inbound_rule *to)
{
	struct maglev_request request = {
		.backends = calloc(to->healthy_count, sizeof(uint32_t)),
		.count = to->healthy_count,
		.backends_max = rule->backends_max,
	};
	struct words words = { 0 };
	struct shared *shared;
	int rc = 0;

	if (request.backends == NULL)
		return build_out_of_memory(builder);
	words_add(&words, request.backends_max);
	for (size_t i = 0; i < request.count; i++) {
		request.backends[i] = rte_be_to_cpu_32(backends[i].address);
		words_add(&words, request.backends[i]);
	}
	shared = generation_share(builder->generation, &maglev_type, &words, &request);
	if (shared != NULL)
		to->maglev = shared_table(shared);
	else if (errno == EINVAL)
		rc = build_fail(builder, -EINVAL,
				"inbound rule %s has %zu backends, or one of them twice; at most "
				"backends_max = %u are possible",
				rule->name, request.count, request.backends_max);
	else
		rc = build_out_of_memory(builder);
	words_clear(&words);
	free(request.backends);
	return rc;
}

static bool
backend_is_up(const struct builder *builder, const struct backend *backend,
	      const struct inbound_rule *rule)
{
	return builder->prober == NULL ||
	       prober_is_up(builder->prober, backend->zone, backend->address, &rule->probe);
}

/*
 * Writes the rule's backends, healthy ones first, and returns how many those are; of a rule that
 * says "all_up", all of them are when none is.
 */
static uint16_t
backends_write(const struct builder *builder, uint32_t network, const struct inbound_rule *rule,
	       struct backend *backends)
{
	uint16_t count = (uint16_t)rule->backend_count;
	uint16_t healthy = 0, failing = count;

	for (uint16_t i = 0; i < count; i++) {
		struct backend backend = {
			.address = rte_cpu_to_be_32(ip_address_v4(&rule->backends[i])),
			.zone = names_zone_of(&builder->generation->names, builder->model, network,
					      &rule->backends[i]),
		};

		if (backend_is_up(builder, &backend, rule))
			backends[healthy++] = backend;
		else
			backends[--failing] = backend;
	}
	return healthy == 0 && rule->all_up_when_unhealthy ? count : healthy;
}

/* Adds the rule, its ports and its backends behind those that are there. */
static int
rule_add(struct builder *builder, uint32_t vip, uint32_t index, struct inbound *inbound)
{
	static const uint8_t hashes[] = {
		[DISTRIBUTION_FIVE_TUPLE] = BACKEND_HASH_FIVE_TUPLE,
		[DISTRIBUTION_SOURCE_PROTOCOL] = BACKEND_HASH_SOURCE_PROTOCOL,
		[DISTRIBUTION_SOURCE] = BACKEND_HASH_SOURCE,
	};
	const struct inbound_rule *from = &builder->model->vips[vip].inbound[index];
	struct snapshot_inbound_rule *to = &inbound->rules[inbound->rule_count++];
	struct backend *backends = inbound->backends + inbound->backend_count;
	uint32_t protocol = (uint32_t)from->protocol << 16;

	to->id = builder->generation->names.rule_ids[vip][index];
	to->first_port = from->ports.first;
	to->backend_first_port = from->backend_ports.first;
	to->hash = hashes[from->distribution];
	to->idle_timeout = (uint16_t)RTE_MIN(from->idle_timeout, (unsigned int)UINT16_MAX);
	to->drain_timeout = (uint16_t)RTE_MIN(from->drain_timeout, (unsigned int)UINT16_MAX);
	to->tcp_reset = from->tcp_reset;
	to->backend_count = (uint16_t)from->backend_count;
	to->healthy_count =
		backends_write(builder, builder->model->vips[vip].virtual_network, from, backends);
	inbound->backend_count += from->backend_count;
	interval_list_add(&inbound->intervals, protocol | from->ports.first,
			  protocol | from->ports.last, index);
	return to->healthy_count == 0 ? 0 : build_maglev(builder, from, backends, to);
}

static void
inbound_write(const struct inbound *inbound, struct words *words)
{
	interval_list_write(&inbound->intervals, words);
	for (size_t i = 0; i < inbound->rule_count; i++) {
		const struct snapshot_inbound_rule *rule = &inbound->rules[i];

		words_add(words, rule->id);
		words_add(words, (uint32_t)rule->first_port << 16 | rule->backend_first_port);
		words_add(words, (uint32_t)rule->hash << 16 | rule->idle_timeout);
		words_add(words, (uint32_t)rule->drain_timeout << 16 | rule->backend_count);
		words_add(words, (uint32_t)rule->tcp_reset << 16 | rule->healthy_count);
		words_add_pointer(words, rule->maglev);
	}
	for (size_t i = 0; i < inbound->backend_count; i++) {
		words_add(words, inbound->backends[i].address);
		words_add(words, inbound->backends[i].zone);
	}
}

static int
build_inbound(struct builder *builder, uint32_t vip, struct snapshot_vip *to)
{
	const struct vip *from = &builder->model->vips[vip];
	struct inbound inbound = { 0 };
	struct words words = { 0 };
	size_t backends = 0;
	int rc = 0;

	for (size_t i = 0; i < from->inbound_count; i++)
		backends += from->inbound[i].backend_count;
	inbound.rules = calloc(from->inbound_count + 1, sizeof(*inbound.rules));
	inbound.backends = calloc(backends + 1, sizeof(*inbound.backends));
	if (inbound.rules == NULL || inbound.backends == NULL)
		rc = build_out_of_memory(builder);
	for (uint32_t i = 0; i < from->inbound_count && rc == 0; i++)
		rc = rule_add(builder, vip, i, &inbound);
	if (rc == 0) {
		struct shared *shared;

		inbound_write(&inbound, &words);
		shared = generation_share(builder->generation, &inbound_type, &words, &inbound);
		if (shared == NULL) {
			rc = build_out_of_memory(builder);
		} else {
			const struct inbound *built = shared_table(shared);

			to->rules = built->tree;
			to->inbound = built->rules;
		}
	}
	words_clear(&words);
	interval_list_clear(&inbound.intervals);
	free(inbound.rules);
	free(inbound.backends);
	return rc;
}

/* RFC 5382 REQ-5 has connections that are not open last at least 4 minutes. */
static struct tcp_timeouts
build_tcp_timeouts(const struct builder *builder, enum vip_profile profile)
{
	struct tcp_timeouts timeouts = builder->generation->snapshot->tcp_timeouts;

	if (profile == VIP_PROFILE_RFC) {
		timeouts.half_open =
			(uint16_t)RTE_MAX((unsigned int)timeouts.half_open, TCP_TRANSITORY_MIN);
		timeouts.closing =
			(uint16_t)RTE_MAX((unsigned int)timeouts.closing, TCP_TRANSITORY_MIN);
	}
	return timeouts;
}

static int
build_vip(struct builder *builder, uint32_t index, struct snapshot_vip *to)
{
	const struct vip *from = &builder->model->vips[index];

	to->present = true;
	to->rfc = from->profile == VIP_PROFILE_RFC;
	builder->generation->snapshot->mapped |= to->rfc;
	to->address = rte_cpu_to_be_32(ip_address_v4(&from->address));
	to->network = (uint16_t)builder->generation->names.network_ids[from->virtual_network];
	to->tcp_idle_timeout = (uint16_t)from->outbound.idle_timeout;
	to->udp_idle_timeout = (uint16_t)from->outbound.udp_idle_timeout;
	to->icmp_timeout = (uint16_t)from->outbound.icmp_timeout;
	to->tcp_timeouts = build_tcp_timeouts(builder, from->profile);
	to->tcp_reset = from->outbound.tcp_reset;
	return build_inbound(builder, index, to);
}

int
build_vips(struct builder *builder)
{
	struct generation *generation = builder->generation;
	uint32_t end = generation->names.vip_end;
	struct snapshot_vip *vips = generation_alloc(generation, end, sizeof(*vips));

	if (vips == NULL)
		return build_out_of_memory(builder);
	for (uint32_t i = 0; i < builder->model->vip_count; i++) {
		int rc = build_vip(builder, i, &vips[generation->names.vip_ids[i]]);

		if (rc != 0)
			return rc;
	}
	builder->vips = vips;
	generation->snapshot->vips = vips;
	generation->snapshot->vip_count = (uint16_t)end;
	return 0;
}
