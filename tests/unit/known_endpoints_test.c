/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "bytes.h"
#include "control/known_endpoints.h"
#include "dataplane/snapshot.h"

#define SECOND 1000000000ULL

/* Of rule 1 of VIP 1: TCP ports of 10.0.1.4 in the subnet 1. */
static struct known_endpoint
known_at(uint16_t port, uint32_t lifetime)
{
	return (struct known_endpoint){
		.endpoint = { .address = RTE_BE32(IP4(10, 0, 1, 4)),
			      .zone = 1,
			      .protocol = IPPROTO_TCP,
			      .first_port = port,
			      .last_port = port,
			      .vip = 1,
			      .vip_port = port,
			      .rule = 1 },
		.lifetime = lifetime,
	};
}

static void
add(struct known_endpoints *known, struct known_endpoint endpoint)
{
	assert_int_equal(known_endpoints_add(known, &endpoint), 0);
}

static void
what_still_is_there_is_kept_once(void **state)
{
	struct known_endpoints before = { 0 }, now = { 0 };
	struct known_endpoint other_rule = known_at(443, 100);

	(void)state;
	other_rule.endpoint.vip = 2;
	other_rule.endpoint.rule = 2;
	add(&before, known_at(443, 100));
	add(&now, other_rule);
	assert_int_equal(known_endpoints_keep(&now, &before, 0), 0);
	assert_int_equal(now.count, 1);
	assert_int_equal(now.items[0].endpoint.rule, 2);
	known_endpoints_clear(&before);
	known_endpoints_clear(&now);
}

static void
what_is_gone_is_kept_for_its_lifetime_from_then_on(void **state)
{
	struct known_endpoints first = { 0 }, second = { 0 }, third = { 0 }, fourth = { 0 };

	(void)state;
	add(&first, known_at(443, 100));
	add(&first, known_at(80, 10));
	assert_int_equal(known_endpoints_keep(&second, &first, 5 * SECOND), 0);
	assert_int_equal(second.count, 2);
	assert_int_equal(second.items[0].endpoint.first_port, 443);
	assert_int_equal(second.items[0].endpoint.vip, VIP_NONE);
	assert_int_equal(second.items[0].endpoint.rule, INBOUND_RULE_NONE);
	assert_int_equal(second.items[0].until, 105 * SECOND);
	assert_int_equal(second.items[1].until, 15 * SECOND);

	/* The time does not begin anew. */
	assert_int_equal(known_endpoints_keep(&third, &second, 15 * SECOND), 0);
	assert_int_equal(third.count, 1);
	assert_int_equal(third.items[0].endpoint.first_port, 443);
	assert_int_equal(third.items[0].until, 105 * SECOND);
	assert_int_equal(known_endpoints_keep(&fourth, &third, 105 * SECOND), 0);
	assert_int_equal(fourth.count, 0);
	known_endpoints_clear(&first);
	known_endpoints_clear(&second);
	known_endpoints_clear(&third);
	known_endpoints_clear(&fourth);
}

static void
many_are_told_apart(void **state)
{
	struct known_endpoints before = { 0 }, now = { 0 };

	(void)state;
	for (uint16_t port = 1; port <= 1000; port++)
		add(&before, known_at(port, 100));
	for (uint16_t port = 1000; port >= 2; port = (uint16_t)(port - 2))
		add(&now, known_at(port, 100));
	assert_int_equal(known_endpoints_keep(&now, &before, SECOND), 0);
	assert_int_equal(now.count, 1000);
	for (size_t i = 500; i < 1000; i++) {
		assert_int_equal(now.items[i].endpoint.first_port, 2 * (i - 500) + 1);
		assert_int_equal(now.items[i].endpoint.vip, VIP_NONE);
	}
	known_endpoints_clear(&before);
	known_endpoints_clear(&now);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_still_is_there_is_kept_once),
		cmocka_unit_test(what_is_gone_is_kept_for_its_lifetime_from_then_on),
		cmocka_unit_test(many_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
