/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway_state.h"

static unsigned int
gateway_take_events(struct gateway *gateway, unsigned int worker, uint64_t now)
{
	struct rte_ring *ring = gateway->workers[worker]->events;
	struct event event;
	unsigned int count = 0;

	/* No more than were there at first, so that a busy worker cannot keep the thread here. */
	for (unsigned int left = rte_ring_count(ring); left > 0; left--) {
		if (rte_ring_sc_dequeue_elem(ring, &event, sizeof(event)) != 0)
			break;
		switch ((enum event_type)event.type) {
		case EVENT_RESOLVE:
			neighbors_resolve(gateway->neighbors, gateway_snapshot(gateway), &event,
					  now);
			break;
		case EVENT_LEARNED:
			neighbors_learn(gateway->neighbors, &event, now);
			break;
		case EVENT_ANSWER:
			prober_take(&gateway->prober, gateway_snapshot(gateway), &event);
			break;
		}
		count++;
	}
	return count;
}

/* The model as it is, with what has been found out since it was published. */
static void
gateway_publish_again(struct gateway *gateway)
{
	struct generation *before = gateway->publisher.current;
	struct model *model = before->model;
	char error[256];

	/* When there is no room for it now, a later turn tries again. */
	if (gateway_publish(gateway, model, true, error, sizeof(error)) == 0)
		before->model = NULL;
}

unsigned int
gateway_tick(struct gateway *gateway, uint64_t now)
{
	unsigned int done = publisher_tick(&gateway->publisher);

	gateway->now = now;
	for (unsigned int i = 0; i < gateway->worker_count; i++)
		done += gateway_take_events(gateway, i, now);
	done += prober_tick(&gateway->prober, gateway_snapshot(gateway), now);
	if ((gateway->prober.changed || gateway->links_changed) && gateway_settled(gateway)) {
		gateway_publish_again(gateway);
		done++;
	}
	if (gateway->announce)
		done += announcements_tick(&gateway->announcements, gateway->rings[0], now);
	return done + neighbors_tick(gateway->neighbors, now);
}

uint64_t
gateway_due(const struct gateway *gateway)
{
	return neighbors_due(gateway->neighbors);
}

void
gateway_port_set(struct gateway *gateway, unsigned int port, bool up)
{
	uint32_t down = gateway->ports_down;

	down = up ? down & ~(1U << port) : down | 1U << port;
	if (down == gateway->ports_down)
		return;
	gateway->ports_down = down;
	gateway->links_changed = true;
	if (up)
		announcements_link_up(&gateway->announcements, port, gateway->now);
}
