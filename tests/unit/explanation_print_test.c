/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "control/explanation_print.h"
#include "explained.h"

static void
assert_printed(const struct explanation *explanation, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	explanation_print(stream, explanation);
	assert_int_equal(fclose(stream), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void
dropped_packet_ends_with_its_reason(void **state)
{
	struct explanation explanation = explained_denied();

	(void)state;
	assert_printed(
		&explanation,
		"udp 10.0.2.9:5353 10.0.1.4:53 received at fw-net, in no session yet\n"
		"  from             subnet data of prod, 10.0.2.0/24\n"
		"  outbound group   none, subnet data is not filtered\n"
		"  effective route  10.0.0.0/16  virtual_network             system  Active\n"
		"    not taken      0.0.0.0/0    virtual_appliance 10.0.3.4  user    Active  "
		"all-to-firewall\n"
		"                   0.0.0.0/0    internet                    system  Invalid\n"
		"  inbound group    ase-nsg denies it by DenyAllInBound, priority 65500\n"
		"dropped (security_inbound): a rule of the receiver's security group denies it\n");
	explanation = (struct explanation){
		.packet = { .protocol = PROTOCOL_UDP, .source = 0x0a000209 },
		.interface = &explained_fw_net,
		.network = &explained_prod,
		.subnet = &explained_data,
		.verdict = VERDICT_DROP,
		.reason = DROP_ip_destination_martian,
	};
	assert_printed(&explanation,
		       "udp 10.0.2.9:0 0.0.0.0:0 received at fw-net, in no session yet\n"
		       "  from             subnet data of prod, 10.0.2.0/24\n"
		       "dropped (ip_destination_martian): the destination address can not be a "
		       "host's\n");
}

static void
outbound_call_shows_its_translation(void **state)
{
	struct explanation explanation = explained_outbound();

	(void)state;
	assert_printed(
		&explanation,
		"tcp 10.0.1.4:51000 93.184.216.34:443 received at ase-net, in no session "
		"yet\n"
		"  from             subnet ase of prod, 10.0.1.0/26\n"
		"  outbound group   ase-nsg allows it by AllowInternetOutBound, priority "
		"65001\n"
		"  effective route  0.0.0.0/0  internet  system  Active\n"
		"  SNAT             ase-one, 192.23.1.2, a free port of 1024-1535\n"
		"  next hop         198.51.100.3 on internet, one of 2 of the fabric's route "
		"0.0.0.0/0\n"
		"  replies          10.0.1.4 on ase-net\n"
		"  session          ends after 240 s without packets\n"
		"forwarded as tcp 192.23.1.2:* 93.184.216.34:443\n");
}

static void
echo_draws_an_identifier(void **state)
{
	struct explanation explanation = explained_outbound();

	(void)state;
	explanation.packet = (struct packet_text){ .protocol = PROTOCOL_ICMP,
						   .source = 0x0a000104,
						   .destination = 0x5db8d822,
						   .identifier = 7 };
	explanation.translated = (struct packet_text){ .protocol = PROTOCOL_ICMP,
						       .source = 0xc0170102,
						       .destination = 0x5db8d822 };
	explanation.snat.on_demand = true;
	explanation.idle_timeout = 60;
	assert_printed(
		&explanation,
		"icmp 10.0.1.4 93.184.216.34 id 7 received at ase-net, in no session yet\n"
		"  from             subnet ase of prod, 10.0.1.0/26\n"
		"  outbound group   ase-nsg allows it by AllowInternetOutBound, priority "
		"65001\n"
		"  effective route  0.0.0.0/0  internet  system  Active\n"
		"  SNAT             ase-one, 192.23.1.2, any free identifier\n"
		"  next hop         198.51.100.3 on internet, one of 2 of the fabric's route "
		"0.0.0.0/0\n"
		"  replies          10.0.1.4 on ase-net\n"
		"  session          ends after 60 s without packets\n"
		"forwarded as icmp 192.23.1.2 93.184.216.34 id *\n");
}

static void
inbound_call_shows_its_backend(void **state)
{
	struct explanation explanation = explained_inbound();

	(void)state;
	assert_printed(&explanation,
		       "tcp 203.0.113.7:40000 192.23.1.2:443 received at internet, in no session "
		       "yet\n"
		       "  from             the fabric\n"
		       "  VIP              ase-one, 192.23.1.2\n"
		       "    rule           https, backend 10.0.1.5:8443, one of 2 by source\n"
		       "  inbound group    ase-nsg allows it by allow-web, priority 100\n"
		       "  next hop         10.0.1.5 on ase-net\n"
		       "  replies          dropped, replies of the session have no route\n"
		       "  session          ends after 300 s without packets\n"
		       "forwarded as tcp 203.0.113.7:40000 10.0.1.5:8443\n");
}

static void
losing_routes_follow_the_one_taken(void **state)
{
	struct explanation explanation = explained_forced();

	(void)state;
	assert_printed(&explanation,
		       "esp 10.0.2.9 93.184.216.34 received at fw-net, in no session yet\n"
		       "  from             subnet data of prod, 10.0.2.0/24\n"
		       "  outbound group   none, subnet data is not filtered\n"
		       "  effective route  0.0.0.0/0  virtual_appliance 10.0.3.4  user    Active  "
		       "all-to-firewall\n"
		       "    not taken      0.0.0.0/0  internet                    system  Invalid\n"
		       "  inbound group    none, subnet firewall is not filtered\n"
		       "  next hop         10.0.3.4 on fw-net\n"
		       "  replies          10.0.2.9 on fw-net\n"
		       "  session          ends after 240 s without packets\n"
		       "forwarded as esp 10.0.2.9 93.184.216.34\n");
}

static void
transit_has_no_session(void **state)
{
	struct explanation explanation = explained_transit();

	(void)state;
	assert_printed(&explanation,
		       "47 198.51.100.9 203.0.113.99 received at internet, in no session yet\n"
		       "  from             the fabric\n"
		       "  next hop         198.51.100.1 on internet, of the fabric's route "
		       "203.0.113.0/24\n"
		       "forwarded unchanged, without a session\n");
	explanation.fabric.kind = ROUTE_CONNECTED;
	assert_printed(&explanation,
		       "47 198.51.100.9 203.0.113.99 received at internet, in no session yet\n"
		       "  from             the fabric\n"
		       "  next hop         198.51.100.1 on internet\n"
		       "forwarded unchanged, without a session\n");
}

static void
ping_of_a_vip_is_answered(void **state)
{
	const struct explanation explanation = {
		.packet = { .protocol = PROTOCOL_ICMP,
			    .source = 0xcb007107,
			    .destination = 0xc0170102,
			    .identifier = 1 },
		.interface = &explained_internet,
		.fabric = { .asked = true, .kind = ROUTE_VIP, .vip = &explained_vip },
		.verdict = VERDICT_LOCAL,
	};

	(void)state;
	assert_printed(&explanation,
		       "icmp 203.0.113.7 192.23.1.2 id 1 received at internet, in no session yet\n"
		       "  from             the fabric\n"
		       "  VIP              ase-one, 192.23.1.2\n"
		       "answered by the gateway itself\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dropped_packet_ends_with_its_reason),
		cmocka_unit_test(outbound_call_shows_its_translation),
		cmocka_unit_test(echo_draws_an_identifier),
		cmocka_unit_test(inbound_call_shows_its_backend),
		cmocka_unit_test(losing_routes_follow_the_one_taken),
		cmocka_unit_test(transit_has_no_session),
		cmocka_unit_test(ping_of_a_vip_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
