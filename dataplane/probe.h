/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <netinet/in.h>

#include "packet.h"

struct command_send;
struct worker;

/*
 * A worker's part of health probes: it sends what the control thread gives it, and tells the
 * control thread what backends answer. Probes come from the load balancer's address, as Azure's do.
 */

#define LOAD_BALANCER_ADDRESS 0xa83f8110U /* 168.63.129.16, host order */

/* A packet from a subnet that belongs to no session may be the answer to a probe. */
static inline bool
probe_is_answer(const struct packet *packet)
{
	return unlikely(packet->key.destination == rte_cpu_to_be_32(LOAD_BALANCER_ADDRESS)) &&
	       packet->key.protocol == IPPROTO_TCP && packet->key.zone != ZONE_FABRIC;
}

/* Sends an IPv4 packet of the control thread's, and counts it as originated. Takes the mbuf. */
void probe_send(struct worker *worker, const struct command_send *send);
/* A TCP packet for the load balancer: an event, unless too many wait already. Takes the mbuf. */
void probe_receive(struct worker *worker, const struct packet *packet);
