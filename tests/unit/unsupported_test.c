/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#define INBOUND                                                                                  \
	"vips = { name = 'v'; address = '192.0.2.1'; virtual_network = 'n'; inbound = { name = " \
	"'r'; protocol = 'tcp'; ports = '80'; backends = '10.0.1.4';\n"

/* What differs from the default is refused; the default itself, written out, is not. */
static void
test_timers(void **state)
{
	static const struct configuration_case cases[] = {
		{ "gateway = { name = 'g';\nfirst_packet_share = 21; };",
		  "t.conf:3: first_packet_share other than 20 is not supported yet; leave it "
		  "out\n" },
		{ "gateway = { name = 'g'; first_packet_share = 20; };", "" },
	};

	(void)state;
	CASES_CHECK(PORT INTERFACES NETWORK VIP, cases);
}

static void
test_vips(void **state)
{
	static const struct configuration_case cases[] = {
		{ INBOUND "probe = { protocol = 'https'; path = '/'; }; }; };",
		  "t.conf:3: probes by https are not supported yet; use tcp\n" },
		{ INBOUND
		  "tcp_reset = true; }; profile = 'rfc'; outbound = { tcp_reset = true; }; };",
		  "" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT INTERFACES NETWORK, cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_vips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
