/* SPDX-License-Identifier: BSD-3-Clause */
#include "prober.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>

#include <rte_tcp.h>

#include "clock.h"
#include "config/address.h"
#include "dataplane/hash.h"
#include "dataplane/probe.h"
#include "probe_packet.h"

enum {
	/* A target's place tells its port, so that an answer finds it. */
	PORT_FIRST = 32768,
	REQUEST_MAX = 1024,
};

_Static_assert(PORT_FIRST + PROBE_TARGETS_MAX <= UINT16_MAX, "every target has a port");

void
prober_init(struct prober *prober, const struct prober_options *options)
{
	*prober = (struct prober){ .options = *options };
}

void
prober_release(struct prober *prober)
{
	probe_targets_clear(&prober->targets);
}

void
prober_set(struct prober *prober, struct probe_targets *targets)
{
	probe_targets_inherit(targets, &prober->targets);
	probe_targets_clear(&prober->targets);
	prober->targets = *targets;
	*targets = (struct probe_targets){ 0 };
	prober->due = 0;
	prober->changed = false;
}

bool
prober_is_up(const struct prober *prober, uint16_t zone, rte_be32_t address,
	     const struct probe *probe)
{
	const struct probe_target *target;

	if (probe->protocol == PROBE_NONE)
		return true;
	target = probe_targets_find(&prober->targets, zone, address, probe);
	return target == NULL || target->up;
}

static uint16_t
target_port(const struct prober *prober, const struct probe_target *target)
{
	return (uint16_t)(PORT_FIRST + (target - prober->targets.items));
}

/* False: it can not be sent now. */
static bool
target_send(struct prober *prober, const struct snapshot *snapshot,
	    const struct probe_target *target, struct probe_segment segment)
{
	struct command command = {
		.type = COMMAND_SEND,
		.send = { .interface = snapshot->subnets[target->zone].interface,
			  .address = target->address },
	};

	segment.source = RTE_BE32(LOAD_BALANCER_ADDRESS);
	segment.destination = target->address;
	segment.source_port = target_port(prober, target);
	segment.destination_port = target->port;
	segment.sequence = target->sequence;
	command.send.mbuf = probe_segment_build(&segment, prober->options.pool);
	if (command.send.mbuf == NULL)
		return false;
	if (command_broadcast(&prober->options.ring, 1, &command, 1) == 0)
		return true;
	rte_pktmbuf_free(command.send.mbuf);
	return false;
}

/* As any packet to the backend, the probe has to be let in. */
static bool
target_is_allowed(const struct prober *prober, const struct snapshot *snapshot,
		  const struct probe_target *target)
{
	const struct security_key key = {
		.source = LOAD_BALANCER_ADDRESS,
		.destination = rte_be_to_cpu_32(target->address),
		.source_port = target_port(prober, target),
		.destination_port = target->port,
		.protocol = IPPROTO_TCP,
	};

	return security_policy_allows(snapshot->subnets[target->zone].inbound, &key);
}

static void
target_log(const struct prober *prober, const struct probe_target *target)
{
	struct ip_address address = ip_address_from_v4(rte_be_to_cpu_32(target->address));
	char text[IP_ADDRESS_TEXT_MAX];

	if (prober->options.log != NULL)
		fprintf(prober->options.log, "viaduct run: backend %s:%u is %s after %u probes\n",
			ip_address_format(&address, text), target->port, target->up ? "up" : "down",
			target->threshold);
}

/* The attempt has come to its end. */
static void
target_judge(struct prober *prober, struct probe_target *target, bool good)
{
	target->phase = PROBE_IDLE;
	target->streak = good == target->up ? 0 : target->streak + 1;
	if (target->streak < target->threshold)
		return;
	target->up = good;
	target->streak = 0;
	prober->changed = true;
	target_log(prober, target);
}

/* Not to be guessed by those who do not see the SYN (RFC 6528). */
static uint32_t
target_sequence(struct prober *prober)
{
	return hash_words(prober->options.seed, prober->attempts++,
			  (uint32_t)(prober->options.seed >> 32));
}

static void
target_begin(struct prober *prober, const struct snapshot *snapshot, struct probe_target *target,
	     uint64_t now)
{
	const struct probe_segment syn = { .flags = RTE_TCP_SYN_FLAG };

	if (target->phase != PROBE_IDLE)
		target_judge(prober, target, false);
	target->due = now + target->interval * CLOCK_NS_PER_S;
	if (!target_is_allowed(prober, snapshot, target)) {
		target_judge(prober, target, false);
		return;
	}
	target->sequence = target_sequence(prober);
	/* What can not be sent says nothing about the backend. */
	if (!target_send(prober, snapshot, target, syn))
		return;
	target->sequence++;
	target->phase = PROBE_CONNECTS;
}

unsigned int
prober_tick(struct prober *prober, const struct snapshot *snapshot, uint64_t now)
{
	unsigned int begun = 0;

	if (prober->options.ring == NULL || now < prober->due)
		return 0;
	prober->due = UINT64_MAX;
	for (size_t i = 0; i < prober->targets.count; i++) {
		struct probe_target *target = &prober->targets.items[i];

		if (target->due <= now) {
			target_begin(prober, snapshot, target, now);
			begun++;
		}
		prober->due = RTE_MIN(prober->due, target->due);
	}
	return begun;
}

/* Ends the connection at once: no state stays at the backend (as HAProxy's checks do). */
static void
target_reset(struct prober *prober, const struct snapshot *snapshot,
	     const struct probe_target *target, uint32_t acknowledgement)
{
	/* If it is lost, the backend's own timers end the connection. */
	(void)target_send(prober, snapshot, target,
			  (struct probe_segment){ .flags = RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG,
						  .acknowledgement = acknowledgement });
}

static void
target_request(struct prober *prober, const struct snapshot *snapshot, struct probe_target *target,
	       uint32_t acknowledgement)
{
	uint32_t address = rte_be_to_cpu_32(target->address);
	char request[REQUEST_MAX];
	int length = snprintf(request, sizeof(request),
			      "GET %s HTTP/1.1\r\nHost: %u.%u.%u.%u:%u\r\n"
			      "User-Agent: Viaduct-Probe\r\nConnection: close\r\n\r\n",
			      target->path, address >> 24, address >> 16 & 0xff,
			      address >> 8 & 0xff, address & 0xff, target->port);
	const struct probe_segment segment = {
		.flags = RTE_TCP_ACK_FLAG | RTE_TCP_PSH_FLAG,
		.acknowledgement = acknowledgement,
		.data = request,
		.length = (size_t)length,
	};

	if (length < 0 || (size_t)length >= sizeof(request) ||
	    !target_send(prober, snapshot, target, segment))
		return;
	target->sequence += (uint32_t)length;
	target->phase = PROBE_REQUESTED;
}

static bool
answer_is_good(const struct probe_answer *answer)
{
	static const char status[] = " 200";
	static const char version[] = "HTTP/1.";

	/* "HTTP/1.1 200": the minor version does not matter. */
	return answer->length >= sizeof(answer->data) &&
	       memcmp(answer->data, version, sizeof(version) - 1) == 0 &&
	       memcmp(answer->data + sizeof(version), status, sizeof(status) - 1) == 0;
}

/* A SYN was answered: with a SYN of the backend's, or it refuses. */
static void
target_connected(struct prober *prober, const struct snapshot *snapshot,
		 struct probe_target *target, const struct probe_answer *answer)
{
	if (answer->flags & RTE_TCP_RST_FLAG) {
		target_judge(prober, target, false);
	} else if (!(answer->flags & RTE_TCP_SYN_FLAG)) {
		return;
	} else if (target->protocol == PROBE_HTTP) {
		target_request(prober, snapshot, target, answer->sequence + 1);
	} else {
		target_reset(prober, snapshot, target, answer->sequence + 1);
		target_judge(prober, target, true);
	}
}

static void
target_answered(struct prober *prober, const struct snapshot *snapshot, struct probe_target *target,
		const struct probe_answer *answer)
{
	bool over = answer->flags & (RTE_TCP_RST_FLAG | RTE_TCP_FIN_FLAG);

	if (answer->length == 0 && !over)
		return;
	if (!(answer->flags & RTE_TCP_RST_FLAG))
		target_reset(prober, snapshot, target, answer->sequence + answer->length);
	target_judge(prober, target, answer_is_good(answer));
}

/* The target that the packet answers, or NULL. */
static struct probe_target *
target_of(struct prober *prober, const struct snapshot *snapshot, const struct event *event)
{
	const struct probe_answer *answer = &event->answer;
	uint16_t port = rte_be_to_cpu_16(answer->destination_port);
	struct probe_target *target;

	if (port < PORT_FIRST || port - PORT_FIRST >= (int)prober->targets.count)
		return NULL;
	target = &prober->targets.items[port - PORT_FIRST];
	if (event->address != target->address ||
	    rte_be_to_cpu_16(answer->source_port) != target->port ||
	    event->interface != snapshot->subnets[target->zone].interface ||
	    !(answer->flags & RTE_TCP_ACK_FLAG) || answer->acknowledgement != target->sequence)
		return NULL;
	return target;
}

void
prober_take(struct prober *prober, const struct snapshot *snapshot, const struct event *event)
{
	struct probe_target *target = target_of(prober, snapshot, event);

	if (target == NULL)
		return;
	switch (target->phase) {
	case PROBE_IDLE:
		break;
	case PROBE_CONNECTS:
		target_connected(prober, snapshot, target, &event->answer);
		break;
	case PROBE_REQUESTED:
		target_answered(prober, snapshot, target, &event->answer);
		break;
	}
}
