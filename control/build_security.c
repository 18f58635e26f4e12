/* SPDX-License-Identifier: BSD-3-Clause */
#include "build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

#include "config/tags.h"
#include "dataplane/security.h"

/* A group's direction as the compiler takes it. */
struct request {
	struct security_rule_spec *specs;
	uint8_t *allow;
	size_t count;
	uint16_t flow_timeout;
	bool reevaluate;
};

struct policy {
	struct security_policy policy;
	struct security_table *table;
	uint8_t allow[];
};

static void
policy_free(void *table)
{
	struct policy *policy = table;

	security_table_free(policy->table);
	rte_free(policy);
}

static void *
policy_build(const void *input)
{
	const struct request *request = input;
	struct policy *policy = rte_zmalloc("security policy", sizeof(*policy) + request->count,
					    RTE_CACHE_LINE_SIZE);

	if (policy == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	policy->table = security_table_build(request->specs, request->count);
	if (policy->table == NULL) {
		int rc = errno;

		rte_free(policy);
		errno = rc;
		return NULL;
	}
	memcpy(policy->allow, request->allow, request->count);
	policy->policy = (struct security_policy){
		.table = policy->table,
		.allow = policy->allow,
		.flow_timeout = request->flow_timeout,
		.reevaluate = request->reevaluate,
	};
	return policy;
}

static const struct shared_type policy_type = { .build = policy_build, .free = policy_free };

static int
addresses_take(struct builder *builder, const struct virtual_network *network,
	       const struct rule_addresses *side, const struct security_address_range **items,
	       size_t *count)
{
	struct address_ranges ranges = { 0 };
	struct security_address_range *taken;
	int rc = rule_addresses_expand(builder->model, network, side, &ranges);

	if (rc != 0)
		return rc;
	taken = calloc(ranges.count + 1, sizeof(*taken));
	for (size_t i = 0; i < ranges.count && taken != NULL; i++)
		taken[i] = (struct security_address_range){ ranges.items[i].first,
							    ranges.items[i].last };
	*items = taken;
	*count = ranges.count;
	free(ranges.items);
	return taken == NULL ? -ENOMEM : 0;
}

static int
ports_take(const struct port_range_list *ports, const struct security_port_range **items,
	   size_t *count)
{
	struct security_port_range *taken = calloc(ports->count + 1, sizeof(*taken));

	for (size_t i = 0; i < ports->count && taken != NULL; i++)
		taken[i] =
			(struct security_port_range){ ports->items[i].first, ports->items[i].last };
	*items = taken;
	*count = ports->count;
	return taken == NULL ? -ENOMEM : 0;
}

static int
rule_take(struct builder *builder, const struct virtual_network *network,
	  const struct security_rule *rule, struct security_rule_spec *spec)
{
	int rc = addresses_take(builder, network, &rule->source, &spec->sources,
				&spec->source_count);

	if (rc == 0)
		rc = addresses_take(builder, network, &rule->destination, &spec->destinations,
				    &spec->destination_count);
	if (rc == 0)
		rc = ports_take(&rule->source_ports, &spec->source_ports, &spec->source_port_count);
	if (rc == 0)
		rc = ports_take(&rule->destination_ports, &spec->destination_ports,
				&spec->destination_port_count);
	spec->protocol = (uint8_t)rule->protocol;
	return rc;
}

static int
request_fill(struct builder *builder, const struct virtual_network *network,
	     const struct security_group *group, enum direction direction, struct request *request)
{
	request->specs = calloc(group->rule_count + 1, sizeof(*request->specs));
	request->allow = calloc(group->rule_count + 1, sizeof(*request->allow));
	if (request->specs == NULL || request->allow == NULL)
		return -ENOMEM;
	request->flow_timeout = (uint16_t)RTE_MIN(group->flow_timeout, (unsigned int)UINT16_MAX);
	request->reevaluate = group->reevaluate;
	for (size_t i = 0; i < group->rule_count; i++) {
		const struct security_rule *rule = &group->rules[i];
		int rc;

		if (rule->direction != direction)
			continue;
		request->allow[request->count] = rule->access == ACCESS_ALLOW;
		rc = rule_take(builder, network, rule, &request->specs[request->count++]);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static void
request_clear(struct request *request)
{
	for (size_t i = 0; i < request->count; i++) {
		const struct security_rule_spec *spec = &request->specs[i];

		free((void *)(uintptr_t)spec->sources);
		free((void *)(uintptr_t)spec->destinations);
		free((void *)(uintptr_t)spec->source_ports);
		free((void *)(uintptr_t)spec->destination_ports);
	}
	free(request->specs);
	free(request->allow);
}

static void
addresses_write(const struct security_address_range *ranges, size_t count, struct words *words)
{
	words_add(words, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		words_add(words, ranges[i].first);
		words_add(words, ranges[i].last);
	}
}

static void
ports_write(const struct security_port_range *ranges, size_t count, struct words *words)
{
	words_add(words, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		words_add(words, (uint32_t)ranges[i].first << 16 | ranges[i].last);
}

static void
request_write(const struct request *request, struct words *words)
{
	words_add(words, request->flow_timeout);
	words_add(words, request->reevaluate);
	for (size_t i = 0; i < request->count; i++) {
		const struct security_rule_spec *spec = &request->specs[i];

		words_add(words, (uint32_t)request->allow[i] << 8 | spec->protocol);
		addresses_write(spec->sources, spec->source_count, words);
		addresses_write(spec->destinations, spec->destination_count, words);
		ports_write(spec->source_ports, spec->source_port_count, words);
		ports_write(spec->destination_ports, spec->destination_port_count, words);
	}
}

int
build_security(struct builder *builder, const struct virtual_network *network,
	       const struct security_group *group, enum direction direction,
	       const struct security_policy **policy)
{
	struct request request = { 0 };
	struct words words = { 0 };
	int rc = request_fill(builder, network, group, direction, &request);

	if (rc == 0) {
		struct shared *shared;

		request_write(&request, &words);
		shared = generation_share(builder->generation, &policy_type, &words, &request);
		if (shared == NULL)
			rc = -errno;
		else
			*policy = &((const struct policy *)shared_table(shared))->policy;
	}
	if (rc == -E2BIG)
		build_fail(builder, rc,
			   "security group %s has %zu rules in one direction; at most %d are "
			   "possible, the default rules included",
			   group->name, request.count, SECURITY_RULES_MAX);
	else if (rc != 0)
		rc = build_out_of_memory(builder);
	words_clear(&words);
	request_clear(&request);
	return rc;
}
