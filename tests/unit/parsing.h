/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <rte_mbuf.h>

#include "dataplane/packet_plain.h"
#include "eal.h"

/* A port on which VLAN 10 is a subnet's interface, and untagged frames are the fabric's. */

enum {
	ZONE = 3,           /* the subnet's */
	VLAN_FRAME_IP = 18, /* where the IPv4 header begins in tcp_frame */
};

/* TCP 10.0.1.4:51000 -> 93.184.216.34:443 on VLAN 10; the IPv4 checksum was computed by hand. */
static const uint8_t tcp_frame[] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x02, 0x04, /* Ethernet */
	0x81, 0x00, 0x00, 0x0a, 0x08, 0x00,                                     /* VLAN 10, IPv4 */
	0x45, 0x00, 0x00, 0x28, 0x12, 0x34, 0x40, 0x00, 0x40, 0x06, 0xe7, 0xbd, /* IPv4 */
	10,   0,    1,    4,    93,   184,  216,  34,                           /* addresses */
	0xc7, 0x38, 0x01, 0xbb, 0,    0,    0,    1,    0,    0,    0,    0, /* ports, seq, ack */
	0x50, 0x02, 0xff, 0xff, 0,    0,    0,    0,                         /* SYN */
};

static struct rte_mempool *pool;
static struct port_interfaces port_map;
static const struct port_interfaces *ports[] = { &port_map };
static struct snapshot_interface interfaces[] = {
	{ .present = true,
	  .vlan = 10,
	  .zone = ZONE,
	  .mtu = 1500,
	  .mac = { { 0x02, 0, 0, 0, 0, 0x02 } },
	  .address_count = 1,
	  .addresses = { { 0xa9fe0101, 16 } } }, /* 169.254.1.1 */
	{ .present = true,
	  .vlan = 0,
	  .zone = ZONE_FABRIC,
	  .mtu = 1500,
	  .mac = { { 0x02, 0, 0, 0, 0, 0x01 } } },
};
static const struct snapshot snapshot = {
	.ports = ports,
	.port_count = 1,
	.interfaces = interfaces,
	.interface_count = 2,
};

static inline int
parsing_set_up(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < VLANS; i++)
		port_map.by_vlan[i] = INTERFACE_NONE;
	port_map.by_vlan[10] = 0;
	port_map.by_vlan[0] = 1;
	for (uint16_t i = 0; i < RTE_DIM(interfaces); i++)
		interfaces[i].plain = interface_plain(i, &interfaces[i]);
	pool = rte_pktmbuf_pool_create("packets", 64, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	return pool == NULL;
}

static inline struct rte_mbuf *
mbuf_of(const uint8_t *frame, size_t length)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);

	assert_non_null(mbuf);
	if (length > 0)
		memcpy(rte_pktmbuf_append(mbuf, (uint16_t)length), frame, length);
	return mbuf;
}
