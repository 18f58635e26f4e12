/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "control/decision_json.h"
#include "explained.h"

static void
assert_json(const struct explanation *explanation, const char *expected)
{
	json_t *value = decision_json(explanation);
	char *text;

	assert_non_null(value);
	text = json_dumps(value, 0);
	json_decref(value);
	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void
dropped_packet_has_a_reason(void **state)
{
	const struct explanation explanation = explained_denied();

	(void)state;
	assert_json(&explanation,
		    "{\"verdict\": \"drop\", \"reason\": \"security_inbound\","
		    " \"interface\": \"fw-net\", \"virtual_network\": \"prod\","
		    " \"subnet\": \"data\","
		    " \"route\": {\"prefix\": \"10.0.0.0/16\", \"source\": \"system\","
		    " \"next_hop_type\": \"virtual_network\", \"next_hop\": null,"
		    " \"active\": true, \"name\": null, \"others\": ["
		    "{\"prefix\": \"0.0.0.0/0\", \"source\": \"user\","
		    " \"next_hop_type\": \"virtual_appliance\", \"next_hop\": \"10.0.3.4\","
		    " \"active\": true, \"name\": \"all-to-firewall\"}, "
		    "{\"prefix\": \"0.0.0.0/0\", \"source\": \"system\","
		    " \"next_hop_type\": \"internet\", \"next_hop\": null,"
		    " \"active\": false, \"name\": null}]},"
		    " \"fabric\": null, \"security\": {\"outbound\": null,"
		    " \"inbound\": {\"group\": \"ase-nsg\", \"rule\": \"DenyAllInBound\","
		    " \"priority\": 65500, \"access\": \"deny\"}},"
		    " \"vip\": null, \"snat\": null, \"translated\": null, \"egress\": null,"
		    " \"reverse\": null, \"idle_timeout\": null, \"remembered\": false}");
}

static void
outbound_call_has_its_ports(void **state)
{
	const struct explanation explanation = explained_outbound();

	(void)state;
	assert_json(&explanation,
		    "{\"verdict\": \"session\", \"reason\": null,"
		    " \"interface\": \"ase-net\", \"virtual_network\": \"prod\","
		    " \"subnet\": \"ase\","
		    " \"route\": {\"prefix\": \"0.0.0.0/0\", \"source\": \"system\","
		    " \"next_hop_type\": \"internet\", \"next_hop\": null,"
		    " \"active\": true, \"name\": null, \"others\": []},"
		    " \"fabric\": {\"kind\": \"next_hops\", \"prefix\": \"0.0.0.0/0\","
		    " \"next_hops\": 2},"
		    " \"security\": {\"outbound\": {\"group\": \"ase-nsg\","
		    " \"rule\": \"AllowInternetOutBound\", \"priority\": 65001,"
		    " \"access\": \"allow\"}, \"inbound\": null}, \"vip\": null,"
		    " \"snat\": {\"vip\": \"ase-one\", \"address\": \"192.23.1.2\","
		    " \"on_demand\": false, \"first_port\": 1024, \"last_port\": 1535},"
		    " \"translated\": {\"source\": \"192.23.1.2\", \"source_port\": null,"
		    " \"destination\": \"93.184.216.34\", \"destination_port\": 443},"
		    " \"egress\": {\"interface\": \"internet\", \"next_hop\": \"198.51.100.3\"},"
		    " \"reverse\": {\"interface\": \"ase-net\", \"next_hop\": \"10.0.1.4\"},"
		    " \"idle_timeout\": 240, \"remembered\": false}");
}

static void
inbound_call_has_its_backend(void **state)
{
	const struct explanation explanation = explained_inbound();

	(void)state;
	assert_json(&explanation,
		    "{\"verdict\": \"session\", \"reason\": null,"
		    " \"interface\": \"internet\", \"virtual_network\": null,"
		    " \"subnet\": null, \"route\": null,"
		    " \"fabric\": {\"kind\": \"vip\", \"prefix\": null, \"next_hops\": null},"
		    " \"security\": {\"outbound\": null, \"inbound\": {\"group\": \"ase-nsg\","
		    " \"rule\": \"allow-web\", \"priority\": 100, \"access\": \"allow\"}},"
		    " \"vip\": {\"name\": \"ase-one\", \"address\": \"192.23.1.2\","
		    " \"rule\": \"https\", \"backend\": \"10.0.1.5\", \"backend_port\": 8443},"
		    " \"snat\": null,"
		    " \"translated\": {\"source\": \"203.0.113.7\", \"source_port\": 40000,"
		    " \"destination\": \"10.0.1.5\", \"destination_port\": 8443},"
		    " \"egress\": {\"interface\": \"ase-net\", \"next_hop\": \"10.0.1.5\"},"
		    " \"reverse\": {\"drop\": \"session_reverse_unroutable\"},"
		    " \"idle_timeout\": 300, \"remembered\": false}");
}

static void
transit_has_neither_ports_nor_replies(void **state)
{
	const struct explanation explanation = explained_transit();

	(void)state;
	assert_json(&explanation,
		    "{\"verdict\": \"fabric\", \"reason\": null,"
		    " \"interface\": \"internet\", \"virtual_network\": null,"
		    " \"subnet\": null, \"route\": null,"
		    " \"fabric\": {\"kind\": \"next_hops\", \"prefix\": \"203.0.113.0/24\","
		    " \"next_hops\": 1},"
		    " \"security\": {\"outbound\": null, \"inbound\": null},"
		    " \"vip\": null, \"snat\": null,"
		    " \"translated\": {\"source\": \"198.51.100.9\", \"source_port\": null,"
		    " \"destination\": \"203.0.113.99\", \"destination_port\": null},"
		    " \"egress\": {\"interface\": \"internet\", \"next_hop\": \"198.51.100.1\"},"
		    " \"reverse\": null, \"idle_timeout\": null, \"remembered\": false}");
}

static void
pool_on_demand_has_no_block(void **state)
{
	struct explanation explanation = explained_outbound();
	json_t *value;
	const json_t *snat;

	(void)state;
	explanation.snat.on_demand = true;
	value = decision_json(&explanation);
	snat = json_object_get(value, "snat");
	assert_true(json_is_true(json_object_get(snat, "on_demand")));
	assert_true(json_is_null(json_object_get(snat, "first_port")));
	assert_true(json_is_null(json_object_get(snat, "last_port")));
	json_decref(value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dropped_packet_has_a_reason),
		cmocka_unit_test(outbound_call_has_its_ports),
		cmocka_unit_test(inbound_call_has_its_backend),
		cmocka_unit_test(transit_has_neither_ports_nor_replies),
		cmocka_unit_test(pool_on_demand_has_no_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
