/* SPDX-License-Identifier: BSD-3-Clause */
#include "value.h"

#include <stdlib.h>
#include <string.h>

static bool
is_ipv6(const char *text)
{
	return strchr(text, ':') != NULL;
}

static void
ipv6_error(struct diagnostics *diagnostics, const struct origin *origin, const char *label,
	   const char *text)
{
	diagnostic_error(diagnostics, origin, "%s \"%s\": IPv6 is not supported yet; use IPv4",
			 label, text);
}

/* Neither 0/8, loopback, multicast nor what lies above it. */
static bool
is_host(const struct ip_address *address)
{
	uint8_t first = address->bytes[0];

	return first != 0 && first != 127 && first < 224;
}

static void
host_error(struct diagnostics *diagnostics, const struct origin *origin, const char *label,
	   const char *text)
{
	diagnostic_error(diagnostics, origin,
			 "%s \"%s\" is no address of a host; use one from 1.0.0.0 to "
			 "223.255.255.255 without 127.0.0.0/8",
			 label, text);
}

static int
prefix_parse(const char *text, enum prefix_form form, struct ip_prefix *out)
{
	struct ip_prefix prefix = { .length = 32 };
	int error = ip_prefix_parse(text, &prefix);

	if (error < 0 && form == PREFIX_OR_HOST)
		error = ip_address_parse(text, &prefix.address);
	if (error == 0)
		*out = prefix;
	return error;
}

bool
value_prefix_text(struct diagnostics *diagnostics, const struct origin *origin, const char *label,
		  const char *text, enum prefix_form form, struct ip_prefix *out)
{
	struct ip_prefix prefix;
	char right[IP_PREFIX_TEXT_MAX];

	if (is_ipv6(text)) {
		ipv6_error(diagnostics, origin, label, text);
		return false;
	}
	if (prefix_parse(text, form, &prefix) < 0) {
		diagnostic_error(diagnostics, origin, "%s \"%s\" is no prefix; write it like %s",
				 label, text,
				 form == PREFIX_INTERFACE ? "10.0.0.1/16" : "10.0.0.0/16");
		return false;
	}
	if (form == PREFIX_INTERFACE && !is_host(&prefix.address)) {
		host_error(diagnostics, origin, label, text);
		return false;
	}
	if (form != PREFIX_INTERFACE && ip_prefix_has_host_bits(&prefix)) {
		struct ip_prefix network = prefix;

		network.address = ip_address_from_v4(ip_prefix_range_v4(&prefix).first);
		diagnostic_error(diagnostics, origin,
				 "%s \"%s\" has host bits behind its length; did you mean %s?",
				 label, text, ip_prefix_format(&network, right));
		return false;
	}
	*out = prefix;
	return true;
}

bool
value_prefix(struct reader *reader, const config_setting_t *setting, enum prefix_form form,
	     struct ip_prefix *out)
{
	const char *text = setting_text(reader, setting);
	struct origin origin = setting_origin(reader, setting);

	return text != NULL && value_prefix_text(reader->diagnostics, &origin,
						 setting_label(setting), text, form, out);
}

bool
value_address(struct reader *reader, const config_setting_t *setting, struct ip_address *out)
{
	const char *text = setting_text(reader, setting), *label = setting_label(setting);
	struct origin origin = setting_origin(reader, setting);
	struct ip_address address;

	if (text == NULL)
		return false;
	if (is_ipv6(text)) {
		ipv6_error(reader->diagnostics, &origin, label, text);
		return false;
	}
	if (ip_address_parse(text, &address) < 0) {
		diagnostic_error(reader->diagnostics, &origin,
				 "%s \"%s\" is no IPv4 address; write it like 10.0.0.4", label,
				 text);
		return false;
	}
	if (!is_host(&address)) {
		host_error(reader->diagnostics, &origin, label, text);
		return false;
	}
	*out = address;
	return true;
}

bool
value_mac(struct reader *reader, const config_setting_t *setting, struct mac_address *out)
{
	static const struct mac_address none;
	const char *text = setting_text(reader, setting), *label = setting_label(setting);
	struct origin origin = setting_origin(reader, setting);
	struct mac_address mac;

	if (text == NULL)
		return false;
	if (mac_address_parse(text, &mac) < 0) {
		diagnostic_error(reader->diagnostics, &origin,
				 "%s \"%s\" is no MAC address; write it like 02:00:00:00:00:01",
				 label, text);
		return false;
	}
	if ((mac.bytes[0] & 1) != 0 || memcmp(&mac, &none, sizeof(mac)) == 0) {
		diagnostic_error(
			reader->diagnostics, &origin,
			"%s \"%s\" is no station's MAC address; use one with an even first "
			"byte that is not all zero",
			label, text);
		return false;
	}
	*out = mac;
	return true;
}

/* Digits and no more than 65535; moves *text behind them. */
static bool
port_parse(const char **text, uint16_t *port)
{
	size_t digits = strspn(*text, "0123456789");
	unsigned long value;

	if (digits == 0 || digits > 5)
		return false;
	value = strtoul(*text, NULL, 10);
	if (value > UINT16_MAX)
		return false;
	*text += digits;
	*port = (uint16_t)value;
	return true;
}

static bool
port_range_parse(const char *text, struct port_range *range)
{
	if (!port_parse(&text, &range->first))
		return false;
	range->last = range->first;
	if (*text == '-') {
		text++;
		if (!port_parse(&text, &range->last))
			return false;
	}
	return *text == '\0' && range->first <= range->last;
}

bool
value_port_range(struct reader *reader, const config_setting_t *setting, uint16_t lowest,
		 struct port_range *out)
{
	struct origin origin = setting_origin(reader, setting);
	struct port_range range;
	char digits[16];
	const char *text = digits;

	if (config_setting_type(setting) == CONFIG_TYPE_INT)
		snprintf(digits, sizeof(digits), "%d", config_setting_get_int(setting));
	else
		text = setting_text(reader, setting);
	if (text == NULL)
		return false;
	if (!port_range_parse(text, &range) || range.first < lowest) {
		diagnostic_error(reader->diagnostics, &origin,
				 "%s \"%s\" is no port or range; write it like \"443\" or "
				 "\"8000-8080\", from %u to 65535",
				 setting_label(setting), text, lowest);
		return false;
	}
	*out = range;
	return true;
}

struct ip_address
value_address_member(struct reader *reader, const config_setting_t *group, const char *name)
{
	const config_setting_t *setting = setting_required(reader, group, name);
	struct ip_address address = { .family = IP_FAMILY_NONE };

	if (setting != NULL)
		(void)value_address(reader, setting, &address); /* wrong: it stays none */
	return address;
}

struct ip_prefix
value_prefix_member(struct reader *reader, const config_setting_t *group, const char *name,
		    enum prefix_form form)
{
	const config_setting_t *setting = setting_required(reader, group, name);
	struct ip_prefix prefix = { .address = { .family = IP_FAMILY_NONE } };

	if (setting != NULL)
		(void)value_prefix(reader, setting, form, &prefix); /* wrong: it stays none */
	return prefix;
}

struct prefix_list
value_prefix_list(struct reader *reader, struct setting_list list, enum prefix_form form)
{
	struct prefix_list prefixes = { reader_array(reader, list.count, sizeof(struct ip_prefix)),
					0 };

	if (prefixes.items == NULL)
		return prefixes;
	prefixes.count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		(void)value_prefix(reader, setting_list_at(&list, i), form, &prefixes.items[i]);
	return prefixes;
}
