/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "command.h"
#include "packet.h"

struct worker;

/* ARP on the gateway's links (RFC 826, RFC 5227 for what is not learned). */

/*
 * Answers a request for the gateway's own address, or for that of a VIP in the prefix of a fabric
 * link; tells the control thread what it learned.
 */
void arp_receive(struct worker *worker, struct packet *packet);
/*
 * Asks on the neighbour's link, from the address that shares its prefix: everybody, or the MAC
 * address that is known. For one of the gateway's own it is an announcement.
 */
void arp_request(struct worker *worker, const struct command_neighbor *neighbor);
