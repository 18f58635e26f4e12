/* SPDX-License-Identifier: BSD-3-Clause */
#include "replay_port.h"

#include <errno.h>
#include <inttypes.h>
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
	int result;

	while ((result = capture_next(port->in, &port->next, error, error_size)) == 1) {
		if (port->next.length <= REPLAY_FRAME_MAX)
			break;
		port->left_out++;
	}
	port->more = result == 1;
	if (port->more && port->next.wire_length > port->next.length)
		port->cut++;
	return result < 0 ? result : 0;
}

void
replay_port_warn(const struct replay_port *port, const char *name, FILE *stream)
{
	if (port->left_out > 0)
		fprintf(stream, "port %s: %" PRIu64 " frames of more than %d bytes are left out\n",
			name, port->left_out, REPLAY_FRAME_MAX);
	if (port->cut > 0)
		fprintf(stream,
			"port %s: %" PRIu64 " frames were cut short when they were captured, and "
			"are malformed here\n",
			name, port->cut);
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

void
replay_port_devices(struct port_device *devices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		devices[i] = (struct port_device){ .mac = { { 2, 0, 0, 0, 0, (uint8_t)(i + 1) } } };
}

int
replay_port_close(struct replay_port *port)
{
	capture_close(port->in);
	return capture_finish(port->out);
}
