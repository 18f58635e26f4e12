/* SPDX-License-Identifier: BSD-3-Clause */
#include "registry.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/snapshot.h"
#include "dataplane/worker.h"

static const struct {
	const char *name;
	uint32_t first;
	uint32_t last; /* the counts of a snapshot are as wide as its ids: one less than fits */
} kinds[REGISTRY_KINDS] = {
	[REGISTRY_INTERFACE] = { "interfaces", 0, INTERFACE_NONE - 1 },
	[REGISTRY_NETWORK] = { "virtual networks", 0, UINT16_MAX - 1 },
	[REGISTRY_ZONE] = { "subnets", ZONE_FABRIC + 1, UINT16_MAX - 1 },
	[REGISTRY_VIP] = { "VIPs", 0, VIP_NONE - 1 },
	[REGISTRY_INBOUND_RULE] = { "inbound rules", 0, INBOUND_RULE_NONE - 1 },
};

struct registered {
	enum registry_kind kind;
	uint32_t scope;
	uint32_t id;
	const char *name; /* behind the entry itself, unless it is only looked for */
};

struct registry {
	void *tree; /* of struct registered, tsearch(3) */
	uint32_t ends[REGISTRY_KINDS];
};

static int
entries_compare(const void *left, const void *right)
{
	const struct registered *a = left;
	const struct registered *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	return strcmp(a->name, b->name);
}

static struct registered *
entry_create(const struct registered *wanted)
{
	size_t length = strlen(wanted->name) + 1;
	struct registered *entry = malloc(sizeof(*entry) + length);

	if (entry == NULL)
		return NULL;
	*entry = *wanted;
	entry->name = memcpy(entry + 1, wanted->name, length);
	return entry;
}

struct registry *
registry_create(void)
{
	struct registry *registry = calloc(1, sizeof(*registry));

	if (registry == NULL)
		return NULL;
	for (unsigned int kind = 0; kind < REGISTRY_KINDS; kind++)
		registry->ends[kind] = kinds[kind].first;
	return registry;
}

void
registry_free(struct registry *registry)
{
	if (registry == NULL)
		return;
	tdestroy(registry->tree, free);
	free(registry);
}

int
registry_take(struct registry *registry, enum registry_kind kind, uint32_t scope, const char *name,
	      uint32_t *id)
{
	const struct registered wanted = {
		.kind = kind, .scope = scope, .id = registry->ends[kind], .name = name
	};
	struct registered *const *found = tfind(&wanted, &registry->tree, entries_compare);
	struct registered *entry;

	if (found != NULL) {
		*id = (*found)->id;
		return 0;
	}
	if (wanted.id > kinds[kind].last)
		return -ENOSPC;

	entry = entry_create(&wanted);
	if (entry == NULL)
		return -ENOMEM;
	if (tsearch(entry, &registry->tree, entries_compare) == NULL) {
		free(entry);
		return -ENOMEM;
	}
	*id = registry->ends[kind]++;
	return 0;
}

uint32_t
registry_end(const struct registry *registry, enum registry_kind kind)
{
	return registry->ends[kind];
}

const char *
registry_kind_name(enum registry_kind kind)
{
	return kinds[kind].name;
}
