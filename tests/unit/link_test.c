/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bytes.h"
#include "dataplane/link.h"

static const struct snapshot_interface wan = {
	.present = true,
	.address_count = 2,
	.addresses = { { IP4(198, 51, 100, 2), 24 }, { IP4(10, 9, 0, 1), 16 } },
};

static const struct snapshot_interface peering = {
	.present = true,
	.address_count = 2,
	.addresses = { { IP4(192, 0, 2, 0), 31 }, { IP4(192, 0, 2, 9), 32 } },
};

static const struct snapshot_interface bare = { .present = true };

static const struct snapshot_interface wide = {
	.present = true,
	.address_count = 1,
	.addresses = { { IP4(10, 0, 0, 1), 0 } },
};

static void
test_an_interface_that_is_not_there(void **state)
{
	(void)state;
	const struct snapshot_interface interfaces[] = { { .present = false }, wan };
	const struct snapshot snapshot = { .interfaces = interfaces, .interface_count = 2 };

	assert_null(link_find(&snapshot, 0));
	assert_null(link_find(&snapshot, 2));
	assert_null(link_find(&snapshot, INTERFACE_NONE));
	assert_ptr_equal(link_find(&snapshot, 1), &interfaces[1]);
}

static void
test_the_address_for_a_neighbour(void **state)
{
	(void)state;
	assert_null(link_address_for(&bare, IP4(198, 51, 100, 1)));
	assert_null(link_address_for(&wan, IP4(198, 51, 101, 1)));
	assert_null(link_address_for(&wan, IP4(10, 10, 0, 1)));
	assert_null(link_address_for(&wan, 0));
	assert_ptr_equal(link_address_for(&wan, IP4(198, 51, 100, 255)), &wan.addresses[0]);
	assert_ptr_equal(link_address_for(&wan, IP4(10, 9, 255, 7)), &wan.addresses[1]);
	assert_ptr_equal(link_address_for(&peering, IP4(192, 0, 2, 1)), &peering.addresses[0]);
	assert_null(link_address_for(&peering, IP4(192, 0, 2, 8)));
	assert_ptr_equal(link_address_for(&wide, IP4(1, 1, 1, 1)), &wide.addresses[0]);
}

static void
test_own_addresses(void **state)
{
	(void)state;
	assert_false(link_is_own(&bare, 0));
	assert_false(link_is_own(&wan, IP4(198, 51, 100, 1)));
	assert_true(link_is_own(&wan, IP4(198, 51, 100, 2)));
	assert_true(link_is_own(&wan, IP4(10, 9, 0, 1)));
}

static void
test_broadcast_addresses(void **state)
{
	(void)state;
	assert_false(link_is_broadcast(&bare, IP4(198, 51, 100, 255)));
	assert_false(link_is_broadcast(&wan, IP4(198, 51, 101, 255)));
	assert_false(link_is_broadcast(&wan, IP4(198, 51, 100, 254)));
	assert_true(link_is_broadcast(&wan, IP4(198, 51, 100, 255)));
	assert_true(link_is_broadcast(&wan, IP4(198, 51, 100, 0)));
	assert_true(link_is_broadcast(&wan, IP4(10, 9, 255, 255)));
	assert_false(link_is_broadcast(&wan, IP4(10, 9, 0, 255)));
	/* RFC 3021: both addresses of a 31-bit prefix are hosts' */
	assert_false(link_is_broadcast(&peering, IP4(192, 0, 2, 0)));
	assert_false(link_is_broadcast(&peering, IP4(192, 0, 2, 1)));
	assert_false(link_is_broadcast(&peering, IP4(192, 0, 2, 9)));
	assert_true(link_is_broadcast(&wide, UINT32_MAX));
}

/* Each of what a frame is written by, and that there is an interface at all. */
static void
test_what_writes_alike(void **state)
{
	(void)state;
	struct snapshot_interface others[] = { wan, wan, wan, wan, wan };
	struct snapshot_interface alike = wan;
	const struct snapshot_interface two[] = { wan, bare };
	const struct snapshot snapshot = { .interfaces = two, .interface_count = 2 };
	struct snapshot next = { .interfaces = &alike, .interface_count = 1 };

	others[0].port = 1;
	others[1].vlan = 1;
	others[2].mtu = 1400;
	others[3].mac.addr_bytes[5] = 1;
	others[4].port_tags = true;
	for (size_t i = 0; i < RTE_DIM(others); i++)
		assert_false(link_writes_alike(&wan, &others[i]));
	assert_false(link_writes_alike(&wan, NULL));
	assert_false(link_writes_alike(NULL, &wan));
	assert_true(link_writes_alike(NULL, NULL));
	alike.address_count = 0;
	assert_true(link_writes_alike(&wan, &alike));

	assert_true(links_write_alike(&snapshot, &snapshot));
	assert_false(links_write_alike(&snapshot, &next));
	assert_false(links_write_alike(&next, &snapshot));
	next.interface_count = 2;
	next.interfaces = (const struct snapshot_interface[]){ alike, others[0] };
	assert_false(links_write_alike(&snapshot, &next));
	next.interfaces = (const struct snapshot_interface[]){ alike, bare };
	assert_true(links_write_alike(&snapshot, &next));
}

static void
test_headers(void **state)
{
	(void)state;
	static const struct rte_ether_addr to = { { 2, 0, 0, 0, 1, 1 } };
	struct snapshot_interface link = { .mac = { { 2, 0, 0, 0, 0, 9 } } };
	uint8_t header[LINK_HEADER_MAX], expected[LINK_HEADER_MAX];

	bytes_read("020000000101 020000000009 0806", expected, sizeof(expected));
	assert_int_equal(link_header_write(&link, &to, RTE_ETHER_TYPE_ARP, header), 14);
	assert_memory_equal(header, expected, 14);

	link.vlan = 0xabc;
	bytes_read("020000000101 020000000009 8100 0abc 0800", expected, sizeof(expected));
	assert_int_equal(link_header_write(&link, &to, RTE_ETHER_TYPE_IPV4, header), 18);
	assert_memory_equal(header, expected, 18);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_interface_that_is_not_there),
		cmocka_unit_test(test_the_address_for_a_neighbour),
		cmocka_unit_test(test_own_addresses),
		cmocka_unit_test(test_broadcast_addresses),
		cmocka_unit_test(test_what_writes_alike),
		cmocka_unit_test(test_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
