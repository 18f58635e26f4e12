/* SPDX-License-Identifier: BSD-3-Clause */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

#include "setting_name.h"

static const char *const list_names[OBJECT_KIND_COUNT] = {
	[OBJECT_PORT] = "ports",
	[OBJECT_INTERFACE] = "interfaces",
	[OBJECT_SERVICE_TAG] = "service_tags",
	[OBJECT_SECURITY_GROUP] = "security_groups",
	[OBJECT_ROUTE_TABLE] = "route_tables",
	[OBJECT_VIRTUAL_NETWORK] = "virtual_networks",
	[OBJECT_VIP] = "vips",
};

void *
reader_array(struct reader *reader, size_t count, size_t size)
{
	if (count == 0)
		return NULL;

	void *array = calloc(count, size);

	if (array == NULL)
		reader->out_of_memory = true;
	return array;
}

char *
reader_copy(struct reader *reader, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		reader->out_of_memory = true;
	return copy;
}

void
reader_open(struct reader *reader)
{
	for (unsigned kind = 0; kind < OBJECT_KIND_COUNT; kind++)
		setting_names_collect(reader, setting_list(reader->root, list_names[kind]),
				      &reader->names[kind]);
}

void
reader_close(struct reader *reader)
{
	for (unsigned kind = 0; kind < OBJECT_KIND_COUNT; kind++)
		free(reader->names[kind].items);
}
