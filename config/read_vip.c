/* SPDX-License-Identifier: BSD-3-Clause */
#include "read.h"

#include <string.h>

#include "setting_name.h"
#include "snat_plan.h"
#include "value.h"

enum {
	/* A VIP rule's idle time goes from 4 to 100 minutes, that of outbound TCP up to 124. */
	IDLE_MIN = 240,
	IDLE_INBOUND_MAX = 6000,
	IDLE_OUTBOUND_MAX = 7440, /* 2 h 4 min: RFC 5382 REQ-5 */
	DRAIN_MAX = 86400,
	BACKENDS_LIMIT = 1000,
	PROBE_PATH_MAX = 512,
};

/* It goes into an HTTP request line as it is (RFC 9112 section 3.2). */
static void
probe_path_check(struct reader *reader, const config_setting_t *group, const char *path)
{
	struct origin origin = setting_origin(reader, config_setting_get_member(group, "path"));
	size_t length = 0;

	while (path[length] > ' ' && path[length] < 0x7f)
		length++;
	if (path[length] != '\0')
		diagnostic_error(reader->diagnostics, &origin,
				 "path has a byte that no URL has; write it as %%XX");
	else if (length > PROBE_PATH_MAX)
		diagnostic_error(reader->diagnostics, &origin,
				 "path is longer than %d bytes; shorten it", PROBE_PATH_MAX);
}

static struct probe
probe_read(struct reader *reader, const config_setting_t *group, struct port_range ports)
{
	static const char *const names[] = { "protocol", "port",      "path",
					     "interval", "threshold", NULL };
	static const char *const protocols[] = { "tcp", "http", "https", NULL };
	struct probe probe = { .protocol = PROBE_NONE };
	const char *path;

	if (!setting_group_check(reader, group, "a probe", names))
		return probe;
	if (setting_required(reader, group, "protocol") != NULL)
		probe.protocol =
			PROBE_TCP + setting_choice(reader, group, "protocol", protocols, 0);
	/* A rule of icmp has no port that a probe could go to. */
	if (ports.first != 0 || setting_required(reader, group, "port") != NULL)
		probe.port = (uint16_t)setting_unsigned(reader, group, "port", 1, UINT16_MAX,
							ports.first);
	probe.interval = setting_unsigned(reader, group, "interval", 1, 3600, 5);
	probe.threshold = setting_unsigned(reader, group, "threshold", 1, 100, 2);

	path = setting_string(reader, group, "path");
	if (path != NULL) {
		probe_path_check(reader, group, path);
		probe.path = reader_copy(reader, path);
	}
	if ((probe.protocol == PROBE_TCP && path != NULL) ||
	    (probe.protocol > PROBE_TCP && (path == NULL || *path != '/'))) {
		const config_setting_t *setting = config_setting_get_member(group, "path");
		struct origin origin = setting_origin(reader, setting != NULL ? setting : group);

		diagnostic_error(reader->diagnostics, &origin,
				 "path belongs to probes by http and https and begins with '/'; %s",
				 probe.protocol == PROBE_TCP ? "leave it out" : "set it");
	}
	return probe;
}

/* The one range of a rule; 0-0 and an error where there is none. */
static struct port_range
ports_read_one(struct reader *reader, struct setting_list list)
{
	struct port_range range = { 0, 0 };

	if (list.count > 1) {
		struct origin origin = setting_origin(reader, list.setting);

		diagnostic_error(reader->diagnostics, &origin,
				 "%s takes one port or range; write a rule for each",
				 setting_label(list.setting));
	} else if (list.count == 1) {
		(void)value_port_range(reader, setting_list_at(&list, 0), 1, &range);
	}
	return range;
}

static void
rule_ports_read(struct reader *reader, const config_setting_t *group, struct inbound_rule *rule)
{
	struct setting_list list = setting_list_filled(reader, group, "backend_ports");
	struct port_range *ports = &rule->ports, *backend_ports = &rule->backend_ports;

	*ports = ports_read_one(reader, setting_list_required(reader, group, "ports"));
	*backend_ports = list.setting != NULL ? ports_read_one(reader, list) : *ports;
	if (ports->first == 0 || backend_ports->first == 0)
		return;
	if (backend_ports->last - backend_ports->first != ports->last - ports->first) {
		struct origin origin = setting_origin(reader, list.setting);

		diagnostic_error(reader->diagnostics, &origin,
				 "backend_ports are %d, but ports are %d; give as many of both",
				 backend_ports->last - backend_ports->first + 1,
				 ports->last - ports->first + 1);
	}
}

/* A ping has no ports. */
static void
rule_ports_refuse(struct reader *reader, const config_setting_t *group)
{
	static const char *const names[] = { "ports", "backend_ports" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const config_setting_t *setting = config_setting_get_member(group, names[i]);
		struct origin origin;

		if (setting == NULL)
			continue;
		origin = setting_origin(reader, setting);
		diagnostic_error(reader->diagnostics, &origin,
				 "%s belongs to rules of tcp and udp; leave it out", names[i]);
	}
}

static void
rule_protocol_read(struct reader *reader, const config_setting_t *group, struct inbound_rule *rule)
{
	static const char *const names[] = { "tcp", "udp", "icmp", NULL };
	static const enum protocol protocols[] = { PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_ICMP };

	if (setting_required(reader, group, "protocol") != NULL)
		rule->protocol = protocols[setting_choice(reader, group, "protocol", names, 0)];
}

static void
backends_read(struct reader *reader, const config_setting_t *group, struct inbound_rule *rule)
{
	struct setting_list list = setting_list_required(reader, group, "backends");

	rule->backends_max =
		setting_unsigned(reader, group, "backends_max", 1, BACKENDS_LIMIT, 100);
	rule->backends = reader_array(reader, list.count, sizeof(*rule->backends));
	if (rule->backends == NULL)
		return;
	rule->backend_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		(void)value_address(reader, setting_list_at(&list, i), &rule->backends[i]);
}

static void
inbound_settings_read(struct reader *reader, const config_setting_t *group,
		      struct inbound_rule *rule)
{
	static const char *const distributions[] = { "five-tuple", "source-protocol", "source",
						     NULL };
	static const char *const unhealthy[] = { "all_down", "all_up", NULL };
	const config_setting_t *probe = config_setting_get_member(group, "probe");

	rule->name = setting_name(reader, group);
	rule_protocol_read(reader, group, rule);
	if (rule->protocol == PROTOCOL_ICMP)
		rule_ports_refuse(reader, group);
	else
		rule_ports_read(reader, group, rule);
	backends_read(reader, group, rule);
	rule->distribution = setting_choice(reader, group, "distribution", distributions, 0);
	rule->idle_timeout =
		setting_unsigned(reader, group, "idle_timeout", IDLE_MIN, IDLE_INBOUND_MAX, 240);
	rule->tcp_reset = setting_boolean(reader, group, "tcp_reset", false);
	rule->drain_timeout = setting_unsigned(reader, group, "drain_timeout", 0, DRAIN_MAX, 300);
	rule->all_up_when_unhealthy =
		setting_choice(reader, group, "no_healthy_backends", unhealthy, 0) == 1;
	if (probe != NULL)
		rule->probe = probe_read(reader, probe, rule->backend_ports);
}

static void
inbound_rule_read(struct reader *reader, const config_setting_t *group, struct inbound_rule *rule)
{
	static const char *const names[] = { "name",
					     "protocol",
					     "ports",
					     "backend_ports",
					     "backends",
					     "distribution",
					     "backends_max",
					     "idle_timeout",
					     "tcp_reset",
					     "drain_timeout",
					     "no_healthy_backends",
					     "probe",
					     NULL };

	rule->origin = setting_origin(reader, group);
	if (setting_group_check(reader, group, "an inbound rule", names))
		inbound_settings_read(reader, group, rule);
}

/* A number, "on_demand", or PORTS_DEFAULT to be worked out when the subnets are known. */
static unsigned
ports_per_host_read(struct reader *reader, const config_setting_t *group)
{
	const config_setting_t *setting = config_setting_get_member(group, "ports_per_host");
	struct origin origin;
	unsigned ports;

	if (setting == NULL)
		return SNAT_PORTS_DEFAULT;
	if (config_setting_type(setting) == CONFIG_TYPE_STRING &&
	    strcmp(config_setting_get_string(setting), "on_demand") == 0)
		return PORTS_ON_DEMAND;
	if (config_setting_type(setting) == CONFIG_TYPE_STRING) {
		setting_type_error(reader, setting, "a number or \"on_demand\"");
		return SNAT_PORTS_DEFAULT;
	}
	ports = setting_unsigned(reader, group, "ports_per_host", SNAT_BLOCK_PORTS,
				 SNAT_VIP_PORTS_MAX, SNAT_PORTS_DEFAULT);
	if (ports == SNAT_PORTS_DEFAULT || ports % SNAT_BLOCK_PORTS == 0)
		return ports;
	origin = setting_origin(reader, setting);
	diagnostic_error(reader->diagnostics, &origin,
			 "ports_per_host = %u is no multiple of %d; use %u or %u", ports,
			 SNAT_BLOCK_PORTS, ports / SNAT_BLOCK_PORTS * SNAT_BLOCK_PORTS,
			 (ports / SNAT_BLOCK_PORTS + 1) * SNAT_BLOCK_PORTS);
	return SNAT_PORTS_DEFAULT;
}

/* Of RFC 5382 (REQ-5), RFC 4787 (REQ-5) and RFC 5508 (REQ-2), where the profile says so. */
static struct outbound
outbound_defaults(enum vip_profile profile)
{
	bool rfc = profile == VIP_PROFILE_RFC;

	return (struct outbound){ .ports_per_host = SNAT_PORTS_DEFAULT,
				  .idle_timeout = rfc ? 7440 : 240,
				  .udp_idle_timeout = rfc ? 300 : 240,
				  .icmp_timeout = 60 };
}

static void
outbound_read(struct reader *reader, const config_setting_t *vip, enum vip_profile profile,
	      struct outbound *outbound)
{
	static const char *const names[] = { "ports_per_host", "idle_timeout", "udp_idle_timeout",
					     "icmp_timeout",   "tcp_reset",    NULL };
	const config_setting_t *group = config_setting_get_member(vip, "outbound");

	*outbound = outbound_defaults(profile);
	if (group == NULL || !setting_group_check(reader, group, "outbound", names))
		return;
	outbound->ports_per_host = ports_per_host_read(reader, group);
	outbound->idle_timeout = setting_unsigned(reader, group, "idle_timeout", IDLE_MIN,
						  IDLE_OUTBOUND_MAX, outbound->idle_timeout);
	outbound->udp_idle_timeout =
		setting_unsigned(reader, group, "udp_idle_timeout", 1, IDLE_OUTBOUND_MAX,
				 outbound->udp_idle_timeout);
	outbound->icmp_timeout =
		setting_unsigned(reader, group, "icmp_timeout", 1, IDLE_OUTBOUND_MAX, 60);
	outbound->tcp_reset = setting_boolean(reader, group, "tcp_reset", false);
}

static void
vip_read(struct reader *reader, const config_setting_t *group, struct vip *vip)
{
	static const char *const names[] = { "name",    "address", "virtual_network",
					     "profile", "inbound", "outbound",
					     NULL };
	static const char *const profiles[] = { "azure", "rfc", NULL };
	struct setting_list list;

	vip->origin = setting_origin(reader, group);
	vip->virtual_network = NO_INDEX;
	if (!setting_group_check(reader, group, "a VIP", names))
		return;
	vip->name = setting_name(reader, group);
	vip->address = value_address_member(reader, group, "address");
	vip->virtual_network = setting_reference_required(reader, group, "virtual_network",
							  OBJECT_VIRTUAL_NETWORK);
	vip->profile = setting_choice(reader, group, "profile", profiles, VIP_PROFILE_AZURE);
	outbound_read(reader, group, vip->profile, &vip->outbound);

	list = setting_list(group, "inbound");
	setting_names_check(reader, list);
	vip->inbound = reader_array(reader, list.count, sizeof(*vip->inbound));
	if (vip->inbound == NULL)
		return;
	vip->inbound_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		inbound_rule_read(reader, setting_list_at(&list, i), &vip->inbound[i]);
}

void
vips_read(struct reader *reader)
{
	struct setting_list list = setting_list(reader->root, "vips");
	struct model *model = reader->model;

	model->vips = reader_array(reader, list.count, sizeof(*model->vips));
	if (model->vips == NULL)
		return;
	model->vip_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		vip_read(reader, setting_list_at(&list, i), &model->vips[i]);
}
