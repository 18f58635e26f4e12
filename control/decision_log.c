/* SPDX-License-Identifier: BSD-3-Clause */
#include "decision_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decision_json.h"
#include "json_text.h"
#include "packet_frame.h"

struct decision_log {
	FILE *stream;
	const struct gateway *gateway;
	int error; /* of the first decision that could not be written */
};

struct decision_log *
decision_log_create(const char *file, char *error, size_t error_size)
{
	struct decision_log *log = calloc(1, sizeof(*log));

	if (log != NULL)
		log->stream = fopen(file, "w");
	if (log == NULL || log->stream == NULL) {
		snprintf(error, error_size, "%s: %s", file, strerror(errno));
		free(log);
		return NULL;
	}
	return log;
}

static int
decision_log_write(const struct decision_log *log, const struct packet *packet,
		   const struct decision *decision)
{
	const struct packet_text text = packet_frame_describe(packet);
	struct explanation explanation;
	char words[PACKET_TEXT_MAX];
	json_t *line;

	if (explanation_of_decision(log->gateway, packet->interface, &text, decision,
				    &explanation) != 0)
		return -ENOMEM;
	line = json_pack("{s:o, s:s, s:o}", "interface", json_text(explanation.interface->name),
			 "packet", packet_text_format(&text, words), "decision",
			 decision_json(&explanation));
	explanation_clear(&explanation);
	return json_text_print(log->stream, line, JSON_LAYOUT_LINE);
}

static void
decision_log_decided(void *context, const struct packet *packet, const struct decision *decision)
{
	struct decision_log *log = context;

	if (log->error == 0)
		log->error = decision_log_write(log, packet, decision);
}

void
decision_log_attach(struct decision_log *log, const struct gateway *gateway)
{
	log->gateway = gateway;
	for (unsigned int i = 0; i < gateway_worker_count(gateway); i++)
		gateway_worker(gateway, i)->observer =
			(struct worker_observer){ decision_log_decided, log };
}

int
decision_log_close(struct decision_log *log)
{
	int rc;

	if (log == NULL)
		return 0;
	rc = log->error;
	if (fclose(log->stream) != 0 && rc == 0)
		rc = -errno;
	free(log);
	return rc;
}
