/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "config/effective.h"
#include "dataplane/route.h"
#include "gateway.h"
#include "packet_text.h"

/*
 * What a decision means in the words of the configuration: the facts that explain prints and that
 * are recorded of decisions. What a packet did not come to is absent: NULL, or `asked` false.
 */

/* A security group that was asked. */
struct explained_group {
	const struct security_group *group; /* NULL: none was asked */
	const struct security_rule *rule;   /* that decided */
};

/* What the fabric's routes say of the destination. */
struct explained_fabric {
	bool asked;
	enum route_kind kind;
	struct ip_prefix prefix; /* of ROUTE_GROUP and ROUTE_CONNECTED */
	size_t next_hops;        /* of ROUTE_GROUP */
	const struct vip *vip;   /* of ROUTE_VIP, else NULL */
};

struct explained_snat {
	const struct vip *vip; /* NULL: the source is not translated */
	bool on_demand;        /* the port is one of all the VIP's, else of these: */
	uint16_t first_port;
	uint16_t last_port;
};

/* Where packets go. */
struct explained_egress {
	const struct interface *interface; /* NULL: nowhere, for `reason` */
	struct ip_address next_hop;
	enum drop_reason reason;
};

struct explanation {
	struct packet_text packet;
	const struct interface *interface;     /* that it came in at */
	const struct virtual_network *network; /* NULL: the fabric */
	const struct subnet *subnet;

	struct explained_group outbound;
	struct effective_routes routes;      /* all of the sender's subnet */
	const struct effective_route *route; /* that was taken */
	struct explained_fabric fabric;
	const struct inbound_rule *inbound_rule; /* of the VIP; NULL: no backend was chosen */
	struct ip_address backend;
	uint16_t backend_port;
	struct explained_snat snat;
	struct explained_group inbound;
	const struct subnet *receiver; /* the subnet that it goes to; NULL: none */

	enum verdict verdict;
	enum drop_reason reason; /* of VERDICT_DROP */
	/* As it leaves, of VERDICT_FABRIC and VERDICT_SESSION; with snat its source port is open.
	 */
	struct packet_text translated;
	struct explained_egress forward;
	struct explained_egress reverse; /* of VERDICT_SESSION: where replies go */
	unsigned int idle_timeout;       /* seconds; of VERDICT_SESSION */
	bool remembered; /* sessions that there were had a say: of a worker's decisions alone */
};

/* All are 0, or -ENOMEM; the explanation is cleared by explanation_clear(). */

/* Explains what was decided for a packet. */
int explanation_of_decision(const struct gateway *gateway, uint16_t interface,
			    const struct packet_text *packet, const struct decision *decision,
			    struct explanation *explanation);
/* Decides what would become of a packet that is no session's, and explains it. */
int explanation_of_packet(const struct gateway *gateway, uint16_t interface,
			  const struct packet_text *packet, struct explanation *explanation);
void explanation_clear(struct explanation *explanation);

/*
 * The effective routes that contain the destination too, next after `after` (NULL: the first), the
 * longest prefix first; NULL: there are no more.
 */
const struct effective_route *explanation_other_route(const struct explanation *explanation,
						      const struct effective_route *after);
