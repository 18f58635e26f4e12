/* SPDX-License-Identifier: BSD-3-Clause */
#include "walk.h"

static struct security_key
security_key_of(const struct walk *walk)
{
	const struct decision *decision = walk->decision;

	return (struct security_key){
		.source = rte_be_to_cpu_32(decision->source),
		.destination = rte_be_to_cpu_32(decision->destination),
		.source_port = rte_be_to_cpu_16(decision->source_port),
		.destination_port = rte_be_to_cpu_16(decision->destination_port),
		.protocol = walk->request->key.protocol,
	};
}

void
walk_pass(struct walk *walk, const struct security_policy *policy)
{
	if (walk->decision->idle_timeout == 0)
		walk->decision->idle_timeout = policy->flow_timeout;
}

static void
security_apply(struct walk *walk, uint16_t rule, bool inbound)
{
	struct decision *decision = walk->decision;

	if (inbound)
		decision->inbound_rule_index = rule;
	else
		decision->outbound_rule = rule;
	if (!security_policy_allows_by(walk->policy, rule))
		walk_drop(walk, inbound ? DROP_security_inbound : DROP_security_outbound);
	else
		walk_pass(walk, walk->policy);
}

void
walk_security(struct walk *walks, unsigned int n, bool inbound)
{
	struct security_key keys[DECIDE_BURST];
	uint16_t rules[DECIDE_BURST];
	uint8_t asked[DECIDE_BURST];

	for (unsigned int first = 0; first < n; first++) {
		const struct security_policy *policy = walks[first].policy;
		unsigned int count = 0;

		if (policy == NULL)
			continue;
		for (unsigned int i = first; i < n; i++) {
			if (walks[i].policy != policy)
				continue;
			keys[count] = security_key_of(&walks[i]);
			asked[count++] = (uint8_t)i;
		}
		security_match(policy->table, keys, rules, count);
		for (unsigned int i = 0; i < count; i++) {
			security_apply(&walks[asked[i]], rules[i], inbound);
			walks[asked[i]].policy = NULL;
		}
	}
}
