/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

#include <stdlib.h>

/* Which objects of one kind something refers to. */
struct usage {
	bool *used;
	size_t count;
};

static struct usage
usage_create(struct reader *reader, size_t count)
{
	return (struct usage){ reader_array(reader, count, sizeof(bool)), count };
}

static void
usage_mark(struct usage *usage, uint32_t index)
{
	if (usage->used != NULL && index < usage->count)
		usage->used[index] = true;
}

static bool
usage_has(const struct usage *usage, size_t index)
{
	return usage->used == NULL || usage->used[index];
}

static void
tags_mark(struct usage *usage, const struct rule_addresses *side)
{
	for (size_t i = 0; i < side->tags.count; i++)
		if (side->tags.items[i] >= TAG_BUILT_IN_COUNT)
			usage_mark(usage, side->tags.items[i] - TAG_BUILT_IN_COUNT);
}

static void
tags_warn(struct reader *reader)
{
	const struct model *model = reader->model;
	struct usage usage = usage_create(reader, model->service_tag_count);

	for (size_t i = 0; i < model->security_group_count; i++)
		for (size_t j = 0; j < model->security_groups[i].rule_count; j++) {
			tags_mark(&usage, &model->security_groups[i].rules[j].source);
			tags_mark(&usage, &model->security_groups[i].rules[j].destination);
		}
	for (size_t i = 0; i < model->service_tag_count; i++)
		if (!usage_has(&usage, i))
			diagnostic_warning(reader->diagnostics, &model->service_tags[i].origin,
					   "no rule uses service tag \"%s\"; use it or remove it",
					   model->service_tags[i].name);
	free(usage.used);
}

static void
subnet_objects_warn(struct reader *reader)
{
	const struct model *model = reader->model;
	struct usage groups = usage_create(reader, model->security_group_count);
	struct usage tables = usage_create(reader, model->route_table_count);

	for (size_t i = 0; i < model->virtual_network_count; i++)
		for (size_t j = 0; j < model->virtual_networks[i].subnet_count; j++) {
			usage_mark(&groups, model->virtual_networks[i].subnets[j].security_group);
			usage_mark(&tables, model->virtual_networks[i].subnets[j].route_table);
		}
	for (size_t i = 0; i < model->security_group_count; i++)
		if (!usage_has(&groups, i))
			diagnostic_warning(
				reader->diagnostics, &model->security_groups[i].origin,
				"no subnet uses security group \"%s\"; use it or remove it",
				model->security_groups[i].name);
	for (size_t i = 0; i < model->route_table_count; i++)
		if (!usage_has(&tables, i))
			diagnostic_warning(reader->diagnostics, &model->route_tables[i].origin,
					   "no subnet uses route table \"%s\"; use it or remove it",
					   model->route_tables[i].name);
	free(groups.used);
	free(tables.used);
}

void
unused_objects_warn(struct reader *reader)
{
	tags_warn(reader);
	subnet_objects_warn(reader);
}
