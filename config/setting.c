/* SPDX-License-Identifier: BSD-3-Clause */
#include "setting.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *
type_name(const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_GROUP:
		return "a group { }";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return "a number";
	case CONFIG_TYPE_FLOAT:
		return "a number with a fraction";
	case CONFIG_TYPE_STRING:
		return "a string";
	case CONFIG_TYPE_BOOL:
		return "true or false";
	case CONFIG_TYPE_ARRAY:
		return "an array [ ]";
	default:
		return "a list ( )";
	}
}

static bool
is_list(const config_setting_t *setting)
{
	return config_setting_is_array(setting) || config_setting_is_list(setting);
}

struct setting_list
setting_list(const config_setting_t *group, const char *name)
{
	const config_setting_t *setting = config_setting_get_member(group, name);

	if (setting == NULL)
		return (struct setting_list){ NULL, 0 };
	if (!is_list(setting))
		return (struct setting_list){ setting, 1 };
	return (struct setting_list){ setting, (unsigned)config_setting_length(setting) };
}

struct setting_list
setting_list_filled(struct reader *reader, const config_setting_t *group, const char *name)
{
	struct setting_list list = setting_list(group, name);

	if (list.setting != NULL && list.count == 0) {
		struct origin origin = setting_origin(reader, list.setting);

		diagnostic_error(reader->diagnostics, &origin, "%s is empty; name at least one",
				 name);
	}
	return list;
}

struct setting_list
setting_list_required(struct reader *reader, const config_setting_t *group, const char *name)
{
	(void)setting_required(reader, group, name); /* left out, the list has no elements */
	return setting_list_filled(reader, group, name);
}

const config_setting_t *
setting_list_at(const struct setting_list *list, unsigned index)
{
	return is_list(list->setting) ? config_setting_get_elem(list->setting, index)
				      : list->setting;
}

struct origin
setting_origin(const struct reader *reader, const config_setting_t *setting)
{
	return (struct origin){ reader->model->file, config_setting_source_line(setting) };
}

/* One step down, or NULL when there is no such setting. */
static const config_setting_t *
setting_step(const config_setting_t *setting, const char *step)
{
	if (!isdigit((unsigned char)*step))
		return config_setting_is_group(setting) ? config_setting_get_member(setting, step)
							: NULL;
	if (!is_list(setting))
		return setting;
	return config_setting_get_elem(setting, (unsigned)strtoul(step, NULL, 10));
}

struct origin
setting_place(const struct reader *reader, const char *format, ...)
{
	const config_setting_t *setting = reader->root, *next = setting;
	char path[256], *rest = NULL;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(path, sizeof(path), format, arguments);
	va_end(arguments);

	for (char *step = strtok_r(path, ".", &rest); step != NULL && next != NULL;
	     step = strtok_r(NULL, ".", &rest)) {
		setting = next;
		next = setting_step(setting, step);
	}
	return setting_origin(reader, next != NULL ? next : setting);
}

const char *
setting_label(const config_setting_t *setting)
{
	while (config_setting_name(setting) == NULL && config_setting_parent(setting) != NULL)
		setting = config_setting_parent(setting);
	return config_setting_name(setting) != NULL ? config_setting_name(setting) : "the file";
}

void
setting_type_error(struct reader *reader, const config_setting_t *setting, const char *expected)
{
	struct origin origin = setting_origin(reader, setting);

	diagnostic_error(reader->diagnostics, &origin, "%s is %s; it takes %s",
			 setting_label(setting), type_name(setting), expected);
}

/* Says which setting somebody may have meant, or which there are. */
static void
unknown_setting_error(struct reader *reader, const config_setting_t *setting, const char *kind,
		      const char *const *names)
{
	struct origin origin = setting_origin(reader, setting);
	const char *name = config_setting_name(setting), *nearest = NULL;
	char all[512] = "";

	for (unsigned i = 0, best = 3; names[i] != NULL; i++) {
		unsigned distance = name_distance(names[i], name);

		if (distance < best && distance < strlen(name)) {
			best = distance;
			nearest = names[i];
		}
		strncat(all, i > 0 ? ", " : "", sizeof(all) - strlen(all) - 1);
		strncat(all, names[i], sizeof(all) - strlen(all) - 1);
	}
	if (nearest != NULL)
		diagnostic_error(reader->diagnostics, &origin,
				 "unknown setting %s of %s; did you mean %s?", name, kind, nearest);
	else
		diagnostic_error(reader->diagnostics, &origin,
				 "unknown setting %s of %s; there are %s", name, kind, all);
}

static bool
name_is_listed(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

bool
setting_group_check(struct reader *reader, const config_setting_t *setting, const char *kind,
		    const char *const *names)
{
	if (!config_setting_is_group(setting)) {
		setting_type_error(reader, setting, "groups { }");
		return false;
	}
	for (int i = 0; i < config_setting_length(setting); i++) {
		const config_setting_t *member = config_setting_get_elem(setting, (unsigned)i);

		if (!name_is_listed(config_setting_name(member), names))
			unknown_setting_error(reader, member, kind, names);
	}
	return true;
}

const config_setting_t *
setting_required(struct reader *reader, const config_setting_t *group, const char *name)
{
	const config_setting_t *setting = config_setting_get_member(group, name);

	if (setting == NULL) {
		struct origin origin = setting_origin(reader, group);

		diagnostic_error(reader->diagnostics, &origin, "%s: %s is missing; set it",
				 setting_label(group), name);
	}
	return setting;
}

bool
setting_boolean(struct reader *reader, const config_setting_t *group, const char *name,
		bool otherwise)
{
	const config_setting_t *setting = config_setting_get_member(group, name);

	if (setting == NULL)
		return otherwise;
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL) {
		setting_type_error(reader, setting, "true or false");
		return otherwise;
	}
	return config_setting_get_bool(setting) != 0;
}

/* A number written in hexadecimal has no sign. */
static int64_t
integer_of(const config_setting_t *setting)
{
	if (config_setting_type(setting) == CONFIG_TYPE_INT64)
		return config_setting_get_int64(setting);
	if (config_setting_get_format(setting) == CONFIG_FORMAT_HEX)
		return (uint32_t)config_setting_get_int(setting);
	return config_setting_get_int(setting);
}

uint64_t
setting_number(struct reader *reader, const config_setting_t *group, const char *name,
	       uint64_t first, uint64_t last, uint64_t otherwise)
{
	const config_setting_t *setting = config_setting_get_member(group, name);
	char expected[80];

	if (setting == NULL)
		return otherwise;
	if (config_setting_type(setting) != CONFIG_TYPE_INT &&
	    config_setting_type(setting) != CONFIG_TYPE_INT64) {
		snprintf(expected, sizeof(expected), "a number from %" PRIu64 " to %" PRIu64, first,
			 last);
		setting_type_error(reader, setting, expected);
		return otherwise;
	}

	int64_t value = integer_of(setting);

	if (value < 0 || (uint64_t)value < first || (uint64_t)value > last) {
		struct origin origin = setting_origin(reader, setting);

		diagnostic_error(reader->diagnostics, &origin,
				 "%s = %" PRId64 " is out of range; it goes from %" PRIu64
				 " to %" PRIu64,
				 name, value, first, last);
		return otherwise;
	}
	return (uint64_t)value;
}

unsigned
setting_unsigned(struct reader *reader, const config_setting_t *group, const char *name,
		 unsigned first, unsigned last, unsigned otherwise)
{
	return (unsigned)setting_number(reader, group, name, first, last, otherwise);
}

const char *
setting_text(struct reader *reader, const config_setting_t *setting)
{
	if (config_setting_type(setting) != CONFIG_TYPE_STRING) {
		setting_type_error(reader, setting, "a string in quotes");
		return NULL;
	}
	return config_setting_get_string(setting);
}

const char *
setting_string(struct reader *reader, const config_setting_t *group, const char *name)
{
	const config_setting_t *setting = config_setting_get_member(group, name);

	return setting != NULL ? setting_text(reader, setting) : NULL;
}

unsigned
setting_choice(struct reader *reader, const config_setting_t *group, const char *name,
	       const char *const *choices, unsigned otherwise)
{
	const char *text = setting_string(reader, group, name);
	char all[256] = "";

	if (text == NULL)
		return otherwise;
	for (unsigned i = 0; choices[i] != NULL; i++) {
		if (strcmp(choices[i], text) == 0)
			return i;
		strncat(all, i > 0 ? ", " : "", sizeof(all) - strlen(all) - 1);
		strncat(all, choices[i], sizeof(all) - strlen(all) - 1);
	}

	struct origin origin = setting_origin(reader, config_setting_get_member(group, name));

	diagnostic_error(reader->diagnostics, &origin,
			 "%s = \"%s\" is none of its values; use one of %s", name, text, all);
	return otherwise;
}
