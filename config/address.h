/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Addresses as text and as numbers. An address is a family and its bytes in network order, so that
 * IPv6 needs no new type; what the gateway forwards today is IPv4, for which the *_v4() accessors
 * give numbers in host order.
 */

enum ip_family {
	IP_FAMILY_NONE = 0,
	IP_FAMILY_V4 = 4,
	IP_FAMILY_V6 = 6,
};

struct ip_address {
	uint8_t family;    /* enum ip_family */
	uint8_t bytes[16]; /* network order; the first 4 for IPv4, the rest zero */
};

struct ip_prefix {
	struct ip_address address; /* host bits are zero, unless it is an interface's address */
	uint8_t length;            /* 0-32 or 0-128 */
};

/* Numbers of IPv4 addresses, both ends included, host order. */
struct address_range {
	uint32_t first;
	uint32_t last;
};

struct mac_address {
	uint8_t bytes[6];
};

enum {
	IP_ADDRESS_TEXT_MAX = 46, /* INET6_ADDRSTRLEN */
	IP_PREFIX_TEXT_MAX = 50,
	MAC_ADDRESS_TEXT_MAX = 18,
};

/* Each parser takes the whole text or nothing: 0, or -EINVAL and *out is untouched. */
int ip_address_parse(const char *text, struct ip_address *out);
/* Keeps host bits; ip_prefix_has_host_bits() tells. The length is mandatory. */
int ip_prefix_parse(const char *text, struct ip_prefix *out);
int mac_address_parse(const char *text, struct mac_address *out);

/* Each formatter returns its buffer. */
const char *ip_address_format(const struct ip_address *address, char text[IP_ADDRESS_TEXT_MAX]);
const char *ip_prefix_format(const struct ip_prefix *prefix, char text[IP_PREFIX_TEXT_MAX]);
const char *mac_address_format(const struct mac_address *mac, char text[MAC_ADDRESS_TEXT_MAX]);

bool ip_address_equal(const struct ip_address *a, const struct ip_address *b);
bool ip_prefix_equal(const struct ip_prefix *a, const struct ip_prefix *b);
bool ip_prefix_has_host_bits(const struct ip_prefix *prefix);
bool ip_prefix_contains(const struct ip_prefix *prefix, const struct ip_address *address);
/* Equal prefixes cover one another. */
bool ip_prefix_covers(const struct ip_prefix *outer, const struct ip_prefix *inner);
bool ip_prefix_overlaps(const struct ip_prefix *a, const struct ip_prefix *b);

/* IPv4 only: numbers in host order. */
uint32_t ip_address_v4(const struct ip_address *address);
struct ip_address ip_address_from_v4(uint32_t number);
struct address_range ip_prefix_range_v4(const struct ip_prefix *prefix);
