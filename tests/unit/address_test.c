/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include "config/address.h"

static struct ip_address
address(const char *text)
{
	struct ip_address result;

	assert_int_equal(ip_address_parse(text, &result), 0);
	return result;
}

static struct ip_prefix
prefix(const char *text)
{
	struct ip_prefix result;

	assert_int_equal(ip_prefix_parse(text, &result), 0);
	return result;
}

static void
test_wrong_addresses(void **state)
{
	static const char *const texts[] = { "",          "1",        "1.2.3",       "1.2.3.4.5",
					     "1.2.3.256", "1.2.3.-4", "01.2.3.4",    " 1.2.3.4",
					     "1.2.3.4 ",  "1.2.3.4/", "1.2.3.4x",    "a.b.c.d",
					     ":",         ":::",      "1:2:3:4:5:6", "fd00::1::2",
					     "fd00::g",   "1..2.3",   "0x1.2.3.4",   "1.2.3.4\n" };
	const struct ip_address before = { 7, { 7 } };
	struct ip_address out = before;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(ip_address_parse(texts[i], &out), -EINVAL);
		assert_memory_equal(&out, &before, sizeof(out));
	}
}

static void
test_wrong_prefixes(void **state)
{
	static const char *const texts[] = {
		"",
		"/",
		"/8",
		"10.0.0.0",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0.0/+8",
		"10.0.0.0/08",
		"10.0.0.0/8 ",
		"10.0.0.0/8/8",
		"10.0.0.0/8x",
		"10.0.0/8",
		"fd00::/129",
		"fd00::/1000",
		"10.0.0.0/4294967304",
		"0000000000000000000000000000000000000000000000000000/8"
	};
	const struct ip_prefix before = { { 7, { 7 } }, 7 };
	struct ip_prefix out = before;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(ip_prefix_parse(texts[i], &out), -EINVAL);
		assert_memory_equal(&out, &before, sizeof(out));
	}
}

static void
test_wrong_macs(void **state)
{
	static const char *const texts[] = { "",
					     "02:00:00:00:00",
					     "02:00:00:00:00:0",
					     "02:00:00:00:00:0g",
					     "02:00:00:00:00:001",
					     "02-00-00-00-00-01",
					     "0200.0000.0001xxx",
					     "02:00:00:00:00:01:",
					     " 2:00:00:00:00:01",
					     "+2:00:00:00:00:01" };
	const struct mac_address before = { { 7 } };
	struct mac_address out = before;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(mac_address_parse(texts[i], &out), -EINVAL);
		assert_memory_equal(&out, &before, sizeof(out));
	}
}

static void
test_text_there_and_back(void **state)
{
	static const char *const addresses[] = { "0.0.0.0", "10.0.1.4", "255.255.255.255",
						 "::",      "fd00::1",  "2001:db8:1:2:3:4:5:6789" };
	static const char *const prefixes[] = {
		"0.0.0.0/0", "10.0.1.4/24", "255.255.255.255/32",
		"::/0",      "fd00::1/64",  "2001:db8:1:2:3:4:5:6789/128"
	};
	struct mac_address mac;
	char text[IP_PREFIX_TEXT_MAX], mac_text[MAC_ADDRESS_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct ip_address one = address(addresses[i]);
		struct ip_prefix two = prefix(prefixes[i]);

		assert_string_equal(ip_address_format(&one, text), addresses[i]);
		assert_string_equal(ip_prefix_format(&two, text), prefixes[i]);
	}
	assert_int_equal(mac_address_parse("02:aB:00:00:0F:ff", &mac), 0);
	assert_string_equal(mac_address_format(&mac, mac_text), "02:ab:00:00:0f:ff");
	assert_string_equal(ip_address_format(&(struct ip_address){ 0 }, text), "none");
}

static void
test_numbers(void **state)
{
	struct ip_address one = address("10.1.2.3"), two = ip_address_from_v4(0x0a010203);
	const struct {
		const char *prefix;
		uint32_t first, last;
	} ranges[] = { { "10.1.2.3/24", 0x0a010200, 0x0a0102ff },
		       { "0.0.0.0/0", 0, UINT32_MAX },
		       { "255.255.255.255/32", UINT32_MAX, UINT32_MAX },
		       { "128.0.0.0/1", 0x80000000, UINT32_MAX } };

	(void)state;
	assert_int_equal(one.family, IP_FAMILY_V4);
	assert_int_equal(ip_address_v4(&one), 0x0a010203);
	assert_memory_equal(&one, &two, sizeof(one));
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct ip_prefix item = prefix(ranges[i].prefix);
		struct address_range range = ip_prefix_range_v4(&item);

		assert_int_equal(range.first, ranges[i].first);
		assert_int_equal(range.last, ranges[i].last);
	}
}

static void
test_host_bits(void **state)
{
	static const struct {
		const char *prefix;
		bool expected;
	} cases[] = {
		{ "10.0.0.0/8", false },         { "10.0.0.1/8", true },
		{ "10.128.0.0/9", false },       { "10.192.0.0/9", true },
		{ "10.0.0.1/32", false },        { "0.0.0.0/0", false },
		{ "128.0.0.0/0", true },         { "fd00::/64", false },
		{ "fd00::1/64", true },          { "fd00::1/128", false },
		{ "fd00::8000:0:0:0/64", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip_prefix item = prefix(cases[i].prefix);

		assert_int_equal(ip_prefix_has_host_bits(&item), cases[i].expected);
	}
}

static void
test_relations(void **state)
{
	static const struct {
		const char *a, *b;
		bool a_covers_b, b_covers_a;
	} cases[] = {
		{ "10.0.0.0/8", "10.0.0.0/8", true, true },
		{ "10.0.0.0/8", "10.255.0.0/16", true, false },
		{ "10.0.0.0/8", "11.0.0.0/16", false, false },
		{ "10.0.0.0/9", "10.128.0.0/9", false, false },
		{ "0.0.0.0/0", "255.255.255.255/32", true, false },
		{ "0.0.0.0/0", "::/0", false, false },
		{ "fd00::/8", "fd00:1::/32", true, false },
		{ "10.0.0.1/24", "10.0.0.2/24", true, true }, /* two addresses of one link */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip_prefix a = prefix(cases[i].a), b = prefix(cases[i].b);

		assert_int_equal(ip_prefix_covers(&a, &b), cases[i].a_covers_b);
		assert_int_equal(ip_prefix_covers(&b, &a), cases[i].b_covers_a);
		assert_int_equal(ip_prefix_overlaps(&a, &b),
				 cases[i].a_covers_b || cases[i].b_covers_a);
		assert_int_equal(ip_prefix_contains(&a, &b.address), cases[i].a_covers_b);
		assert_int_equal(ip_prefix_equal(&a, &b), strcmp(cases[i].a, cases[i].b) == 0);
		assert_int_equal(ip_address_equal(&a.address, &b.address),
				 strcspn(cases[i].a, "/") == strcspn(cases[i].b, "/") &&
					 strncmp(cases[i].a, cases[i].b,
						 strcspn(cases[i].a, "/")) == 0);
	}
}

/* What could not be read is nowhere. */
static void
test_no_address(void **state)
{
	const struct ip_prefix none = { .length = 0 }, all = prefix("0.0.0.0/0");

	(void)state;
	assert_false(ip_prefix_contains(&none, &none.address));
	assert_false(ip_prefix_contains(&all, &none.address));
	assert_false(ip_prefix_overlaps(&none, &all));
	assert_false(ip_prefix_overlaps(&none, &none));
}

static void
test_random_prefixes_against_ranges(void **state)
{
	(void)state;
	srand(2);
	for (unsigned round = 0; round < 20000; round++) {
		struct ip_prefix item = { ip_address_from_v4((uint32_t)rand() << 4),
					  (uint8_t)(rand() % 33) };
		struct address_range range = ip_prefix_range_v4(&item);
		uint32_t near = range.first + (uint32_t)(rand() % 5) - 2;
		struct ip_address probe = ip_address_from_v4(near);

		assert_int_equal(ip_prefix_contains(&item, &probe),
				 range.first <= near && near <= range.last);
		assert_int_equal(ip_prefix_has_host_bits(&item),
				 ip_address_v4(&item.address) != range.first);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_addresses),
		cmocka_unit_test(test_wrong_prefixes),
		cmocka_unit_test(test_wrong_macs),
		cmocka_unit_test(test_text_there_and_back),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_host_bits),
		cmocka_unit_test(test_relations),
		cmocka_unit_test(test_no_address),
		cmocka_unit_test(test_random_prefixes_against_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
