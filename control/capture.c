/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "clock.h"

enum {
	SNAPSHOT_LENGTH = 65535,
};

struct capture {
	pcap_t *pcap;
	char *file; /* its name, for messages */
};

struct capture_writer {
	pcap_t *pcap;
	pcap_dumper_t *dumper;
};

struct capture *
capture_open(const char *file, char *error, size_t error_size)
{
	char reason[PCAP_ERRBUF_SIZE];
	struct capture *capture = calloc(1, sizeof(*capture));

	if (capture != NULL)
		capture->file = strdup(file);
	if (capture == NULL || capture->file == NULL) {
		snprintf(error, error_size, "%s: out of memory", file);
		goto failed;
	}
	capture->pcap =
		pcap_open_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, reason);
	if (capture->pcap == NULL) {
		/* Some of libpcap's reasons name the file already. */
		if (strncmp(reason, file, strlen(file)) == 0)
			snprintf(error, error_size, "%s", reason);
		else
			snprintf(error, error_size, "%s: %s", file, reason);
		goto failed;
	}
	if (pcap_datalink(capture->pcap) != DLT_EN10MB) {
		snprintf(error, error_size,
			 "%s: its link type is %s; only Ethernet can be replayed", file,
			 pcap_datalink_val_to_description_or_dlt(pcap_datalink(capture->pcap)));
		goto failed;
	}
	return capture;
failed:
	capture_close(capture);
	return NULL;
}

int
capture_next(struct capture *capture, struct capture_frame *frame, char *error, size_t error_size)
{
	struct pcap_pkthdr *header;
	const u_char *bytes;

	switch (pcap_next_ex(capture->pcap, &header, &bytes)) {
	case 1:
		/* The file's seconds are 32 bits without a sign, which libpcap extends. */
		*frame = (struct capture_frame){
			.time = (uint32_t)header->ts.tv_sec * CLOCK_NS_PER_S +
				(uint64_t)header->ts.tv_usec,
			.bytes = bytes,
			.length = header->caplen,
			.wire_length = header->len,
		};
		return 1;
	case PCAP_ERROR_BREAK:
		return 0;
	default:
		snprintf(error, error_size, "%s: %s", capture->file, pcap_geterr(capture->pcap));
		return -EIO;
	}
}

void
capture_close(struct capture *capture)
{
	if (capture == NULL)
		return;
	if (capture->pcap != NULL)
		pcap_close(capture->pcap);
	free(capture->file);
	free(capture);
}

struct capture_writer *
capture_create(const char *file, char *error, size_t error_size)
{
	struct capture_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL)
		goto no_memory;
	writer->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, SNAPSHOT_LENGTH,
							    PCAP_TSTAMP_PRECISION_NANO);
	if (writer->pcap == NULL)
		goto no_memory;
	writer->dumper = pcap_dump_open(writer->pcap, file);
	if (writer->dumper == NULL) {
		snprintf(error, error_size, "%s", pcap_geterr(writer->pcap));
		pcap_close(writer->pcap);
		free(writer);
		return NULL;
	}
	return writer;
no_memory:
	snprintf(error, error_size, "%s: out of memory", file);
	free(writer);
	return NULL;
}

void
capture_write(struct capture_writer *writer, uint64_t time, const void *bytes, uint32_t length)
{
	const struct pcap_pkthdr header = {
		.ts = { .tv_sec = (time_t)(time / CLOCK_NS_PER_S),
			.tv_usec = (suseconds_t)(time % CLOCK_NS_PER_S) },
		.caplen = length,
		.len = length,
	};

	pcap_dump((u_char *)writer->dumper, &header, bytes);
}

int
capture_finish(struct capture_writer *writer)
{
	int result = 0;

	if (writer == NULL)
		return 0;
	if (pcap_dump_flush(writer->dumper) != 0 || ferror(pcap_dump_file(writer->dumper)))
		result = -EIO;
	pcap_dump_close(writer->dumper);
	pcap_close(writer->pcap);
	free(writer);
	return result;
}
