/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#define NO_VIP                                                                               \
	"warning: subnet 's' has a route to the Internet but no outbound_vips, so that its " \
	"packets "                                                                           \
	"there are dropped; name a VIP or route 0.0.0.0/0 elsewhere\n"
#define DEFAULT_ROUTE                                                                \
	"warning: route 'all' for 0.0.0.0/0 does not make the Internet part of tag " \
	"VirtualNetwork; "                                                           \
	"rules for it name Internet or prefixes\n"

/* A subnet without a VIP, and its table. */
#define SUBNET(more)                                                                             \
	"virtual_networks = { name = 'n'; address_space = '10.0.0.0/16'; subnets = (\n{ name = " \
	"'s'; "                                                                                  \
	"prefix = '10.0.1.0/24'; interface = 'in'; " more " } ); };"

static void
test_no_table(void **state)
{
	static const struct configuration_case cases[] = {
		{ SUBNET(""), "t.conf:3: " NO_VIP },
		{ SUBNET("outbound_vips = [ ];"), "t.conf:3: " NO_VIP },
		{ SUBNET("outbound_vips = 'v';"), "" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT INTERFACES VIP, cases);
}

static void
test_tables(void **state)
{
	static const struct {
		const char *route;
		const char *lines;
	} cases[] = {
		{ "prefix = '0.0.0.0/0'; next_hop_type = 'none';", "" },
		{ "prefix = '0.0.0.0/0'; next_hop_type = 'virtual_network_gateway';",
		  "t.conf:4: " DEFAULT_ROUTE },
		{ "prefix = '0.0.0.0/0'; next_hop_type = 'internet';", "t.conf:3: " NO_VIP },
		{ "prefix = '0.0.0.0/0'; next_hop_type = 'virtual_network';",
		  "t.conf:4: " DEFAULT_ROUTE },
		{ "prefix = '0.0.0.0/1'; next_hop_type = 'none';", "t.conf:3: " NO_VIP },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		assert_true(
			asprintf(&text,
				 GATEWAY PORT INTERFACES VIP "\n" SUBNET(
					 "route_table = 't';") "\nroute_tables = { name = 't'; "
							       "routes = ( { name = 'all'; %s } ); "
							       "};",
				 cases[i].route) >= 0);
		model_free(configuration_expect(text, cases[i].lines));
		free(text);
	}
}

static void
test_appliance(void **state)
{
	static const struct configuration_case cases[] = {
		{ "", "t.conf:3: warning: appliance 10.0.3.4 of route 'r' is in subnet 'f', where "
		      "packets with "
		      "sources of others are dropped; set ip_forwarding there\n" },
		{ "ip_forwarding = true;", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		assert_true(
			asprintf(&text,
				 GATEWAY PORT VIP
				 "interfaces = ( " SUBNET_INTERFACE
				 ", { name = 'fw'; port = 'p'; vlan = 2; addresses = "
				 "'10.0.3.1/28'; } ); "
				 "virtual_networks = ( { name = 'other'; address_space = "
				 "'10.0.0.0/16'; "
				 "},\n{ name = 'n'; address_space = '10.0.0.0/16'; subnets = ("
				 "{ name = 's'; prefix = '10.0.1.0/24'; interface = 'in'; "
				 "outbound_vips = "
				 "'v'; route_table = 't'; }, { name = 'f'; prefix = '10.0.3.0/28'; "
				 "interface = 'fw'; outbound_vips = 'v'; %s } ); } );\n"
				 "route_tables = { name = 't'; routes = ( { name = 'r'; prefix = "
				 "'8.0.0.0/8'; next_hop_type = 'virtual_appliance'; next_hop = "
				 "'10.0.3.4'; }, { name = 'q'; prefix = '9.0.0.0/8'; next_hop_type "
				 "= "
				 "'none'; } ); };",
				 cases[i].text) >= 0);
		model_free(configuration_expect(text, cases[i].lines));
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_table),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_appliance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
