/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include "config/reader.h"

static void
test_arrays(void **state)
{
	struct reader reader = { 0 };
	unsigned *array = reader_array(&reader, 3, sizeof(*array));

	(void)state;
	assert_null(reader_array(&reader, 0, 8));
	assert_false(reader.out_of_memory);
	assert_non_null(array);
	assert_int_equal(array[0] + array[1] + array[2], 0);
	free(array);
}

static void
test_copies(void **state)
{
	struct reader reader = { 0 };
	char text[] = "abc";
	char *copy = reader_copy(&reader, text);

	(void)state;
	text[0] = 'x';
	assert_string_equal(copy, "abc");
	free(copy);
}

/* Names are known before anything is read, by kind. */
static void
test_names(void **state)
{
	struct diagnostics diagnostics = { 0 };
	struct model model = { .gateway = { .workers = 1 } };
	struct reader reader = { .model = &model, .diagnostics = &diagnostics };
	config_t config;

	(void)state;
	config_init(&config);
	assert_true(config_read_string(
		&config, "vips = ( { name = \"v\"; }, 5, { }, { name = 7; }, { name = \"w\"; } );"
			 "ports = { name = \"v2\"; };"));
	reader.root = config_root_setting(&config);
	reader_open(&reader);
	assert_int_equal(name_table_find(&reader.names[OBJECT_VIP], "v"), 0);
	assert_int_equal(name_table_find(&reader.names[OBJECT_VIP], "w"), 4);
	assert_int_equal(name_table_find(&reader.names[OBJECT_VIP], "v2"), NO_INDEX);
	assert_int_equal(name_table_find(&reader.names[OBJECT_PORT], "v2"), 0);
	assert_int_equal(name_table_find(&reader.names[OBJECT_ROUTE_TABLE], "v"), NO_INDEX);
	assert_int_equal(diagnostics.count, 0);
	reader_close(&reader);
	config_destroy(&config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arrays),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
