/* SPDX-License-Identifier: BSD-3-Clause */
#include "read.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "setting_name.h"
#include "tags.h"
#include "text.h"
#include "value.h"

/* Room for as many prefixes more. */
static bool
prefix_list_reserve(struct reader *reader, struct prefix_list *list, size_t more)
{
	struct ip_prefix *items = reallocarray(list->items, list->count + more, sizeof(*items));

	if (items == NULL) {
		reader->out_of_memory = true;
		return false;
	}
	list->items = items;
	return true;
}

static size_t
line_count(const char *text)
{
	size_t count = 1;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

/* The line without its comment and the blanks around it. */
static char *
line_trim(char *line)
{
	line[strcspn(line, "#")] = '\0';
	while (isspace((unsigned char)*line))
		line++;
	for (size_t end = strlen(line); end > 0 && isspace((unsigned char)line[end - 1]); end--)
		line[end - 1] = '\0';
	return line;
}

/* One prefix or address a line; origin.line is that of the first. */
static void
prefix_lines_read(struct reader *reader, char *text, struct origin origin, struct prefix_list *list)
{
	if (!prefix_list_reserve(reader, list, line_count(text)))
		return;
	for (char *line; (line = strsep(&text, "\n")) != NULL; origin.line++) {
		line = line_trim(line);
		if (*line != '\0' && value_prefix_text(reader->diagnostics, &origin, "prefix", line,
						       PREFIX_OR_HOST, &list->items[list->count]))
			list->count++;
	}
}

static void
prefixes_file_read(struct reader *reader, const config_setting_t *group, struct prefix_list *list)
{
	const char *name = setting_string(reader, group, "prefixes_file");
	const char *directory = reader->model->directory;
	char *path;
	size_t length;

	if (name == NULL)
		return;
	if (asprintf(&path, "%s%s%s", *name == '/' ? "" : directory, *name == '/' ? "" : "/",
		     name) < 0) {
		reader->out_of_memory = true;
		return;
	}

	char *text = text_read(path, &length);

	if (text != NULL) {
		prefix_lines_read(reader, text, (struct origin){ path, 1 }, list);
	} else {
		struct origin origin =
			setting_origin(reader, config_setting_get_member(group, "prefixes_file"));

		diagnostic_error(reader->diagnostics, &origin,
				 "cannot read %s: %s; prefixes_file is relative to this file", path,
				 strerror(errno));
	}
	free(text);
	free(path);
}

static void
tag_name_check(struct reader *reader, const config_setting_t *group, const char *name)
{
	struct origin origin;
	struct ip_address address;

	if (name == NULL ||
	    (built_in_tag_find(name) == NO_INDEX && ip_address_parse(name, &address) < 0))
		return;
	origin = setting_origin(reader, config_setting_get_member(group, "name"));
	diagnostic_error(
		reader->diagnostics, &origin,
		"name \"%s\" means something already where addresses are given; choose another",
		name);
}

static void
service_tag_read(struct reader *reader, const config_setting_t *group, struct service_tag *tag)
{
	static const char *const names[] = { "name", "prefixes", "prefixes_file", NULL };

	tag->origin = setting_origin(reader, group);
	if (!setting_group_check(reader, group, "a service tag", names))
		return;
	tag->name = setting_name(reader, group);
	tag_name_check(reader, group, tag->name);
	if (config_setting_get_member(group, "prefixes") == NULL &&
	    config_setting_get_member(group, "prefixes_file") == NULL)
		diagnostic_error(reader->diagnostics, &tag->origin,
				 "service_tags: %s has no addresses; set prefixes or prefixes_file",
				 tag->name);
	tag->prefixes = value_prefix_list(reader, setting_list(group, "prefixes"), PREFIX_OR_HOST);
	prefixes_file_read(reader, group, &tag->prefixes);
}

void
service_tags_read(struct reader *reader)
{
	struct setting_list list = setting_list(reader->root, "service_tags");
	struct model *model = reader->model;

	model->service_tags = reader_array(reader, list.count, sizeof(*model->service_tags));
	if (model->service_tags == NULL)
		return;
	model->service_tag_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		service_tag_read(reader, setting_list_at(&list, i), &model->service_tags[i]);
}
