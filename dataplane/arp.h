/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "command.h"
#include "packet.h"

struct worker;

/* ARP on the gateway's links (RFC 826, RFC 5227 for what is not learned). */

/* Answers a request for the gateway's own address; tells the control thread what it learned. */
void arp_receive(struct worker *worker, struct packet *packet);
/* Broadcasts a request on the neighbour's link. */
void arp_request(struct worker *worker, const struct command_neighbor *neighbor);
