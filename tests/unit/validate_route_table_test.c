/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

/* One network: subnet "in" uses table "t" and subnet "fw" table "u"; the tables come with a case.
 */
#define TWO_SUBNETS                                                                                \
	GATEWAY PORT                                                                               \
		"interfaces = ( " SUBNET_INTERFACE                                                 \
		", { name = 'fw'; port = 'p'; vlan = 2; addresses = '10.0.3.1/28'; } ); "          \
		"virtual_networks = ( { name = 'n'; address_space = '10.0.0.0/16'; subnets = ("    \
		"{ name = 's'; prefix = '10.0.1.0/24'; interface = 'in'; route_table = 't'; "      \
		"outbound_vips = 'v'; }, { name = 'f'; prefix = '10.0.3.0/28'; interface = 'fw'; " \
		"route_table = 'u'; outbound_vips = 'v'; ip_forwarding = true; } ); }, "           \
		"{ name = 'other'; address_space = '10.1.0.0/16'; } ); " VIP
#define APPLIANCE(prefix, address)                                                    \
	"{ name = 'r'; prefix = '" prefix "'; next_hop_type = 'virtual_appliance';\n" \
	"next_hop = '" address "'; }"

static void
test_wrong(void **state)
{
	static const struct configuration_case cases[] = {
		{ "route_tables = ( { name = 'u'; }, { name = 't'; routes = (\n" APPLIANCE(
			  "8.0.0.0/8", "10.0.9.4") " ); } );",
		  "t.conf:4: next_hop '10.0.9.4' is in no subnet of virtual network 'n', whose "
		  "subnet 's' "
		  "uses this table; use the address of a host in it\n" },
		{ "route_tables = ( { name = 'u'; }, { name = 't'; routes = (\n" APPLIANCE(
			  "8.0.0.0/8", "10.0.3.3") " ); } );",
		  "t.conf:4: next_hop '10.0.3.3' is reserved in subnet 'f'; hosts have .4 and "
		  "higher\n" },
		{ "route_tables = ( { name = 'u'; }, { name = 't'; routes = ( { name = 'a'; "
		  "next_hop_type = "
		  "'none';\nprefix = '0.0.0.0/0'; }, { name = 'b'; next_hop_type = "
		  "'internet';\nprefix = "
		  "'0.0.0.0/0'; } ); } );",
		  "t.conf:4: prefix '0.0.0.0/0' is that of route 'a'; a table has one route for "
		  "each\n" },
		{ "route_tables = ( { name = 'u'; }, { name = 't'; routes = ( 5, 6, { name = 'a'; "
		  "prefix = "
		  "'9'; next_hop_type = 'none'; } ); } );",
		  "t.conf:2: routes is a number; it takes groups { }\n"
		  "t.conf:2: routes is a number; it takes groups { }\n"
		  "t.conf:2: prefix '9' is no prefix; write it like 10.0.0.0/16\n" },
	};

	(void)state;
	CASES_CHECK(TWO_SUBNETS, cases);
}

/* The packets that the appliance forwards would come back to it, without end. */
static void
test_loop(void **state)
{
	(void)state;
	model_free(configuration_expect(
		"\n" TWO_SUBNETS "route_tables = ( { name = 't'; routes = " APPLIANCE(
			"8.0.0.0/8",
			"10.0.3.4") "; }, { name = 'u'; routes = ( { name = 'x'; prefix = "
				    "'10.9.0.0/16'; next_hop_type = 'none'; }, " APPLIANCE(
					    "9.0.0.0/8", "10.0.3.5") "); } );",
		"t.conf:2: route 'r' of table 'u' sends the packets of appliance 10.0.3.5, "
		"which is "
		"in this subnet, back to it; give subnet 'f' another table\n"));
}

/* A table that nobody uses is in no network. */
static void
test_right(void **state)
{
	static const struct configuration_case cases[] = {
		{ "route_tables = ( { name = 'u'; }, { name = 't'; routes = " APPLIANCE(
			  "8.0.0.0/8", "10.0.3.4") "; } );",
		  "" },
		{ "route_tables = ( { name = 'u'; }, { name = 't'; }, { name = 'w'; routes "
		  "= " APPLIANCE("8.0.0.0/8", "172.16.3.4") "; } );",
		  "t.conf:2: warning: no subnet uses route table 'w'; use it or remove it\n" },
	};

	(void)state;
	CASES_CHECK(TWO_SUBNETS, cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
