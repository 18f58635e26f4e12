/* SPDX-License-Identifier: BSD-3-Clause */
#include "rewrite.h"

static bool
tuple_changes(const struct flow *flow)
{
	const struct flow_key *key = &flow->key;

	return flow->source != key->source || flow->destination != key->destination ||
	       flow->source_port != key->source_port ||
	       flow->destination_port != key->destination_port;
}

/* Byte of the transport header at which its checksum is; 0: it has none. */
static uint8_t
checksum_place(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return offsetof(struct rte_tcp_hdr, cksum);
	case IPPROTO_UDP:
		return offsetof(struct rte_udp_hdr, dgram_cksum);
	case IPPROTO_ICMP:
		return offsetof(struct rte_icmp_hdr, icmp_cksum);
	default:
		return 0;
	}
}

void
rewrite_prepare(struct flow *flow)
{
	const struct flow_key *key = &flow->key;
	uint16_t addresses = checksum_fold64((uint64_t)(uint32_t)~key->source + flow->source +
					     (uint32_t)~key->destination + flow->destination);
	uint32_t ports = (uint32_t)(uint16_t)~key->source_port + flow->source_port +
			 (uint16_t)~key->destination_port + flow->destination_port;
	/* TCP and UDP have a pseudo-header, with the addresses in it. */
	uint32_t covered = key->protocol == IPPROTO_ICMP ? ports : addresses + ports;

	flow->ip_delta = CHECKSUM_DELTA_TTL;
	flow->transport_delta = 0;
	flow->checksum_at = 0;
	if (!tuple_changes(flow))
		return;
	flow->ip_delta = checksum_fold((uint32_t)CHECKSUM_DELTA_TTL + addresses);
	flow->checksum_at = checksum_place(key->protocol);
	flow->transport_delta = flow->checksum_at == 0 ? 0 : checksum_fold(covered);
}

rte_be16_t
rewrite_zero(uint8_t protocol, rte_be16_t before, rte_be16_t after)
{
	/* RFC 768: 0 says that the sender made no checksum; one that comes out 0 is 0xffff. */
	if (protocol == IPPROTO_UDP)
		return before == 0 ? 0 : 0xffff;
	/*
	 * Only an echo reply can be nothing but zeroes, whose checksum is 0xffff. Of any other
	 * message both zeroes of ones' complement are right.
	 */
	if (protocol == IPPROTO_ICMP && after == 0)
		return 0xffff;
	return after;
}
