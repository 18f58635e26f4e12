/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

/* A VIP with such settings serves a subnet of such a prefix. */
static void
outbound_check(const char *subnet, const char *settings, const char *lines)
{
	char *text;

	assert_true(asprintf(&text,
			     GATEWAY PORT
			     "interfaces = { name = 'i'; port = 'p'; addresses = '10.0.0.1/%s'; };"
			     "virtual_networks = { name = 'n'; address_space = '10.0.0.0/8'; "
			     "subnets = { "
			     "name = 's'; prefix = '10.0.0.0/%s'; interface = 'i'; outbound_vips = "
			     "'v'; }; "
			     "}; vips = { name = 'v'; address = '192.0.2.1'; virtual_network = "
			     "'n';\n%s };",
			     subnet, subnet, settings) >= 0);
	model_free(configuration_expect(text, lines));
	free(text);
}

static void
test_too_many_ports(void **state)
{
	(void)state;
	/* 59 addresses; 64,000 / 59 = 1084.7, and 1080 is the next multiple of 8. */
	outbound_check(
		"26", "outbound = {\nports_per_host = 1088; };",
		"t.conf:3: ports_per_host = 1088 for the 59 addresses that the VIP serves is more "
		"than the 64000 ports of a VIP; at most 1080 fit, or use 'on_demand'\n");
	/* A /16 has 65,531 addresses, which is more than there are ports. */
	outbound_check(
		"16", "outbound = { ports_per_host = 8; };",
		"t.conf:2: ports_per_host = 8 for the 65531 addresses that the VIP serves is more "
		"than the 64000 ports of a VIP; serve fewer addresses, or use 'on_demand'\n");
	outbound_check("26", "outbound = { ports_per_host = 1080; };", "");
}

/* 1021 addresses of a /22 less 3: Azure's table ends at 1000. */
static void
test_no_default(void **state)
{
	(void)state;
	outbound_check("22", "",
		       "t.conf:1: ports_per_host has no default for the 1019 addresses that the "
		       "VIP serves, "
		       "only for up to 1000; set it, or use 'on_demand'\n");
	outbound_check("22", "outbound = { ports_per_host = 56; };", "");
	outbound_check("22", "outbound = { ports_per_host = 'on_demand'; };", "");
}

/* What the inbound rules leave may be too little, or in too many pieces. */
static void
test_inbound_rules(void **state)
{
	(void)state;
	/* 1024-9999 has 8 blocks of 1024 and 50000-65535 has 15. */
	outbound_check(
		"26",
		"inbound = { name = 'r'; protocol = 'tcp'; ports = '10000-49999'; backends = "
		"'10.0.0.4'; };\noutbound = { ports_per_host = 1024; };",
		"t.conf:3: ports_per_host = 1024: beside the inbound rules only 23 blocks fit, for "
		"59 addresses; at most 408 fit, or use 'on_demand'\n");
	/* The default does not fit either: 3 hosts, and only 1024-1055 is free. */
	outbound_check("29",
		       "inbound = { name = 'r'; protocol = 'udp'; ports = '1056-65535'; backends = "
		       "'10.0.0.4'; };",
		       "t.conf:1: ports_per_host = 1024: beside the inbound rules only 0 blocks "
		       "fit, for 3 "
		       "addresses; at most 8 fit, or use 'on_demand'\n");
	outbound_check("29",
		       "inbound = { name = 'r'; protocol = 'udp'; ports = '1024-65535'; backends = "
		       "'10.0.0.4'; };",
		       "t.conf:1: ports_per_host = 1024: beside the inbound rules only 0 blocks "
		       "fit, for 3 "
		       "addresses; serve fewer addresses, or use 'on_demand'\n");
}

/* 64,512 ports are 8064 chunks; a /19 has 8187 addresses. */
static void
test_on_demand(void **state)
{
	(void)state;
	outbound_check("20", "outbound = { ports_per_host = 'on_demand'; };", "");
	outbound_check(
		"19", "outbound = { ports_per_host = 'on_demand'; };",
		"t.conf:2: warning: ports_per_host = 'on_demand': the VIP has 8064 chunks of 8 "
		"ports "
		"for 8187 addresses, so that some may get none; share them among more VIPs\n");
	outbound_check("15", "outbound = { ports_per_host = 'on_demand'; };",
		       "t.conf:2: the VIP serves 131067 addresses; at most 65535 can share one, "
		       "spread smaller subnets over more VIPs\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_too_many_ports),
		cmocka_unit_test(test_no_default),
		cmocka_unit_test(test_inbound_rules),
		cmocka_unit_test(test_on_demand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
