/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_traffic.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <rte_debug.h>
#include <rte_ether.h>
#include <rte_malloc.h>
#include <rte_tcp.h>

#include "bench_random.h"

/* The front of a frame, as far as it is the same in all of them. */
struct link {
	uint8_t length; /* of what stands before the IPv4 header */
	uint8_t front[32];
};

enum {
	/* And 4 bytes of checksum that no driver hands on. */
	FRAME_LENGTH = 60,
	FRAME_LENGTH_MIDDLE = 590,
	FRAME_LENGTH_LONG = 1514,
	IMIX_FRAMES = 12,
	IMIX_SHORT = 7,
	IMIX_MIDDLE = 4,
	TOTAL_LENGTH_AT = 2, /* in the IPv4 header */
	FIXED_LENGTH = 8,    /* of the IPv4 header: what stands before the tuple */
	TIME_TO_LIVE = 64,
	SEQUENCE = 0x1234, /* its last 16 bits are not 0 */
};

static const struct link links[PIPELINE_PORTS] = {
	[PIPELINE_WAN] = {
		.length = 14,
		.front = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1, 0, 0x08, 0x00,
			   0x45, 0, 0, 0, 0, 1, 0, 0 },
	},
	[PIPELINE_LAN] = {
		.length = 18,
		.front = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 2, 0, 0x81, 0x00, 0, PIPELINE_VLAN, 0x08, 0x00,
			   0x45, 0, 0, 0, 0, 1, 0, 0 },
	},
};

/* Of the frames in that mbuf. */
static uint16_t
frame_length(const struct traffic *traffic, uint32_t mbuf)
{
	uint32_t turn = mbuf % IMIX_FRAMES;

	if (!traffic->kind.imix || turn < IMIX_SHORT)
		return FRAME_LENGTH;
	return turn < IMIX_SHORT + IMIX_MIDDLE ? FRAME_LENGTH_MIDDLE : FRAME_LENGTH_LONG;
}

static void
checksum_set(struct tuple *tuple, uint16_t port, uint16_t length)
{
	struct rte_ipv4_hdr ip;

	tuple->checksum = 0;
	memcpy(&ip, links[port].front + links[port].length, FIXED_LENGTH);
	ip.total_length = rte_cpu_to_be_16((uint16_t)(length - links[port].length));
	memcpy(&ip.time_to_live, tuple, sizeof(ip) - FIXED_LENGTH);
	tuple->checksum = rte_ipv4_cksum(&ip);
}

int
traffic_open(struct traffic *traffic, struct rte_mempool *pool)
{
	traffic->stream =
		rte_malloc(NULL, TRAFFIC_STREAM * sizeof(*traffic->stream), RTE_CACHE_LINE_SIZE);
	if (traffic->stream == NULL)
		return -1;
	traffic->length = TRAFFIC_STREAM;
	traffic->pool = pool;
	if (rte_pktmbuf_alloc_bulk(pool, traffic->mbufs, TRAFFIC_MBUFS) != 0)
		return -1;
	for (unsigned int i = 0; i < TRAFFIC_MBUFS; i++) {
		traffic->frames[i] = rte_pktmbuf_mtod(traffic->mbufs[i], char *);
		traffic->lengths[i] = frame_length(traffic, i);
	}
	return 0;
}

void
traffic_close(struct traffic *traffic)
{
	rte_free(traffic->stream);
}

static inline void
frame_load(struct rte_mbuf *mbuf, char *frame, const struct link *link, const struct tuple *tuple,
	   uint16_t length)
{
	unsigned int tuple_at = link->length + (unsigned int)FIXED_LENGTH;
	rte_be16_t total_length = rte_cpu_to_be_16((uint16_t)(length - link->length));

	mbuf->data_off = RTE_PKTMBUF_HEADROOM;
	mbuf->data_len = length;
	mbuf->pkt_len = length;
	memcpy(frame, link->front, 16);
	memcpy(frame + tuple_at - 16, link->front + tuple_at - 16, 16);
	memcpy(frame + link->length + TOTAL_LENGTH_AT, &total_length, sizeof(total_length));
	memcpy(frame + tuple_at, tuple, sizeof(*tuple));
}

/* Loads the mbufs that are handed out next, and fetches those that are loaded next. */
static void
traffic_load(struct traffic *traffic)
{
	const struct link *link = &links[traffic->port];
	const struct tuple *tuples = traffic->stream + traffic->next_tuple;
	uint32_t first = traffic->next_mbuf, next = (first + TRAFFIC_BURST) % TRAFFIC_MBUFS;

	for (unsigned int i = 0; i < TRAFFIC_BURST; i++) {
		__builtin_prefetch(traffic->mbufs[next + i], 1);
		__builtin_prefetch(traffic->frames[next + i], 1);
		frame_load(traffic->mbufs[first + i], traffic->frames[first + i], link, &tuples[i],
			   traffic->lengths[first + i]);
	}
	rte_mb();
#ifdef __AVX__
	/* As drivers leave them: libraries built for old CPUs are slow with wide registers in use.
	 */
	__builtin_ia32_vzeroupper();
#endif
	traffic->next_tuple = (traffic->next_tuple + TRAFFIC_BURST) % traffic->length;
}

/* What is not loaded with each packet; UDP has payload where TCP has its flags. */
static void
frames_fill(struct traffic *traffic, uint8_t tcp_flags)
{
	unsigned int tcp_at =
		links[traffic->port].length + (unsigned int)sizeof(struct rte_ipv4_hdr);

	/*
	 * TCP's and UDP's checksums are any but 0: updates never look whether they are right. UDP's
	 * stands where TCP has the end of its sequence number, which nobody looks at once both SYNs
	 * have come. Until then UDP has none, so that TCP's number stays as it is.
	 */
	for (unsigned int i = 0; i < TRAFFIC_MBUFS; i++) {
		struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)(traffic->frames[i] + tcp_at);

		memset(traffic->frames[i], 0x5a, FRAME_LENGTH);
		/* Of both sides: one has sent its SYN, and the other has taken it. */
		tcp->sent_seq = tcp_flags & RTE_TCP_SYN_FLAG ? 0 : RTE_BE32(SEQUENCE);
		tcp->recv_ack = RTE_BE32(1);
		tcp->tcp_flags = tcp_flags;
	}
}

void
traffic_begin(struct traffic *traffic, uint16_t port, uint8_t tcp_flags)
{
	traffic->port = port;
	frames_fill(traffic, tcp_flags);
	/* Each tuple is always loaded into the same mbuf, which has its length. */
	traffic->next_tuple = 0;
	traffic->next_mbuf = 0;
	for (unsigned int i = 0; i < traffic->length; i++)
		checksum_set(&traffic->stream[i], port, traffic->lengths[i % TRAFFIC_MBUFS]);
	traffic_load(traffic);
}

/*
 * As a driver does: for what was dropped, and went back to the pool, it takes others from there,
 * many at once. Until then, less than a burst of them are in the pool and in the array, so nobody
 * else may take from the pool while packets are dropped.
 */
static void
traffic_refill(struct traffic *traffic)
{
	struct rte_mbuf *mbufs[TRAFFIC_BURST];

	if (traffic->by_others)
		traffic->away = 0;
	for (; traffic->away >= TRAFFIC_BURST; traffic->away -= TRAFFIC_BURST)
		/* They are those of the array, which stays as it is. */
		if (rte_mempool_get_bulk(traffic->pool, (void **)mbufs, TRAFFIC_BURST) != 0)
			rte_panic("a packet was neither sent nor dropped\n");
	traffic->away += TRAFFIC_BURST;
}

void
traffic_receive(struct traffic *traffic, struct rte_mbuf **mbufs)
{
	traffic_refill(traffic);
	memcpy(mbufs, traffic->mbufs + traffic->next_mbuf, TRAFFIC_BURST * sizeof(*mbufs));
	traffic->next_mbuf = (traffic->next_mbuf + TRAFFIC_BURST) % TRAFFIC_MBUFS;
	traffic_load(traffic);
}

/* What leaves for the fabric; frames to the subnet are not asked about. */
static struct tuple
frame_tuple(const struct rte_mbuf *mbuf)
{
	struct tuple tuple;

	memcpy(&tuple,
	       rte_pktmbuf_mtod_offset(mbuf, const char *,
				       links[PIPELINE_WAN].length + FIXED_LENGTH),
	       sizeof(tuple));
	return tuple;
}

void
traffic_send(struct traffic *traffic, struct rte_mbuf **mbufs, unsigned int n)
{
	for (unsigned int i = 0; i < n && traffic->captured != NULL; i++)
		traffic->captured[traffic->sent + i] = frame_tuple(mbufs[i]);
	traffic->sent += n;
	traffic->away -= n;
}

static uint16_t
queue_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	const struct traffic_queue *queue = context;

	if (queue->port != queue->traffic->port || n < TRAFFIC_BURST)
		return 0;
	traffic_receive(queue->traffic, mbufs);
	return TRAFFIC_BURST;
}

static uint16_t
queue_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	const struct traffic_queue *queue = context;

	traffic_send(queue->traffic, mbufs, n);
	return n;
}

struct port_queue
traffic_queue_interface(struct traffic_queue *queue)
{
	return (struct port_queue){ queue_receive, queue_transmit, queue };
}

static rte_be32_t
destination_draw(const struct pipeline_config *config, uint64_t *random)
{
	const struct pipeline_prefix *prefix =
		&config->prefixes[random_between(random, 0, config->prefix_count - 1)];

	return rte_cpu_to_be_32(prefix->first | (random_next(random) >> prefix->length));
}

static uint8_t
protocol_draw(const struct traffic_kind *kind, uint64_t *random)
{
	uint8_t drawn = random_next(random) >> 31 ? IPPROTO_TCP : IPPROTO_UDP;

	return kind->protocol != 0 ? kind->protocol : drawn;
}

/* The destination port is not the one that is denied. */
static struct tuple
tuple_draw(uint32_t source, const struct traffic *traffic, uint64_t *random)
{
	return (struct tuple){
		.time_to_live = TIME_TO_LIVE,
		.protocol = protocol_draw(&traffic->kind, random),
		.source = rte_cpu_to_be_32(source),
		.destination = destination_draw(traffic->config, random),
		.source_port = (rte_be16_t)random_between(random, 1, UINT16_MAX),
		.destination_port = rte_cpu_to_be_16(
			(uint16_t)random_between(random, PIPELINE_DENIED_PORT + 1, UINT16_MAX)),
	};
}

struct tuple
tuple_of_transit(const struct traffic *traffic, uint64_t *random)
{
	return tuple_draw(random_between(random, RTE_IPV4(64, 0, 0, 0), RTE_IPV4(95, 0, 0, 0)),
			  traffic, random);
}

struct tuple
tuple_of_call(const struct traffic *traffic, uint64_t *random)
{
	return tuple_draw(PIPELINE_FIRST_HOST + random_between(random, 0, PIPELINE_HOSTS - 1),
			  traffic, random);
}

struct tuple
tuple_of_reply(const struct tuple *sent)
{
	return (struct tuple){
		.time_to_live = TIME_TO_LIVE,
		.protocol = sent->protocol,
		.source = sent->destination,
		.destination = sent->source,
		.source_port = sent->destination_port,
		.destination_port = sent->source_port,
	};
}

int
stream_fill_all(struct traffic *traffic, const struct tuple *tuples, uint32_t n)
{
	for (unsigned int i = 0; i < TRAFFIC_STREAM; i++)
		traffic->stream[i] = tuples[i % n];
	return 0;
}

int
stream_fill_uniform(struct traffic *traffic, const struct tuple *tuples, uint32_t n)
{
	uint64_t random = n;

	for (unsigned int i = 0; i < TRAFFIC_STREAM; i++)
		traffic->stream[i] = tuples[random_between(&random, 0, n - 1)];
	return 0;
}

/* The first of n ascending sums that is more than `wanted`. */
static uint32_t
sums_find(const double *sums, uint32_t n, double wanted)
{
	uint32_t low = 0, high = n - 1;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (sums[middle] > wanted)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

int
stream_fill_zipf(struct traffic *traffic, const struct tuple *tuples, uint32_t n)
{
	double *sums = malloc(n * sizeof(*sums));
	uint64_t random = n;
	double sum = 0;

	if (sums == NULL)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		sums[i] = sum += 1.0 / (i + 1);
	for (unsigned int i = 0; i < TRAFFIC_STREAM; i++) {
		double wanted = sum * random_next(&random) / ((double)UINT32_MAX + 1);

		traffic->stream[i] = tuples[sums_find(sums, n, wanted)];
	}
	free(sums);
	return 0;
}
