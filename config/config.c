/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "default_rules.h"
#include "read.h"
#include "setting.h"
#include "text.h"
#include "validate.h"

static struct model *
model_create(const char *file)
{
	struct model *model = calloc(1, sizeof(*model));
	const char *slash = strrchr(file, '/');

	if (model == NULL)
		return NULL;
	model->file = strdup(file);
	if (slash == NULL)
		model->directory = strdup(".");
	else
		model->directory = strndup(file, slash == file ? 1 : (size_t)(slash - file));
	if (model->file == NULL || model->directory == NULL) {
		model_free(model);
		return NULL;
	}
	return model;
}

/* libconfig ends at the first error of these, and says it in few words. */
static void
syntax_error(const config_t *config, const char *file, struct diagnostics *diagnostics)
{
	struct origin origin = { file, (unsigned)config_error_line(config) };
	const char *text = config_error_text(config);
	const char *right = "look for a missing ';', quote or bracket here or just above";

	if (strstr(text, "duplicate") != NULL)
		right = "keep one of the two";
	else if (strstr(text, "mismatched") != NULL)
		right = "values of several types stand in a list ( )";
	diagnostic_error(diagnostics, &origin, "%s; %s", text, right);
}

static void
settings_read(struct reader *reader)
{
	static const char *const names[] = { "gateway",
					     "ports",
					     "interfaces",
					     "neighbors",
					     "routes",
					     "service_tags",
					     "security_groups",
					     "route_tables",
					     "virtual_networks",
					     "vips",
					     NULL };

	reader_open(reader);
	(void)setting_group_check(reader, reader->root, "the file", names); /* it is a group */
	gateway_read(reader);
	ports_read(reader);
	interfaces_read(reader);
	neighbors_read(reader);
	routes_read(reader);
	service_tags_read(reader);
	security_groups_read(reader);
	route_tables_read(reader);
	virtual_networks_read(reader);
	vips_read(reader);
	reader_close(reader);
}

static void
model_validate(struct reader *reader)
{
	links_validate(reader);
	neighbors_validate(reader);
	routes_validate(reader);
	security_groups_validate(reader);
	route_tables_validate(reader);
	virtual_networks_validate(reader);
	vips_validate(reader);
	outbound_validate(reader);
	unsupported_settings_report(reader);
}

static void
model_warn(struct reader *reader)
{
	shadowed_rules_warn(reader);
	unused_objects_warn(reader);
	links_warn(reader);
	routes_warn(reader);
	vips_warn(reader);
}

/* 0, -EINVAL or -ENOMEM. */
static int
model_build(const config_t *config, struct model *model, struct diagnostics *diagnostics)
{
	struct reader reader = { .root = config_root_setting(config),
				 .model = model,
				 .diagnostics = diagnostics };

	settings_read(&reader);
	if (reader.out_of_memory)
		return -ENOMEM;
	model_complete(&reader);
	model_validate(&reader);
	if (reader.out_of_memory)
		return -ENOMEM;
	if (diagnostics->errors > 0)
		return -EINVAL;
	for (size_t i = 0; i < model->security_group_count; i++)
		default_rules_add(&reader, &model->security_groups[i]);
	if (!reader.out_of_memory)
		model_warn(&reader);
	return reader.out_of_memory ? -ENOMEM : 0;
}

int
model_read_text(const char *file, const char *text, size_t length, struct model **model,
		struct diagnostics *diagnostics)
{
	config_t config;
	int error = -EINVAL;

	*model = NULL;
	text_check(file, text, length, diagnostics);
	if (diagnostics->errors > 0)
		return -EINVAL;

	config_init(&config);
	if (!config_read_string(&config, text)) {
		syntax_error(&config, file, diagnostics);
		goto destroy;
	}
	*model = model_create(file);
	error = *model != NULL ? model_build(&config, *model, diagnostics) : -ENOMEM;
	if (error < 0) {
		model_free(*model);
		*model = NULL;
	}
	diagnostics_sort(diagnostics, file);
destroy:
	config_destroy(&config);
	return error;
}

int
model_read(const char *file, struct model **model, struct diagnostics *diagnostics)
{
	size_t length;
	char *text = text_read(file, &length);
	int error = -errno;

	*model = NULL;
	if (text == NULL) {
		struct origin origin = { file, 0 };

		diagnostic_error(diagnostics, &origin,
				 "cannot be read: %s; name a configuration file", strerror(-error));
		return error;
	}
	error = model_read_text(file, text, length, model, diagnostics);
	free(text);
	return error;
}
