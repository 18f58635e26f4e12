/* SPDX-License-Identifier: BSD-3-Clause */
#include "explanation.h"

#include <errno.h>
#include <netinet/in.h>

#include "dataplane/probe.h"
#include "packet_frame.h"

static struct ip_address
address_of(rte_be32_t address)
{
	return ip_address_from_v4(rte_be_to_cpu_32(address));
}

/* The group was asked only if a rule of it decided: the default rules match everything. */
static struct explained_group
explain_group(const struct gateway *gateway, uint16_t zone, enum direction direction, uint16_t rule)
{
	const struct subnet *subnet = gateway_subnet(gateway, zone, NULL);
	struct explained_group explained = { 0 };

	if (subnet == NULL || rule == SECURITY_NO_RULE)
		return explained;
	explained.rule = gateway_security_rule(gateway, zone, direction, rule);
	if (explained.rule != NULL)
		explained.group = &gateway_model(gateway)->security_groups[subnet->security_group];
	return explained;
}

/* The effective route that was taken. What a security rule denied did not come to it. */
static int
explain_route(const struct gateway *gateway, uint16_t zone, const struct decision *decision,
	      struct explanation *explanation)
{
	const struct snapshot *snapshot = gateway_snapshot(gateway);
	const struct subnet_route *route;

	if (explanation->subnet == NULL || decision->route == SUBNET_ROUTE_MISSING ||
	    explanation->reason == DROP_security_outbound)
		return 0;
	if (effective_routes_of(gateway_model(gateway), explanation->network, explanation->subnet,
				NULL, 0, &explanation->routes) != 0)
		return -ENOMEM;
	route = &snapshot->subnets[zone].route[decision->route];
	if (route->effective < explanation->routes.count)
		explanation->route = &explanation->routes.items[route->effective];
	return 0;
}

/* The longest of the configuration's prefixes is the one that the fabric's table found. */
static void
explain_fabric_route(const struct model *model, const struct ip_address *destination,
		     struct explained_fabric *fabric)
{
	for (size_t i = 0; i < model->route_count; i++) {
		const struct fabric_route *route = &model->routes[i];

		if (!ip_prefix_contains(&route->prefix, destination) ||
		    (fabric->next_hops > 0 && route->prefix.length < fabric->prefix.length))
			continue;
		fabric->prefix = route->prefix;
		fabric->next_hops = route->next_hop_count;
	}
}

static void
explain_fabric_link(const struct interface *interface, const struct ip_address *destination,
		    struct explained_fabric *fabric)
{
	for (size_t i = 0; interface != NULL && i < interface->addresses.count; i++) {
		const struct ip_prefix *link = &interface->addresses.items[i];

		if (!ip_prefix_contains(link, destination) || link->length < fabric->prefix.length)
			continue;
		fabric->prefix = (struct ip_prefix){
			.address = ip_address_from_v4(ip_prefix_range_v4(link).first),
			.length = link->length,
		};
	}
}

static struct explained_fabric
explain_fabric(const struct gateway *gateway, uint32_t destination, const struct decision *decision)
{
	uint32_t id = route_target_id(decision->fabric_target);
	const struct ip_address address = ip_address_from_v4(destination);
	struct explained_fabric fabric = {
		.asked = decision->fabric_target != 0 || decision->reason == DROP_no_route,
		.kind = route_target_kind(decision->fabric_target),
	};

	switch (fabric.kind) {
	case ROUTE_GROUP:
		explain_fabric_route(gateway_model(gateway), &address, &fabric);
		break;
	case ROUTE_CONNECTED:
		explain_fabric_link(gateway_interface(gateway, (uint16_t)id), &address, &fabric);
		break;
	case ROUTE_VIP:
		fabric.vip = gateway_vip(gateway, (uint16_t)id);
		break;
	case ROUTE_UNREACHABLE:
	case ROUTE_LOCAL:
	case ROUTE_BROADCAST:
		break;
	}
	return fabric;
}

static struct explained_snat
explain_snat(const struct gateway *gateway, const struct decision *decision)
{
	struct explained_snat snat = { 0 };
	const struct snat_ports *ports;

	/* Without a block there is nothing to draw from, and the packet is dropped. */
	if (!decision->snat || decision->unit_count == 0 ||
	    decision->reason == DROP_snat_block_missing)
		return snat;
	ports = &gateway_snapshot(gateway)->vips[decision->outbound_vip].snat;
	snat.vip = gateway_vip(gateway, decision->outbound_vip);
	snat.on_demand = ports->on_demand;
	if (!snat.on_demand) {
		snat.first_port = ports->starts[decision->first_unit];
		snat.last_port = (uint16_t)(snat.first_port + ports->unit - 1);
	}
	return snat;
}

static struct explained_egress
explain_egress(const struct gateway *gateway, const struct egress *egress)
{
	if (egress->interface == INTERFACE_NONE)
		return (struct explained_egress){ .reason = (enum drop_reason)egress->reason };
	return (struct explained_egress){
		.interface = gateway_interface(gateway, egress->interface),
		.next_hop = address_of(egress->address),
	};
}

static void
explain_outcome(const struct gateway *gateway, const struct decision *decision,
		struct explanation *explanation)
{
	const struct packet_text *packet = &explanation->packet;

	explanation->verdict = (enum verdict)decision->verdict;
	explanation->reason = (enum drop_reason)decision->reason;
	/* The gateway itself answers nothing but ping, and takes nothing but probes' answers. */
	if (decision->verdict == VERDICT_LOCAL && packet->destination != LOAD_BALANCER_ADDRESS &&
	    (packet->protocol != IPPROTO_ICMP || packet->echo_reply)) {
		explanation->verdict = VERDICT_DROP;
		explanation->reason = DROP_local_unsupported;
	}
	if (explanation->verdict != VERDICT_SESSION && explanation->verdict != VERDICT_FABRIC)
		return;
	explanation->forward = explain_egress(gateway, &decision->forward);
	explanation->translated = *packet;
	explanation->translated.source = rte_be_to_cpu_32(decision->source);
	explanation->translated.destination = rte_be_to_cpu_32(decision->destination);
	if (protocol_has_ports(packet->protocol)) {
		explanation->translated.source_port = rte_be_to_cpu_16(decision->source_port);
		explanation->translated.destination_port =
			rte_be_to_cpu_16(decision->destination_port);
	}
	if (explanation->verdict == VERDICT_SESSION) {
		explanation->reverse = explain_egress(gateway, &decision->reverse);
		explanation->idle_timeout = decision->idle_timeout;
	}
}

int
explanation_of_decision(const struct gateway *gateway, uint16_t interface,
			const struct packet_text *packet, const struct decision *decision,
			struct explanation *explanation)
{
	uint16_t zone = gateway_snapshot(gateway)->interfaces[interface].zone;

	*explanation = (struct explanation){
		.packet = *packet,
		.interface = gateway_interface(gateway, interface),
		.outbound = explain_group(gateway, decision->outbound_zone, DIRECTION_OUTBOUND,
					  decision->outbound_rule),
		.fabric = explain_fabric(gateway, packet->destination, decision),
		.inbound_rule = gateway_inbound_rule(gateway, decision->inbound_rule),
		.snat = explain_snat(gateway, decision),
		.remembered = decision->remembered,
		.inbound = explain_group(gateway, decision->inbound_zone, DIRECTION_INBOUND,
					 decision->inbound_rule_index),
		.receiver = gateway_subnet(gateway, decision->inbound_zone, NULL),
	};
	if (explanation->inbound_rule != NULL) {
		explanation->backend = address_of(decision->destination);
		explanation->backend_port = rte_be_to_cpu_16(decision->destination_port);
	}
	explanation->subnet = gateway_subnet(gateway, zone, &explanation->network);
	explain_outcome(gateway, decision, explanation);
	return explain_route(gateway, zone, decision, explanation);
}

/* What became of a packet that did not come to decide. */
static struct decision
decision_of_drop(uint16_t reason)
{
	struct decision decision;

	decision_init(&decision, &(struct flow_key){ 0 });
	decision.verdict = VERDICT_DROP;
	decision.reason = (uint8_t)reason;
	return decision;
}

int
explanation_of_packet(const struct gateway *gateway, uint16_t interface,
		      const struct packet_text *packet, struct explanation *explanation)
{
	const struct snapshot *snapshot = gateway_snapshot(gateway);
	const struct snapshot_interface *link = &snapshot->interfaces[interface];
	uint8_t frame[PACKET_FRAME_MAX] __rte_aligned(PACKET_FRAME_ALIGNMENT);
	uint16_t length = packet_frame_build(packet, link, frame);
	struct rte_mbuf mbuf = {
		.buf_addr = frame,
		.data_len = length,
		.pkt_len = length,
		.nb_segs = 1,
	};
	struct decide_request request = { .outbound_vip = VIP_NONE };
	struct decision decision;
	struct packet parsed;

	packet_parse(snapshot, link->port, &mbuf, &parsed);
	request.key = parsed.key;
	if (parsed.kind == PACKET_DROP)
		decision = decision_of_drop(parsed.reason);
	else
		decide(snapshot, &request, &decision, 1);
	return explanation_of_decision(gateway, interface, packet, &decision, explanation);
}

void
explanation_clear(struct explanation *explanation)
{
	effective_routes_free(&explanation->routes);
	*explanation = (struct explanation){ 0 };
}

const struct effective_route *
explanation_other_route(const struct explanation *explanation, const struct effective_route *after)
{
	const struct effective_routes *routes = &explanation->routes;
	const struct ip_address destination = ip_address_from_v4(explanation->packet.destination);
	size_t first = after == NULL ? 0 : (size_t)(after - routes->items) + 1;

	for (int length = after == NULL ? 32 : after->prefix.length; length >= 0; length--) {
		for (size_t i = first; i < routes->count; i++) {
			const struct effective_route *route = &routes->items[i];

			if (route != explanation->route && route->prefix.length == length &&
			    ip_prefix_contains(&route->prefix, &destination))
				return route;
		}
		first = 0;
	}
	return NULL;
}
