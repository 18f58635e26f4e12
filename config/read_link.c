/* SPDX-License-Identifier: BSD-3-Clause */
#include "read.h"

#include <ctype.h>
#include <net/if.h>
#include <string.h>

#include "setting_name.h"
#include "value.h"

enum {
	MTU_MIN = 68, /* RFC 791 */
	MTU_MAX = 9728,
	VLAN_MAX = 4094,
	MSS_MIN = 536, /* RFC 9293, 3.7.1 */
};

static bool
hex_field(const char **text, unsigned digits)
{
	for (; digits > 0; digits--, (*text)++)
		if (!isxdigit((unsigned char)**text))
			return false;
	return true;
}

/* [DDDD:]BB:DD.F, alone or with arguments behind a comma. */
static bool
device_is_pci(const char *device)
{
	const char *at = device;

	if (hex_field(&at, 4) && *at == ':')
		device = at + 1;
	at = device;
	return hex_field(&at, 2) && *at++ == ':' && hex_field(&at, 2) && *at++ == '.' &&
	       *at >= '0' && *at <= '7' && (at[1] == '\0' || at[1] == ',');
}

static bool
device_is_virtual(const char *device)
{
	if (!isalpha((unsigned char)*device))
		return false;
	while (isalnum((unsigned char)*device) || *device == '_')
		device++;
	return *device == '\0' || *device == ',';
}

static void
device_read(struct reader *reader, const config_setting_t *group, struct port *port)
{
	const config_setting_t *setting = setting_required(reader, group, "device");
	const char *text = setting != NULL ? setting_text(reader, setting) : NULL;

	if (text == NULL)
		return;
	port->device = reader_copy(reader, text);
	port->is_pci = device_is_pci(text);
	if (!port->is_pci && !device_is_virtual(text)) {
		struct origin origin = setting_origin(reader, setting);

		diagnostic_error(
			reader->diagnostics, &origin,
			"device \"%s\" is none; write a PCI address like 0000:03:00.0 or a "
			"virtual device like net_tap0,iface=tap0",
			text);
	}
}

static void
port_read(struct reader *reader, const config_setting_t *group, struct port *port)
{
	static const char *const names[] = { "name",      "device",      "mtu",
					     "rx_queues", "descriptors", NULL };

	port->origin = setting_origin(reader, group);
	if (!setting_group_check(reader, group, "a port", names))
		return;
	port->name = setting_name(reader, group);
	device_read(reader, group, port);
	port->mtu = (uint16_t)setting_unsigned(reader, group, "mtu", MTU_MIN, MTU_MAX, 1500);
	port->rx_queues = (uint16_t)setting_unsigned(reader, group, "rx_queues", 1, 1024, 0);
	port->descriptors =
		(uint16_t)setting_unsigned(reader, group, "descriptors", 64, 32768, 1024);
}

void
ports_read(struct reader *reader)
{
	struct setting_list list = setting_list(reader->root, "ports");
	struct model *model = reader->model;

	if (list.count == 0) {
		struct origin origin = { model->file, 1 };

		diagnostic_error(reader->diagnostics, &origin,
				 "there are no ports; add ports = ( { name = \"...\"; device = "
				 "\"...\"; } );");
		return;
	}
	model->ports = reader_array(reader, list.count, sizeof(*model->ports));
	if (model->ports == NULL)
		return;
	model->port_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		port_read(reader, setting_list_at(&list, i), &model->ports[i]);
}

/* A name that Linux takes for a device. */
static bool
tap_is_name(const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && strchr("-_.", text[i]) == NULL)
			return false;
	return length > 0 && length < IFNAMSIZ && text[0] != '.';
}

static void
tap_read(struct reader *reader, const config_setting_t *group, struct interface *interface)
{
	const config_setting_t *setting = config_setting_get_member(group, "tap");
	const char *text = setting != NULL ? setting_text(reader, setting) : NULL;

	if (text == NULL)
		return;
	interface->tap = reader_copy(reader, text);
	if (!tap_is_name(text)) {
		struct origin origin = setting_origin(reader, setting);

		diagnostic_error(reader->diagnostics, &origin,
				 "tap \"%s\" is no name of a device; use 1 to %d letters, digits "
				 "and -_.",
				 text, IFNAMSIZ - 1);
	}
}

static void
interface_read(struct reader *reader, const config_setting_t *group, struct interface *interface)
{
	static const char *const names[] = { "name", "port",          "vlan", "addresses", "mac",
					     "mtu",  "tcp_mss_clamp", "tap",  NULL };
	const config_setting_t *mac;

	interface->origin = setting_origin(reader, group);
	interface->port = NO_INDEX;
	interface->virtual_network = NO_INDEX;
	interface->subnet = NO_INDEX;
	if (!setting_group_check(reader, group, "an interface", names))
		return;

	interface->name = setting_name(reader, group);
	interface->port = setting_reference_required(reader, group, "port", OBJECT_PORT);
	interface->vlan = (uint16_t)setting_unsigned(reader, group, "vlan", 1, VLAN_MAX, 0);
	interface->addresses = value_prefix_list(
		reader, setting_list_required(reader, group, "addresses"), PREFIX_INTERFACE);
	mac = config_setting_get_member(group, "mac");
	if (mac != NULL)
		interface->mac_set = value_mac(reader, mac, &interface->mac);
	interface->mtu = (uint16_t)setting_unsigned(reader, group, "mtu", MTU_MIN, MTU_MAX, 0);
	interface->tcp_mss_clamp =
		(uint16_t)setting_unsigned(reader, group, "tcp_mss_clamp", MSS_MIN, MTU_MAX, 0);
	tap_read(reader, group, interface);
}

void
interfaces_read(struct reader *reader)
{
	struct setting_list list = setting_list(reader->root, "interfaces");
	struct model *model = reader->model;

	model->interfaces = reader_array(reader, list.count, sizeof(*model->interfaces));
	if (model->interfaces == NULL)
		return;
	model->interface_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		interface_read(reader, setting_list_at(&list, i), &model->interfaces[i]);
}

static void
neighbor_read(struct reader *reader, const config_setting_t *group, struct neighbor *neighbor)
{
	static const char *const names[] = { "interface", "address", "mac", NULL };
	const config_setting_t *mac;

	neighbor->origin = setting_origin(reader, group);
	neighbor->interface = NO_INDEX;
	if (!setting_group_check(reader, group, "a neighbor", names))
		return;
	neighbor->interface =
		setting_reference_required(reader, group, "interface", OBJECT_INTERFACE);
	neighbor->address = value_address_member(reader, group, "address");
	mac = setting_required(reader, group, "mac");
	if (mac != NULL)
		(void)value_mac(reader, mac, &neighbor->mac); /* wrong: the model is not used */
}

void
neighbors_read(struct reader *reader)
{
	struct setting_list list = setting_list(reader->root, "neighbors");
	struct model *model = reader->model;

	model->neighbors = reader_array(reader, list.count, sizeof(*model->neighbors));
	if (model->neighbors == NULL)
		return;
	model->neighbor_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		neighbor_read(reader, setting_list_at(&list, i), &model->neighbors[i]);
}
