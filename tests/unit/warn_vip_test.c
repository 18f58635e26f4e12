/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#define PROFILED(name, address, profile)                                 \
	"{ name = '" name "'; address = '" address "'; virtual_network " \
	"= 'n'; profile = '" profile "'; }"

/* Once, however many have it. */
static void
test_mappings_and_workers(void **state)
{
	static const struct configuration_case shared[] = {
		{ "vips = " PROFILED("v", "192.0.2.1", "azure") ";", "" },
		{ "vips = ( " PROFILED("v", "192.0.2.1", "azure") ",\n" PROFILED(
			  "w", "192.0.2.2", "rfc") ",\n" PROFILED("x", "192.0.2.3", "rfc") " );",
		  "t.conf:3: warning: VIP 'w' has profile 'rfc', so that one of the 3 workers does "
		  "all outbound sessions of all VIPs; use 'azure' where they are to share them\n" },
	};
	static const struct configuration_case alone[] = {
		{ "vips = " PROFILED("v", "192.0.2.1", "rfc") ";", "" },
	};

	(void)state;
	CASES_CHECK("gateway = { name = 'g'; workers = 3; };" PORT INTERFACES NETWORK, shared);
	CASES_CHECK(GATEWAY PORT INTERFACES NETWORK, alone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mappings_and_workers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
