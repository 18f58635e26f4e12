/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/effective.h"
#include "config/snat_plan.h"
#include "config/tags.h"

/*
 * Any text is either refused with at least one message, or gives a model that all that is worked
 * out of models can be worked out of. Messages say what would be right.
 */

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
diagnostics_use(const struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->count; i++)
		require(strchr(diagnostics->items[i].message, ';') != NULL ||
			strchr(diagnostics->items[i].message, '?') != NULL);
}

static void
routes_use(const struct model *model, const struct virtual_network *network)
{
	const struct learned_route learned = { { ip_address_from_v4(0x0a0a0000), 16 } };

	for (size_t i = 0; i < network->subnet_count; i++) {
		const struct ip_address destination = ip_address_from_v4(0x0a000104);
		struct effective_routes routes;

		require(effective_routes_of(model, network, &network->subnets[i], &learned, 1,
					    &routes) == 0);
		require(effective_route_find(&routes, &destination) != NULL);
		effective_routes_free(&routes);
	}
}

static void
rules_use(const struct model *model, const struct virtual_network *network)
{
	for (size_t i = 0; i < model->security_group_count; i++)
		for (size_t j = 0; j < model->security_groups[i].rule_count; j++) {
			const struct security_rule *rule = &model->security_groups[i].rules[j];
			struct address_ranges ranges;

			require(rule_addresses_expand(model, network, &rule->source, &ranges) == 0);
			address_ranges_free(&ranges);
			require(rule_addresses_expand(model, network, &rule->destination,
						      &ranges) == 0);
			address_ranges_free(&ranges);
		}
}

static void
vips_use(const struct model *model)
{
	for (uint32_t i = 0; i < model->vip_count; i++) {
		unsigned ports = model->vips[i].outbound.ports_per_host;
		struct port_range_list ranges;

		require(snat_free_ranges(&model->vips[i], &ranges) == 0);
		require(ports == PORTS_ON_DEMAND ||
			snat_block_count(&ranges, ports) >= snat_host_count(model, i));
		free(ranges.items);
	}
}

/*
 * libconfig 1.5 forgets the string that it was reading when it meets a syntax error, as most inputs
 * have, and looking for leaks at each would take most of the time. The unit tests look for ours.
 */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model;
	char *text = malloc(size + 1);
	int error;

	require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	error = model_read_text("fuzz.conf", text, size, &model, &diagnostics);
	require((error == 0) == (diagnostics.errors == 0));
	require((error == 0) == (model != NULL));
	diagnostics_use(&diagnostics);
	if (model != NULL) {
		for (size_t i = 0; i < model->virtual_network_count; i++) {
			routes_use(model, &model->virtual_networks[i]);
			rules_use(model, &model->virtual_networks[i]);
		}
		vips_use(model);
	}
	model_free(model);
	diagnostics_clear(&diagnostics);
	free(text);
	return 0;
}
