/* SPDX-License-Identifier: BSD-3-Clause */
#include "explanation_print.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <string.h>

enum {
	ROUTE_HOP_MAX = 80, /* a next hop type and an address */
};

__attribute__((format(printf, 3, 4))) static void
print_step(FILE *stream, const char *label, const char *format, ...)
{
	va_list list;

	fprintf(stream, "  %-17s", label);
	va_start(list, format);
	vfprintf(stream, format, list);
	va_end(list);
	fputc('\n', stream);
}

static void
print_sender(FILE *stream, const struct explanation *explanation)
{
	char prefix[IP_PREFIX_TEXT_MAX];

	if (explanation->subnet == NULL)
		print_step(stream, "from", "the fabric");
	else
		print_step(stream, "from", "subnet %s of %s, %s", explanation->subnet->name,
			   explanation->network->name,
			   ip_prefix_format(&explanation->subnet->prefix, prefix));
}

/* `subnet` is the one whose group it is; NULL: the packet did not come to one. */
static void
print_group(FILE *stream, const char *label, const struct explained_group *explained,
	    const struct subnet *subnet)
{
	if (explained->group != NULL)
		print_step(stream, label, "%s %s it by %s, priority %u", explained->group->name,
			   explained->rule->access == ACCESS_ALLOW ? "allows" : "denies",
			   explained->rule->name, explained->rule->priority);
	else if (subnet != NULL && subnet->security_group == NO_INDEX)
		print_step(stream, label, "none, subnet %s is not filtered", subnet->name);
}

/* "virtual_appliance 10.0.3.4" */
static const char *
hop_format(const struct effective_route *route, char text[ROUTE_HOP_MAX])
{
	char address[IP_ADDRESS_TEXT_MAX] = "";
	bool appliance = route->next_hop.family != IP_FAMILY_NONE;

	if (appliance)
		ip_address_format(&route->next_hop, address);
	snprintf(text, ROUTE_HOP_MAX, "%s%s%s", next_hop_type_name(route->next_hop_type),
		 appliance ? " " : "", address);
	return text;
}

/* How wide the columns of the routes are. */
struct route_columns {
	int prefix;
	int hop;
};

static void
columns_widen(struct route_columns *columns, const struct effective_route *route)
{
	char prefix[IP_PREFIX_TEXT_MAX], hop[ROUTE_HOP_MAX];
	int prefix_length = (int)strlen(ip_prefix_format(&route->prefix, prefix));
	int hop_length = (int)strlen(hop_format(route, hop));

	if (prefix_length > columns->prefix)
		columns->prefix = prefix_length;
	if (hop_length > columns->hop)
		columns->hop = hop_length;
}

static void
print_route(FILE *stream, const char *label, const struct route_columns *columns,
	    const struct effective_route *route)
{
	char prefix[IP_PREFIX_TEXT_MAX], hop[ROUTE_HOP_MAX];
	const char *name = route->name != NULL ? route->name : "";

	print_step(stream, label, "%-*s  %-*s  %-6s  %s%s%s", columns->prefix,
		   ip_prefix_format(&route->prefix, prefix), columns->hop, hop_format(route, hop),
		   route_source_name(route->source), route->active ? "Active" : "Invalid",
		   *name != '\0' ? "  " : "", name);
}

static void
print_routes(FILE *stream, const struct explanation *explanation)
{
	const struct effective_route *other = NULL;
	const char *label = "  not taken";
	struct route_columns columns = { 0 };

	if (explanation->route == NULL)
		return;
	columns_widen(&columns, explanation->route);
	while ((other = explanation_other_route(explanation, other)) != NULL)
		columns_widen(&columns, other);
	print_route(stream, "effective route", &columns, explanation->route);
	while ((other = explanation_other_route(explanation, other)) != NULL) {
		print_route(stream, label, &columns, other);
		label = "";
	}
}

static void
print_vip(FILE *stream, const struct explanation *explanation)
{
	static const char *const distributions[] = {
		[DISTRIBUTION_FIVE_TUPLE] = "five-tuple",
		[DISTRIBUTION_SOURCE_PROTOCOL] = "source-protocol",
		[DISTRIBUTION_SOURCE] = "source",
	};
	const struct vip *vip = explanation->fabric.vip;
	const struct inbound_rule *rule = explanation->inbound_rule;
	char address[IP_ADDRESS_TEXT_MAX], port[sizeof(":65535")] = "";

	if (vip == NULL)
		return;
	print_step(stream, "VIP", "%s, %s", vip->name, ip_address_format(&vip->address, address));
	if (rule == NULL)
		return;
	ip_address_format(&explanation->backend, address);
	if (rule->protocol != PROTOCOL_ICMP)
		snprintf(port, sizeof(port), ":%u", explanation->backend_port);
	if (rule->backend_count == 1)
		print_step(stream, "  rule", "%s, backend %s%s", rule->name, address, port);
	else
		print_step(stream, "  rule", "%s, backend %s%s, one of %zu by %s", rule->name,
			   address, port, rule->backend_count, distributions[rule->distribution]);
}

static void
print_snat(FILE *stream, const struct explanation *explanation)
{
	const struct explained_snat *snat = &explanation->snat;
	const char *drawn = explanation->packet.protocol == IPPROTO_ICMP ? "identifier" : "port";
	char address[IP_ADDRESS_TEXT_MAX];

	if (snat->vip == NULL)
		return;
	ip_address_format(&snat->vip->address, address);
	if (snat->on_demand)
		print_step(stream, "SNAT", "%s, %s, any free %s", snat->vip->name, address, drawn);
	else
		print_step(stream, "SNAT", "%s, %s, a free %s of %u-%u", snat->vip->name, address,
			   drawn, snat->first_port, snat->last_port);
}

static void
print_egress(FILE *stream, const char *label, const struct explained_egress *egress)
{
	char address[IP_ADDRESS_TEXT_MAX];

	if (egress->interface == NULL)
		print_step(stream, label, "dropped, %s", drop_reason_sentence(egress->reason));
	else
		print_step(stream, label, "%s on %s", ip_address_format(&egress->next_hop, address),
			   egress->interface->name);
}

static void
print_next_hop(FILE *stream, const struct explanation *explanation)
{
	const struct explained_egress *egress = &explanation->forward;
	const struct explained_fabric *fabric = &explanation->fabric;
	char address[IP_ADDRESS_TEXT_MAX], prefix[IP_PREFIX_TEXT_MAX];

	if (egress->interface == NULL || !fabric->asked || fabric->kind != ROUTE_GROUP) {
		print_egress(stream, "next hop", egress);
		return;
	}
	ip_address_format(&egress->next_hop, address);
	ip_prefix_format(&fabric->prefix, prefix);
	if (fabric->next_hops == 1)
		print_step(stream, "next hop", "%s on %s, of the fabric's route %s", address,
			   egress->interface->name, prefix);
	else
		print_step(stream, "next hop", "%s on %s, one of %zu of the fabric's route %s",
			   address, egress->interface->name, fabric->next_hops, prefix);
}

/* With SNAT the port, or the echo's identifier, is drawn when the session is made. */
static void
print_translated(FILE *stream, const struct explanation *explanation)
{
	const struct packet_text *packet = &explanation->translated;
	const struct ip_address source = ip_address_from_v4(packet->source);
	const struct ip_address destination = ip_address_from_v4(packet->destination);
	char text[PACKET_TEXT_MAX], protocol[8];
	char from[IP_ADDRESS_TEXT_MAX], to[IP_ADDRESS_TEXT_MAX];

	if (explanation->snat.vip == NULL) {
		fputs(packet_text_format(packet, text), stream);
		return;
	}
	protocol_format(packet->protocol, protocol);
	ip_address_format(&source, from);
	ip_address_format(&destination, to);
	if (protocol_has_ports(packet->protocol))
		fprintf(stream, "%s %s:* %s:%u", protocol, from, to, packet->destination_port);
	else
		fprintf(stream, "%s %s %s id *", protocol, from, to);
}

static void
print_verdict(FILE *stream, const struct explanation *explanation)
{
	switch (explanation->verdict) {
	case VERDICT_DROP:
		fprintf(stream, "dropped (%s): %s", drop_reason_name(explanation->reason),
			drop_reason_sentence(explanation->reason));
		break;
	case VERDICT_LOCAL:
		fputs(explanation->packet.protocol == IPPROTO_ICMP
			      ? "answered by the gateway itself"
			      : "taken by the gateway itself, as the answer to a probe",
		      stream);
		break;
	case VERDICT_FABRIC:
		fputs("forwarded unchanged, without a session", stream);
		break;
	case VERDICT_SESSION:
		fputs("forwarded as ", stream);
		print_translated(stream, explanation);
		break;
	}
	fputc('\n', stream);
}

void
explanation_print(FILE *stream, const struct explanation *explanation)
{
	char packet[PACKET_TEXT_MAX];

	fprintf(stream, "%s received at %s, in no session yet\n",
		packet_text_format(&explanation->packet, packet), explanation->interface->name);
	print_sender(stream, explanation);
	print_group(stream, "outbound group", &explanation->outbound,
		    explanation->route != NULL ? explanation->subnet : NULL);
	print_routes(stream, explanation);
	print_vip(stream, explanation);
	print_snat(stream, explanation);
	print_group(stream, "inbound group", &explanation->inbound, explanation->receiver);
	if (explanation->verdict == VERDICT_SESSION || explanation->verdict == VERDICT_FABRIC)
		print_next_hop(stream, explanation);
	if (explanation->verdict == VERDICT_SESSION) {
		print_egress(stream, "replies", &explanation->reverse);
		print_step(stream, "session", "ends after %u s without packets",
			   explanation->idle_timeout);
	}
	print_verdict(stream, explanation);
}
