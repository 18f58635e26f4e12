/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

#include <stdlib.h>

#include "ranges.h"

/*
 * A rule is shadowed when one rule before it matches every packet that it would match. Each field
 * of a rule becomes a set of numbers. What the tags Internet and VirtualNetwork mean differs by
 * network, so they are compared by name.
 */

struct side {
	struct address_ranges addresses;
	bool built_in[TAG_BUILT_IN_COUNT];
};

struct fields {
	struct side source;
	struct side destination;
	struct address_ranges source_ports;
	struct address_ranges destination_ports;
};

static int
side_expand(const struct model *model, const struct rule_addresses *addresses, struct side *side)
{
	int error;

	if (addresses->any)
		return address_ranges_add(&side->addresses,
					  (struct address_range){ 0, UINT32_MAX });
	error = address_ranges_add_prefixes(&side->addresses, addresses->prefixes.items,
					    addresses->prefixes.count);
	for (size_t i = 0; i < addresses->tags.count && error == 0; i++) {
		uint32_t tag = addresses->tags.items[i];
		const struct prefix_list *prefixes;

		if (tag < TAG_BUILT_IN_COUNT) {
			side->built_in[tag] = true;
			continue;
		}
		prefixes = &model->service_tags[tag - TAG_BUILT_IN_COUNT].prefixes;
		error = address_ranges_add_prefixes(&side->addresses, prefixes->items,
						    prefixes->count);
	}
	address_ranges_merge(&side->addresses);
	return error;
}

/* Any port of a protocol that may have none is more than all ports. */
static int
ports_expand(const struct security_rule *rule, const struct port_range_list *ports,
	     struct address_ranges *ranges)
{
	bool has_ports = rule->protocol == PROTOCOL_TCP || rule->protocol == PROTOCOL_UDP;
	int error = 0;

	if (ports->count == 0)
		return address_ranges_add(
			ranges, (struct address_range){ 0, has_ports ? UINT16_MAX : UINT32_MAX });
	for (size_t i = 0; i < ports->count && error == 0; i++)
		error = address_ranges_add(ranges, (struct address_range){ ports->items[i].first,
									   ports->items[i].last });
	address_ranges_merge(ranges);
	return error;
}

static int
fields_expand(const struct model *model, const struct security_rule *rule, struct fields *fields)
{
	int error = side_expand(model, &rule->source, &fields->source);

	if (error == 0)
		error = side_expand(model, &rule->destination, &fields->destination);
	if (error == 0)
		error = ports_expand(rule, &rule->source_ports, &fields->source_ports);
	if (error == 0)
		error = ports_expand(rule, &rule->destination_ports, &fields->destination_ports);
	return error;
}

static void
fields_free(struct fields *fields)
{
	address_ranges_free(&fields->source.addresses);
	address_ranges_free(&fields->destination.addresses);
	address_ranges_free(&fields->source_ports);
	address_ranges_free(&fields->destination_ports);
}

static bool
side_covers(const struct side *outer, const struct side *inner)
{
	const struct address_ranges *all = &outer->addresses;

	if (all->count == 1 && all->items[0].first == 0 && all->items[0].last == UINT32_MAX)
		return true;
	for (size_t i = 0; i < TAG_BUILT_IN_COUNT; i++)
		if (inner->built_in[i] && !outer->built_in[i])
			return false;
	return address_ranges_cover(&outer->addresses, &inner->addresses);
}

static bool
rule_covers(const struct security_rule *outer, const struct fields *outer_fields,
	    const struct security_rule *inner, const struct fields *inner_fields)
{
	return outer->direction == inner->direction &&
	       (outer->protocol == PROTOCOL_ANY || outer->protocol == inner->protocol) &&
	       address_ranges_cover(&outer_fields->destination_ports,
				    &inner_fields->destination_ports) &&
	       address_ranges_cover(&outer_fields->source_ports, &inner_fields->source_ports) &&
	       side_covers(&outer_fields->source, &inner_fields->source) &&
	       side_covers(&outer_fields->destination, &inner_fields->destination);
}

/* Default rules (of line 0) come last: they cover no other, and it is right to cover them. */
static void
rule_warn(struct reader *reader, const struct security_group *group, const struct fields *fields,
	  size_t index)
{
	const struct security_rule *rule = &group->rules[index];

	for (size_t i = 0; i < index && rule->origin.line != 0; i++) {
		const struct security_rule *before = &group->rules[i];

		if (!rule_covers(before, &fields[i], rule, &fields[index]))
			continue;
		diagnostic_warning(
			reader->diagnostics, &rule->origin,
			"rule \"%s\" never decides, rule \"%s\" on line %u has priority %u and "
			"matches all that it would; remove it or let it come first",
			rule->name, before->name, before->origin.line, before->priority);
		return;
	}
}

static void
group_warn(struct reader *reader, const struct security_group *group)
{
	struct fields *fields = reader_array(reader, group->rule_count, sizeof(*fields));
	int error = 0;

	if (fields == NULL)
		return;
	for (size_t i = 0; i < group->rule_count && error == 0; i++)
		error = fields_expand(reader->model, &group->rules[i], &fields[i]);
	for (size_t i = 0; i < group->rule_count && error == 0; i++)
		rule_warn(reader, group, fields, i);
	for (size_t i = 0; i < group->rule_count; i++)
		fields_free(&fields[i]);
	free(fields);
	if (error < 0)
		reader->out_of_memory = true;
}

void
shadowed_rules_warn(struct reader *reader)
{
	for (size_t i = 0; i < reader->model->security_group_count; i++)
		group_warn(reader, &reader->model->security_groups[i]);
}
