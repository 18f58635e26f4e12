/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#define NOT_YET "t.conf:2: probes by https are not supported yet; use tcp\n"

/* Checks settings within one VIP, from line 2 on. */
static struct model *
vip_expect(const char *settings, const char *lines)
{
	struct model *model;
	char *text;

	assert_true(
		asprintf(
			&text,
			GATEWAY PORT INTERFACES NETWORK
			"vips = { name = 'v'; address = '192.0.2.1'; virtual_network = 'n';\n%s };",
			settings) >= 0);
	model = configuration_expect(text, lines);
	free(text);
	return model;
}

static void
vip_cases_check(const struct configuration_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		model_free(vip_expect(cases[i].text, cases[i].lines));
}

static void
test_wrong_inbound(void **state)
{
	static const struct configuration_case cases[] = {
		{ "inbound = { };", "t.conf:2: inbound: name is missing; set it\n"
				    "t.conf:2: inbound: protocol is missing; set it\n"
				    "t.conf:2: inbound: ports is missing; set it\n"
				    "t.conf:2: inbound: backends is missing; set it\n" },
		{ "inbound = { name = 'r'; protocol = 'esp'; ports = '1'; backends = [ ]; };",
		  "t.conf:2: protocol = 'esp' is none of its values; use one of tcp, udp, icmp\n"
		  "t.conf:2: backends is empty; name at least one\n" },
		{ "inbound = { name = 'r'; protocol = 'icmp'; backends = '10.0.1.4'; ports = '1';\n"
		  "backend_ports = '1'; };",
		  "t.conf:2: ports belongs to rules of tcp and udp; leave it out\n"
		  "t.conf:3: backend_ports belongs to rules of tcp and udp; leave it out\n" },
		{ "inbound = { name = 'r'; protocol = 'tcp'; backends = '10.0.1.4';\nports = [ "
		  "'80', '443' "
		  "]; };",
		  "t.conf:3: ports takes one port or range; write a rule for each\n" },
		{ "inbound = { name = 'r'; protocol = 'tcp'; backends = '10.0.1.4'; ports = "
		  "'80-89';\n"
		  "backend_ports = '8080-8090'; };",
		  "t.conf:3: backend_ports are 11, but ports are 10; give as many of both\n" },
		{ "inbound = { name = 'r'; protocol = 'tcp'; backends = '10.0.1.4'; ports = '80';\n"
		  "idle_timeout = 239; drain_timeout = 86401; backends_max = "
		  "0;\nno_healthy_backends = "
		  "'up'; distribution = '5-tuple'; };",
		  "t.conf:3: backends_max = 0 is out of range; it goes from 1 to 1000\n"
		  "t.conf:3: idle_timeout = 239 is out of range; it goes from 240 to 6000\n"
		  "t.conf:3: drain_timeout = 86401 is out of range; it goes from 0 to 86400\n"
		  "t.conf:4: distribution = '5-tuple' is none of its values; use one of "
		  "five-tuple, "
		  "source-protocol, source\n"
		  "t.conf:4: no_healthy_backends = 'up' is none of its values; use one of "
		  "all_down, "
		  "all_up\n" },
	};

	(void)state;
	vip_cases_check(cases, sizeof(cases) / sizeof(cases[0]));
}

/* What is not supported is found last. */
static void
test_wrong_probes(void **state)
{
	static const struct configuration_case cases[] = {
		{ "{ port = 0; };",
		  "t.conf:2: probe: protocol is missing; set it\n"
		  "t.conf:2: port = 0 is out of range; it goes from 1 to 65535\n" },
		{ "{ protocol = 'tcp'; path = '/'; };", "t.conf:2: path belongs to probes by http "
							"and https and begins with '/'; leave it "
							"out\n" },
		{ "{ protocol = 'http'; };", "t.conf:2: path belongs to probes by http and https "
					     "and begins with '/'; set it\n" },
		{ "{ protocol = 'http'; path = '/a b'; };",
		  "t.conf:2: path has a byte that no URL has; write it as %XX\n" },
		{ "{ protocol = 'https'; path = 'x'; };",
		  "t.conf:2: path belongs to probes by http and https and begins with '/'; set "
		  "it\n" NOT_YET },
		{ "{ protocol = 'https'; path = '/x'; interval = 0; threshold = 101; };",
		  "t.conf:2: interval = 0 is out of range; it goes from 1 to 3600\n"
		  "t.conf:2: threshold = 101 is out of range; it goes from 1 to 100\n" NOT_YET },
		{ "'tcp';", "t.conf:2: probe is a string; it takes groups { }\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		assert_true(asprintf(&text,
				     "inbound = { name = 'r'; protocol = 'tcp'; ports = '80'; "
				     "backends = "
				     "'10.0.1.4'; probe = %s };",
				     cases[i].text) >= 0);
		model_free(vip_expect(text, cases[i].lines));
		free(text);
	}
}

static void
test_wrong_outbound(void **state)
{
	static const struct configuration_case cases[] = {
		{ "outbound = 5;", "t.conf:2: outbound is a number; it takes groups { }\n" },
		{ "outbound = { ports_per_host = 100; };",
		  "t.conf:2: ports_per_host = 100 is no multiple of 8; use 96 or 104\n" },
		{ "outbound = { ports_per_host = 0; };",
		  "t.conf:2: ports_per_host = 0 is out of range; it goes from 8 to 64000\n" },
		{ "outbound = { ports_per_host = 'some'; };",
		  "t.conf:2: ports_per_host is a string; it takes a number or 'on_demand'\n" },
		{ "outbound = { idle_timeout = 7441; udp_idle_timeout = 0; icmp_timeout = 0; };",
		  "t.conf:2: idle_timeout = 7441 is out of range; it goes from 240 to 7440\n"
		  "t.conf:2: udp_idle_timeout = 0 is out of range; it goes from 1 to 7440\n"
		  "t.conf:2: icmp_timeout = 0 is out of range; it goes from 1 to 7440\n" },
	};

	(void)state;
	vip_cases_check(cases, sizeof(cases) / sizeof(cases[0]));
}

static void
test_defaults(void **state)
{
	struct model *model =
		vip_expect("inbound = { name = 'r'; protocol = 'udp'; ports = '53-54'; "
			   "backends = '10.0.1.4'; };",
			   "");
	const struct vip *vip = &model->vips[0];
	const struct inbound_rule *rule = &vip->inbound[0];

	(void)state;
	assert_int_equal(vip->profile, VIP_PROFILE_AZURE);
	assert_int_equal(vip->virtual_network, 0);
	assert_int_equal(ip_address_v4(&vip->address), 0xc0000201);
	assert_int_equal(vip->outbound.ports_per_host, 128); /* for 251 hosts */
	assert_int_equal(vip->outbound.idle_timeout, 240);
	assert_int_equal(vip->outbound.udp_idle_timeout, 240);
	assert_int_equal(vip->outbound.icmp_timeout, 60);
	assert_false(vip->outbound.tcp_reset);
	assert_int_equal(rule->protocol, PROTOCOL_UDP);
	assert_int_equal(rule->ports.first, 53);
	assert_int_equal(rule->ports.last, 54);
	assert_int_equal(rule->backend_ports.first, 53);
	assert_int_equal(rule->backend_ports.last, 54);
	assert_int_equal(rule->backend_count, 1);
	assert_int_equal(rule->distribution, DISTRIBUTION_FIVE_TUPLE);
	assert_int_equal(rule->backends_max, 100);
	assert_int_equal(rule->idle_timeout, 240);
	assert_false(rule->tcp_reset);
	assert_int_equal(rule->drain_timeout, 300);
	assert_false(rule->all_up_when_unhealthy);
	assert_int_equal(rule->probe.protocol, PROBE_NONE);
	model_free(model);
}

/* RFC 5382 REQ-5: 2 h 4 min; RFC 4787 REQ-5: 5 min. What the file says goes before. */
static void
test_rfc_timers(void **state)
{
	struct model *model = vip_expect("profile = 'rfc';", "");

	(void)state;
	assert_int_equal(model->vips[0].profile, VIP_PROFILE_RFC);
	assert_int_equal(model->vips[0].outbound.idle_timeout, 7440);
	assert_int_equal(model->vips[0].outbound.udp_idle_timeout, 300);
	assert_int_equal(model->vips[0].outbound.icmp_timeout, 60);
	model_free(model);
	model = vip_expect("profile = 'rfc'; outbound = { udp_idle_timeout = 120; };", "");
	assert_int_equal(model->vips[0].outbound.idle_timeout, 7440);
	assert_int_equal(model->vips[0].outbound.udp_idle_timeout, 120);
	model_free(model);
}

static void
test_all_set(void **state)
{
	struct model *model = vip_expect(
		"profile = 'azure'; outbound = { ports_per_host = 64; idle_timeout = 7440; "
		"udp_idle_timeout = 30; icmp_timeout = 5; tcp_reset = false; }; inbound = { name = "
		"'r'; "
		"protocol = 'tcp'; ports = '443'; backend_ports = '8443'; backends = [ '10.0.1.4', "
		"'10.0.1.5' ]; distribution = 'source'; backends_max = 2; idle_timeout = 6000; "
		"tcp_reset "
		"= false; drain_timeout = 0; no_healthy_backends = 'all_up'; };",
		"");
	const struct outbound *outbound = &model->vips[0].outbound;
	const struct inbound_rule *rule = &model->vips[0].inbound[0];

	(void)state;
	assert_int_equal(outbound->ports_per_host, 64);
	assert_int_equal(outbound->idle_timeout, 7440);
	assert_int_equal(outbound->udp_idle_timeout, 30);
	assert_int_equal(outbound->icmp_timeout, 5);
	assert_int_equal(rule->backend_ports.first, 8443);
	assert_int_equal(rule->backend_count, 2);
	assert_int_equal(ip_address_v4(&rule->backends[1]), 0x0a000105);
	assert_int_equal(rule->distribution, DISTRIBUTION_SOURCE);
	assert_int_equal(rule->backends_max, 2);
	assert_int_equal(rule->idle_timeout, 6000);
	assert_int_equal(rule->drain_timeout, 0);
	assert_true(rule->all_up_when_unhealthy);
	model_free(model);
}

static void
test_on_demand(void **state)
{
	struct model *model = vip_expect("outbound = { ports_per_host = 'on_demand'; };", "");

	(void)state;
	assert_int_equal(model->vips[0].outbound.ports_per_host, PORTS_ON_DEMAND);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_inbound),  cmocka_unit_test(test_wrong_probes),
		cmocka_unit_test(test_wrong_outbound), cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_rfc_timers),     cmocka_unit_test(test_all_set),
		cmocka_unit_test(test_on_demand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
