/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include <unistd.h>

#include "config/text.h"

static void
text_expect(const char *text, size_t length, const char *lines)
{
	struct diagnostics diagnostics = { 0 };
	char *printed;

	text_check("t.conf", text, length, &diagnostics);
	printed = diagnostics_text(&diagnostics);
	assert_string_equal(printed, lines);
	free(printed);
	diagnostics_clear(&diagnostics);
}

static void
test_numbers_that_do_not_fit(void **state)
{
	static const struct configuration_case cases[] = {
		{ "a = 4294967297;", "t.conf:1: 4294967297 does not fit in 32 bits; a longer "
				     "number is written 4294967297L\n" },
		{ "a = 2147483648;", "t.conf:1: 2147483648 does not fit in 32 bits; a longer "
				     "number is written 2147483648L\n" },
		{ "\n\na = [ 1,\n-2147483649 ];",
		  "t.conf:4: -2147483649 does not fit in 32 bits; a longer number is written "
		  "-2147483649L\n" },
		{ "a = 0x100000000;",
		  "t.conf:1: 0x100000000 does not fit in 32 bits; a longer number is "
		  "written 0x100000000L\n" },
		{ "a = 9223372036854775808L;",
		  "t.conf:1: 9223372036854775808 does not fit in 64 bits; the "
		  "highest number is 9223372036854775807\n" },
		{ "a = 99999999999999999999;",
		  "t.conf:1: 99999999999999999999 does not fit in 64 bits; "
		  "the highest number is 9223372036854775807\n" },
		{ "a = 9999999999; # 1\n/* \n */ b = +8888888888;",
		  "t.conf:1: 9999999999 does not fit in 32 bits; a longer number is written "
		  "9999999999L\n"
		  "t.conf:3: +8888888888 does not fit in 32 bits; a longer number is written "
		  "+8888888888L\n" },
		{ "a = \"x\n\\\"\"; b = 9999999999;",
		  "t.conf:2: 9999999999 does not fit in 32 bits; a longer number is written "
		  "9999999999L\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		text_expect(cases[i].text, strlen(cases[i].text), cases[i].lines);
}

static void
test_numbers_that_fit(void **state)
{
	static const char *const texts[] = {
		"a = 2147483647; b = -2147483648; c = 0xffffffff;",
		"a = 4294967297L; b = 9223372036854775807L; c = 0x100000000L;",
		"a = \"4294967297\"; b = \"\\\"4294967297\\\\\";",
		"# 4294967297\n// 4294967297\n/* 4294967297\n4294967297 */",
		"a4294967297 = 1; a-4294967297 = 1; *4294967297 = 1;",
		"a = 4294967297.5; b = 1e4294967297; c = 4294967297.0e-9999999999;",
		"",
		"\"4294967297",
		"/* 4294967297",
		"# 4294967297",
		"\"\\",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		text_expect(texts[i], strlen(texts[i]), "");
}

static void
test_include(void **state)
{
	(void)state;
	text_expect("a = 1;\n  @include \"b.conf\"\n", 27,
		    "t.conf:2: @include is not supported; write all settings into one file\n");
	text_expect("# @include\na = \"@include\";", 25, "");
}

static void
test_zero_byte(void **state)
{
	(void)state;
	text_expect("a = 1;\n\0b = 9999999999;", 23,
		    "t.conf:2: there is a zero byte in the text; is this a configuration file?\n");
}

/* Longer than any buffer that it is read by; the file is made here. */
static void
test_read(void **state)
{
	char name[] = "/tmp/viaduct-text-XXXXXX";
	int file = mkstemp(name);
	size_t length = 0;
	char *text;

	(void)state;
	assert_true(file >= 0);
	for (unsigned i = 0; i < 10000; i++)
		assert_int_equal(dprintf(file, "%08u\n", i), 9);
	assert_int_equal(close(file), 0);

	text = text_read(name, &length);
	assert_int_equal(unlink(name), 0);
	assert_non_null(text);
	assert_int_equal(length, 90000);
	assert_int_equal(text[length], '\0');
	assert_memory_equal(text + 9 * 9999, "00009999\n", 9);
	free(text);

	assert_null(text_read(name, &length));
	assert_int_equal(errno, ENOENT);
	assert_null(text_read("/", &length));
	assert_int_equal(errno, EISDIR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_that_do_not_fit),
		cmocka_unit_test(test_numbers_that_fit),
		cmocka_unit_test(test_include),
		cmocka_unit_test(test_zero_byte),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
