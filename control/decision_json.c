/* SPDX-License-Identifier: BSD-3-Clause */
#include "decision_json.h"

#include "json_text.h"

/* Every function here gives a value or, when out of memory, NULL, which json_pack() passes on. */

static json_t *
text_or_null(const char *text)
{
	return text != NULL ? json_text(text) : json_null();
}

static json_t *
number_or_null(bool there, unsigned int number)
{
	return there ? json_integer((json_int_t)number) : json_null();
}

static json_t *
address_json(const struct ip_address *address)
{
	char text[IP_ADDRESS_TEXT_MAX];

	if (address->family == IP_FAMILY_NONE)
		return json_null();
	return json_string(ip_address_format(address, text));
}

static json_t *
prefix_json(const struct ip_prefix *prefix)
{
	char text[IP_PREFIX_TEXT_MAX];

	if (prefix->address.family == IP_FAMILY_NONE)
		return json_null();
	return json_string(ip_prefix_format(prefix, text));
}

static json_t *
group_json(const struct explained_group *explained)
{
	if (explained->group == NULL)
		return json_null();
	return json_pack("{s:o, s:o, s:i, s:s}", "group", json_text(explained->group->name), "rule",
			 json_text(explained->rule->name), "priority",
			 (int)explained->rule->priority, "access",
			 explained->rule->access == ACCESS_ALLOW ? "allow" : "deny");
}

static json_t *
effective_route_json(const struct effective_route *route)
{
	return json_pack("{s:o, s:s, s:s, s:o, s:b, s:o}", "prefix", prefix_json(&route->prefix),
			 "source", route_source_name(route->source), "next_hop_type",
			 next_hop_type_name(route->next_hop_type), "next_hop",
			 address_json(&route->next_hop), "active", (int)route->active, "name",
			 text_or_null(route->name));
}

static json_t *
route_json(const struct explanation *explanation)
{
	const struct effective_route *other = NULL;
	json_t *others, *object;

	if (explanation->route == NULL)
		return json_null();
	others = json_array();
	while ((other = explanation_other_route(explanation, other)) != NULL) {
		if (json_array_append_new(others, effective_route_json(other)) != 0) {
			json_decref(others);
			return NULL;
		}
	}
	object = effective_route_json(explanation->route);
	if (json_object_set_new(object, "others", others) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *
fabric_json(const struct explained_fabric *fabric)
{
	static const char *const kinds[] = {
		[ROUTE_UNREACHABLE] = "unreachable",
		[ROUTE_GROUP] = "next_hops",
		[ROUTE_CONNECTED] = "connected",
		[ROUTE_LOCAL] = "local",
		[ROUTE_VIP] = "vip",
		[ROUTE_BROADCAST] = "broadcast",
	};

	if (!fabric->asked)
		return json_null();
	return json_pack("{s:s, s:o, s:o}", "kind", kinds[fabric->kind], "prefix",
			 prefix_json(&fabric->prefix), "next_hops",
			 number_or_null(fabric->kind == ROUTE_GROUP,
					(unsigned int)fabric->next_hops));
}

static json_t *
vip_json(const struct explanation *explanation)
{
	const struct vip *vip = explanation->fabric.vip;
	const struct inbound_rule *rule = explanation->inbound_rule;

	if (vip == NULL)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "name", json_text(vip->name), "address",
			 address_json(&vip->address), "rule",
			 text_or_null(rule != NULL ? rule->name : NULL), "backend",
			 address_json(&explanation->backend), "backend_port",
			 number_or_null(rule != NULL && rule->protocol != PROTOCOL_ICMP,
					explanation->backend_port));
}

static json_t *
snat_json(const struct explained_snat *snat)
{
	if (snat->vip == NULL)
		return json_null();
	return json_pack("{s:o, s:o, s:b, s:o, s:o}", "vip", json_text(snat->vip->name), "address",
			 address_json(&snat->vip->address), "on_demand", (int)snat->on_demand,
			 "first_port", number_or_null(!snat->on_demand, snat->first_port),
			 "last_port", number_or_null(!snat->on_demand, snat->last_port));
}

static json_t *
egress_json(const struct explained_egress *egress)
{
	if (egress->interface == NULL)
		return json_pack("{s:s}", "drop", drop_reason_name(egress->reason));
	return json_pack("{s:o, s:o}", "interface", json_text(egress->interface->name), "next_hop",
			 address_json(&egress->next_hop));
}

static json_t *
translated_json(const struct explanation *explanation)
{
	const struct packet_text *packet = &explanation->translated;
	const struct ip_address source = ip_address_from_v4(packet->source);
	const struct ip_address destination = ip_address_from_v4(packet->destination);
	bool ports = protocol_has_ports(packet->protocol);

	return json_pack("{s:o, s:o, s:o, s:o}", "source", address_json(&source), "source_port",
			 number_or_null(ports && explanation->snat.vip == NULL,
					packet->source_port),
			 "destination", address_json(&destination), "destination_port",
			 number_or_null(ports, packet->destination_port));
}

json_t *
decision_json(const struct explanation *explanation)
{
	static const char *const verdicts[] = {
		[VERDICT_DROP] = "drop",
		[VERDICT_FABRIC] = "fabric",
		[VERDICT_SESSION] = "session",
		[VERDICT_LOCAL] = "local",
	};
	enum verdict verdict = explanation->verdict;
	bool session = verdict == VERDICT_SESSION;
	bool forwarded = session || verdict == VERDICT_FABRIC;
	const char *reason = verdict == VERDICT_DROP ? drop_reason_name(explanation->reason) : NULL;

	return json_pack(
		"{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:o, s:o}, s:o, s:o, s:o, s:o, s:o, s:o, "
		"s:b}",
		"verdict", verdicts[verdict], "reason", text_or_null(reason), "interface",
		json_text(explanation->interface->name), "virtual_network",
		text_or_null(explanation->network != NULL ? explanation->network->name : NULL),
		"subnet",
		text_or_null(explanation->subnet != NULL ? explanation->subnet->name : NULL),
		"route", route_json(explanation), "fabric", fabric_json(&explanation->fabric),
		"security", "outbound", group_json(&explanation->outbound), "inbound",
		group_json(&explanation->inbound), "vip", vip_json(explanation), "snat",
		snat_json(&explanation->snat), "translated",
		forwarded ? translated_json(explanation) : json_null(), "egress",
		forwarded ? egress_json(&explanation->forward) : json_null(), "reverse",
		session ? egress_json(&explanation->reverse) : json_null(), "idle_timeout",
		number_or_null(session, explanation->idle_timeout), "remembered",
		(int)explanation->remembered);
}
