/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "setting.h"

/* Addresses, ports and CPUs, which settings give as text. False, and an error, when it is wrong. */

enum prefix_form {
	PREFIX_NETWORK,   /* 10.0.0.0/16 */
	PREFIX_OR_HOST,   /* the same, or an address that stands for itself */
	PREFIX_INTERFACE, /* 10.0.0.1/16: an address and its link */
};

/* A text from anywhere; `label` is what the message calls it. */
bool value_prefix_text(struct diagnostics *diagnostics, const struct origin *origin,
		       const char *label, const char *text, enum prefix_form form,
		       struct ip_prefix *out);
bool value_prefix(struct reader *reader, const config_setting_t *setting, enum prefix_form form,
		  struct ip_prefix *out);
/* An address that a host can have: IPv4, and neither loopback, multicast nor broadcast. */
bool value_address(struct reader *reader, const config_setting_t *setting, struct ip_address *out);
/* A MAC address that a station can have. */
bool value_mac(struct reader *reader, const config_setting_t *setting, struct mac_address *out);
/* "443", "10001-10020" or 443, not below `lowest`. */
bool value_port_range(struct reader *reader, const config_setting_t *setting, uint16_t lowest,
		      struct port_range *out);

/* Where the setting is left out or wrong: no address, length 0. */
struct ip_address value_address_member(struct reader *reader, const config_setting_t *group,
				       const char *name);
struct ip_prefix value_prefix_member(struct reader *reader, const config_setting_t *group,
				     const char *name, enum prefix_form form);

/* All prefixes of a list, in their places; a wrong one has no address. */
struct prefix_list value_prefix_list(struct reader *reader, struct setting_list list,
				     enum prefix_form form);
