/* SPDX-License-Identifier: BSD-3-Clause */
#include "default_rules.h"

#include <stdlib.h>
#include <string.h>

/* TAG_BUILT_IN_COUNT stands for any address. */
static const struct default_rule {
	const char *name;
	uint16_t priority;
	enum direction direction;
	enum access access;
	enum built_in_tag source;
	enum built_in_tag destination;
} default_rules[] = {
	{ "AllowVNetInBound", 65000, DIRECTION_INBOUND, ACCESS_ALLOW, TAG_VIRTUAL_NETWORK,
	  TAG_VIRTUAL_NETWORK },
	{ "AllowAzureLoadBalancerInBound", 65001, DIRECTION_INBOUND, ACCESS_ALLOW,
	  TAG_AZURE_LOAD_BALANCER, TAG_BUILT_IN_COUNT },
	{ "DenyAllInBound", 65500, DIRECTION_INBOUND, ACCESS_DENY, TAG_BUILT_IN_COUNT,
	  TAG_BUILT_IN_COUNT },
	{ "AllowVNetOutBound", 65000, DIRECTION_OUTBOUND, ACCESS_ALLOW, TAG_VIRTUAL_NETWORK,
	  TAG_VIRTUAL_NETWORK },
	{ "AllowInternetOutBound", 65001, DIRECTION_OUTBOUND, ACCESS_ALLOW, TAG_BUILT_IN_COUNT,
	  TAG_INTERNET },
	{ "DenyAllOutBound", 65500, DIRECTION_OUTBOUND, ACCESS_DENY, TAG_BUILT_IN_COUNT,
	  TAG_BUILT_IN_COUNT },
};

enum {
	DEFAULT_RULE_COUNT = sizeof(default_rules) / sizeof(default_rules[0]),
};

bool
default_rule_has_name(const char *name)
{
	for (size_t i = 0; i < DEFAULT_RULE_COUNT; i++)
		if (strcmp(default_rules[i].name, name) == 0)
			return true;
	return false;
}

static struct rule_addresses
side_of_tag(struct reader *reader, enum built_in_tag tag)
{
	struct rule_addresses side = { .any = tag == TAG_BUILT_IN_COUNT };

	if (side.any)
		return side;
	side.tags.items = reader_array(reader, 1, sizeof(*side.tags.items));
	if (side.tags.items != NULL) {
		side.tags.items[0] = tag;
		side.tags.count = 1;
	}
	return side;
}

static int
rule_compare(const void *left, const void *right)
{
	const struct security_rule *a = left, *b = right;

	if (a->direction != b->direction)
		return a->direction < b->direction ? -1 : 1;
	return (a->priority > b->priority) - (a->priority < b->priority);
}

void
default_rules_add(struct reader *reader, struct security_group *group)
{
	size_t count = group->rule_count;
	struct security_rule *rules =
		reallocarray(group->rules, count + DEFAULT_RULE_COUNT, sizeof(*rules));

	if (rules == NULL) {
		reader->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < DEFAULT_RULE_COUNT; i++) {
		const struct default_rule *rule = &default_rules[i];

		rules[count + i] = (struct security_rule){
			.origin = { reader->model->file, 0 },
			.name = reader_copy(reader, rule->name),
			.priority = rule->priority,
			.direction = rule->direction,
			.access = rule->access,
			.protocol = PROTOCOL_ANY,
			.source = side_of_tag(reader, rule->source),
			.destination = side_of_tag(reader, rule->destination),
		};
	}
	group->rules = rules;
	group->rule_count = count + DEFAULT_RULE_COUNT;
	qsort(rules, group->rule_count, sizeof(*rules), rule_compare);
}
