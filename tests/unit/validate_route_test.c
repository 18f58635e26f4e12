/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

static void
test_wrong(void **state)
{
	static const struct configuration_case cases[] = {
		{ "routes = { prefix = '0.0.0.0/0'; next_hops = (\n'198.51.100.1',\n{ weight = "
		  "2;\naddress = "
		  "'10.0.1.9'; },\n'9.9.9.9', '198.51.100.2', '198.51.100.255' ); };",
		  "t.conf:5: next hop '10.0.1.9' is on no link of the fabric; use an address on "
		  "the link of "
		  "an interface that no subnet has\n"
		  "t.conf:6: next hop '9.9.9.9' is on no link of the fabric; use an address on the "
		  "link of "
		  "an interface that no subnet has\n"
		  "t.conf:6: next hop '198.51.100.2' is the gateway's own address; name a "
		  "neighbour's\n"
		  "t.conf:6: next hop '198.51.100.255' is the network's or the broadcast address "
		  "of its "
		  "link; use one between them\n" },
		{ "routes = { prefix = '0.0.0.0/0'; next_hops = [ '198.51.100.1', '198.51.100.1' "
		  "]; };",
		  "t.conf:2: next hop '198.51.100.1' is there twice; give it a weight instead\n" },
		{ "routes = ( { prefix = '10.0.0.0/8'; next_hops = '198.51.100.1'; },\n{ prefix = "
		  "'10.0.0.0/9'; next_hops = '198.51.100.1'; },\n{ next_hops = "
		  "'198.51.100.1';\nprefix = "
		  "'10.0.0.0/8'; } );",
		  "t.conf:5: prefix '10.0.0.0/8' has a route on line 2 already; put all next hops "
		  "there\n" },
		{ "routes = ( 5, 5, { prefix = '10.0.0.1/8'; next_hops = '198.51.100'; }, { prefix "
		  "= "
		  "'10.0.0.1/8'; next_hops = '198.51.100'; } );",
		  "t.conf:2: routes is a number; it takes groups { }\n"
		  "t.conf:2: routes is a number; it takes groups { }\n"
		  "t.conf:2: prefix '10.0.0.1/8' has host bits behind its length; did you mean "
		  "10.0.0.0/8?\n"
		  "t.conf:2: next_hops '198.51.100' is no IPv4 address; write it like 10.0.0.4\n"
		  "t.conf:2: prefix '10.0.0.1/8' has host bits behind its length; did you mean "
		  "10.0.0.0/8?\n"
		  "t.conf:2: next_hops '198.51.100' is no IPv4 address; write it like 10.0.0.4\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT INTERFACES NETWORK VIP, cases);
}

static void
test_unknown_link(void **state)
{
	(void)state;
	model_free(configuration_expect(
		GATEWAY PORT
		"interfaces = { name = 'out'; port = 'p'; addresses = '198.51.100.2'; };"
		"routes = { prefix = '0.0.0.0/0'; next_hops = '198.51.100.1'; };",
		"t.conf:1: addresses '198.51.100.2' is no prefix; write it like 10.0.0.1/16\n"));
}

static void
test_capacity(void **state)
{
	char text[4096] =
		"gateway = { name = 'g'; route_capacity = 16; }; " PORT INTERFACES NETWORK VIP
		"\nroutes = (";

	(void)state;
	for (unsigned i = 0; i < 17; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s{ prefix = '%u.0.0.0/8'; next_hops = '198.51.100.1'; }",
			 i > 0 ? "," : "", 20 + i);
	strcat(text, ");");
	model_free(configuration_expect(
		text, "t.conf:2: routes are 17, but gateway.route_capacity is 16; raise it\n"));
}

static void
test_many_next_hops(void **state)
{
	char text[4096] = GATEWAY PORT INTERFACES NETWORK VIP
		"\nroutes = { prefix = '0.0.0.0/0';\nnext_hops = [";

	(void)state;
	for (unsigned i = 0; i < 65; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s'198.51.100.%u'",
			 i > 0 ? "," : "", 10 + i);
	strcat(text, "]; };");
	model_free(
		configuration_expect(text, "t.conf:3: next_hops are 65; a route has at most 64\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_unknown_link),
		cmocka_unit_test(test_capacity),
		cmocka_unit_test(test_many_next_hops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
