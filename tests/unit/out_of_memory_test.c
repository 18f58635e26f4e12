/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include <limits.h>

#include "config/effective.h"
#include "config/tags.h"
#include "config/text.h"

/*
 * Reading a configuration, with each of its allocations failing once. The linker takes the calls of
 * config/ to the functions here (meson.build).
 */

/* How many allocations are still to succeed. */
static unsigned long remaining = ULONG_MAX;

static bool
fails(void)
{
	if (remaining > 0 && --remaining > 0)
		return false;
	errno = ENOMEM;
	return true;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
char *__real_strndup(const char *text, size_t length);
char *__wrap_strndup(const char *text, size_t length);
int __wrap_asprintf(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap_vasprintf(char **text, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));
int __real_vasprintf(char **text, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return fails() ? NULL : __real_reallocarray(old, count, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t length)
{
	return fails() ? NULL : __real_strndup(text, length);
}

int
__wrap_vasprintf(char **text, const char *format, va_list arguments)
{
	return fails() ? -1 : __real_vasprintf(text, format, arguments);
}

int
__wrap_asprintf(char **text, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = fails() ? -1 : __real_vasprintf(text, format, arguments);
	va_end(arguments);
	return length;
}

/* With allocation number `at` and all behind it failing. */
static int
read_failing(const char *file, unsigned long at, struct model **model)
{
	struct diagnostics diagnostics = { 0 };
	int error;

	remaining = at;
	error = model_read(file, model, &diagnostics);
	remaining = ULONG_MAX;
	assert_int_equal(error == 0, *model != NULL);
	assert_true(error != -EINVAL || diagnostics.errors > 0);
	diagnostics_clear(&diagnostics);
	return error;
}

/* Whatever fails, nothing is left behind, and a file with errors is never taken for a good one. */
static void
test_wrong_file(void **state)
{
	unsigned long at;
	struct model *model;
	int error = 0;

	(void)state;
	for (at = 1; error != -EINVAL; at++) {
		error = read_failing(VIADUCT_SOURCE "/tests/unit/wrong.conf", at, &model);
		assert_int_not_equal(error, 0);
	}
	assert_true(at > 50);
}

static void
test_right_file(void **state)
{
	unsigned long at;
	struct model *model;
	int error = -ENOMEM;

	(void)state;
	for (at = 1; error != 0; at++) {
		error = read_failing(VIADUCT_SOURCE "/config/examples/forced-tunnel.conf", at,
				     &model);
		assert_true(error == 0 || error == -ENOMEM);
	}
	assert_true(at > 50);
	model_free(model);
}

static void
test_derived(void **state)
{
	const char *file = VIADUCT_SOURCE "/config/examples/forced-tunnel.conf";
	const struct rule_addresses side = { .tags = { &(uint32_t){ TAG_INTERNET }, 1 } };
	struct effective_routes routes;
	struct address_ranges ranges;
	struct model *model;
	unsigned long at;
	int error = -ENOMEM;

	(void)state;
	assert_int_equal(read_failing(file, ULONG_MAX, &model), 0);
	for (at = 1; error != 0; at++) {
		remaining = at;
		error = rule_addresses_expand(model, &model->virtual_networks[0], &side, &ranges);
		remaining = ULONG_MAX;
		assert_true(error == 0 || error == -ENOMEM);
	}
	assert_true(at > 5);
	address_ranges_free(&ranges);
	remaining = 1;
	error = effective_routes_of(model, &model->virtual_networks[0],
				    &model->virtual_networks[0].subnets[0], NULL, 0, &routes);
	remaining = ULONG_MAX;
	assert_int_equal(error, -ENOMEM);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_file),
		cmocka_unit_test(test_right_file),
		cmocka_unit_test(test_derived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
