/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>

#include "bench_random.h"
#include "config/config.h"

enum {
	NEXT_HOPS = 8,
	MEMBERS = 4,
	RULE_PREFIXES = 4000, /* on each side, of all rules: two of three name some */
	RULE_PORTS_MAX = 4,
	PREFIX_LENGTH_MIN = 16,
	PREFIX_LENGTH_MAX = 24,
	PREFIX_AREA = 0x20000000, /* 32.0.0.0/3: no martians and nobody's private addresses */
	PREFIX_AREA_LENGTH = 3,
	PREFIX_AREA_24S = 1 << (24 - PREFIX_AREA_LENGTH),
};

static const char head[] =
	"gateway = { name = \"bench\"; workers = %u; flow_capacity = %u; route_capacity = %u;\n"
	" ecmp_seed = 7; seed = 1; };\n"
	"ports = ( { name = \"wan\"; device = \"net_null0\"; },\n"
	" { name = \"lan\"; device = \"net_null1\"; } );\n"
	"interfaces = ( { name = \"internet\"; port = \"wan\"; addresses = \"198.51.100.1/24\";\n"
	" mac = \"02:00:00:00:00:01\"; },\n"
	" { name = \"hosts\"; port = \"lan\"; vlan = %u; addresses = \"10.1.0.1/24\";\n"
	" mac = \"02:00:00:00:00:02\"; } );\n";

static const char tail[] =
	"virtual_networks = ( { name = \"prod\"; address_space = \"10.1.0.0/16\"; subnets = (\n"
	" { name = \"hosts\"; prefix = \"10.1.0.0/24\"; interface = \"hosts\";\n"
	" security_group = \"nsg\"; outbound_vips = \"one\"; } ); } );\n"
	"vips = ( { name = \"one\"; address = \"192.23.1.2\"; virtual_network = \"prod\";\n"
	" outbound = { ports_per_host = 248; idle_timeout = %u; udp_idle_timeout = %u; }; } );\n";

struct pipeline_prefix *
pipeline_prefixes_make(uint32_t n)
{
	unsigned int lengths = PREFIX_LENGTH_MAX - PREFIX_LENGTH_MIN + 1;
	bool *seen = calloc((size_t)lengths * PREFIX_AREA_24S, sizeof(*seen));
	struct pipeline_prefix *prefixes = malloc(n * sizeof(*prefixes));
	uint64_t state = 1;
	uint32_t count = 0;

	while (seen != NULL && prefixes != NULL && count < n) {
		uint32_t shorter = count % 2 == 0 ? 0 : random_between(&state, 1, lengths - 1);
		uint32_t length = PREFIX_LENGTH_MAX - shorter;
		uint32_t number = random_next(&state) >> (32 - length + PREFIX_AREA_LENGTH);
		bool *taken = &seen[shorter * PREFIX_AREA_24S + number];

		if (*taken)
			continue;
		*taken = true;
		prefixes[count++] = (struct pipeline_prefix){
			.first = PREFIX_AREA + (number << (32 - length)),
			.length = (uint8_t)length,
		};
	}
	free(seen);
	return prefixes;
}

static void
address_write(FILE *stream, uint32_t address)
{
	fprintf(stream, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
		address & 255);
}

static void
neighbors_write(FILE *stream)
{
	fprintf(stream, "neighbors = (\n");
	for (unsigned int i = 0; i < PIPELINE_HOSTS; i++)
		fprintf(stream,
			" { interface = \"hosts\"; address = \"10.1.0.%u\";"
			" mac = \"02:00:00:00:02:%02x\"; },\n",
			i + 4, i);
	for (unsigned int i = 0; i < NEXT_HOPS; i++)
		fprintf(stream,
			" { interface = \"internet\"; address = \"198.51.100.%u\";"
			" mac = \"02:00:00:00:01:%02x\"; }%s\n",
			i + 10, i, i + 1 < NEXT_HOPS ? "," : " );");
}

static void
routes_write(FILE *stream, const struct pipeline_config *config)
{
	const struct pipeline_prefix *prefixes = config->prefixes;

	fprintf(stream, "routes = (\n");
	for (unsigned int i = 0; i < config->prefix_count; i++) {
		unsigned int first = i < config->changed_routes ? i + 1 : i;

		fprintf(stream, " { prefix = \"");
		address_write(stream, prefixes[i].first);
		fprintf(stream, "/%u\"; next_hops = [ ", prefixes[i].length);
		for (unsigned int j = 0; j < MEMBERS; j++)
			fprintf(stream, "%s\"198.51.100.%u\"", j > 0 ? ", " : "",
				10 + (first + j) % NEXT_HOPS);
		fprintf(stream, " ]; }%s\n", i + 1 < config->prefix_count ? "," : " );");
	}
}

/* Prefixes of up to 2^16 addresses: every other one within `area`, the rest anywhere; 0: any. */
static void
rule_prefixes_write(FILE *stream, const char *name, uint32_t count, uint32_t area, uint64_t *state)
{
	fprintf(stream, " %s = ", name);
	if (count == 0) {
		fprintf(stream, "\"*\";");
		return;
	}
	for (unsigned int i = 0; i < count; i++) {
		uint32_t length = random_between(state, i % 2 == 0 ? 25 : 16, 32);
		uint32_t address = random_next(state);

		if (i % 2 == 0)
			address = area | (address & 0xff);
		fprintf(stream, "%s\"", i > 0 ? ", " : "[ ");
		address_write(stream, address & ~(uint32_t)((1ULL << (32 - length)) - 1));
		fprintf(stream, "/%u\"", length);
	}
	fprintf(stream, " ];");
}

static void
rule_ports_write(FILE *stream, const char *name, unsigned int count, uint64_t *state)
{
	fprintf(stream, " %s = ", name);
	if (count == 0) {
		fprintf(stream, "\"*\";");
		return;
	}
	for (unsigned int i = 0; i < count; i++) {
		uint32_t first = random_between(state, 1, 60000);
		uint32_t wide = random_between(state, 0, 3) == 0 ? 1000 : 0;

		fprintf(stream, "%s\"%u-%u\"", i > 0 ? ", " : "[ ", first, first + wide);
	}
	fprintf(stream, " ];");
}

/* As in security_bench; what is asked goes on by one of these or by the default rule. */
static void
group_write(FILE *stream, const struct pipeline_config *config)
{
	uint32_t rules = config->rules, share = RULE_PREFIXES / (rules - rules / 3);
	uint64_t state = rules;

	fprintf(stream, "security_groups = ( { name = \"nsg\"; rules = (\n");
	for (unsigned int i = 0; i + 1 < rules; i++) {
		uint32_t area = config->prefixes[i].first;

		fprintf(stream,
			" { name = \"rule-%u\"; priority = %u; direction = \"outbound\";"
			" access = \"allow\"; protocol = \"%s\";",
			i, 101 + i, i % 10 < 7 ? "tcp" : "udp");
		rule_prefixes_write(stream, "source", i % 3 == 0 ? 0 : share, 0x0a010000, &state);
		rule_prefixes_write(stream, "destination", i % 3 == 1 ? 0 : share, area, &state);
		rule_ports_write(stream, "source_ports", i % 8 == 0 ? 1 : 0, &state);
		rule_ports_write(stream, "destination_ports",
				 random_between(&state, 1, RULE_PORTS_MAX), &state);
		fprintf(stream, " },\n");
	}
	fprintf(stream,
		" { name = \"deny-mail\"; priority = 100; direction = \"outbound\"; access = "
		"\"deny\";"
		" protocol = \"*\"; source = \"*\"; source_ports = \"*\"; destination = \"*\";"
		" destination_ports = \"%u\"; } ); } );\n",
		config->denied_port);
}

static char *
config_write(const struct pipeline_config *config, size_t *length)
{
	char *text = NULL;
	FILE *stream = open_memstream(&text, length);

	if (stream == NULL)
		return NULL;
	fprintf(stream, head, config->workers, config->flow_capacity,
		config->prefix_count + config->prefix_count / 4, PIPELINE_VLAN);
	neighbors_write(stream);
	routes_write(stream, config);
	group_write(stream, config);
	fprintf(stream, tail, config->idle_seconds, config->idle_seconds);
	if (fclose(stream) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

struct model *
pipeline_model_make(const struct pipeline_config *config, uint64_t *cycles)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model = NULL;
	size_t length;
	char *text = config_write(config, &length);
	uint64_t start = rte_rdtsc();

	if (text != NULL && model_read_text("bench.conf", text, length, &model, &diagnostics) != 0)
		diagnostics_print(&diagnostics, stderr);
	*cycles = rte_rdtsc() - start;
	diagnostics_clear(&diagnostics);
	free(text);
	return model;
}
