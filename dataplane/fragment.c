/* SPDX-License-Identifier: BSD-3-Clause */
#include "fragment.h"

enum {
	TOLD = PACKET_ECHO_REQUEST | PACKET_ECHO_REPLY,
};

struct fragment_key
fragment_key_of(const struct packet *packet)
{
	return (struct fragment_key){
		.source = packet->key.source,
		.destination = packet->key.destination,
		.zone = packet->key.zone,
		.id = packet->ip->packet_id,
		.protocol = packet->key.protocol,
	};
}

enum drop_reason
fragment_read(const struct packet *packet, struct fragment_extent *extent)
{
	uint16_t field = rte_be_to_cpu_16(packet->ip->fragment_offset);
	unsigned int offset = (field & RTE_IPV4_HDR_OFFSET_MASK) * RTE_IPV4_HDR_OFFSET_UNITS;

	extent->offset = (uint16_t)offset;
	extent->length = (uint16_t)(packet->ip_length - rte_ipv4_hdr_len(packet->ip));
	extent->last = (field & RTE_IPV4_HDR_MF_FLAG) == 0;
	if (extent->length == 0 || offset + packet->ip_length > RTE_IPV4_MAX_PKT_LEN)
		return DROP_fragment_invalid;
	if (!extent->last && extent->length % RTE_IPV4_HDR_OFFSET_UNITS != 0)
		return DROP_fragment_invalid;
	/* It would overwrite the flags of the first one (RFC 3128 section 3). */
	if (packet->key.protocol == IPPROTO_TCP && offset == RTE_IPV4_HDR_OFFSET_UNITS)
		return DROP_fragment_tiny;
	return DROP_NONE;
}

struct fragment_facts
fragment_facts_of(const struct packet *packet)
{
	return (struct fragment_facts){
		.source_port = packet->key.source_port,
		.destination_port = packet->key.destination_port,
		.id = packet->fragment_id,
		.flags = packet->flags & TOLD,
	};
}

void
fragment_learn(struct packet *packet, const struct fragment_facts *facts)
{
	packet->key.source_port = facts->source_port;
	packet->key.destination_port = facts->destination_port;
	packet->fragment_id = facts->id;
	packet->flags |= facts->flags;
	if (facts->flags & PACKET_ECHO_REPLY)
		packet->key.family |= FLOW_FAMILY_ECHO_REPLY;
}
