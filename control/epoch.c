/* SPDX-License-Identifier: BSD-3-Clause */
#include "epoch.h"

#include "words.h"

/* Equal tables are the same table (store.h), so their addresses stand for what is in them. */

/* What is the gateway's own, or a link's, is no fabric route like others. */
static void
addresses_write(const struct snapshot_interface *interface, struct words *words)
{
	words_add(words, interface->address_count);
	for (unsigned int i = 0; i < interface->address_count; i++) {
		words_add(words, interface->addresses[i].address);
		words_add(words, interface->addresses[i].length);
	}
}

static void
interfaces_write(const struct snapshot *snapshot, struct words *words)
{
	for (uint32_t id = 0; id < snapshot->interface_count; id++) {
		if (!snapshot->interfaces[id].present)
			continue;
		words_add(words, id);
		words_add(words, snapshot->interfaces[id].zone);
		addresses_write(&snapshot->interfaces[id], words);
	}
}

/* What a group's rules say counts for sessions only where they are asked about them again. */
static void
policy_write(const struct security_policy *policy, struct words *words)
{
	bool asked = policy != NULL && policy->reevaluate;

	words_add(words, policy == NULL ? 0 : policy->flow_timeout);
	words_add_pointer(words, asked ? policy : NULL);
}

static void
subnets_write(const struct snapshot *snapshot, struct words *words)
{
	for (uint32_t zone = 0; zone < snapshot->subnet_count; zone++) {
		const struct snapshot_subnet *subnet = &snapshot->subnets[zone];

		if (!subnet->present)
			continue;
		words_add(words, zone);
		words_add(words, subnet->ip_forwarding);
		words_add(words, (uint32_t)subnet->interface << 16 | subnet->network);
		words_add(words, subnet->prefix);
		words_add(words, subnet->mask);
		words_add_pointer(words, subnet->routes);
		policy_write(subnet->inbound, words);
		policy_write(subnet->outbound, words);
		words_add(words, subnet->vip_count);
		for (unsigned int i = 0; i < subnet->vip_count; i++) {
			words_add(words, subnet->vips[i].vip);
			words_add(words, subnet->vips[i].first_host);
		}
	}
	for (uint32_t id = 0; id < snapshot->network_count; id++) {
		if (!snapshot->networks[id].present)
			continue;
		words_add(words, id);
		words_add_pointer(words, snapshot->networks[id].zones);
	}
}

static void
tcp_timeouts_write(const struct tcp_timeouts *timeouts, struct words *words)
{
	words_add(words, (uint32_t)timeouts->half_open << 16 | timeouts->closing);
	words_add(words, timeouts->reset);
}

static void
vips_write(const struct snapshot *snapshot, struct words *words)
{
	for (uint32_t id = 0; id < snapshot->vip_count; id++) {
		const struct snapshot_vip *vip = &snapshot->vips[id];

		if (!vip->present)
			continue;
		words_add(words, id);
		words_add(words, vip->address);
		words_add(words, vip->network);
		words_add_pointer(words, vip->rules);
		words_add_pointer(words, vip->inbound);
		words_add(words, (uint32_t)vip->tcp_reset << 2 |
					 (uint32_t)vip->snat.on_demand << 1 | vip->rfc);
		words_add_pointer(words, vip->snat.starts);
		words_add_pointer(words, vip->snat.hosts);
		words_add(words, (uint32_t)vip->tcp_idle_timeout << 16 | vip->udp_idle_timeout);
		words_add(words, vip->icmp_timeout);
		tcp_timeouts_write(&vip->tcp_timeouts, words);
	}
}

/* Those that are gone lead packets to their sessions' owners, until their time is over. */
static void
endpoints_write(const struct snapshot *snapshot, struct words *words)
{
	words_add_pointer(words, snapshot->endpoints);
}

static bool
policy_differs(const struct snapshot *before, const struct snapshot *next)
{
	const struct snapshot *const snapshots[] = { before, next };
	struct words words[2] = { { 0 }, { 0 } };
	bool differs;

	for (unsigned int i = 0; i < 2; i++) {
		interfaces_write(snapshots[i], &words[i]);
		subnets_write(snapshots[i], &words[i]);
		vips_write(snapshots[i], &words[i]);
		endpoints_write(snapshots[i], &words[i]);
		tcp_timeouts_write(&snapshots[i]->tcp_timeouts, &words[i]);
		words_add(&words[i], snapshots[i]->ecmp_seed);
	}
	differs = words[0].failed || words[1].failed || words_compare(&words[0], &words[1]) != 0;
	words_clear(&words[0]);
	words_clear(&words[1]);
	return differs;
}

uint32_t
epoch_next(const struct snapshot *before, const struct snapshot *next, bool fabric)
{
	uint16_t policy = (uint16_t)(before->decided_from >> 16);
	uint16_t routes = (uint16_t)before->decided_from;

	if (policy_differs(before, next))
		policy++;
	if (fabric)
		routes++;
	return (uint32_t)policy << 16 | routes;
}

bool
epoch_loses_vip(const struct snapshot *before, const struct snapshot *next)
{
	for (uint32_t id = 0; id < before->vip_count; id++) {
		if (!before->vips[id].present)
			continue;
		if (id >= next->vip_count || !next->vips[id].present ||
		    next->vips[id].network != before->vips[id].network)
			return true;
	}
	return false;
}
