/* SPDX-License-Identifier: BSD-3-Clause */
#include "read.h"

#include <string.h>

#include "setting_name.h"
#include "tags.h"
#include "value.h"

enum {
	PRIORITY_MIN = 100,
	PRIORITY_MAX = 4096,
	FLOW_TIMEOUT_MAX = 86400,
};

static bool
is_any(const config_setting_t *setting)
{
	return config_setting_type(setting) == CONFIG_TYPE_STRING &&
	       strcmp(config_setting_get_string(setting), "*") == 0;
}

/* Tags begin with a letter, or at least are no number; prefixes do not. */
static bool
looks_like_address(const char *text)
{
	return strspn(text, "0123456789./") == strlen(text) || strchr(text, ':') != NULL ||
	       strchr(text, '/') != NULL;
}

/* One element of a rule's side: "*", a prefix, an address or a tag. */
static void
rule_address_read(struct reader *reader, const config_setting_t *setting,
		  struct rule_addresses *side)
{
	const char *text = setting_text(reader, setting);
	uint32_t tag;

	if (text == NULL)
		return;
	if (is_any(setting)) {
		side->any = true;
		return;
	}
	if (looks_like_address(text)) {
		if (value_prefix(reader, setting, PREFIX_OR_HOST,
				 &side->prefixes.items[side->prefixes.count]))
			side->prefixes.count++;
		return;
	}
	tag = built_in_tag_find(text);
	if (tag == NO_INDEX) {
		tag = setting_reference(reader, setting, OBJECT_SERVICE_TAG);
		if (tag == NO_INDEX)
			return;
		tag += TAG_BUILT_IN_COUNT;
	}
	side->tags.items[side->tags.count++] = tag;
}

static struct rule_addresses
rule_addresses_read(struct reader *reader, const config_setting_t *group, const char *name)
{
	struct setting_list list = setting_list_filled(reader, group, name);
	struct rule_addresses side = { .any = list.setting == NULL };

	side.prefixes.items = reader_array(reader, list.count, sizeof(*side.prefixes.items));
	side.tags.items = reader_array(reader, list.count, sizeof(*side.tags.items));
	if (side.prefixes.items == NULL || side.tags.items == NULL)
		return side;
	for (unsigned i = 0; i < list.count; i++)
		rule_address_read(reader, setting_list_at(&list, i), &side);
	return side;
}

/* Ports with "*" among them are any ports. */
static struct port_range_list
rule_ports_read(struct reader *reader, const config_setting_t *group, const char *name)
{
	struct setting_list list = setting_list_filled(reader, group, name);
	struct port_range_list ports = {
		reader_array(reader, list.count, sizeof(struct port_range)), 0
	};
	bool any = false;

	if (ports.items == NULL)
		return ports;
	for (unsigned i = 0; i < list.count; i++) {
		const config_setting_t *setting = setting_list_at(&list, i);

		if (is_any(setting))
			any = true;
		else if (value_port_range(reader, setting, 0, &ports.items[ports.count]))
			ports.count++;
	}
	if (any)
		ports.count = 0;
	return ports;
}

static enum protocol
rule_protocol_read(struct reader *reader, const config_setting_t *group)
{
	static const char *const names[] = { "*", "tcp", "udp", "icmp", "esp", "ah", NULL };
	static const enum protocol protocols[] = { PROTOCOL_ANY,  PROTOCOL_TCP, PROTOCOL_UDP,
						   PROTOCOL_ICMP, PROTOCOL_ESP, PROTOCOL_AH };

	return protocols[setting_choice(reader, group, "protocol", names, 0)];
}

static void
rule_read(struct reader *reader, const config_setting_t *group, struct security_rule *rule)
{
	static const char *const names[] = { "name",        "priority",     "direction",
					     "access",      "protocol",     "source",
					     "destination", "source_ports", "destination_ports",
					     NULL };
	static const char *const directions[] = { "inbound", "outbound", NULL };
	static const char *const accesses[] = { "allow", "deny", NULL };

	rule->origin = setting_origin(reader, group);
	if (!setting_group_check(reader, group, "a rule", names))
		return;
	rule->name = setting_name(reader, group);
	if (setting_required(reader, group, "priority") != NULL)
		rule->priority = (uint16_t)setting_unsigned(reader, group, "priority", PRIORITY_MIN,
							    PRIORITY_MAX, 0);
	if (setting_required(reader, group, "direction") != NULL)
		rule->direction = setting_choice(reader, group, "direction", directions, 0);
	if (setting_required(reader, group, "access") != NULL)
		rule->access = setting_choice(reader, group, "access", accesses, ACCESS_DENY);
	rule->protocol = rule_protocol_read(reader, group);
	rule->source = rule_addresses_read(reader, group, "source");
	rule->destination = rule_addresses_read(reader, group, "destination");
	rule->source_ports = rule_ports_read(reader, group, "source_ports");
	rule->destination_ports = rule_ports_read(reader, group, "destination_ports");
}

static void
security_group_read(struct reader *reader, const config_setting_t *setting,
		    struct security_group *group)
{
	static const char *const names[] = { "name", "flow_timeout", "reevaluate", "rules", NULL };
	struct setting_list list;

	group->origin = setting_origin(reader, setting);
	if (!setting_group_check(reader, setting, "a security group", names))
		return;
	group->name = setting_name(reader, setting);
	group->flow_timeout =
		setting_unsigned(reader, setting, "flow_timeout", 1, FLOW_TIMEOUT_MAX, 0);
	group->reevaluate = setting_boolean(reader, setting, "reevaluate", false);

	list = setting_list(setting, "rules");
	setting_names_check(reader, list);
	group->rules = reader_array(reader, list.count, sizeof(*group->rules));
	if (group->rules == NULL)
		return;
	group->rule_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		rule_read(reader, setting_list_at(&list, i), &group->rules[i]);
}

void
security_groups_read(struct reader *reader)
{
	struct setting_list list = setting_list(reader->root, "security_groups");
	struct model *model = reader->model;

	model->security_groups = reader_array(reader, list.count, sizeof(*model->security_groups));
	if (model->security_groups == NULL)
		return;
	model->security_group_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		security_group_read(reader, setting_list_at(&list, i), &model->security_groups[i]);
}
