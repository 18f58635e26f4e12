/* SPDX-License-Identifier: BSD-3-Clause */
#include "report.h"

#include <inttypes.h>

#include "json_text.h"
#include "subcommand.h"

static uint64_t
report_dropped(const struct counters *counters)
{
	uint64_t sum = 0;

	for (enum drop_reason reason = DROP_NONE; reason < DROP_REASON_COUNT; reason++)
		sum += counters->drops[reason];
	return sum;
}

bool
report_balanced(const struct counters *counters)
{
	uint64_t in = counters->originated;
	uint64_t out = counters->consumed + counters->held + report_dropped(counters) +
		       counters->handed_off - counters->handoffs_taken;

	for (unsigned int i = 0; i < PORTS_MAX; i++) {
		in += counters->ports[i].received_packets;
		out += counters->ports[i].sent_packets;
	}
	return in == out;
}

static void
print_ports(FILE *stream, const struct model *model, const struct counters *counters)
{
	fprintf(stream, "%-20s %12s %12s %15s %15s\n", "port", "packets in", "packets out",
		"bytes in", "bytes out");
	for (size_t i = 0; i < model->port_count; i++) {
		const struct port_counters *port = &counters->ports[i];

		fprintf(stream, "  %-18s %12" PRIu64 " %12" PRIu64 " %15" PRIu64 " %15" PRIu64 "\n",
			model->ports[i].name, port->received_packets, port->sent_packets,
			port->received_bytes, port->sent_bytes);
	}
}

static void
print_drops(FILE *stream, const struct counters *counters)
{
	fprintf(stream, "%-32s %12" PRIu64 "\n", "dropped", report_dropped(counters));
	for (enum drop_reason reason = DROP_NONE; reason < DROP_REASON_COUNT; reason++) {
		if (counters->drops[reason] > 0)
			fprintf(stream, "  %-30s %12" PRIu64 "  %s\n", drop_reason_name(reason),
				counters->drops[reason], drop_reason_sentence(reason));
	}
}

void
report_print(FILE *stream, const struct gateway *gateway, const struct counters *counters)
{
	print_ports(stream, gateway_model(gateway), counters);
	fprintf(stream, "path\n");
	for (enum path path = PATH_FABRIC; path < PATH_COUNT; path++)
		fprintf(stream, "  %-30s %12" PRIu64 "\n", path_name(path),
			counters->path_packets[path]);
	fprintf(stream, "sessions\n");
	fprintf(stream, "  %-30s %12" PRIu64 "\n", "created", counters->sessions_created);
	fprintf(stream, "  %-30s %12" PRIu64 "\n", "ended", counters->sessions_ended);
	if (counters->sessions_displaced > 0)
		fprintf(stream, "  %-30s %12" PRIu64 "\n", "of them displaced",
			counters->sessions_displaced);
	fprintf(stream, "  %-30s %12" PRIu64 "\n", "in use",
		counters->sessions_created - counters->sessions_ended);
	fprintf(stream, "  %-30s %12" PRIu64 "\n", "SNAT ports in use",
		counters->snat_ports_taken - counters->snat_ports_returned);
	fprintf(stream, "%-32s %12" PRIu64 "\n", "made by the gateway", counters->originated);
	fprintf(stream, "%-32s %12" PRIu64 "\n", "ended at the gateway", counters->consumed);
	if (counters->held > 0)
		fprintf(stream, "%-32s %12" PRIu64 "\n", "waiting", counters->held);
	if (counters->handed_off > 0)
		fprintf(stream, "%-32s %12" PRIu64 "\n", "handed to another worker",
			counters->handed_off);
	print_drops(stream, counters);
}

static json_t *
ports_json(const struct model *model, const struct counters *counters)
{
	json_t *ports = json_object();

	for (size_t i = 0; i < model->port_count; i++) {
		const struct port_counters *port = &counters->ports[i];

		json_object_set_new(ports, model->ports[i].name,
				    json_pack("{s:I, s:I, s:I, s:I}", "in",
					      (json_int_t)port->received_packets, "out",
					      (json_int_t)port->sent_packets, "bytes_in",
					      (json_int_t)port->received_bytes, "bytes_out",
					      (json_int_t)port->sent_bytes));
	}
	return ports;
}

static json_t *
paths_json(const struct counters *counters)
{
	json_t *paths = json_object();

	for (enum path path = PATH_FABRIC; path < PATH_COUNT; path++)
		json_object_set_new(paths, path_name(path),
				    json_integer((json_int_t)counters->path_packets[path]));
	return paths;
}

static json_t *
drops_json(const struct counters *counters)
{
	json_t *drops = json_object();

	for (enum drop_reason reason = DROP_NONE; reason < DROP_REASON_COUNT; reason++) {
		if (counters->drops[reason] > 0)
			json_object_set_new(drops, drop_reason_name(reason),
					    json_integer((json_int_t)counters->drops[reason]));
	}
	return drops;
}

json_t *
report_json(const struct gateway *gateway, const struct counters *counters)
{
	return json_pack(
		"{s:o, s:o, s:{s:I, s:I, s:I, s:I}, s:{s:I}, s:I, s:I, s:I, s:I, s:I, s:o}",
		"ports", ports_json(gateway_model(gateway), counters), "paths",
		paths_json(counters), "sessions", "created", (json_int_t)counters->sessions_created,
		"ended", (json_int_t)counters->sessions_ended, "displaced",
		(json_int_t)counters->sessions_displaced, "in_use",
		(json_int_t)(counters->sessions_created - counters->sessions_ended), "snat_ports",
		"in_use", (json_int_t)(counters->snat_ports_taken - counters->snat_ports_returned),
		"originated", (json_int_t)counters->originated, "consumed",
		(json_int_t)counters->consumed, "held", (json_int_t)counters->held, "decided",
		(json_int_t)counters->decided, "handed_off", (json_int_t)counters->handed_off,
		"drops", drops_json(counters));
}

int
report_tell(const char *subcommand, const struct gateway *gateway, bool json)
{
	struct counters counters;
	int rc = 0;

	gateway_counters(gateway, &counters);
	if (json)
		rc = json_text_print(stdout, report_json(gateway, &counters), JSON_LAYOUT_TREE);
	else
		report_print(stdout, gateway, &counters);
	if (rc != 0 || fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "viaduct %s: the report could not be written\n", subcommand);
		return STATUS_FAILED;
	}
	if (!report_balanced(&counters)) {
		fprintf(stderr, "viaduct %s: packets are missing from the counters: a defect\n",
			subcommand);
		return STATUS_FAILED;
	}
	return STATUS_GOOD;
}
