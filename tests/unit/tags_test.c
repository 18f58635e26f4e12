/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include "config/tags.h"

/* Two networks of the same addresses, one of which has routes of its own; and two VIPs. */
static const char text[] =
	"gateway = { name = 'g'; }; ports = { name = 'p'; device = 'net_null0'; };"
	"interfaces = ("
	" { name = 'a'; port = 'p'; vlan = 1; addresses = '10.0.1.1/24'; },"
	" { name = 'b'; port = 'p'; vlan = 2; addresses = '10.0.1.1/24'; } );"
	"service_tags = ("
	" { name = 'Sql'; prefixes = [ '104.40.128.0/17', '52.178.20.0/23', "
	"'104.41.0.0/16' ]; } );"
	"route_tables = { name = 't'; routes = ("
	" { name = 'all'; prefix = '0.0.0.0/0'; next_hop_type = 'virtual_network_gateway'; },"
	" { name = 'lab'; prefix = '10.1.0.0/16'; next_hop_type = 'none'; },"
	" { name = 'pub'; prefix = '192.0.0.0/8'; next_hop_type = 'virtual_network_gateway'; "
	"} ); };"
	"security_groups = { name = 's'; rules = ("
	" { name = 'r'; priority = 100; direction = 'inbound'; access = 'allow';"
	"   source = [ 'Sql', 'AzureLoadBalancer', '9.9.9.9' ]; destination = '*'; } ); };"
	"virtual_networks = ("
	" { name = 'plain'; address_space = '10.0.0.0/16'; subnets = ("
	"   { name = 'x'; prefix = '10.0.1.0/24'; interface = 'a'; } ); },"
	" { name = 'routed'; address_space = '10.0.0.0/16'; subnets = ("
	"   { name = 'x'; prefix = '10.0.1.0/24'; interface = 'b'; route_table = 't'; } ); "
	"} );"
	"vips = ( { name = 'v'; address = '192.23.1.2'; virtual_network = 'plain'; },"
	"         { name = 'w'; address = '10.200.0.1'; virtual_network = 'routed'; } );";

static struct model *
model_of_text(void)
{
	return configuration_expect(
		text,
		"t.conf:1: warning: no subnet uses security group 's'; use it or remove it\n"
		"t.conf:1: warning: subnet 'x' has a route to the Internet but no outbound_vips, "
		"so "
		"that its packets there are dropped; name a VIP or route 0.0.0.0/0 elsewhere\n"
		"t.conf:1: warning: route 'all' for 0.0.0.0/0 does not make the Internet part of "
		"tag VirtualNetwork; rules for it name Internet or prefixes\n");
}

/* The side of a rule in a network, as "FIRST-LAST FIRST-LAST ". */
static void
side_check(const struct model *model, size_t network, const struct rule_addresses *side,
	   const char *expected)
{
	struct address_ranges ranges;
	char found[1024] = "";

	assert_int_equal(
		rule_addresses_expand(model, &model->virtual_networks[network], side, &ranges), 0);
	for (size_t i = 0; i < ranges.count; i++) {
		struct ip_address first = ip_address_from_v4(ranges.items[i].first);
		struct ip_address last = ip_address_from_v4(ranges.items[i].last);
		char a[IP_ADDRESS_TEXT_MAX], b[IP_ADDRESS_TEXT_MAX];
		size_t used = strlen(found);

		snprintf(found + used, sizeof(found) - used, "%s-%s ", ip_address_format(&first, a),
			 ip_address_format(&last, b));
	}
	address_ranges_free(&ranges);
	assert_string_equal(found, expected);
}

static void
tag_check(const struct model *model, size_t network, uint32_t tag, const char *expected)
{
	const struct rule_addresses side = { .tags = { &tag, 1 } };

	side_check(model, network, &side, expected);
}

static void
test_names(void **state)
{
	(void)state;
	assert_int_equal(built_in_tag_find("internet"), NO_INDEX);
	assert_int_equal(built_in_tag_find(""), NO_INDEX);
	assert_int_equal(built_in_tag_find("Internet"), TAG_INTERNET);
	assert_int_equal(built_in_tag_find("VirtualNetwork"), TAG_VIRTUAL_NETWORK);
	assert_int_equal(built_in_tag_find("AzureLoadBalancer"), TAG_AZURE_LOAD_BALANCER);
}

static void
test_any_and_none(void **state)
{
	struct model *model = model_of_text();

	(void)state;
	side_check(model, 0, &(struct rule_addresses){ .any = true }, "0.0.0.0-255.255.255.255 ");
	side_check(model, 0, &(struct rule_addresses){ .any = false }, "");
	model_free(model);
}

/* Prefixes, tags of the file and built-in tags in one side, merged where they touch. */
static void
test_union(void **state)
{
	struct model *model = model_of_text();

	(void)state;
	side_check(model, 0, &model->security_groups[0].rules[0].source,
		   "9.9.9.9-9.9.9.9 52.178.20.0-52.178.21.255 104.40.128.0-104.41.255.255 "
		   "168.63.129.16-168.63.129.16 ");
	model_free(model);
}

/* The space and the prefixes of user routes, but for 0/0; those of one network only. */
static void
test_virtual_network(void **state)
{
	struct model *model = model_of_text();

	(void)state;
	tag_check(model, 0, TAG_VIRTUAL_NETWORK, "10.0.0.0-10.0.255.255 ");
	tag_check(model, 1, TAG_VIRTUAL_NETWORK,
		  "10.0.0.0-10.1.255.255 192.0.0.0-192.255.255.255 ");
	model_free(model);
}

/* A VIP is the Internet's, be its address private or routed within the network. */
static void
test_internet(void **state)
{
	struct model *model = model_of_text();

	(void)state;
	tag_check(
		model, 0, TAG_INTERNET,
		"1.0.0.0-9.255.255.255 10.200.0.1-10.200.0.1 11.0.0.0-100.63.255.255 "
		"100.128.0.0-126.255.255.255 128.0.0.0-169.253.255.255 169.255.0.0-172.15.255.255 "
		"172.32.0.0-192.167.255.255 192.169.0.0-223.255.255.255 ");
	tag_check(
		model, 1, TAG_INTERNET,
		"1.0.0.0-9.255.255.255 10.200.0.1-10.200.0.1 11.0.0.0-100.63.255.255 "
		"100.128.0.0-126.255.255.255 128.0.0.0-169.253.255.255 169.255.0.0-172.15.255.255 "
		"172.32.0.0-191.255.255.255 192.23.1.2-192.23.1.2 193.0.0.0-223.255.255.255 ");
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),    cmocka_unit_test(test_any_and_none),
		cmocka_unit_test(test_union),    cmocka_unit_test(test_virtual_network),
		cmocka_unit_test(test_internet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
