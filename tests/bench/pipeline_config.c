/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench_random.h"

enum {
	NEXT_HOPS = 8,
	MEMBERS = 4,
	RULES = 1000,
	RULE_PREFIXES = 6, /* of a rule that names any: two of three do, 4000 in all */
	RULE_PORTS_MAX = 4,
	PREFIX_LENGTH_MIN = 16,
	PREFIX_LENGTH_MAX = 24,
	PREFIX_AREA = 0x20000000, /* 32.0.0.0/3: no martians and nobody's private addresses */
	PREFIX_AREA_LENGTH = 3,
	PREFIX_AREA_24S = 1 << (24 - PREFIX_AREA_LENGTH),
};

static const char head[] =
	"gateway = { name = \"bench\"; workers = 1; flow_capacity = %u; route_capacity = 131072;\n"
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

int
pipeline_prefixes_fill(struct pipeline_prefix prefixes[PIPELINE_PREFIXES])
{
	unsigned int lengths = PREFIX_LENGTH_MAX - PREFIX_LENGTH_MIN + 1;
	bool *seen = calloc((size_t)lengths * PREFIX_AREA_24S, sizeof(*seen));
	uint64_t state = 1;
	unsigned int count = 0;

	if (seen == NULL)
		return -1;
	while (count < PIPELINE_PREFIXES) {
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
	return 0;
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
routes_write(FILE *stream, const struct pipeline_prefix *prefixes)
{
	fprintf(stream, "routes = (\n");
	for (unsigned int i = 0; i < PIPELINE_PREFIXES; i++) {
		fprintf(stream, " { prefix = \"");
		address_write(stream, prefixes[i].first);
		fprintf(stream, "/%u\"; next_hops = [ ", prefixes[i].length);
		for (unsigned int j = 0; j < MEMBERS; j++)
			fprintf(stream, "%s\"198.51.100.%u\"", j > 0 ? ", " : "",
				10 + (i + j) % NEXT_HOPS);
		fprintf(stream, " ]; }%s\n", i + 1 < PIPELINE_PREFIXES ? "," : " );");
	}
}

/* Prefixes of up to 2^16 addresses: every other one within `area`, the rest anywhere. */
static void
rule_prefixes_write(FILE *stream, const char *name, bool any, uint32_t area, uint64_t *state)
{
	fprintf(stream, " %s = ", name);
	if (any) {
		fprintf(stream, "\"*\";");
		return;
	}
	for (unsigned int i = 0; i < RULE_PREFIXES; i++) {
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
group_write(FILE *stream, const struct pipeline_prefix *prefixes)
{
	uint64_t state = RULES;

	fprintf(stream, "security_groups = ( { name = \"nsg\"; rules = (\n");
	for (unsigned int i = 0; i < RULES; i++) {
		fprintf(stream,
			" { name = \"rule-%u\"; priority = %u; direction = \"outbound\";"
			" access = \"allow\"; protocol = \"%s\";",
			i, 100 + i, i % 10 < 7 ? "tcp" : "udp");
		rule_prefixes_write(stream, "source", i % 3 == 0, 0x0a010000, &state);
		rule_prefixes_write(stream, "destination", i % 3 == 1, prefixes[i].first, &state);
		rule_ports_write(stream, "source_ports", i % 8 == 0 ? 1 : 0, &state);
		rule_ports_write(stream, "destination_ports",
				 random_between(&state, 1, RULE_PORTS_MAX), &state);
		fprintf(stream, " }%s\n", i + 1 < RULES ? "," : " ); } );");
	}
}

char *
pipeline_config_write(const struct pipeline_prefix prefixes[PIPELINE_PREFIXES], uint32_t sessions,
		      size_t *length)
{
	char *text = NULL;
	FILE *stream = open_memstream(&text, length);

	if (stream == NULL)
		return NULL;
	fprintf(stream, head, sessions, PIPELINE_VLAN);
	neighbors_write(stream);
	routes_write(stream, prefixes);
	group_write(stream, prefixes);
	fprintf(stream, tail, PIPELINE_IDLE_SECONDS, PIPELINE_IDLE_SECONDS);
	if (fclose(stream) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
