/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>

#include "sender.h"
#include "subnet.h"
#include "walk.h"

enum {
	/* The same on every gateway of a cloud, so that all choose the same backend. */
	BACKEND_SEED = 0x6d61676c,
};

/* The sender's place among the subnet's usable addresses. */
static bool
snat_find_place(const struct walk *walk, uint32_t *place)
{
	const struct snapshot_subnet *from = walk->from;
	uint32_t first = from->prefix + SUBNET_RESERVED;
	uint32_t broadcast = from->prefix | ~from->mask;
	uint32_t sender = rte_be_to_cpu_32(walk->sender);

	*place = sender - first;
	return sender >= first && sender < broadcast;
}

/*
 * One host keeps one VIP (RFC 4787 REQ-2, paired pooling): the one that it has sessions by, else
 * the one that its place gives it, so that the VIPs share the hosts evenly. A session that exists
 * keeps its own, or ends.
 */
static const struct subnet_outbound *
snat_choose_vip(const struct walk *walk, uint32_t place)
{
	const struct snapshot_subnet *from = walk->from;
	const struct decide_request *request = walk->request;
	const struct subnet_outbound *by_place;

	if (from->vip_count == 0)
		return NULL;
	by_place = &from->vips[place % from->vip_count];
	if (request->outbound_vip == VIP_NONE || by_place->vip == request->outbound_vip)
		return by_place;
	for (unsigned int i = 0; i < from->vip_count; i++) {
		if (from->vips[i].vip == request->outbound_vip) {
			walk->decision->remembered = true;
			return &from->vips[i];
		}
	}
	return request->established ? NULL : by_place;
}

/* The units that the host of that place may draw from. False: it has none. */
static bool
snat_find_units(const struct snat_ports *ports, uint32_t host, struct decision *decision)
{
	if (host >= ports->host_count || ports->hosts[host] == 0)
		return false;
	decision->host = (uint16_t)host;
	if (ports->on_demand) {
		decision->unit_count = ports->unit_count;
		return true;
	}
	decision->first_unit = host;
	decision->unit_count = 1;
	return ports->starts[host] != 0;
}

void
walk_snat(struct walk *walk)
{
	struct decision *decision = walk->decision;
	uint8_t protocol = walk->request->key.protocol;
	const struct subnet_outbound *outbound;
	const struct snapshot_vip *vip;
	uint32_t place;
	bool has_place;

	if (protocol == IPPROTO_ESP || protocol == IPPROTO_AH) {
		walk_drop(walk, DROP_protocol_not_translatable);
		return;
	}
	walk->sender = sender_find(walk->snapshot, &walk->request->key);
	if (walk->sender == 0) {
		walk_drop(walk, DROP_snat_block_missing);
		return;
	}
	has_place = snat_find_place(walk, &place);
	outbound = snat_choose_vip(walk, place);
	if (outbound == NULL) {
		walk_drop(walk, DROP_outbound_vip_missing);
		return;
	}
	vip = &walk->snapshot->vips[outbound->vip];
	decision->snat = true;
	decision->outbound_vip = outbound->vip;
	decision->source = vip->address;
	if (!has_place || !snat_find_units(&vip->snat, outbound->first_host + place, decision))
		walk_drop(walk, DROP_snat_block_missing);
}

static uint32_t
vip_hash(const struct flow_key *key, uint8_t distribution)
{
	uint64_t addresses = key->source | ((uint64_t)key->destination << 32);
	uint64_t rest = 0;

	if (distribution != BACKEND_HASH_SOURCE)
		rest = key->protocol;
	if (distribution == BACKEND_HASH_FIVE_TUPLE)
		rest |= (uint64_t)key->source_port << 16 | (uint64_t)key->destination_port << 32;
	return hash_words(addresses, rest, BACKEND_SEED);
}

/* A session stays with the backend that it has, even if the rule no longer names it. */
static struct backend
vip_keep_backend(const struct walk *walk, const struct snapshot_vip *vip,
		 const struct snapshot_inbound_rule *rule)
{
	rte_be32_t address = walk->request->backend;

	for (unsigned int i = 0; i < rule->backend_count; i++) {
		if (rule->backends[i].address != address)
			continue;
		walk->decision->backend_down = i >= rule->healthy_count;
		return rule->backends[i];
	}
	walk->decision->backend_removed = true;
	walk->decision->drain_timeout = rule->drain_timeout;
	return (struct backend){
		.address = address,
		.zone = walk_zone(walk, vip->network, address),
	};
}

static struct backend
vip_choose_backend(const struct walk *walk, const struct snapshot_vip *vip,
		   const struct snapshot_inbound_rule *rule)
{
	if (walk->request->established && walk->request->backend != 0)
		return vip_keep_backend(walk, vip, rule);
	if (rule->maglev == NULL)
		return (struct backend){ 0 };
	return rule->backends[maglev_table_select(rule->maglev,
						  vip_hash(&walk->request->key, rule->hash))];
}

/* The port is one that the inside endpoint's host may have now. */
static bool
vip_port_is_hosts(const struct snat_ports *ports, uint16_t port, rte_be32_t host)
{
	uint16_t unit = snat_unit_of(ports, port);

	return unit != SNAT_UNIT_NONE &&
	       (ports->on_demand || ports->hosts[unit] == rte_be_to_cpu_32(host));
}

/* From outside to the endpoint that an inside one is mapped to. False: there is none. */
static bool
vip_map(struct walk *walk, uint32_t id)
{
	const struct decide_request *request = walk->request;
	const struct snapshot_vip *vip = &walk->snapshot->vips[id];
	uint16_t port = rte_be_to_cpu_16(request->key.destination_port);
	struct decision *decision = walk->decision;
	uint16_t zone;

	if (!vip->rfc || request->mapped_address == 0 ||
	    !vip_port_is_hosts(&vip->snat, port, request->mapped_address))
		return false;
	zone = walk_zone(walk, vip->network, request->mapped_address);
	if (zone == ZONE_FABRIC)
		return false;
	decision->remembered = true;
	decision->mapped_in = true;
	decision->inbound_vip = (uint16_t)id;
	decision->destination = request->mapped_address;
	decision->destination_port = request->mapped_port;
	decision->egress_zone = zone;
	return true;
}

static void
vip_without_rule(struct walk *walk, const struct snapshot_vip *vip)
{
	const struct flow_key *key = &walk->request->key;
	uint16_t port = rte_be_to_cpu_16(key->destination_port);

	if (key->protocol == IPPROTO_ICMP)
		walk->decision->verdict = VERDICT_LOCAL; /* a ping of the VIP itself */
	else if (snat_unit_of(&vip->snat, port) == SNAT_UNIT_NONE)
		walk_drop(walk, DROP_vip_rule_missing);
	else
		walk_drop(walk, DROP_vip_session_missing);
}

void
walk_vip(struct walk *walk, uint32_t id)
{
	struct decision *decision = walk->decision;
	const struct flow_key *key = &walk->request->key;
	const struct snapshot_vip *vip = &walk->snapshot->vips[id];
	uint16_t port = rte_be_to_cpu_16(key->destination_port);
	const struct snapshot_inbound_rule *rule;
	struct backend backend;
	uint32_t index;

	if (flow_key_is_echo_reply(key)) {
		walk_drop(walk, DROP_vip_session_missing);
		return;
	}
	index = interval_tree_find(vip->rules, (uint32_t)key->protocol << 16 | port);
	if (index == VIP_RULE_MISSING) {
		if (!vip_map(walk, id))
			vip_without_rule(walk, vip);
		return;
	}
	rule = &vip->inbound[index];
	backend = vip_choose_backend(walk, vip, rule);
	if (backend.zone == ZONE_FABRIC) {
		walk_drop(walk, DROP_vip_backend_missing);
		return;
	}
	decision->inbound_vip = (uint16_t)id;
	decision->inbound_rule = rule->id;
	decision->destination = backend.address;
	decision->destination_port =
		rte_cpu_to_be_16((uint16_t)(rule->backend_first_port + (port - rule->first_port)));
	decision->egress_zone = backend.zone;
	decision->idle_timeout = rule->idle_timeout;
	decision->tcp_reset = rule->tcp_reset;
}
