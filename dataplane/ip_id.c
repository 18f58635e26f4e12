/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip_id.h"

enum {
	ROUNDS = 4, /* of a Feistel network */
};

void
ip_ids_init(struct ip_ids *ids, uint16_t worker, uint16_t workers, uint32_t secret)
{
	ids->first = worker;
	ids->step = workers;
	ids->secret = secret;
	for (unsigned int i = 0; i < IP_ID_COUNTERS; i++)
		ids->counters[i] = worker;
}

/* A permutation of 16 bits: what keeps numbers apart keeps what it makes of them apart. */
static uint16_t
ip_id_permute(uint16_t number, uint32_t counter, uint32_t secret)
{
	uint8_t left = (uint8_t)(number >> 8), right = (uint8_t)number;

	for (uint32_t round = 0; round < ROUNDS; round++) {
		uint8_t mixed = (uint8_t)hash_finish(right | round << 8 | counter << 16, secret);
		uint8_t next = left ^ mixed;

		left = right;
		right = next;
	}
	return (uint16_t)(left << 8 | right);
}

rte_be16_t
ip_id_next(struct ip_ids *ids, rte_be32_t peer, uint8_t protocol)
{
	uint32_t index = hash_to_range(hash_words(peer, protocol, ids->secret), IP_ID_COUNTERS);
	uint16_t number = ids->counters[index];
	uint32_t next = (uint32_t)number + ids->step;

	ids->counters[index] = next > UINT16_MAX ? ids->first : (uint16_t)next;
	return rte_cpu_to_be_16(ip_id_permute(number, index, ids->secret));
}
