/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "decision_json.h"
#include "eal.h"
#include "explanation_print.h"
#include "gateway.h"
#include "json_text.h"
#include "packet_text.h"
#include "subcommand.h"

enum {
	PACKET_WORDS_MAX = 256, /* characters */
	ERROR_MAX = 512,
};

static const char usage[] =
	"usage: viaduct explain CONFIG --from INTERFACE PACKET [--json]\n"
	"       viaduct explain CONFIG - [--json]\n"
	"\n"
	"Tells step by step what becomes of a packet that comes in at the interface and belongs "
	"to\n"
	"no session yet. A packet of a session goes the way of the session.\n"
	"\n"
	"  PACKET           tcp 10.0.1.4:51000 93.184.216.34:443     udp likewise\n"
	"                   icmp 10.0.1.4 8.8.8.8 [id 7]             icmp-reply for the reply\n"
	"                   esp 10.0.1.4 10.0.2.9                    ah, or a protocol's number\n"
	"  -                explain each line of standard input: INTERFACE PACKET\n"
	"  --from INTERFACE the interface that the packet comes in at\n"
	"  --json           the facts as JSON; with - one object a line\n"
	"  --help           this text\n"
	"\n"
	"Exit status: 0 forwarded or answered, 1 dropped (with -, any of them) or the "
	"configuration\n"
	"is invalid, 2 wrong arguments or lines.\n";

struct explain {
	struct gateway *gateway;
	bool json;
	enum json_layout layout;
	char error[ERROR_MAX];
};

static enum exit_status
explain_show(struct explain *explain, const struct explanation *explanation)
{
	int rc = 0;

	if (explain->json)
		rc = json_text_print(stdout, decision_json(explanation), explain->layout);
	else
		explanation_print(stdout, explanation);
	if (rc == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		rc = -EIO;
	if (rc != 0) {
		snprintf(explain->error, sizeof(explain->error), "the answer is not written: %s",
			 strerror(-rc));
		return STATUS_FAILED;
	}
	return explanation->verdict == VERDICT_DROP ? STATUS_NO : STATUS_GOOD;
}

/* STATUS_FAILED leaves a sentence in explain->error. */
static enum exit_status
explain_packet(struct explain *explain, const char *from, const char *text)
{
	uint16_t interface = gateway_interface_id(explain->gateway, from);
	struct explanation explanation;
	struct packet_text packet;
	enum exit_status status;

	if (interface == INTERFACE_NONE) {
		snprintf(explain->error, sizeof(explain->error),
			 "the configuration has no interface '%s'", from);
		return STATUS_FAILED;
	}
	if (packet_text_parse(text, &packet, explain->error, sizeof(explain->error)) != 0)
		return STATUS_FAILED;
	if (explanation_of_packet(explain->gateway, interface, &packet, &explanation) != 0) {
		snprintf(explain->error, sizeof(explain->error), "out of memory");
		return STATUS_FAILED;
	}
	status = explain_show(explain, &explanation);
	explanation_clear(&explanation);
	return status;
}

/* Empty lines are passed by; the first one that is wrong ends it. */
static enum exit_status
explain_lines(struct explain *explain, FILE *stream)
{
	enum exit_status status = STATUS_GOOD;
	unsigned long number = 0;
	char *line = NULL;
	size_t size = 0;

	while (status != STATUS_FAILED && getline(&line, &size, stream) >= 0) {
		char *packet = line;
		const char *from = strtok_r(line, " \t\r\n", &packet);
		enum exit_status one;

		number++;
		if (from == NULL)
			continue;
		one = explain_packet(explain, from, packet);
		if (one == STATUS_FAILED)
			fprintf(stderr, "viaduct explain: line %lu: %s\n", number, explain->error);
		if (one > status)
			status = one;
	}
	free(line);
	return status;
}

/* The arguments that are the packet's words, put together again. */
static bool
words_join(char *const *words, int count, char *text, size_t size)
{
	size_t used = 0;

	for (int i = 0; i < count; i++) {
		int n = snprintf(text + used, size - used, "%s%s", i > 0 ? " " : "", words[i]);

		if (n < 0 || (size_t)n >= size - used)
			return false;
		used += (size_t)n;
	}
	return true;
}

/* Takes the model when it succeeds. The addresses of ports do not matter: no frame leaves. */
static int
explain_start(struct explain *explain, struct model *model)
{
	const struct gateway_options options = { .socket = SOCKET_ID_ANY };
	int rc = eal_start(model, EAL_OFFLINE, explain->error, sizeof(explain->error));

	if (rc != 0)
		return rc;
	rc = gateway_create(model, &options, &explain->gateway, explain->error,
			    sizeof(explain->error));
	if (rc != 0)
		eal_stop();
	return rc;
}

static enum exit_status
explain_config(const char *config, const char *from, const char *packet, bool json)
{
	struct explain explain = { .json = json,
				   .layout = from == NULL ? JSON_LAYOUT_LINE : JSON_LAYOUT_TREE };
	struct diagnostics diagnostics = { 0 };
	enum exit_status status = STATUS_FAILED;
	struct model *model;
	int rc = model_read(config, &model, &diagnostics);

	if (rc != 0)
		diagnostics_print(&diagnostics, stderr);
	diagnostics_clear(&diagnostics);
	if (rc != 0)
		return rc == -EINVAL ? STATUS_NO : STATUS_FAILED;

	if (explain_start(&explain, model) != 0) {
		model_free(model);
		fprintf(stderr, "viaduct explain: %s\n", explain.error);
		return STATUS_FAILED;
	}
	if (from == NULL) {
		status = explain_lines(&explain, stdin);
	} else {
		status = explain_packet(&explain, from, packet);
		if (status == STATUS_FAILED)
			fprintf(stderr, "viaduct explain: %s\n", explain.error);
	}
	gateway_free(explain.gateway);
	eal_stop();
	return status;
}

int
explain_command(int argc, char **argv)
{
	static const struct option options[] = {
		{ "from", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	char packet[PACKET_WORDS_MAX];
	const char *from = NULL;
	bool json = false, lines;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'f':
			from = optarg;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return STATUS_GOOD;
		default:
			goto wrong_usage;
		}
	}
	if (argc - optind < 2)
		goto wrong_usage;
	lines = argc - optind == 2 && strcmp(argv[optind + 1], "-") == 0;
	if (lines != (from == NULL) ||
	    !words_join(argv + optind + 1, argc - optind - 1, packet, sizeof(packet)))
		goto wrong_usage;
	return (int)explain_config(argv[optind], from, packet, json);

wrong_usage:
	fputs(usage, stderr);
	return STATUS_FAILED;
}
