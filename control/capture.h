/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>
#include <stdio.h>

/*
 * Capture files (pcap and pcapng as libpcap reads them) of Ethernet frames, with times in
 * nanoseconds since 1970.
 */

struct capture;

struct capture_frame {
	uint64_t time;        /* nanoseconds */
	const uint8_t *bytes; /* the capture's, until the next call */
	uint32_t length;      /* bytes that were captured */
	uint32_t wire_length; /* bytes that the frame had: more, if it was cut short */
};

/* NULL with a sentence in error. */
struct capture *capture_open(const char *file, char *error, size_t error_size);
/* 1 and the next frame; 0 at the end; -EIO with a sentence in error. */
int capture_next(struct capture *capture, struct capture_frame *frame, char *error,
		 size_t error_size);
void capture_close(struct capture *capture);

struct capture_writer;

/* Makes a pcap file with nanoseconds, or makes it empty. NULL with a sentence in error. */
struct capture_writer *capture_create(const char *file, char *error, size_t error_size);
void capture_write(struct capture_writer *writer, uint64_t time, const void *bytes,
		   uint32_t length);
/* 0, or -EIO if the file is not whole. */
int capture_finish(struct capture_writer *writer);
