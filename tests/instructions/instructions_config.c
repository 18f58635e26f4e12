/* SPDX-License-Identifier: BSD-3-Clause */
#include "instructions_config.h"

#include <stdio.h>
#include <stdlib.h>

#include "config/config.h"

enum {
	RULES = 256,
};

static const char head[] =
	"gateway = { name = \"instructions\"; workers = 1; flow_capacity = 16384; seed = 1;\n"
	" route_capacity = 1024; fragment_capacity = 64; ecmp_seed = 7; };\n"
	"ports = ( { name = \"wan\"; device = \"net_null0\"; },\n"
	" { name = \"lan\"; device = \"net_null1\"; } );\n"
	"interfaces = ( { name = \"internet\"; port = \"wan\"; addresses = \"198.51.100.1/24\";\n"
	" mac = \"02:00:00:00:00:01\"; },\n"
	" { name = \"hosts\"; port = \"lan\"; vlan = 10; addresses = \"10.1.0.1/24\";\n"
	" mac = \"02:00:00:00:00:02\"; } );\n"
	"neighbors = ( { interface = \"internet\"; address = \"198.51.100.10\";\n"
	" mac = \"02:00:00:00:01:00\"; },\n"
	" { interface = \"internet\"; address = \"198.51.100.11\"; mac = \"02:00:00:00:01:01\"; }";

static const char tail[] =
	"virtual_networks = ( { name = \"prod\"; address_space = \"10.1.0.0/16\"; subnets = (\n"
	" { name = \"hosts\"; prefix = \"10.1.0.0/24\"; interface = \"hosts\";\n"
	" security_group = \"nsg\"; outbound_vips = \"one\"; } ); } );\n"
	"vips = ( { name = \"one\"; address = \"192.23.1.2\"; virtual_network = \"prod\";\n"
	" outbound = { ports_per_host = 248; idle_timeout = %u; udp_idle_timeout = %u; }; } );\n";

/* Neighbours behind two next hops, routes over both, and rules that each name some prefixes. */
static void
lists_write(FILE *stream)
{
	for (unsigned int i = 0; i < INSTRUCTIONS_HOSTS; i++)
		fprintf(stream,
			",\n { interface = \"hosts\"; address = \"10.1.0.%u\";"
			" mac = \"02:00:00:00:02:%02x\"; }",
			i + 4, i);
	fprintf(stream, " );\nroutes = (\n");
	for (unsigned int i = 0; i < INSTRUCTIONS_PREFIXES; i++)
		fprintf(stream,
			"%s { prefix = \"40.%u.0.0/16\";"
			" next_hops = [ \"198.51.100.10\", \"198.51.100.11\" ]; }",
			i > 0 ? ",\n" : "", i);
	fprintf(stream, " );\nsecurity_groups = ( { name = \"nsg\"; rules = (\n");
	for (unsigned int i = 0; i < RULES; i++)
		fprintf(stream,
			"%s { name = \"rule-%u\"; priority = %u; direction = \"outbound\";"
			" access = \"allow\"; protocol = \"%s\"; source = \"*\"; source_ports = "
			"\"*\";"
			" destination = [ \"40.%u.0.0/16\", \"41.%u.%u.0/24\" ];"
			" destination_ports = \"%u-%u\"; }",
			i > 0 ? ",\n" : "", i, 100 + i, i % 2 == 0 ? "tcp" : "udp",
			i % INSTRUCTIONS_PREFIXES, i, i, i * 16, i * 16 + 100);
	fprintf(stream, " ); } );\n");
}

struct model *
instructions_config(void)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model = NULL;
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	if (stream == NULL)
		return NULL;
	fputs(head, stream);
	lists_write(stream);
	fprintf(stream, tail, INSTRUCTIONS_IDLE_SECONDS, INSTRUCTIONS_IDLE_SECONDS);
	if (fclose(stream) == 0 &&
	    model_read_text("instructions.conf", text, length, &model, &diagnostics) != 0)
		diagnostics_print(&diagnostics, stderr);
	diagnostics_clear(&diagnostics);
	free(text);
	return model;
}
