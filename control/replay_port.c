/* SPDX-License-Identifier: BSD-3-Clause */
#include "replay_port.h"

#include <errno.h>
#include <string.h>

static uint16_t
replay_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	struct replay_queue *queue = context;

	if (queue->waiting == NULL || n == 0)
		return 0;
	mbufs[0] = queue->waiting;
	queue->waiting = NULL;
	return 1;
}

static uint16_t
replay_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	const struct replay_queue *queue = context;
	uint8_t copy[REPLAY_FRAME_MAX + RTE_ETHER_MAX_LEN];

	for (uint16_t i = 0; i < n; i++) {
		uint32_t length = rte_pktmbuf_pkt_len(mbufs[i]);
		const void *frame = rte_pktmbuf_read(mbufs[i], 0, length, copy);

		if (queue->port->out != NULL && frame != NULL)
			capture_write(queue->port->out, *queue->now, frame, length);
		rte_pktmbuf_free(mbufs[i]);
	}
	return n;
}

struct port_queue
replay_queue_interface(struct replay_queue *queue)
{
	return (struct port_queue){ replay_receive, replay_transmit, queue };
}

int
replay_port_advance(struct replay_port *port, char *error, size_t error_size)
{
	int result = capture_next(port->in, &port->next, error, error_size);

	port->more = result == 1;
	if (result < 0)
		return result;
	if (port->more && port->next.length > REPLAY_FRAME_MAX) {
		snprintf(error, error_size, "a frame of %u bytes; at most %d can be replayed",
			 port->next.length, REPLAY_FRAME_MAX);
		return -EMSGSIZE;
	}
	return 0;
}

int
replay_queue_feed(struct replay_queue *queue, struct rte_mempool *pool, char *error,
		  size_t error_size)
{
	const struct capture_frame *frame = &queue->port->next;
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	char *bytes = mbuf == NULL ? NULL : rte_pktmbuf_append(mbuf, (uint16_t)frame->length);

	if (bytes == NULL) {
		rte_pktmbuf_free(mbuf);
		snprintf(error, error_size, "no packet buffer is free");
		return -ENOMEM;
	}
	memcpy(bytes, frame->bytes, frame->length);
	queue->waiting = mbuf;
	return replay_port_advance(queue->port, error, error_size);
}
