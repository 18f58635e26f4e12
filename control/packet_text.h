/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A packet as people write it, and as decisions are recorded:
 *
 *     tcp 10.0.1.4:51000 93.184.216.34:443     udp likewise
 *     icmp 10.0.1.4 8.8.8.8 id 7               an echo request; "id 1" may be left out
 *     icmp-reply 8.8.8.8 10.0.1.4 id 7         its reply
 *     esp 10.0.1.4 10.0.2.9                    ah likewise
 *     47 10.0.1.4 10.0.2.9                     any protocol by its number
 */

struct packet_text {
	uint8_t protocol; /* IANA number */
	bool echo_reply;  /* of ICMP: a reply, else a request */
	uint32_t source;  /* host order, all of them */
	uint32_t destination;
	uint16_t source_port; /* of TCP and UDP, else 0 */
	uint16_t destination_port;
	uint16_t identifier; /* of ICMP, else 0 */
};

enum {
	PACKET_TEXT_MAX = 64, /* the longest that is written, its terminating 0 included */
};

/* 0; or -EINVAL with a sentence in error, and the packet is untouched. */
int packet_text_parse(const char *text, struct packet_text *packet, char *error, size_t error_size);
/* Returns its buffer. */
const char *packet_text_format(const struct packet_text *packet, char text[PACKET_TEXT_MAX]);

bool protocol_has_ports(uint8_t protocol);
/* "tcp" ... or the number, in the buffer. */
const char *protocol_format(uint8_t protocol, char text[8]);
