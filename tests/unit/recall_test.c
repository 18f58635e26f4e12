/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/recall.h"

#include "changing.h"
#include "dataplane/mapping.h"

static struct decide_request
recall(const struct change *change, struct flow_key key)
{
	struct decide_request request = { .key = key };

	recall_fill(change->worker, &request);
	return request;
}

/* Packets from nowhere that is known are decided all the same. */
static void
unknown_zones_recall_nothing(void **state)
{
	struct change *change = *state;
	struct decide_request request =
		recall(change, world_key(ZONES, IPPROTO_UDP, HOST, 1, CLIENT, 1));

	assert_int_equal(request.outbound_vip, VIP_NONE);
	assert_int_equal(request.mapped_address, 0);
	request = recall(change, world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT, 1, ADDRESS_ONE, 1));
	assert_int_equal(request.outbound_vip, VIP_NONE);
}

static void
a_host_has_the_vip_of_its_sessions(void **state)
{
	struct change *change = *state;
	struct flow_key key = world_key(APP, IPPROTO_UDP, HOST + 1, 5000, CLIENT, 53);
	struct decide_request request;

	change->before.subnets[APP].vip_count = 2;
	change->before.subnets[APP].vips[1] = (struct subnet_outbound){ THREE, 0 };
	assert_int_equal(recall(change, key).outbound_vip, VIP_NONE);
	change->before.pools[THREE].host_page.hosts[1].ports[SNAT_TCP] = 1;
	assert_int_equal(recall(change, key).outbound_vip, THREE);
	/* Of a session that exists, its own is asked about. */
	request = (struct decide_request){ .key = key, .established = true, .outbound_vip = ONE };
	recall_fill(change->worker, &request);
	assert_int_equal(request.outbound_vip, ONE);
	/* What an appliance passes on is the appliance's. */
	key = world_key(FIREWALL, IPPROTO_UDP, DATA_HOST, 5000, CLIENT, 53);
	change->before.subnets[FIREWALL].vip_count = 2;
	change->before.subnets[FIREWALL].vips[1] = (struct subnet_outbound){ THREE, 100 };
	change->before.pools[THREE].host_page.hosts[100].ports[SNAT_TCP] = 1;
	assert_int_equal(recall(change, key).outbound_vip, VIP_NONE);
	world_route(&change->before, DATA, 0, 0, world_to_appliance());
	assert_int_equal(recall(change, key).outbound_vip, THREE);
}

static void
a_mapped_endpoint_has_an_owner(void **state)
{
	struct change *change = *state;
	struct flow_key key = world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT, 53, ADDRESS_ONE, 1030);
	const struct mapping_key mapping = mapping_key_of(&key);
	const struct mapping_owner owner = { .address = rte_cpu_to_be_32(HOST),
					     .port = rte_cpu_to_be_16(5000),
					     .zone = APP };

	assert_true(mapping_take(change->worker, &mapping, &owner));
	assert_int_equal(recall(change, key).mapped_address, 0); /* no VIP has mappings */
	change->before.snapshot.mapped = true;
	assert_int_equal(recall(change, key).mapped_address, rte_cpu_to_be_32(HOST));
	assert_int_equal(recall(change, key).mapped_port, rte_cpu_to_be_16(5000));
	key.destination_port = RTE_BE16(1031);
	assert_int_equal(recall(change, key).mapped_address, 0);
	mapping_return(change->worker, &mapping);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CHANGE(unknown_zones_recall_nothing),
		WITH_CHANGE(a_host_has_the_vip_of_its_sessions),
		WITH_CHANGE(a_mapped_endpoint_has_an_owner),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
