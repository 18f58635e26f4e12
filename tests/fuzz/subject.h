/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_ether.h>
#include <rte_ip.h>

/*
 * The gateway under fuzz: one worker and its control thread, called in turn, between two ports. It
 * aborts when a packet is missing from the counters, when a frame that leaves is not what a
 * neighbour could take, or when something is left of an input after everything has timed out.
 *
 * What a frame's buffer holds behind its last byte is poisoned for AddressSanitizer.
 */

enum {
	SUBJECT_FRAME_MAX = 2048,
	SUBJECT_SENT_MAX = 16, /* the last frames that left, kept to be answered */
	SUBJECT_BURST = 32,
	SUBJECT_INTERFACES = 6,
	SUBJECT_CHANGES = 8,
};

struct subject_frame {
	uint8_t interface; /* of subject_interfaces, on which it left */
	uint16_t length;
	uint16_t ip_at; /* offset of the IPv4 header; 0: it has none */
	uint8_t bytes[SUBJECT_FRAME_MAX];
};

struct subject_interface {
	uint16_t port;
	uint16_t vlan; /* 0: untagged */
	bool fabric;
	struct rte_ether_addr mac;
};

extern const struct subject_interface subject_interfaces[SUBJECT_INTERFACES];

struct subject;

/* The same gateway again, as if it had just been started, after so many inputs. */
struct subject *subject_create(void);
/* How many frames have left, and the last SUBJECT_SENT_MAX of them: `back` 0 is the last one. */
unsigned int subject_sent_count(const struct subject *subject);
const struct subject_frame *subject_sent(const struct subject *subject, unsigned int back);

/* A frame waits at a port; of `split` > 0, each of its segments but the last has so many bytes. */
void subject_put(struct subject *subject, uint16_t port, const void *bytes, size_t length,
		 size_t split);
/* Everybody's turn, until nobody has anything to do. */
void subject_run(struct subject *subject);
void subject_wait(struct subject *subject, uint64_t milliseconds);
/* The configuration with one change, or with none; change < SUBJECT_CHANGES. */
void subject_reload(struct subject *subject, unsigned int change);
/* The end of an input: lets all time out, and checks that nothing is left. */
void subject_rest(struct subject *subject);

/* The input was not what it should be, or the gateway's answer was not: ends the program. */
void require(bool condition);
