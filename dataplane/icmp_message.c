/* SPDX-License-Identifier: BSD-3-Clause */
#include "icmp_message.h"

#include <netinet/in.h>
#include <string.h>

#include "checksum.h"
#include "link.h"

enum {
	ICMP_ERROR_TOS = 6 << 5, /* internetwork control, RFC 1812 section 4.3.2.5 */
	ICMP_ERROR_LENGTH = 576, /* with its IPv4 header, RFC 1812 section 4.3.2.3 */
};

struct icmp_message {
	struct rte_ipv4_hdr ip;
	struct rte_icmp_hdr icmp;
};

enum {
	QUOTE_MAX = ICMP_ERROR_LENGTH - sizeof(struct icmp_message),
};

rte_be32_t
icmp_message_source(const struct snapshot_interface *link, rte_be32_t receiver)
{
	const struct interface_address *own = link_address_for(link, rte_be_to_cpu_32(receiver));

	return rte_cpu_to_be_32(own != NULL ? own->address : link->addresses[0].address);
}

/* Both headers, the message's checksum still to be summed up. */
static struct icmp_message
message_headers(rte_be32_t from, rte_be32_t to, const struct rte_icmp_hdr *icmp, uint16_t quoted)
{
	struct icmp_message message = {
		.ip = {
			.version_ihl = RTE_IPV4_VHL_DEF,
			.type_of_service = ICMP_ERROR_TOS,
			.total_length = rte_cpu_to_be_16((uint16_t)(sizeof(message) + quoted)),
			/* RFC 6864: what is never cut needs no identification. */
			.fragment_offset = RTE_BE16(RTE_IPV4_HDR_DF_FLAG),
			.time_to_live = ICMP_TTL,
			.next_proto_id = IPPROTO_ICMP,
			.src_addr = from,
			.dst_addr = to,
		},
		.icmp = *icmp,
	};

	message.ip.hdr_checksum = rte_ipv4_cksum(&message.ip);
	return message;
}

/* Appends the whole frame. False: the buffer is too small, or the packet not what it says. */
static bool
message_write(struct rte_mbuf *mbuf, const struct icmp_subject *subject,
	      const struct snapshot_interface *link, const struct rte_ether_addr *to,
	      rte_be32_t from, const struct rte_icmp_hdr *icmp)
{
	uint16_t length = rte_be_to_cpu_16(subject->ip->total_length);
	uint16_t quoted = (uint16_t)RTE_MIN(length, QUOTE_MAX);
	struct icmp_message message = message_headers(from, subject->ip->src_addr, icmp, quoted);
	uint8_t quote[QUOTE_MAX], header[LINK_HEADER_MAX];
	uint8_t before = link_header_write(link, to, RTE_ETHER_TYPE_IPV4, header);
	const void *original = rte_pktmbuf_read(subject->mbuf, subject->offset, quoted, quote);
	uint8_t *frame =
		(uint8_t *)rte_pktmbuf_append(mbuf, (uint16_t)(before + sizeof(message) + quoted));

	if (original == NULL || frame == NULL)
		return false;
	message.icmp.icmp_cksum = checksum_fold((uint32_t)rte_raw_cksum(icmp, sizeof(*icmp)) +
						rte_raw_cksum(original, quoted));
	message.icmp.icmp_cksum = (uint16_t)~message.icmp.icmp_cksum;
	memcpy(frame, header, before);
	memcpy(frame + before, &message, sizeof(message));
	memcpy(frame + before + sizeof(message), original, quoted);
	return true;
}

struct rte_mbuf *
icmp_message_make(struct rte_mempool *pool, const struct icmp_subject *subject,
		  const struct snapshot_interface *link, const struct rte_ether_addr *to,
		  rte_be32_t from, const struct rte_icmp_hdr *icmp)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);

	if (mbuf == NULL)
		return NULL;
	if (!message_write(mbuf, subject, link, to, from, icmp)) {
		rte_pktmbuf_free(mbuf);
		return NULL;
	}
	return mbuf;
}
