/* SPDX-License-Identifier: BSD-3-Clause */
#include "setting_name.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "setting.h"

static const char *const kind_names[OBJECT_KIND_COUNT] = {
	[OBJECT_PORT] = "port",
	[OBJECT_INTERFACE] = "interface",
	[OBJECT_SERVICE_TAG] = "service tag",
	[OBJECT_SECURITY_GROUP] = "security group",
	[OBJECT_ROUTE_TABLE] = "route table",
	[OBJECT_VIRTUAL_NETWORK] = "virtual network",
	[OBJECT_VIP] = "VIP",
};

static bool
name_is_valid(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > MODEL_NAME_MAX || !isalnum((unsigned char)text[0]))
		return false;
	for (; *text != '\0'; text++)
		if (!isalnum((unsigned char)*text) && strchr("._-", *text) == NULL)
			return false;
	return true;
}

char *
setting_name(struct reader *reader, const config_setting_t *group)
{
	const config_setting_t *setting = setting_required(reader, group, "name");
	const char *text = setting != NULL ? setting_text(reader, setting) : NULL;

	if (text == NULL)
		return reader_copy(reader, "?");
	if (!name_is_valid(text)) {
		struct origin origin = setting_origin(reader, setting);

		diagnostic_error(
			reader->diagnostics, &origin,
			"name \"%s\" is not valid; use up to %d letters, digits, '.', '_' and "
			"'-', a letter or digit first",
			text, MODEL_NAME_MAX);
	}
	return reader_copy(reader, text);
}

uint32_t
setting_reference(struct reader *reader, const config_setting_t *setting, enum object_kind kind)
{
	const struct name_table *table = &reader->names[kind];
	const char *text = setting_text(reader, setting);

	if (text == NULL)
		return NO_INDEX;

	uint32_t index = name_table_find(table, text);

	if (index != NO_INDEX)
		return index;

	struct origin origin = setting_origin(reader, setting);
	const char *nearest = name_table_nearest(table, text);

	if (nearest != NULL)
		diagnostic_error(reader->diagnostics, &origin,
				 "%s \"%s\": there is no %s of that name; did you mean \"%s\"?",
				 setting_label(setting), text, kind_names[kind], nearest);
	else
		diagnostic_error(
			reader->diagnostics, &origin,
			"%s \"%s\": there is no %s of that name; define it or name another",
			setting_label(setting), text, kind_names[kind]);
	return NO_INDEX;
}

uint32_t
setting_reference_optional(struct reader *reader, const config_setting_t *group, const char *name,
			   enum object_kind kind)
{
	const config_setting_t *setting = config_setting_get_member(group, name);

	return setting != NULL ? setting_reference(reader, setting, kind) : NO_INDEX;
}

uint32_t
setting_reference_required(struct reader *reader, const config_setting_t *group, const char *name,
			   enum object_kind kind)
{
	const config_setting_t *setting = setting_required(reader, group, name);

	return setting != NULL ? setting_reference(reader, setting, kind) : NO_INDEX;
}

/* The name setting of a list's element, or NULL where there is none to compare. */
static const config_setting_t *
name_setting(const struct setting_list *list, unsigned index)
{
	const config_setting_t *group = setting_list_at(list, index), *name;

	if (!config_setting_is_group(group))
		return NULL;
	name = config_setting_get_member(group, "name");
	return name != NULL && config_setting_type(name) == CONFIG_TYPE_STRING ? name : NULL;
}

void
setting_names_collect(struct reader *reader, struct setting_list list, struct name_table *table)
{
	*table = (struct name_table){ reader_array(reader, list.count, sizeof(*table->items)), 0 };
	if (table->items == NULL)
		return;
	for (unsigned i = 0; i < list.count; i++) {
		const config_setting_t *name = name_setting(&list, i);

		if (name != NULL)
			table->items[table->count++] =
				(struct name){ config_setting_get_string(name), i };
	}
	name_table_sort(table);

	for (size_t i = 1; i < table->count; i++) {
		const struct name *name = &table->items[i];
		uint32_t first = name_table_find(table, name->text);

		if (first == name->index)
			continue;

		struct origin origin = setting_origin(reader, name_setting(&list, name->index));
		unsigned line = config_setting_source_line(name_setting(&list, first));

		diagnostic_error(reader->diagnostics, &origin,
				 "name \"%s\" is taken on line %u; each of %s needs its own",
				 name->text, line, setting_label(list.setting));
	}
}

void
setting_names_check(struct reader *reader, struct setting_list list)
{
	struct name_table table;

	setting_names_collect(reader, list, &table);
	free(table.items);
}
