/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway_fixture.h"

#include "control/explanation.h"

#define CONFIGURATION                                                                              \
	"gateway = { name = \"t\"; workers = 1; route_capacity = 64; ecmp_seed = 1; };\n"          \
	"ports = ( { name = \"wan\"; device = \"net_null0\"; },"                                   \
	" { name = \"lan\"; device = \"net_null1\"; } );\n"                                        \
	"interfaces = ("                                                                           \
	" { name = \"up\"; port = \"wan\"; addresses = \"198.51.100.2/24\"; },"                    \
	" { name = \"web\"; port = \"lan\"; vlan = 10; addresses = \"10.0.1.1/24\"; },"            \
	" { name = \"db\"; port = \"lan\"; vlan = 20; addresses = \"10.0.2.1/24\"; },"             \
	" { name = \"fw\"; port = \"lan\"; vlan = 30; addresses = \"10.0.3.1/28\"; } );\n"         \
	"routes = ( { prefix = \"0.0.0.0/0\"; next_hops = [\"198.51.100.1\", \"198.51.100.3\"]; }" \
	", { prefix = \"203.0.113.0/24\"; next_hops = \"198.51.100.1\"; } );\n"                    \
	"security_groups = { name = \"g\"; rules = ("                                              \
	" { name = \"mail\"; priority = 100; direction = \"outbound\"; access = \"deny\";"         \
	"   protocol = \"tcp\"; source = \"*\"; source_ports = \"*\"; destination = \"*\";"        \
	"   destination_ports = \"25\"; },"                                                        \
	" { name = \"web\"; priority = 200; direction = \"inbound\"; access = \"allow\";"          \
	"   protocol = \"tcp\"; source = \"Internet\"; source_ports = \"*\"; destination = \"*\";" \
	"   destination_ports = \"8080\"; } ); };\n"                                               \
	"route_tables = { name = \"forced\"; routes = { name = \"all\"; prefix = \"0.0.0.0/0\";"   \
	" next_hop_type = \"virtual_appliance\"; next_hop = \"10.0.3.4\"; }; };\n"                 \
	"virtual_networks = { name = \"n\"; address_space = \"10.0.0.0/16\"; subnets = ("          \
	" { name = \"web\"; prefix = \"10.0.1.0/24\"; interface = \"web\"; security_group = "      \
	"\"g\";"                                                                                   \
	"   outbound_vips = \"v\"; },"                                                             \
	" { name = \"db\"; prefix = \"10.0.2.0/24\"; interface = \"db\";"                          \
	"   route_table = \"forced\"; },"                                                          \
	" { name = \"fw\"; prefix = \"10.0.3.0/28\"; interface = \"fw\";"                          \
	"   ip_forwarding = true; outbound_vips = \"w\"; } ); };\n"                                \
	"vips = ( { name = \"v\"; address = \"192.0.2.1\"; virtual_network = \"n\"; inbound ="     \
	" { name = \"http\"; protocol = \"tcp\"; ports = \"80\"; backend_ports = \"8080\";"        \
	"   backends = \"10.0.1.4\"; idle_timeout = 300; };"                                       \
	" outbound = { ports_per_host = 64; }; },"                                                 \
	" { name = \"w\"; address = \"192.0.2.2\"; virtual_network = \"n\";"                       \
	" outbound = { ports_per_host = \"on_demand\"; }; } );\n"

/* The explanation is the caller's to clear. */
static struct explanation
explain(struct fixture *fixture, const char *interface, const char *text)
{
	struct explanation explanation;
	struct packet_text packet;
	char error[256] = "";

	if (fixture->gateway == NULL)
		fixture_create(fixture, CONFIGURATION, 0, false);
	assert_int_equal(packet_text_parse(text, &packet, error, sizeof(error)), 0);
	assert_int_equal(explanation_of_packet(fixture->gateway,
					       gateway_interface_id(fixture->gateway, interface),
					       &packet, &explanation),
			 0);
	return explanation;
}

static void
assert_dropped(struct fixture *fixture, const char *interface, const char *text,
	       enum drop_reason reason)
{
	struct explanation explanation = explain(fixture, interface, text);

	assert_int_equal(explanation.verdict, VERDICT_DROP);
	assert_string_equal(drop_reason_name(explanation.reason), drop_reason_name(reason));
	assert_null(explanation.forward.interface);
	assert_null(explanation.reverse.interface);
	explanation_clear(&explanation);
}

static void
every_kind_of_drop_is_told(void **state)
{
	assert_dropped(*state, "up", "udp 203.0.113.7:1 127.0.0.1:2", DROP_ip_destination_martian);
	assert_dropped(*state, "up", "tcp 203.0.113.7:1 192.0.2.1:81", DROP_vip_rule_missing);
	assert_dropped(*state, "up", "icmp-reply 203.0.113.7 198.51.100.2", DROP_local_unsupported);
	assert_dropped(*state, "up", "udp 203.0.113.7:1 198.51.100.2:53", DROP_local_unsupported);
	assert_dropped(*state, "web", "udp 10.0.2.9:1 8.8.8.8:53", DROP_source_spoofed);
	assert_dropped(*state, "web", "47 10.0.1.4 8.8.8.8", DROP_protocol_unsupported);
	assert_dropped(*state, "web", "tcp 10.0.1.4:1 8.8.8.8:25", DROP_security_outbound);
	assert_dropped(*state, "web", "tcp 10.0.1.2:1 8.8.8.8:80", DROP_ip_source_martian);
	assert_dropped(*state, "db", "tcp 10.0.2.4:1 10.0.9.9:80", DROP_subnet_missing);
	assert_dropped(*state, "up", "tcp 192.168.0.9:1 192.0.2.1:80", DROP_security_inbound);
}

static void
assert_rule(const struct explained_group *explained, const char *rule)
{
	if (rule == NULL) {
		assert_null(explained->group);
		assert_null(explained->rule);
		return;
	}
	assert_non_null(explained->rule);
	assert_string_equal(explained->group->name, "g");
	assert_string_equal(explained->rule->name, rule);
}

static void
assert_egress(const struct explained_egress *egress, const char *interface, uint32_t next_hop)
{
	assert_non_null(egress->interface);
	assert_string_equal(egress->interface->name, interface);
	assert_int_equal(ip_address_v4(&egress->next_hop), next_hop);
}

static void
denied_packet_came_to_no_route(void **state)
{
	struct explanation explanation = explain(*state, "web", "tcp 10.0.1.4:1 8.8.8.8:25");

	assert_string_equal(explanation.subnet->name, "web");
	assert_string_equal(explanation.network->name, "n");
	assert_rule(&explanation.outbound, "mail");
	assert_rule(&explanation.inbound, NULL);
	assert_null(explanation.route);
	assert_false(explanation.fabric.asked);
	assert_null(explanation.receiver);
	explanation_clear(&explanation);
}

static void
martian_came_to_nothing(void **state)
{
	struct explanation explanation = explain(*state, "db", "udp 10.0.2.4:1 127.0.0.1:2");

	assert_string_equal(explanation.subnet->name, "db");
	assert_rule(&explanation.outbound, NULL);
	assert_null(explanation.route);
	assert_false(explanation.fabric.asked);
	explanation_clear(&explanation);
}

static void
outbound_call_is_explained(void **state)
{
	struct explanation explanation = explain(*state, "web", "udp 10.0.1.5:700 203.0.113.9:53");

	assert_int_equal(explanation.verdict, VERDICT_SESSION);
	assert_rule(&explanation.outbound, "AllowInternetOutBound");
	assert_int_equal(explanation.route->prefix.length, 0);
	assert_int_equal(explanation.route->next_hop_type, NEXT_HOP_INTERNET);
	assert_null(explanation_other_route(&explanation, NULL));
	assert_true(explanation.fabric.asked);
	assert_int_equal(explanation.fabric.kind, ROUTE_GROUP);
	assert_int_equal(explanation.fabric.prefix.length, 24);
	assert_int_equal(explanation.fabric.next_hops, 1);
	/* The blocks of 64 ports begin with that of 10.0.1.4, at 1024. */
	assert_string_equal(explanation.snat.vip->name, "v");
	assert_false(explanation.snat.on_demand);
	assert_int_equal(explanation.snat.first_port, 1088);
	assert_int_equal(explanation.snat.last_port, 1151);
	assert_int_equal(explanation.translated.source, 0xc0000201);
	assert_int_equal(explanation.translated.destination, 0xcb007109);
	assert_int_equal(explanation.translated.destination_port, 53);
	assert_egress(&explanation.forward, "up", 0xc6336401);
	assert_egress(&explanation.reverse, "web", 0x0a000105);
	assert_int_equal(explanation.idle_timeout, 240);
	explanation_clear(&explanation);
}

static void
pool_on_demand_has_no_block(void **state)
{
	struct explanation explanation = explain(*state, "fw", "icmp 10.0.3.4 8.8.8.8 id 9");

	assert_int_equal(explanation.verdict, VERDICT_SESSION);
	assert_string_equal(explanation.snat.vip->name, "w");
	assert_true(explanation.snat.on_demand);
	assert_int_equal(explanation.fabric.prefix.length, 0);
	assert_int_equal(explanation.fabric.next_hops, 2);
	assert_int_equal(explanation.idle_timeout, 60);
	explanation_clear(&explanation);
}

static void
inbound_call_is_explained(void **state)
{
	struct explanation explanation = explain(*state, "up", "tcp 203.0.113.7:9 192.0.2.1:80");

	assert_int_equal(explanation.verdict, VERDICT_SESSION);
	assert_null(explanation.subnet);
	assert_null(explanation.network);
	assert_null(explanation.route);
	assert_rule(&explanation.outbound, NULL);
	assert_rule(&explanation.inbound, "web");
	assert_string_equal(explanation.receiver->name, "web");
	assert_int_equal(explanation.fabric.kind, ROUTE_VIP);
	assert_string_equal(explanation.fabric.vip->name, "v");
	assert_string_equal(explanation.inbound_rule->name, "http");
	assert_int_equal(ip_address_v4(&explanation.backend), 0x0a000104);
	assert_int_equal(explanation.backend_port, 8080);
	assert_null(explanation.snat.vip);
	assert_int_equal(explanation.translated.source_port, 9);
	assert_int_equal(explanation.translated.destination, 0x0a000104);
	assert_int_equal(explanation.translated.destination_port, 8080);
	assert_egress(&explanation.forward, "web", 0x0a000104);
	assert_egress(&explanation.reverse, "up", 0xc6336401);
	assert_int_equal(explanation.idle_timeout, 300);
	explanation_clear(&explanation);
}

/* semantics.md section 6: the caller's source is its own VIP, and the rule for Internet has it. */
static void
hairpin_walks_the_whole_line(void **state)
{
	struct explanation explanation = explain(*state, "fw", "tcp 10.0.3.4:9 192.0.2.1:80");

	assert_int_equal(explanation.verdict, VERDICT_SESSION);
	assert_int_equal(explanation.route->next_hop_type, NEXT_HOP_INTERNET);
	assert_string_equal(explanation.fabric.vip->name, "v");
	assert_string_equal(explanation.snat.vip->name, "w");
	assert_string_equal(explanation.inbound_rule->name, "http");
	assert_rule(&explanation.outbound, NULL);
	assert_rule(&explanation.inbound, "web");
	assert_int_equal(explanation.translated.source, 0xc0000202);
	assert_egress(&explanation.forward, "web", 0x0a000104);
	assert_egress(&explanation.reverse, "fw", 0x0a000304);
	explanation_clear(&explanation);
}

static void
losing_routes_come_longest_first(void **state)
{
	struct explanation explanation = explain(*state, "db", "tcp 10.0.2.4:9 10.0.1.4:8080");
	const struct effective_route *other;

	assert_int_equal(explanation.route->prefix.length, 16);
	assert_int_equal(explanation.route->next_hop_type, NEXT_HOP_VIRTUAL_NETWORK);
	other = explanation_other_route(&explanation, NULL);
	assert_int_equal(other->prefix.length, 0);
	assert_true(other->active);
	assert_string_equal(other->name, "all");
	other = explanation_other_route(&explanation, other);
	assert_int_equal(other->prefix.length, 0);
	assert_false(other->active);
	assert_int_equal(other->next_hop_type, NEXT_HOP_INTERNET);
	assert_null(explanation_other_route(&explanation, other));
	explanation_clear(&explanation);

	explanation = explain(*state, "web", "udp 10.0.1.4:9 10.0.2.4:53");
	other = explanation_other_route(&explanation, NULL);
	assert_int_equal(other->prefix.length, 8);
	assert_int_equal(other->next_hop_type, NEXT_HOP_NONE);
	other = explanation_other_route(&explanation, other);
	assert_int_equal(other->prefix.length, 0);
	assert_null(explanation_other_route(&explanation, other));
	explanation_clear(&explanation);
}

static void
fabric_answers_and_forwards(void **state)
{
	struct explanation explanation = explain(*state, "up", "icmp 203.0.113.7 198.51.100.2");

	assert_int_equal(explanation.verdict, VERDICT_LOCAL);
	assert_int_equal(explanation.fabric.kind, ROUTE_LOCAL);
	explanation_clear(&explanation);

	explanation = explain(*state, "up", "icmp 203.0.113.7 192.0.2.2");
	assert_int_equal(explanation.verdict, VERDICT_LOCAL);
	assert_string_equal(explanation.fabric.vip->name, "w");
	assert_null(explanation.inbound_rule);
	explanation_clear(&explanation);

	explanation = explain(*state, "up", "47 203.0.113.7 198.51.100.77");
	assert_int_equal(explanation.verdict, VERDICT_FABRIC);
	assert_int_equal(explanation.fabric.kind, ROUTE_CONNECTED);
	assert_int_equal(explanation.fabric.prefix.length, 24);
	assert_int_equal(ip_address_v4(&explanation.fabric.prefix.address), 0xc6336400);
	assert_egress(&explanation.forward, "up", 0xc633644d);
	assert_null(explanation.reverse.interface);
	assert_int_equal(explanation.idle_timeout, 0);
	explanation_clear(&explanation);

	explanation = explain(*state, "web", "icmp 10.0.1.4 10.0.2.1");
	assert_int_equal(explanation.verdict, VERDICT_LOCAL);
	assert_null(explanation.route);
	explanation_clear(&explanation);
}

#define fixture_test(function) \
	cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int
main(void)
{
	test_eal_start("256");

	const struct CMUnitTest tests[] = {
		fixture_test(every_kind_of_drop_is_told),
		fixture_test(denied_packet_came_to_no_route),
		fixture_test(martian_came_to_nothing),
		fixture_test(outbound_call_is_explained),
		fixture_test(pool_on_demand_has_no_block),
		fixture_test(inbound_call_is_explained),
		fixture_test(hairpin_walks_the_whole_line),
		fixture_test(losing_routes_come_longest_first),
		fixture_test(fabric_answers_and_forwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
