/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/security_table.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "eal.h"

enum {
	NONE = SECURITY_NO_RULE,
	UNTOUCHED = 7777,
	EXPECTED_MAX = 16,
};

static const struct security_address_range any_address[] = { { 0, UINT32_MAX } };

#define ANY_SOURCE           .sources = any_address, .source_count = 1
#define ANY_DESTINATION      .destinations = any_address, .destination_count = 1
#define SOURCES(ranges)      .sources = (ranges), .source_count = RTE_DIM(ranges)
#define DESTINATIONS(ranges) .destinations = (ranges), .destination_count = RTE_DIM(ranges)
#define SOURCE_PORTS(ranges) .source_ports = (ranges), .source_port_count = RTE_DIM(ranges)
#define DESTINATION_PORTS(ranges) \
	.destination_ports = (ranges), .destination_port_count = RTE_DIM(ranges)

struct expected {
	struct security_key key;
	uint16_t rule;
};

/* Holds every variant that this CPU has, alone and as a burst, against what was written down. */
static void
assert_matches(const struct security_rule_spec *specs, size_t count,
	       const struct expected *expected, unsigned int n)
{
	for (enum simd simd = SIMD_PLAIN; simd < SIMD_COUNT; simd++) {
		struct security_key keys[EXPECTED_MAX];
		uint16_t rules[EXPECTED_MAX];

		if (!simd_is_available(simd))
			continue;

		struct security_table *table = security_table_simd_build(simd, specs, count);

		assert_non_null(table);
		assert_true(n <= EXPECTED_MAX);
		for (unsigned int i = 0; i < n; i++)
			keys[i] = expected[i].key;
		security_match(table, keys, rules, n);
		for (unsigned int i = 0; i < n; i++) {
			uint16_t rule;

			assert_int_equal(rules[i], expected[i].rule);
			security_match(table, &keys[i], &rule, 1);
			assert_int_equal(rule, expected[i].rule);
		}
		security_table_free(table);
	}
}

#define ASSERT_MATCHES(specs, ...)                                                  \
	do {                                                                        \
		const struct expected expected[] = { __VA_ARGS__ };                 \
		assert_matches(specs, RTE_DIM(specs), expected, RTE_DIM(expected)); \
	} while (0)

static void
test_no_rules_match_nothing(void **state)
{
	const struct expected expected[] = {
		{ { 0 }, NONE },
		{ { 1, 2, 3, 4, IPPROTO_TCP }, NONE },
		{ { UINT32_MAX, UINT32_MAX, UINT16_MAX, UINT16_MAX, UINT8_MAX }, NONE },
	};

	(void)state;
	assert_matches(NULL, 0, expected, RTE_DIM(expected));
}

static void
test_a_rule_without_addresses_matches_nothing(void **state)
{
	const struct security_rule_spec specs[] = { { ANY_SOURCE }, { ANY_DESTINATION } };

	(void)state;
	ASSERT_MATCHES(specs, { { 1, 2, 3, 4, IPPROTO_TCP }, NONE }, { { 0 }, NONE });
}

static void
test_source(void **state)
{
	static const struct security_address_range ranges[] = { { 10, 19 }, { 0, 0 }, { 15, 25 } };
	const struct security_rule_spec specs[] = { { SOURCES(ranges), ANY_DESTINATION } };

	(void)state;
	ASSERT_MATCHES(specs, { { .source = 0 }, 0 }, { { .source = 1 }, NONE },
		       { { .source = 9, .destination = 10 }, NONE }, { { .source = 10 }, 0 },
		       { { .source = 15 }, 0 }, { { .source = 19 }, 0 }, { { .source = 20 }, 0 },
		       { { .source = 25 }, 0 }, { { .source = 26, .destination = 25 }, NONE },
		       { { .source = UINT32_MAX }, NONE });
}

static void
test_destination(void **state)
{
	static const struct security_address_range ranges[] = { { 0xfffffff0, UINT32_MAX },
								{ 10, 19 } };
	const struct security_rule_spec specs[] = { { ANY_SOURCE, DESTINATIONS(ranges) } };

	(void)state;
	ASSERT_MATCHES(specs, { { .destination = 9, .source = 10 }, NONE },
		       { { .destination = 10 }, 0 }, { { .destination = 19 }, 0 },
		       { { .destination = 20 }, NONE }, { { .destination = 0xffffffef }, NONE },
		       { { .destination = 0xfffffff0 }, 0 }, { { .destination = UINT32_MAX }, 0 });
}

static void
test_protocol(void **state)
{
	const struct security_rule_spec tcp[] = {
		{ .protocol = IPPROTO_TCP, ANY_SOURCE, ANY_DESTINATION },
	};
	const struct security_rule_spec icmp[] = {
		{ .protocol = IPPROTO_ICMP, ANY_SOURCE, ANY_DESTINATION },
	};
	const struct security_rule_spec highest[] = {
		{ .protocol = UINT8_MAX, ANY_SOURCE, ANY_DESTINATION },
	};
	const struct security_rule_spec any[] = { { ANY_SOURCE, ANY_DESTINATION } };

	(void)state;
	ASSERT_MATCHES(tcp, { { .protocol = IPPROTO_TCP }, 0 },
		       { { .protocol = IPPROTO_TCP, .destination_port = UINT16_MAX }, 0 },
		       { { .protocol = IPPROTO_TCP, .source_port = UINT16_MAX }, 0 },
		       { { .protocol = IPPROTO_UDP }, NONE }, { { .protocol = 5 }, NONE },
		       { { .protocol = 7 }, NONE }, { { .protocol = 0 }, NONE });
	ASSERT_MATCHES(icmp, { { .protocol = IPPROTO_ICMP }, 0 }, { { .protocol = 0 }, NONE },
		       { { .protocol = 2 }, NONE }, { { .protocol = IPPROTO_TCP }, NONE });
	ASSERT_MATCHES(highest, { { .protocol = UINT8_MAX }, 0 }, { { .protocol = 254 }, NONE });
	ASSERT_MATCHES(any, { { .protocol = 0 }, 0 }, { { .protocol = IPPROTO_ICMP }, 0 },
		       { { .protocol = IPPROTO_TCP }, 0 }, { { .protocol = IPPROTO_ESP }, 0 },
		       { { .protocol = UINT8_MAX, .destination_port = UINT16_MAX }, 0 });
}

static void
test_destination_ports_of_one_protocol(void **state)
{
	static const struct security_port_range ports[] = { { 80, 80 }, { 8000, 8009 } };
	const struct security_rule_spec specs[] = {
		{ .protocol = IPPROTO_TCP, ANY_SOURCE, ANY_DESTINATION, DESTINATION_PORTS(ports) },
	};

	(void)state;
	ASSERT_MATCHES(specs, { { .protocol = IPPROTO_TCP, .destination_port = 79 }, NONE },
		       { { .protocol = IPPROTO_TCP, .destination_port = 80 }, 0 },
		       { { .protocol = IPPROTO_TCP, .destination_port = 81 }, NONE },
		       { { .protocol = IPPROTO_TCP, .source_port = 80 }, NONE },
		       { { .protocol = IPPROTO_TCP, .destination_port = 8000 }, 0 },
		       { { .protocol = IPPROTO_TCP, .destination_port = 8009 }, 0 },
		       { { .protocol = IPPROTO_TCP, .destination_port = 8010 }, NONE },
		       { { .protocol = IPPROTO_UDP, .destination_port = 80 }, NONE },
		       { { .protocol = IPPROTO_ICMP, .destination_port = 80 }, NONE });
}

static void
test_named_ports_need_a_protocol_that_has_ports(void **state)
{
	static const struct security_port_range every[] = { { 0, UINT16_MAX } };
	const struct security_rule_spec destination[] = {
		{ ANY_SOURCE, ANY_DESTINATION, DESTINATION_PORTS(every) },
	};
	const struct security_rule_spec source[] = {
		{ ANY_SOURCE, ANY_DESTINATION, SOURCE_PORTS(every) },
	};
	const struct security_rule_spec icmp[] = {
		{ .protocol = IPPROTO_ICMP, ANY_SOURCE, ANY_DESTINATION, SOURCE_PORTS(every) },
	};

	(void)state;
	ASSERT_MATCHES(destination, { { .protocol = IPPROTO_TCP }, 0 },
		       { { .protocol = IPPROTO_UDP, .destination_port = UINT16_MAX }, 0 },
		       { { .protocol = IPPROTO_ICMP }, NONE },
		       { { .protocol = IPPROTO_ESP }, NONE }, { { .protocol = IPPROTO_AH }, NONE },
		       { { .protocol = 5 }, NONE }, { { .protocol = 7 }, NONE },
		       { { .protocol = 16 }, NONE }, { { .protocol = 18 }, NONE });
	ASSERT_MATCHES(source, { { .protocol = IPPROTO_TCP }, 0 },
		       { { .protocol = IPPROTO_UDP }, 0 },
		       { { .protocol = IPPROTO_UDP, .source_port = UINT16_MAX }, 0 },
		       { { .protocol = IPPROTO_ICMP }, NONE },
		       { { .protocol = IPPROTO_ESP }, NONE }, { { .protocol = IPPROTO_AH }, NONE });
	ASSERT_MATCHES(icmp, { { .protocol = IPPROTO_ICMP }, NONE },
		       { { .protocol = IPPROTO_TCP }, NONE });
}

static void
test_source_ports(void **state)
{
	static const struct security_port_range ports[] = { { 0, 0 }, { 500, 509 }, { 505, 520 } };
	const struct security_rule_spec specs[] = {
		{ .protocol = IPPROTO_UDP, ANY_SOURCE, ANY_DESTINATION, SOURCE_PORTS(ports) },
	};

	(void)state;
	ASSERT_MATCHES(specs, { { .protocol = IPPROTO_UDP, .source_port = 0 }, 0 },
		       { { .protocol = IPPROTO_UDP, .source_port = 499 }, NONE },
		       { { .protocol = IPPROTO_UDP, .source_port = 500 }, 0 },
		       { { .protocol = IPPROTO_UDP, .source_port = 510 }, 0 },
		       { { .protocol = IPPROTO_UDP, .source_port = 520 }, 0 },
		       { { .protocol = IPPROTO_UDP, .source_port = 521 }, NONE },
		       { { .protocol = IPPROTO_UDP, .source_port = 521, .destination_port = 500 },
			 NONE },
		       { { .protocol = IPPROTO_TCP, .source_port = 500 }, NONE });
}

static void
test_both_ports(void **state)
{
	static const struct security_port_range low[] = { { 1, 99 } };
	static const struct security_port_range high[] = { { 60000, UINT16_MAX } };
	const struct security_rule_spec specs[] = {
		{ ANY_SOURCE, ANY_DESTINATION, SOURCE_PORTS(high), DESTINATION_PORTS(low) },
	};

	(void)state;
	ASSERT_MATCHES(specs, { { 0, 0, UINT16_MAX, 99, IPPROTO_TCP }, 0 },
		       { { 0, 0, 60000, 1, IPPROTO_UDP }, 0 },
		       { { 0, 0, 59999, 1, IPPROTO_UDP }, NONE },
		       { { 0, 0, 60000, 0, IPPROTO_TCP }, NONE },
		       { { 0, 0, 60000, 100, IPPROTO_TCP }, NONE },
		       { { 0, 0, 50, 60000, IPPROTO_TCP }, NONE });
}

/* Inbound rules of an environment of 10.0.1.0/26, the defaults at the end. */
static void
test_a_group_as_people_write_it(void **state)
{
	static const struct security_address_range office[] = { { 0xc0170100, 0xc01701ff } };
	static const struct security_address_range subnet[] = { { 0x0a000100, 0x0a00013f } };
	static const struct security_address_range network[] = { { 0x0a000000, 0x0a00ffff } };
	static const struct security_port_range web[] = { { 80, 80 }, { 443, 443 } };
	static const struct security_port_range management[] = { { 454, 455 } };
	const struct security_rule_spec specs[] = {
		{ .protocol = IPPROTO_TCP,
		  ANY_SOURCE,
		  DESTINATIONS(subnet),
		  DESTINATION_PORTS(web) },
		{ SOURCES(office), DESTINATIONS(subnet), DESTINATION_PORTS(management) },
		{ .protocol = IPPROTO_ICMP, SOURCES(office), ANY_DESTINATION },
		{ SOURCES(network), DESTINATIONS(network) },
		{ ANY_SOURCE, ANY_DESTINATION },
	};

	(void)state;
	ASSERT_MATCHES(specs, { { 0x08080808, 0x0a000101, 40000, 443, IPPROTO_TCP }, 0 },
		       { { 0x0a000505, 0x0a000101, 40000, 80, IPPROTO_TCP }, 0 },
		       { { 0x08080808, 0x0a000101, 40000, 443, IPPROTO_UDP }, 4 },
		       { { 0x08080808, 0x0a000140, 40000, 443, IPPROTO_TCP }, 4 },
		       { { 0xc0170105, 0x0a00013f, 40000, 454, IPPROTO_TCP }, 1 },
		       { { 0xc0170105, 0x0a00013f, 40000, 455, IPPROTO_UDP }, 1 },
		       { { 0xc0170105, 0x0a00013f, 40000, 456, IPPROTO_TCP }, 4 },
		       { { 0xc0170105, 0x0a00013f, 0, 0, IPPROTO_ICMP }, 2 },
		       { { 0x0a000505, 0x0a00013f, 0, 0, IPPROTO_ICMP }, 3 },
		       { { 0x0a000505, 0x0a00013f, 0, 0, IPPROTO_ESP }, 3 },
		       { { 0x0a000505, 0x0b000000, 0, 0, IPPROTO_ESP }, 4 });
}

static void
test_a_match_writes_no_more_than_asked(void **state)
{
	static const struct security_address_range odd[] = { { 1, 1 } };
	const struct security_rule_spec specs[] = { { SOURCES(odd), ANY_DESTINATION } };
	struct security_table *table = security_table_build(specs, 1);
	struct security_key keys[200] = { 0 };
	uint16_t rules[201];

	(void)state;
	assert_non_null(table);
	for (unsigned int i = 0; i < 200; i++)
		keys[i].source = i % 2;
	for (unsigned int n = 0; n <= 200; n++) {
		rules[n] = UNTOUCHED;
		security_match(table, keys, rules, n);
		assert_int_equal(rules[n], UNTOUCHED);
		for (unsigned int i = 0; i < n; i++)
			assert_int_equal(rules[i], i % 2 ? 0 : NONE);
	}
	security_table_free(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_rules_match_nothing),
		cmocka_unit_test(test_a_rule_without_addresses_matches_nothing),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_destination),
		cmocka_unit_test(test_protocol),
		cmocka_unit_test(test_destination_ports_of_one_protocol),
		cmocka_unit_test(test_named_ports_need_a_protocol_that_has_ports),
		cmocka_unit_test(test_source_ports),
		cmocka_unit_test(test_both_ports),
		cmocka_unit_test(test_a_group_as_people_write_it),
		cmocka_unit_test(test_a_match_writes_no_more_than_asked),
	};

	test_eal_start("16");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
