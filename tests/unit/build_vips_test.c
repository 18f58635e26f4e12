/* SPDX-License-Identifier: BSD-3-Clause */
#include "building.h"

#include "dataplane/flow_key.h"

/* Zones: a is 1, b is 2. */
#define NETWORKS                                                                            \
	"interfaces = ("                                                                    \
	" { name = \"up\"; port = \"wan\"; addresses = \"198.51.100.2/24\"; },"             \
	" { name = \"a\"; port = \"lan\"; vlan = 10; addresses = \"10.0.1.1/24\"; },"       \
	" { name = \"b\"; port = \"lan\"; vlan = 20; addresses = \"10.0.2.1/24\"; } );\n"   \
	"virtual_networks = ( { name = \"n\"; address_space = \"10.0.0.0/16\"; subnets = (" \
	" { name = \"a\"; prefix = \"10.0.1.0/24\"; interface = \"a\"; },"                  \
	" { name = \"b\"; prefix = \"10.0.2.0/24\"; interface = \"b\"; } ); },"             \
	" { name = \"m\"; address_space = \"10.0.0.0/16\"; } );\n"
#define WEB                                                                               \
	"{ name = \"web\"; protocol = \"tcp\"; ports = \"80\"; backend_ports = \"8080\";" \
	" backends = [ \"10.0.1.4\", \"10.0.2.5\" ]; distribution = \"source\";"          \
	" idle_timeout = 600; drain_timeout = 86400; }"
#define FTP                                                              \
	"{ name = \"ftp\"; protocol = \"tcp\"; ports = \"10001-10020\";" \
	" backends = \"10.0.1.4\"; }"
#define DNS                                                                              \
	"{ name = \"dns\"; protocol = \"udp\"; ports = \"80\"; backends = \"10.0.1.4\";" \
	" distribution = \"source-protocol\"; }"
#define VIP(network, rules)                                                                    \
	"vips = ( { name = \"v\"; address = \"192.0.2.1\"; virtual_network = \"" network "\";" \
	" inbound = (" rules "); outbound = { ports_per_host = 512; idle_timeout = 300;"       \
	" udp_idle_timeout = 200; icmp_timeout = 50; }; } );\n"

static uint32_t
rule_index(const struct snapshot_vip *vip, uint8_t protocol, uint16_t port)
{
	return interval_tree_find(vip->rules, (uint32_t)protocol << 16 | port);
}

static void
a_backend_given_twice_is_refused(void **state)
{
	struct building *building = *state;
	struct model *model = model_from_text(BUILDING_HEAD NETWORKS VIP("n", WEB));

	model->vips[0].inbound[0].backends[1] = model->vips[0].inbound[0].backends[0];
	assert_null(building_build_model(building, model, NULL));
	assert_string_equal(building->error,
			    "inbound rule web has 2 backends, or one of them twice; at most "
			    "backends_max = 100 are possible");
}

static void
rules_are_found_by_protocol_and_port(void **state)
{
	struct generation *generation =
		building_build(*state, NETWORKS VIP("n", WEB "," FTP "," DNS), NULL);
	const struct snapshot_vip *vip;

	assert_non_null(generation);
	assert_int_equal(generation->snapshot->vip_count, 1);
	vip = &generation->snapshot->vips[0];
	assert_true(vip->present);
	assert_int_equal(vip->address, RTE_BE32(IP4(192, 0, 2, 1)));
	assert_int_equal(vip->network, 0);
	assert_int_equal(rule_index(vip, 6, 80), 0);
	assert_int_equal(rule_index(vip, 6, 79), VIP_RULE_MISSING);
	assert_int_equal(rule_index(vip, 6, 81), VIP_RULE_MISSING);
	assert_int_equal(rule_index(vip, 6, 10001), 1);
	assert_int_equal(rule_index(vip, 6, 10020), 1);
	assert_int_equal(rule_index(vip, 6, 10021), VIP_RULE_MISSING);
	assert_int_equal(rule_index(vip, 17, 80), 2);
	assert_int_equal(rule_index(vip, 17, 10001), VIP_RULE_MISSING);
	generation_free(generation);
}

static void
rules_are_as_the_model_says(void **state)
{
	struct generation *generation =
		building_build(*state, NETWORKS VIP("n", FTP "," WEB "," DNS), NULL);
	const struct snapshot_inbound_rule *ftp, *web, *dns;

	assert_non_null(generation);
	ftp = &generation->snapshot->vips[0].inbound[0];
	web = &generation->snapshot->vips[0].inbound[1];
	dns = &generation->snapshot->vips[0].inbound[2];
	assert_int_equal(ftp->first_port, 10001);
	assert_int_equal(ftp->backend_first_port, 10001);
	assert_int_equal(ftp->hash, BACKEND_HASH_FIVE_TUPLE);
	assert_int_equal(ftp->idle_timeout, 240);
	assert_int_equal(ftp->drain_timeout, 300);
	assert_int_equal(ftp->backend_count, 1);
	assert_int_equal(ftp->backends[0].address, RTE_BE32(IP4(10, 0, 1, 4)));
	assert_int_equal(ftp->backends[0].zone, 1);
	assert_int_equal(ftp->maglev->size, 1);

	assert_int_equal(web->id, 1);
	assert_int_equal(web->first_port, 80);
	assert_int_equal(web->backend_first_port, 8080);
	assert_int_equal(web->hash, BACKEND_HASH_SOURCE);
	assert_int_equal(web->idle_timeout, 600);
	assert_int_equal(web->drain_timeout, 65535); /* as long as it can be told */
	assert_int_equal(web->backend_count, 2);
	assert_int_equal(web->backends[0].address, RTE_BE32(IP4(10, 0, 1, 4)));
	assert_int_equal(web->backends[0].zone, 1);
	assert_int_equal(web->backends[1].address, RTE_BE32(IP4(10, 0, 2, 5)));
	assert_int_equal(web->backends[1].zone, 2);
	assert_int_equal(web->maglev->size, 10007); /* the least prime of at least 100 * 100 */
	assert_int_equal(dns->hash, BACKEND_HASH_SOURCE_PROTOCOL);
	generation_free(generation);
}

static void
outbound_settings_are_told(void **state)
{
	struct generation *generation = building_build(*state, NETWORKS VIP("n", WEB), NULL);
	const struct snapshot_vip *vip;

	assert_non_null(generation);
	vip = &generation->snapshot->vips[0];
	assert_int_equal(vip->tcp_idle_timeout, 300);
	assert_int_equal(vip->udp_idle_timeout, 200);
	assert_int_equal(vip->icmp_timeout, 50);
	assert_false(vip->snat.on_demand);
	assert_int_equal(vip->snat.unit, 512);
	generation_free(generation);
}

static void
a_moved_vip_is_another(void **state)
{
	struct generation *before = building_build(*state, NETWORKS VIP("n", ""), NULL);
	struct generation *moved = building_build(*state, NETWORKS VIP("m", ""), before);
	struct generation *back = building_build(*state, NETWORKS VIP("n", ""), moved);

	assert_non_null(before);
	assert_non_null(moved);
	assert_non_null(back);
	assert_true(before->snapshot->vips[0].present);
	assert_int_equal(moved->snapshot->vip_count, 2);
	assert_false(moved->snapshot->vips[0].present);
	assert_true(moved->snapshot->vips[1].present);
	assert_int_equal(moved->snapshot->vips[1].network, 1);
	assert_true(back->snapshot->vips[0].present);
	assert_false(back->snapshot->vips[1].present);
	generation_free(before);
	generation_free(moved);
	generation_free(back);
}

static void
only_what_changed_is_built(void **state)
{
	struct generation *before = building_build(*state, NETWORKS VIP("n", WEB "," FTP), NULL);
	struct generation *same = building_build(*state, NETWORKS VIP("n", WEB "," FTP), before);
	struct generation *after = building_build(*state, NETWORKS VIP("n", DNS "," WEB), before);
	const struct snapshot_vip *old, *new;

	assert_non_null(before);
	assert_non_null(same);
	assert_non_null(after);
	old = &before->snapshot->vips[0];
	new = &after->snapshot->vips[0];
	assert_ptr_equal(same->snapshot->vips[0].rules, old->rules);
	assert_ptr_equal(same->snapshot->vips[0].inbound, old->inbound);
	assert_ptr_equal(same->snapshot->vips[0].snat.starts, old->snat.starts);
	assert_ptr_not_equal(new->inbound, old->inbound);
	assert_int_equal(new->inbound[1].id, old->inbound[0].id);
	assert_ptr_equal(new->inbound[1].maglev, old->inbound[0].maglev);
	assert_int_not_equal(new->inbound[0].id, old->inbound[1].id);
	generation_free(before);
	generation_free(same);
	generation_free(after);
}

static void
the_profile_of_the_rfcs_has_its_timers(void **state)
{
	struct generation *generation = building_build(
		*state,
		NETWORKS "vips = ("
			 " { name = \"v\"; address = \"192.0.2.1\"; virtual_network = \"n\"; },"
			 " { name = \"w\"; address = \"192.0.2.2\"; virtual_network = \"n\";"
			 " profile = \"rfc\"; } );\n",
		NULL);
	const struct snapshot_vip *vips;

	assert_non_null(generation);
	vips = generation->snapshot->vips;
	assert_int_equal(vips[0].tcp_timeouts.half_open, 30);
	assert_int_equal(vips[0].tcp_timeouts.closing, 30);
	assert_int_equal(vips[1].tcp_timeouts.half_open, 240);
	assert_int_equal(vips[1].tcp_timeouts.closing, 240);
	generation_free(generation);
}

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		building_test(a_backend_given_twice_is_refused),
		building_test(rules_are_found_by_protocol_and_port),
		building_test(rules_are_as_the_model_says),
		building_test(outbound_settings_are_told),
		building_test(a_moved_vip_is_another),
		building_test(only_what_changed_is_built),
		building_test(the_profile_of_the_rfcs_has_its_timers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
