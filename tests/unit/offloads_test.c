/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/offloads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <rte_mbuf.h>

static const char *
rx_written(uint64_t offloads)
{
	static char text[OFFLOADS_TEXT];

	offloads_write(offloads, rte_eth_dev_rx_offload_name, text);
	return text;
}

static const char *
tx_written(uint64_t offloads)
{
	static char text[OFFLOADS_TEXT];

	offloads_write(offloads, rte_eth_dev_tx_offload_name, text);
	return text;
}

static void
nothing_is_asked_of_who_offers_nothing(void **state)
{
	const struct rte_eth_dev_info info = { 0 };
	struct offloads offloads = offloads_choose(&info, true);

	(void)state;
	assert_int_equal(offloads.rx, 0);
	assert_int_equal(offloads.tx, 0);
	assert_int_equal(offloads_known(&offloads).told, 0);
	assert_string_equal(rx_written(offloads.rx), "none");
	assert_string_equal(tx_written(offloads.tx), "none");
}

/* Hosts' checksums would be looked at, or segments be put together, for nobody. */
static void
not_all_that_is_offered_is_asked_for(void **state)
{
	const struct rte_eth_dev_info info = { .rx_offload_capa = UINT64_MAX,
					       .tx_offload_capa = UINT64_MAX };
	struct offloads offloads = offloads_choose(&info, false);

	(void)state;
	assert_string_equal(rx_written(offloads.rx), "IPV4_CKSUM");
	assert_string_equal(tx_written(offloads.tx), "MULTI_SEGS");
	assert_int_equal(offloads_known(&offloads).told, RTE_MBUF_F_RX_IP_CKSUM_MASK);
	assert_false(offloads_known(&offloads).tags);

	/* Where there are VLANs. */
	offloads = offloads_choose(&info, true);
	assert_string_equal(rx_written(offloads.rx), "VLAN_STRIP IPV4_CKSUM");
	assert_string_equal(tx_written(offloads.tx), "VLAN_INSERT MULTI_SEGS");
	assert_int_equal(offloads_known(&offloads).told,
			 RTE_MBUF_F_RX_IP_CKSUM_MASK | RTE_MBUF_F_RX_VLAN_STRIPPED);
	assert_true(offloads_known(&offloads).tags);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_asked_of_who_offers_nothing),
		cmocka_unit_test(not_all_that_is_offered_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
