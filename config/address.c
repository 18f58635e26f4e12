/* SPDX-License-Identifier: BSD-3-Clause */
#include "address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static unsigned
address_bits(const struct ip_address *address)
{
	return address->family == IP_FAMILY_V6 ? 128 : 32;
}

/* The bits of byte `index` that a prefix of that length does not fix. */
static uint8_t
host_mask(unsigned length, unsigned index)
{
	unsigned fixed = length > 8 * index ? length - 8 * index : 0;

	return (uint8_t)(fixed >= 8 ? 0 : 0xff >> fixed);
}

int
ip_address_parse(const char *text, struct ip_address *out)
{
	struct ip_address address = { .family = IP_FAMILY_V4 };

	if (inet_pton(AF_INET, text, address.bytes) != 1) {
		address.family = IP_FAMILY_V6;
		if (inet_pton(AF_INET6, text, address.bytes) != 1)
			return -EINVAL;
	}
	*out = address;
	return 0;
}

/* One to three digits without a leading zero, or -EINVAL. */
static int
length_parse(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	int length = 0;

	if (digits < 1 || digits > 3 || text[digits] != '\0' || (digits > 1 && text[0] == '0'))
		return -EINVAL;
	for (size_t i = 0; i < digits; i++)
		length = 10 * length + (text[i] - '0');
	return length;
}

int
ip_prefix_parse(const char *text, struct ip_prefix *out)
{
	const char *slash = strchr(text, '/');
	char head[IP_ADDRESS_TEXT_MAX];
	struct ip_prefix prefix;

	if (slash == NULL || (size_t)(slash - text) >= sizeof(head))
		return -EINVAL;
	memcpy(head, text, (size_t)(slash - text));
	head[slash - text] = '\0';
	if (ip_address_parse(head, &prefix.address) < 0)
		return -EINVAL;

	int length = length_parse(slash + 1);

	if (length < 0 || (unsigned)length > address_bits(&prefix.address))
		return -EINVAL;
	prefix.length = (uint8_t)length;
	*out = prefix;
	return 0;
}

static int
hex_digit(char digit)
{
	if (!isxdigit((unsigned char)digit))
		return -EINVAL;
	return isdigit((unsigned char)digit) ? digit - '0'
					     : tolower((unsigned char)digit) - 'a' + 10;
}

int
mac_address_parse(const char *text, struct mac_address *out)
{
	struct mac_address mac;

	if (strlen(text) != MAC_ADDRESS_TEXT_MAX - 1)
		return -EINVAL;
	for (unsigned i = 0; i < sizeof(mac.bytes); i++) {
		int high = hex_digit(text[3 * i]);
		int low = hex_digit(text[3 * i + 1]);
		char end = i + 1 < sizeof(mac.bytes) ? ':' : '\0';

		if (high < 0 || low < 0 || text[3 * i + 2] != end)
			return -EINVAL;
		mac.bytes[i] = (uint8_t)(16 * high + low);
	}
	*out = mac;
	return 0;
}

const char *
ip_address_format(const struct ip_address *address, char text[IP_ADDRESS_TEXT_MAX])
{
	int family = address->family == IP_FAMILY_V6 ? AF_INET6 : AF_INET;

	if (address->family == IP_FAMILY_NONE ||
	    inet_ntop(family, address->bytes, text, IP_ADDRESS_TEXT_MAX) == NULL)
		snprintf(text, IP_ADDRESS_TEXT_MAX, "none");
	return text;
}

const char *
ip_prefix_format(const struct ip_prefix *prefix, char text[IP_PREFIX_TEXT_MAX])
{
	char head[IP_ADDRESS_TEXT_MAX];

	snprintf(text, IP_PREFIX_TEXT_MAX, "%s/%u", ip_address_format(&prefix->address, head),
		 prefix->length);
	return text;
}

const char *
mac_address_format(const struct mac_address *mac, char text[MAC_ADDRESS_TEXT_MAX])
{
	const uint8_t *bytes = mac->bytes;

	snprintf(text, MAC_ADDRESS_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1],
		 bytes[2], bytes[3], bytes[4], bytes[5]);
	return text;
}

bool
ip_address_equal(const struct ip_address *a, const struct ip_address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool
ip_prefix_equal(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->length == b->length && ip_address_equal(&a->address, &b->address);
}

bool
ip_prefix_has_host_bits(const struct ip_prefix *prefix)
{
	for (unsigned i = 0; i < address_bits(&prefix->address) / 8; i++)
		if (prefix->address.bytes[i] & host_mask(prefix->length, i))
			return true;
	return false;
}

bool
ip_prefix_contains(const struct ip_prefix *prefix, const struct ip_address *address)
{
	if (prefix->address.family != address->family || address->family == IP_FAMILY_NONE)
		return false;
	for (unsigned i = 0; i < address_bits(address) / 8; i++) {
		uint8_t fixed = (uint8_t)~host_mask(prefix->length, i);

		if ((prefix->address.bytes[i] ^ address->bytes[i]) & fixed)
			return false;
	}
	return true;
}

bool
ip_prefix_covers(const struct ip_prefix *outer, const struct ip_prefix *inner)
{
	return outer->length <= inner->length && ip_prefix_contains(outer, &inner->address);
}

bool
ip_prefix_overlaps(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return ip_prefix_covers(a, b) || ip_prefix_covers(b, a);
}

uint32_t
ip_address_v4(const struct ip_address *address)
{
	const uint8_t *bytes = address->bytes;

	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

struct ip_address
ip_address_from_v4(uint32_t number)
{
	return (struct ip_address){
		.family = IP_FAMILY_V4,
		.bytes = { (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
			   (uint8_t)number },
	};
}

struct address_range
ip_prefix_range_v4(const struct ip_prefix *prefix)
{
	uint32_t mask = prefix->length == 0 ? 0 : UINT32_MAX << (32 - prefix->length);
	uint32_t first = ip_address_v4(&prefix->address) & mask;

	return (struct address_range){ .first = first, .last = first | ~mask };
}
