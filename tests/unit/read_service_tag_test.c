/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include <unistd.h>

static void
test_wrong(void **state)
{
	static const struct configuration_case cases[] = {
		{ "service_tags = { name = 't'; };",
		  "t.conf:2: service_tags: t has no addresses; set prefixes or prefixes_file\n" },
		{ "service_tags = { name = 'Internet'; prefixes = '10.0.0.0/8'; };",
		  "t.conf:2: name 'Internet' means something already where addresses are given; "
		  "choose "
		  "another\n" },
		{ "service_tags = { name = '10.0.0.1'; prefixes = '10.0.0.0/8'; };",
		  "t.conf:2: name '10.0.0.1' means something already where addresses are given; "
		  "choose "
		  "another\n" },
		{ "service_tags = { name = 't';\nprefixes_file = 'no/such.txt'; };",
		  "t.conf:3: cannot read ./no/such.txt: No such file or directory; prefixes_file "
		  "is "
		  "relative to this file\n" },
		{ "service_tags = { name = 't'; prefixes_file = '/no/such.txt'; };",
		  "t.conf:2: cannot read /no/such.txt: No such file or directory; prefixes_file is "
		  "relative to this file\n" },
		{ "service_tags = { name = 't'; prefixes_file = [ 'a' ]; };",
		  "t.conf:2: prefixes_file is an array [ ]; it takes a string in quotes\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT, cases);
}

/* A tag whose prefixes are in a file of that text; what is said of it, with NAME for the file's. */
static struct model *
file_expect(const char *content, const char *lines)
{
	char name[] = "/tmp/viaduct-tag-XXXXXX";
	int file = mkstemp(name);
	char *text, *expected = strdup(lines);
	struct model *model;

	assert_non_null(expected);
	assert_true(file >= 0);
	assert_int_equal(write(file, content, strlen(content)), strlen(content));
	assert_int_equal(close(file), 0);
	for (char *at; (at = strstr(expected, "NAME")) != NULL;) {
		char *longer;

		assert_true(asprintf(&longer, "%.*s%s%s", (int)(at - expected), expected, name,
				     at + 4) >= 0);
		free(expected);
		expected = longer;
	}
	assert_true(asprintf(&text,
			     GATEWAY PORT "service_tags = { name = 't'; prefixes = '10.0.0.0/8'; "
					  "prefixes_file = '%s'; };",
			     name) >= 0);
	model = configuration_expect(text, expected);
	assert_int_equal(unlink(name), 0);
	free(expected);
	free(text);
	return model;
}

static void
test_wrong_file(void **state)
{
	(void)state;
	assert_null(file_expect(
		"192.0.2.0/24\n\n# what?\n192.0.2.1/24\nfd00::/8 # six\n10.0.0.0/8, x",
		"NAME:4: prefix '192.0.2.1/24' has host bits behind its length; did you "
		"mean 192.0.2.0/24?\n"
		"NAME:5: prefix 'fd00::/8': IPv6 is not supported yet; use IPv4\n"
		"NAME:6: prefix '10.0.0.0/8, x' is no prefix; write it like 10.0.0.0/16\n"));
}

static void
test_file(void **state)
{
	static const char *const expected[] = { "10.0.0.0/8", "192.0.2.0/24", "203.0.113.66/32",
						"198.51.100.0/25" };
	struct model *model = file_expect(
		"# long lists\n192.0.2.0/24\n \t203.0.113.66 # one\r\n\n198.51.100.0/25",
		"t.conf:1: warning: no rule uses service tag 't'; use it or remove it\n");
	const struct prefix_list *prefixes = &model->service_tags[0].prefixes;

	(void)state;
	assert_int_equal(prefixes->count, 4);
	for (size_t i = 0; i < 4; i++) {
		char text[IP_PREFIX_TEXT_MAX];

		assert_string_equal(ip_prefix_format(&prefixes->items[i], text), expected[i]);
	}
	model_free(model);
}

static void
test_empty_file(void **state)
{
	struct model *model = file_expect(
		"", "t.conf:1: warning: no rule uses service tag 't'; use it or remove it\n");

	(void)state;
	assert_int_equal(model->service_tags[0].prefixes.count, 1);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_wrong_file),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_empty_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
