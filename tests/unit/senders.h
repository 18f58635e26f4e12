/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "pieces.h"

/* Who sends packets of the world in fragments, at random. */

enum {
	PARTS_MAX = 32,
};

/* A packet that is being sent, part after part. */
struct sender {
	unsigned int number;
	unsigned int count, next;
	struct piece parts[PARTS_MAX];
};

/* A call that is let through: to the Internet, to a VIP, or from one environment to another's. */
static inline struct whole
random_whole(uint32_t number, uint16_t ids[16])
{
	static const uint8_t protocols[] = { IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP };
	uint16_t port = (uint16_t)(7000 + rand() % 4), size = (uint16_t)(4 + rand() % 200);
	uint32_t host = IP4(10, 0, 1, 4 + rand() % 6), client = CLIENT + (uint32_t)rand() % 4;
	struct whole whole;

	switch (rand() % 4) {
	case 0: /* two hosts that call the same server, often with the same identifications */
		whole = whole_make(number, protocols[rand() % 3], port, 53, size);
		whole.source = host;
		whole.destination = client;
		whole.zone = APP;
		break;
	case 1:
		whole = whole_make(number, IPPROTO_UDP, port, 53, size);
		whole.source = client;
		whole.destination = ADDRESS_ONE;
		break;
	case 2:
		whole = whole_make(number, IPPROTO_TCP, port, 443, size);
		whole.source = client;
		whole.destination = rand() % 2 ? ADDRESS_ONE : ADDRESS_TWO;
		break;
	default:
		whole = whole_make(number, IPPROTO_TCP, port, 443, size);
		whole.source = host;
		whole.destination = ADDRESS_TWO;
		whole.zone = APP;
		break;
	}
	/* Each sender counts, so that several are at the same number. */
	whole.id = ids[whole.source % 16]++;
	whole_sum(&whole);
	return whole;
}

static inline void
sender_add(struct sender *sender, const struct piece *piece)
{
	if (sender->count < PARTS_MAX)
		sender->parts[sender->count++] = *piece;
}

/* Anything that an attacker, a bad link or a bad host does to fragments. */
static inline void
sender_meddle(struct sender *sender, const struct whole *whole)
{
	unsigned int begin = (unsigned int)rand() % (whole->length / 8 + 1) * 8;
	struct piece *any = &sender->parts[(unsigned int)rand() % sender->count], piece;
	uint8_t *ip = any->bytes + (any->port == 1 ? 18 : 14); /* its header */

	switch (rand() % 4) {
	case 0:
		piece = *any;
		sender_add(sender, &piece);
		break;
	case 1:
		piece = piece_make(whole, RTE_MIN(begin, whole->length - 1U),
				   RTE_MIN(begin + 16U, (unsigned int)whole->length));
		sender_add(sender, &piece);
		break;
	case 2:
		*any = sender->parts[--sender->count];
		break;
	default: /* place, flags, length; the checksum is right */
		ip[(rand() % 2 ? 2 : 6) + rand() % 2] ^= (uint8_t)(1 << rand() % 8);
		memset(ip + 10, 0, 2);
		memcpy(ip + 10, &(uint16_t){ rte_ipv4_cksum((const void *)ip) }, 2);
		break;
	}
}

/* Cuts it anywhere, but so that the first part has all of the transport header; then shuffles. */
static inline void
sender_begin(struct sender *sender, const struct whole *whole, unsigned int number)
{
	unsigned int begin = 0;

	*sender = (struct sender){ .number = number };
	while (begin < whole->length) {
		unsigned int end = begin + 8U * (3 + (unsigned int)rand() % 5);
		struct piece piece;

		if (rand() % 16 == 0)
			end = whole->length;
		end = RTE_MIN(end, (unsigned int)whole->length);
		piece = piece_make(whole, begin, end);
		sender_add(sender, &piece);
		begin = end;
	}
	for (unsigned int i = 0; rand() % 2 == 0 && i < sender->count; i++) {
		unsigned int other = (unsigned int)rand() % sender->count;
		struct piece piece = sender->parts[i];

		sender->parts[i] = sender->parts[other];
		sender->parts[other] = piece;
	}
}
