/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#define INBOUND                                                                                  \
	"vips = { name = 'v'; address = '192.0.2.1'; virtual_network = 'n'; inbound = { name = " \
	"'r'; protocol = 'tcp'; ports = '80'; backends = '10.0.1.4';\n"

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
		cmocka_unit_test(test_vips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
