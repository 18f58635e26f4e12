/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/names.h"

#include "bytes.h"
#include "model_text.h"

#define HEAD                                                                                \
	"gateway = { name = \"t\"; }; ports = { name = \"p\"; device = \"net_null0\"; };\n" \
	"interfaces = ("                                                                    \
	" { name = \"a\"; port = \"p\"; vlan = 1; addresses = \"10.0.1.1/24\"; },"          \
	" { name = \"b\"; port = \"p\"; vlan = 2; addresses = \"10.0.1.1/24\"; } );\n"
#define ONE_SUBNET(name, interface)                                         \
	"{ name = \"" name "\"; address_space = \"10.0.0.0/16\"; subnets =" \
	" { name = \"s\"; prefix = \"10.0.1.0/24\"; interface = \"" interface "\"; }; }"
#define ONE_RULE(name, last, network)                                                          \
	"{ name = \"" name "\"; address = \"192.0.2." #last "\"; virtual_network = \"" network \
	"\"; inbound = { name = \"web\"; protocol = \"tcp\"; ports = \"80\";"                  \
	" backends = \"10.0.1.4\"; }; }"

static void
used_up_ids_name_their_kind(void **state)
{
	struct registry *registry = registry_create();
	struct model *model = model_from_text(HEAD "virtual_networks = ( " ONE_SUBNET(
		"one", "a") ", " ONE_SUBNET("two", "b") " );");
	enum registry_kind full = REGISTRY_INTERFACE;
	struct names names;
	char name[16];
	uint32_t id;

	(void)state;
	for (unsigned int i = 0; i < 65533; i++) {
		snprintf(name, sizeof(name), "%u", i);
		assert_int_equal(registry_take(registry, REGISTRY_ZONE, 0, name, &id), 0);
	}
	assert_int_equal(names_take(&names, registry, model, &full), -ENOSPC);
	assert_int_equal(full, REGISTRY_ZONE);
	assert_null(names.zones);
	model_free(model);
	registry_free(registry);
}

static void
names_lead_there_and_back(void **state)
{
	struct registry *registry = registry_create();
	struct model *model =
		model_from_text(HEAD "virtual_networks = ( " ONE_SUBNET("one", "b") ", " ONE_SUBNET(
			"two", "a") " );"
				    "vips = ( " ONE_RULE("v", 1, "two") ", " ONE_RULE("w", 2,
										      "one") " );");
	enum registry_kind full;
	struct names names;

	(void)state;
	assert_int_equal(names_take(&names, registry, model, &full), 0);
	assert_int_equal(names.interface_ids[1], 1);
	assert_int_equal(names.network_ids[1], 1);
	assert_int_equal(names.zones[0][0], 1);
	assert_int_equal(names.zones[1][0], 2);
	assert_int_equal(names.vip_ids[1], 1);
	assert_int_equal(names.rule_ids[1][0], 1);

	assert_int_equal(names.interface_end, 2);
	assert_int_equal(names.interfaces[1], 1);
	assert_int_equal(names.zone_end, 3);
	assert_int_equal(names.subnets[0].owner, NO_INDEX);
	assert_int_equal(names.subnets[2].owner, 1);
	assert_int_equal(names.subnets[2].index, 0);
	assert_int_equal(names.vip_end, 2);
	assert_int_equal(names.vips[1], 1);
	assert_int_equal(names.rule_end, 2);
	assert_int_equal(names.rules[1].owner, 1);
	assert_int_equal(names.rules[1].index, 0);
	names_clear(&names);
	names_clear(&names);
	model_free(model);
	registry_free(registry);
}

static void
ids_of_what_is_gone_mean_nothing(void **state)
{
	struct registry *registry = registry_create();
	struct model *before = model_from_text(HEAD "virtual_networks = ( " ONE_SUBNET(
		"one", "a") ", " ONE_SUBNET("two", "b") " );"
							"vips = ( " ONE_RULE("v", 1, "one") " );");
	/* The VIP moves to another network, where its rule is another one too. */
	struct model *after = model_from_text(HEAD "virtual_networks = " ONE_SUBNET(
		"two", "b") "; vips = " ONE_RULE("v", 1, "two") ";");
	enum registry_kind full;
	struct names names;

	(void)state;
	assert_int_equal(names_take(&names, registry, before, &full), 0);
	names_clear(&names);
	assert_int_equal(names_take(&names, registry, after, &full), 0);
	assert_int_equal(names.zones[0][0], 2);
	assert_int_equal(names.subnets[1].owner, NO_INDEX);
	assert_int_equal(names.subnets[2].owner, 0);
	assert_int_equal(names.vip_ids[0], 1);
	assert_int_equal(names.vips[0], NO_INDEX);
	assert_int_equal(names.vips[1], 0);
	assert_int_equal(names.rules[0].owner, NO_INDEX);
	assert_int_equal(names.rules[1].owner, 0);
	names_clear(&names);
	model_free(before);
	model_free(after);
	registry_free(registry);
}

static void
addresses_are_in_zones(void **state)
{
	struct registry *registry = registry_create();
	struct model *model = model_from_text(
		HEAD "virtual_networks = ( " ONE_SUBNET("n", "a") ", " ONE_SUBNET("m", "b") " );");
	const struct ip_address inside = ip_address_from_v4(IP4(10, 0, 1, 4));
	const struct ip_address outside = ip_address_from_v4(IP4(10, 0, 2, 4));
	enum registry_kind full;
	struct names names;

	(void)state;
	assert_int_equal(names_take(&names, registry, model, &full), 0);
	assert_int_equal(names_zone_of(&names, model, 0, &outside), 0);
	assert_int_equal(names_zone_of(&names, model, 0, &inside), 1);
	assert_int_equal(names_zone_of(&names, model, 1, &inside), 2);
	names_clear(&names);
	model_free(model);
	registry_free(registry);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(used_up_ids_name_their_kind),
		cmocka_unit_test(names_lead_there_and_back),
		cmocka_unit_test(ids_of_what_is_gone_mean_nothing),
		cmocka_unit_test(addresses_are_in_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
