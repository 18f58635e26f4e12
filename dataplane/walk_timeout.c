/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>

#include "walk.h"

enum {
	IDLE_TIMEOUT_DEFAULT = 240, /* seconds, where neither a VIP nor a group sets one */
	ICMP_TIMEOUT_DEFAULT = 60,
};

static uint16_t
vip_timeout(const struct snapshot_vip *vip, uint8_t protocol)
{
	const uint16_t timeouts[SNAT_PROTOCOLS] = {
		[SNAT_TCP] = vip->tcp_idle_timeout,
		[SNAT_UDP] = vip->udp_idle_timeout,
		[SNAT_ICMP] = vip->icmp_timeout,
	};

	return timeouts[snat_protocol_of(protocol)];
}

void
walk_timeout(struct walk *walk)
{
	struct decision *decision = walk->decision;
	uint8_t protocol = walk->request->key.protocol;
	const struct snapshot_vip *vips = walk->snapshot->vips;
	const struct snapshot_vip *vip = NULL; /* by whose outbound timers it goes */

	/* What comes from outside to a mapping keeps only TCP's alive, as what comes to a port. */
	decision->refreshes = !decision->mapped_in || decision->snat || protocol == IPPROTO_TCP;
	decision->reply_refreshes =
		!decision->snat || decision->mapped_in || protocol == IPPROTO_TCP;
	if (decision->mapped_in)
		vip = &vips[decision->inbound_vip];
	else if (decision->snat && decision->inbound_vip == VIP_NONE)
		vip = &vips[decision->outbound_vip];
	if (vip != NULL) {
		decision->idle_timeout = vip_timeout(vip, protocol);
		decision->tcp_reset = vip->tcp_reset;
	}
	if (decision->idle_timeout == 0)
		decision->idle_timeout =
			protocol == IPPROTO_ICMP ? ICMP_TIMEOUT_DEFAULT : IDLE_TIMEOUT_DEFAULT;
}
