/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

static void
test_unused(void **state)
{
	(void)state;
	model_free(configuration_expect(
		GATEWAY PORT
		"\n"
		"service_tags = ( { name = 'A'; prefixes = '10.0.0.0/8'; },\n"
		"{ name = 'B'; prefixes = '10.0.0.0/8'; },\n"
		"{ name = 'C'; prefixes = '10.0.0.0/8'; } );\n"
		"security_groups = ( { name = 'g'; rules = ( { name = 'r'; priority = 100; "
		"direction = 'inbound'; access = 'allow'; source = 'A'; destination = [ "
		"'Internet', 'C' ]; } ); } );\n"
		"route_tables = ( { name = 't'; },\n{ name = 'u'; } );",
		"t.conf:3: warning: no rule uses service tag 'B'; use it or remove it\n"
		"t.conf:5: warning: no subnet uses security group 'g'; use it or remove it\n"
		"t.conf:6: warning: no subnet uses route table 't'; use it or remove it\n"
		"t.conf:7: warning: no subnet uses route table 'u'; use it or remove it\n"));
}

static void
test_used(void **state)
{
	(void)state;
	model_free(configuration_expect(
		GATEWAY PORT INTERFACES VIP
		"virtual_networks = { name = 'n'; address_space = '10.0.0.0/16'; subnets = { name "
		"= 's'; "
		"prefix = '10.0.1.0/24'; interface = 'in'; outbound_vips = 'v'; security_group = "
		"'h'; "
		"route_table = 'u'; }; };\n"
		"security_groups = ( { name = 'g'; },\n{ name = 'h'; } );\n"
		"route_tables = ( { name = 't'; },\n{ name = 'u'; } );",
		"t.conf:2: warning: no subnet uses security group 'g'; use it or remove it\n"
		"t.conf:4: warning: no subnet uses route table 't'; use it or remove it\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unused),
		cmocka_unit_test(test_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
