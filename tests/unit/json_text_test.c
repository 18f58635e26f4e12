/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "control/json_text.h"

static void
value_without_memory_is_told(void **state)
{
	(void)state;
	assert_int_equal(json_text_print(stdout, NULL, JSON_LAYOUT_LINE), -ENOMEM);
}

static void
full_device_is_told(void **state)
{
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(setvbuf(full, NULL, _IONBF, 0), 0);
	assert_int_equal(json_text_print(full, json_pack("{s:i}", "a", 1), JSON_LAYOUT_LINE), -EIO);
	fclose(full);
}

static void
text_that_is_not_utf8_is_marked(void **state)
{
	json_t *value = json_text("caf\xe9.conf");

	(void)state;
	assert_string_equal(json_string_value(value), "caf?.conf");
	json_decref(value);
	value = json_text("caf\xc3\xa9.conf");
	assert_string_equal(json_string_value(value), "caf\xc3\xa9.conf");
	json_decref(value);
}

static void
layouts_end_with_a_line(void **state)
{
	static const struct {
		enum json_layout layout;
		const char *text;
	} cases[] = {
		{ JSON_LAYOUT_LINE, "{\"b\": 1, \"a\": [2, null]}\n" },
		{ JSON_LAYOUT_TREE, "{\n  \"b\": 1,\n  \"a\": [\n    2,\n    null\n  ]\n}\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *value = json_pack("{s:i, s:[i, n]}", "b", 1, "a", 2);
		char *text = NULL;
		size_t size = 0;
		FILE *stream = open_memstream(&text, &size);

		assert_non_null(stream);
		assert_int_equal(json_text_print(stream, value, cases[i].layout), 0);
		fclose(stream);
		assert_string_equal(text, cases[i].text);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value_without_memory_is_told),
		cmocka_unit_test(full_device_is_told),
		cmocka_unit_test(text_that_is_not_utf8_is_marked),
		cmocka_unit_test(layouts_end_with_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
