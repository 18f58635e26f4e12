/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/registry.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static uint32_t
id_of(struct registry *registry, enum registry_kind kind, uint32_t scope, const char *name)
{
	uint32_t id = UINT32_MAX;

	assert_int_equal(registry_take(registry, kind, scope, name, &id), 0);
	return id;
}

/* Takes ids until there are none; returns how many there were. */
static uint32_t
ids_use_up(struct registry *registry, enum registry_kind kind)
{
	char name[16];
	uint32_t id, count = 0;
	int rc;

	for (;; count++) {
		snprintf(name, sizeof(name), "%u", count);
		rc = registry_take(registry, kind, 0, name, &id);
		if (rc != 0)
			break;
	}
	assert_int_equal(rc, -ENOSPC);
	return count;
}

static void
used_up_ids_are_an_error(void **state)
{
	struct registry *registry = registry_create();
	uint32_t id = 77;

	(void)state;
	/* 65535 stands for no interface, as it does for VIPs; zone 0 is the fabric's. */
	assert_int_equal(ids_use_up(registry, REGISTRY_INTERFACE), 65535);
	assert_int_equal(ids_use_up(registry, REGISTRY_VIP), 65535);
	assert_int_equal(ids_use_up(registry, REGISTRY_ZONE), 65534);

	assert_int_equal(registry_take(registry, REGISTRY_ZONE, 0, "new", &id), -ENOSPC);
	assert_int_equal(id, 77);
	assert_int_equal(registry_end(registry, REGISTRY_ZONE), 65535);
	/* What has an id keeps it. */
	assert_int_equal(id_of(registry, REGISTRY_ZONE, 0, "9"), 10);
	registry_free(registry);
}

static void
things_keep_their_ids(void **state)
{
	struct registry *registry = registry_create();

	(void)state;
	assert_int_equal(registry_end(registry, REGISTRY_INTERFACE), 0);
	assert_int_equal(registry_end(registry, REGISTRY_ZONE), 1);
	assert_int_equal(id_of(registry, REGISTRY_INTERFACE, 0, "wan"), 0);
	assert_int_equal(id_of(registry, REGISTRY_INTERFACE, 0, "lan"), 1);
	assert_int_equal(id_of(registry, REGISTRY_INTERFACE, 0, "wan"), 0);
	assert_int_equal(registry_end(registry, REGISTRY_INTERFACE), 2);
	registry_free(registry);
}

static void
kinds_scopes_and_names_tell_things_apart(void **state)
{
	struct registry *registry = registry_create();
	char name[] = "a";

	(void)state;
	assert_int_equal(id_of(registry, REGISTRY_ZONE, 0, name), 1);
	assert_int_equal(id_of(registry, REGISTRY_ZONE, 1, name), 2);
	assert_int_equal(id_of(registry, REGISTRY_NETWORK, 0, name), 0);
	assert_int_equal(id_of(registry, REGISTRY_ZONE, 0, ""), 3);
	/* Names are copied. */
	name[0] = 'b';
	assert_int_equal(id_of(registry, REGISTRY_ZONE, 0, name), 4);
	assert_int_equal(id_of(registry, REGISTRY_ZONE, 0, "a"), 1);
	assert_int_equal(id_of(registry, REGISTRY_ZONE, 1, "a"), 2);
	registry_free(registry);
}

static void
kinds_have_names(void **state)
{
	(void)state;
	assert_string_equal(registry_kind_name(REGISTRY_INTERFACE), "interfaces");
	assert_string_equal(registry_kind_name(REGISTRY_ZONE), "subnets");
	registry_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(used_up_ids_are_an_error),
		cmocka_unit_test(things_keep_their_ids),
		cmocka_unit_test(kinds_scopes_and_names_tell_things_apart),
		cmocka_unit_test(kinds_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
