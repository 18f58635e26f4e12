/* SPDX-License-Identifier: BSD-3-Clause */
#include "clamp.h"

#include <netinet/in.h>
#include <string.h>

#include "checksum.h"
#include "link.h"

enum {
	OPTION_END = 0,
	OPTION_NOTHING = 1,
	OPTION_MSS = 2,
	OPTION_MSS_LENGTH = 4,
	DATA_OFFSET_UNITS = 4, /* bytes */
};

/* UINT16_MAX: the interface has none. */
static uint16_t
limit_of(const struct snapshot *snapshot, uint16_t interface)
{
	const struct snapshot_interface *link = link_find(snapshot, interface);

	return link == NULL || link->mss_clamp == 0 ? UINT16_MAX : link->mss_clamp;
}

/* value: of the option, which may stand at any byte of the header. */
static void
mss_limit(struct rte_tcp_hdr *tcp, uint8_t *value, uint16_t limit)
{
	rte_be16_t before, after = rte_cpu_to_be_16(limit);
	uint16_t delta;

	memcpy(&before, value, sizeof(before));
	if (rte_be_to_cpu_16(before) <= limit)
		return;
	memcpy(value, &after, sizeof(after));
	delta = checksum_delta16(before, after, 0);
	/* At an odd byte its halves lie in two words, each in the place of the other (RFC 1071). */
	if ((value - (uint8_t *)tcp) % 2 != 0)
		delta = rte_bswap16(delta);
	tcp->cksum = checksum_apply(tcp->cksum, delta);
}

/* end: of the header, all of which is there. */
static void
options_limit(struct rte_tcp_hdr *tcp, const uint8_t *end, uint16_t limit)
{
	uint8_t *at = (uint8_t *)(tcp + 1);

	while (at < end && *at != OPTION_END) {
		if (*at == OPTION_NOTHING) {
			at++;
			continue;
		}
		if (end - at < 2 || at[1] < 2 || at[1] > end - at)
			return;
		/* A receiver may go by the first of several or by the last: all are lowered. */
		if (at[0] == OPTION_MSS && at[1] == OPTION_MSS_LENGTH)
			mss_limit(tcp, at + 2, limit);
		at += at[1];
	}
}

struct rte_tcp_hdr *
clamp_syn(const struct packet *packet)
{
	struct rte_tcp_hdr *tcp;

	if (packet->key.protocol != IPPROTO_TCP ||
	    packet->flags & (PACKET_LATER_FRAGMENT | PACKET_TRUNCATED))
		return NULL;
	tcp = (struct rte_tcp_hdr *)((uint8_t *)packet->ip + rte_ipv4_hdr_len(packet->ip));
	return tcp->tcp_flags & RTE_TCP_SYN_FLAG ? tcp : NULL;
}

void
clamp_packet(const struct snapshot *snapshot, const struct packet *packet, uint16_t egress)
{
	struct rte_tcp_hdr *tcp = clamp_syn(packet);
	unsigned int length;
	uint16_t limit;

	if (tcp == NULL)
		return;
	limit = (uint16_t)RTE_MIN(limit_of(snapshot, packet->interface),
				  limit_of(snapshot, egress));
	length = (tcp->data_off >> 4) * DATA_OFFSET_UNITS;
	if (limit == UINT16_MAX || length < sizeof(*tcp) ||
	    length > packet_transport_available(packet))
		return;
	options_limit(tcp, (const uint8_t *)tcp + length, limit);
}
