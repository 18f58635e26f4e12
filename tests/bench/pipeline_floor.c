/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_floor.h"

#include <string.h>

#include <rte_common.h>
#include <rte_malloc.h>

#include "dataplane/packet_plain.h"
#include "dataplane/rewrite.h"
#include "dataplane/route.h"

enum {
	LAN_HEADER = 18,
	WAN_HEADER = 14,
	LAN_ZONE = 1,
};

static const uint8_t link_header[WAN_HEADER] = { 2, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 1, 8, 0 };

int
floor_open(struct floor *floor, uint32_t n)
{
	uint32_t places = rte_align32pow2(4 * n);

	floor->mask = places - 1;
	floor->flows = rte_zmalloc(NULL, places * sizeof(*floor->flows), RTE_CACHE_LINE_SIZE);
	return floor->flows == NULL ? -1 : 0;
}

void
floor_close(struct floor *floor)
{
	rte_free(floor->flows);
	floor->flows = NULL;
}

static struct flow *
floor_insert(struct floor *floor, const struct flow_key *key)
{
	uint32_t index = flow_key_hash(key, 1) & floor->mask;

	while (floor->flows[index].key.family != 0)
		index = (index + 1) & floor->mask;
	floor->flows[index].key = *key;
	return &floor->flows[index];
}

static void
floor_add_from(struct floor *floor, uint16_t zone, const struct tuple *from, const struct tuple *to)
{
	struct flow_key key = {
		.source = from->source,
		.destination = from->destination,
		.source_port = from->source_port,
		.destination_port = from->destination_port,
		.zone = zone,
		.protocol = from->protocol,
		.family = 4,
	};
	struct flow *flow = floor_insert(floor, &key);

	flow->source = to->source;
	flow->destination = to->destination;
	flow->source_port = to->source_port;
	flow->destination_port = to->destination_port;
	rewrite_prepare(flow);
}

/* Twice, so that there are as many entries as in a gateway, which keeps both directions. */
void
floor_add(struct floor *floor, const struct tuple *from, const struct tuple *to)
{
	floor_add_from(floor, ZONE_FABRIC, from, to);
	floor_add_from(floor, LAN_ZONE, from, to);
}

static inline void
frame_send(struct rte_mbuf *mbuf, struct rte_ipv4_hdr *ip)
{
	memcpy((char *)ip - WAN_HEADER, link_header, WAN_HEADER);
	rewrite_begin(mbuf, (char *)ip - WAN_HEADER);
}

static inline void
flow_apply(const struct flow *flow, struct rte_ipv4_hdr *ip)
{
	struct rte_udp_hdr *ports = (struct rte_udp_hdr *)(ip + 1);
	unaligned_uint16_t *checksum = (unaligned_uint16_t *)((char *)ports + flow->checksum_at);

	ip->time_to_live--;
	ip->hdr_checksum = checksum_apply(ip->hdr_checksum, flow->ip_delta);
	ip->src_addr = flow->source;
	ip->dst_addr = flow->destination;
	ports->src_port = flow->source_port;
	ports->dst_port = flow->destination_port;
	*checksum = checksum_apply(*checksum, flow->transport_delta);
}

void
floor_send(struct rte_mbuf *mbuf, struct rte_ipv4_hdr *ip, const struct flow *flow)
{
	flow_apply(flow, ip);
	frame_send(mbuf, ip);
}

/* The flow of that key, which there is. */
static inline const struct flow *
floor_find(const struct floor *floor, uint32_t place, const struct flow_key *key)
{
	while (unlikely(!flow_key_equal(&floor->flows[place].key, key)))
		place = (place + 1) & floor->mask;
	return &floor->flows[place];
}

void
floor_sessions(const struct floor *floor, struct traffic *traffic)
{
	struct rte_mbuf *mbufs[TRAFFIC_BURST];
	struct rte_ipv4_hdr *ips[TRAFFIC_BURST];
	struct flow_key keys[TRAFFIC_BURST];
	uint32_t places[TRAFFIC_BURST];

	traffic_receive(traffic, mbufs);
	for (unsigned int i = 0; i < TRAFFIC_BURST; i++) {
		ips[i] = rte_pktmbuf_mtod_offset(mbufs[i], struct rte_ipv4_hdr *, LAN_HEADER);
		plain_key(&keys[i], ips[i], plain_key_last(ZONE_FABRIC));
		places[i] = flow_key_hash(&keys[i], 1) & floor->mask;
		rte_prefetch0(&floor->flows[places[i]]);
	}
	for (unsigned int i = 0; i < TRAFFIC_BURST; i++)
		floor_send(mbufs[i], ips[i], floor_find(floor, places[i], &keys[i]));
	traffic_send(traffic, mbufs, TRAFFIC_BURST);
}

/* Receives a burst of packets that pass the checks of RFC 1812; how many. */
static inline uint32_t
plain_receive(const struct snapshot *snapshot, struct traffic *traffic,
	      struct rte_mbuf *mbufs[TRAFFIC_BURST], struct packet packets[TRAFFIC_BURST])
{
	const struct packet_plain_port port = packet_plain_port(snapshot, PIPELINE_LAN);
	uint32_t plain = 0;

	traffic_receive(traffic, mbufs);
	for (unsigned int i = 0; i < TRAFFIC_BURST; i++)
		plain += packet_parse_plain(&port, 0, mbufs[i], &packets[i]);
	return plain;
}

void
floor_checked(const struct floor *floor, const struct snapshot *snapshot, struct traffic *traffic)
{
	struct rte_mbuf *mbufs[TRAFFIC_BURST];
	struct packet packets[TRAFFIC_BURST];
	uint32_t places[TRAFFIC_BURST];
	uint32_t plain = plain_receive(snapshot, traffic, mbufs, packets);

	for (unsigned int i = 0; i < plain; i++) {
		places[i] = flow_key_hash(&packets[i].key, 1) & floor->mask;
		rte_prefetch0(&floor->flows[places[i]]);
	}
	for (unsigned int i = 0; i < plain; i++)
		floor_send(mbufs[i], packets[i].ip, floor_find(floor, places[i], &packets[i].key));
	traffic_send(traffic, mbufs, TRAFFIC_BURST);
}

/* The packets' flows, by one walk after the other. A bit for each packet that has one. */
static uint32_t
table_find(const struct flow_table *flows, const struct packet *packets, uint32_t n,
	   uint32_t places[TRAFFIC_BURST])
{
	struct flow_search searches[TRAFFIC_BURST];
	uint32_t known = 0;

	for (unsigned int i = 0; i < n; i++)
		searches[i] = flow_search(flows, flow_hash(flows, &packets[i].key));
	for (unsigned int i = 0; i < n; i++)
		places[i] = flow_first(flows, &searches[i]);
	for (unsigned int i = 0; i < n; i++) {
		places[i] = flow_confirm(flows, &packets[i].key, places[i]);
		known |= (uint32_t)(places[i] != FLOW_NONE) << i;
	}
	return known;
}

void
floor_table(const struct flow_table *flows, const struct snapshot *snapshot,
	    struct traffic *traffic)
{
	struct rte_mbuf *mbufs[TRAFFIC_BURST], *sent[TRAFFIC_BURST];
	struct packet packets[TRAFFIC_BURST];
	uint32_t places[TRAFFIC_BURST], dropped = 0, count = 0;
	uint32_t plain = plain_receive(snapshot, traffic, mbufs, packets);
	uint32_t known = table_find(flows, packets, plain, places);

	for (uint32_t left = known; left != 0; left &= left - 1) {
		unsigned int i = rte_bsf32(left);

		floor_send(mbufs[i], packets[i].ip, flow_at(flows, places[i]));
		sent[count++] = mbufs[i];
	}
	traffic_send(traffic, sent, count);
	for (uint32_t left = ~known; left != 0; left &= left - 1)
		mbufs[dropped++] = mbufs[rte_bsf32(left)];
	rte_pktmbuf_free_bulk(mbufs, dropped);
}

void
floor_routes(struct rte_fib *fib, struct traffic *traffic)
{
	struct rte_mbuf *mbufs[TRAFFIC_BURST];
	struct rte_ipv4_hdr *ips[TRAFFIC_BURST];
	uint32_t addresses[TRAFFIC_BURST];
	uint64_t targets[TRAFFIC_BURST];

	traffic_receive(traffic, mbufs);
	for (unsigned int i = 0; i < TRAFFIC_BURST; i++) {
		ips[i] = rte_pktmbuf_mtod_offset(mbufs[i], struct rte_ipv4_hdr *, WAN_HEADER);
		addresses[i] = rte_be_to_cpu_32(ips[i]->dst_addr);
	}
	rte_fib_lookup_bulk(fib, addresses, targets, TRAFFIC_BURST);
	for (unsigned int i = 0; i < TRAFFIC_BURST; i++) {
		if (unlikely(route_target_kind((uint32_t)targets[i]) != ROUTE_GROUP))
			continue;
		rewrite_ttl(ips[i]);
		frame_send(mbufs[i], ips[i]);
	}
	traffic_send(traffic, mbufs, TRAFFIC_BURST);
}
