/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include "config/diagnostic.h"

static void
test_empty(void **state)
{
	struct diagnostics list = { 0 };
	char *text;

	(void)state;
	diagnostics_sort(&list, "a");
	text = diagnostics_text(&list);
	assert_string_equal(text, "");
	free(text);
	diagnostics_clear(&list);
}

/* The first file's lines first, those of one line in the order in which they were found. */
static void
test_order(void **state)
{
	static const char *const messages[] = { "one", "two", "three", "four", "five", "six" };
	static const struct origin origins[] = { { "tags.txt", 2 }, { "gw.conf", 30 },
						 { "gw.conf", 4 },  { "gw.conf", 30 },
						 { "tags.txt", 1 }, { "gw.conf", 0 } };
	struct diagnostics list = { 0 };
	char *text;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		if (i == 3)
			diagnostic_warning(&list, &origins[i], "%s", messages[i]);
		else
			diagnostic_error(&list, &origins[i], "%s", messages[i]);
	}
	assert_int_equal(list.count, 6);
	assert_int_equal(list.errors, 5);
	assert_int_equal(list.warnings, 1);
	diagnostics_sort(&list, "gw.conf");
	text = diagnostics_text(&list);
	assert_string_equal(text, "gw.conf: six\n"
				  "gw.conf:4: three\n"
				  "gw.conf:30: two\n"
				  "gw.conf:30: warning: four\n"
				  "tags.txt:1: five\n"
				  "tags.txt:2: one\n");
	free(text);
	diagnostics_clear(&list);
	assert_int_equal(list.count + list.errors + list.warnings, 0);
}

/* The texts are the list's own. */
static void
test_copies(void **state)
{
	char file[] = "a.conf", word[] = "wrong";
	const struct origin origin = { file, 1 };
	struct diagnostics list = { 0 };

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		diagnostic_error(&list, &origin, "%s %u", word, i);
	file[0] = 'x';
	word[0] = 'x';
	assert_int_equal(list.count, 1000);
	assert_string_equal(list.items[999].file, "a.conf");
	assert_string_equal(list.items[999].message, "wrong 999");
	diagnostics_clear(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
