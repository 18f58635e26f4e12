/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

#include "default_rules.h"
#include "key.h"
#include "setting.h"

enum {
	RULES_MAX = 1000, /* in each direction, the default rules aside */
};

static bool
protocol_has_ports(enum protocol protocol)
{
	return protocol == PROTOCOL_ANY || protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;
}

static void
rule_ports_validate(struct reader *reader, size_t group, size_t index)
{
	const struct security_rule *rule = &reader->model->security_groups[group].rules[index];
	const struct {
		const char *name;
		size_t count;
	} sides[] = { { "source_ports", rule->source_ports.count },
		      { "destination_ports", rule->destination_ports.count } };

	if (protocol_has_ports(rule->protocol))
		return;
	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		struct origin origin = setting_place(reader, "security_groups.%zu.rules.%zu.%s",
						     group, index, sides[i].name);

		if (sides[i].count > 0)
			diagnostic_error(
				reader->diagnostics, &origin,
				"%s of a protocol that has none; leave them out, or use tcp, "
				"udp or \"*\"",
				sides[i].name);
	}
}

static void
priorities_validate(struct reader *reader, size_t group)
{
	const struct security_rule *rules = reader->model->security_groups[group].rules;
	size_t count = reader->model->security_groups[group].rule_count;
	struct key_list keys = key_list_create(reader, count);

	for (size_t i = 0; i < count; i++)
		if (rules[i].priority != 0)
			key_list_add(&keys, (uint64_t)rules[i].direction << 16 | rules[i].priority,
				     i);
	key_list_sort(&keys);
	for (size_t i = 0; i < keys.count; i++) {
		uint32_t index = keys.items[i].index, first;

		if (!key_list_repeats(&keys, i, &first))
			continue;

		struct origin origin = setting_place(
			reader, "security_groups.%zu.rules.%u.priority", group, index);

		diagnostic_error(
			reader->diagnostics, &origin,
			"priority %u is that of %s rule \"%s\"; each rule of a direction needs "
			"its own",
			rules[index].priority,
			rules[index].direction == DIRECTION_INBOUND ? "inbound" : "outbound",
			rules[first].name);
	}
	key_list_free(&keys);
}

static void
rule_count_validate(struct reader *reader, size_t index)
{
	const struct security_group *group = &reader->model->security_groups[index];
	size_t counts[] = { [DIRECTION_INBOUND] = 0, [DIRECTION_OUTBOUND] = 0 };

	for (size_t i = 0; i < group->rule_count; i++)
		counts[group->rules[i].direction]++;
	if (counts[DIRECTION_INBOUND] <= RULES_MAX && counts[DIRECTION_OUTBOUND] <= RULES_MAX)
		return;

	struct origin origin = setting_place(reader, "security_groups.%zu.rules", index);

	diagnostic_error(reader->diagnostics, &origin,
			 "rules are %zu inbound and %zu outbound; a group has at most %d of each",
			 counts[DIRECTION_INBOUND], counts[DIRECTION_OUTBOUND], RULES_MAX);
}

static void
rule_name_validate(struct reader *reader, size_t group, size_t index)
{
	const char *name = reader->model->security_groups[group].rules[index].name;

	if (name == NULL || !default_rule_has_name(name))
		return;

	struct origin origin =
		setting_place(reader, "security_groups.%zu.rules.%zu.name", group, index);

	diagnostic_error(reader->diagnostics, &origin,
			 "name \"%s\" is that of a default rule; choose another", name);
}

void
security_groups_validate(struct reader *reader)
{
	const struct model *model = reader->model;

	for (size_t i = 0; i < model->security_group_count; i++) {
		rule_count_validate(reader, i);
		priorities_validate(reader, i);
		for (size_t j = 0; j < model->security_groups[i].rule_count; j++) {
			rule_name_validate(reader, i, j);
			rule_ports_validate(reader, i, j);
		}
	}
}
