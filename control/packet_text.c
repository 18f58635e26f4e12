/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/address.h"
#include "config/model.h"

enum {
	TEXT_LENGTH_MAX = 255,
	WORDS_MAX = 6, /* one more than a packet can have */
	DEFAULT_IDENTIFIER = 1,
};

static const struct protocol_name {
	const char *name;
	uint8_t number;
	bool echo_reply;
} protocol_names[] = {
	{ "tcp", PROTOCOL_TCP, false },   { "udp", PROTOCOL_UDP, false },
	{ "icmp", PROTOCOL_ICMP, false }, { "esp", PROTOCOL_ESP, false },
	{ "ah", PROTOCOL_AH, false },     { "icmp-reply", PROTOCOL_ICMP, true },
};

/* Where the sentence about what is wrong goes. */
struct complaint {
	char *text;
	size_t size;
};

__attribute__((format(printf, 2, 3))) static int
complain(const struct complaint *complaint, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(complaint->text, complaint->size, format, list);
	va_end(list);
	return -EINVAL;
}

bool
protocol_has_ports(uint8_t protocol)
{
	return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;
}

const char *
protocol_format(uint8_t protocol, char text[8])
{
	const char *name = NULL;

	for (size_t i = 0; i < sizeof(protocol_names) / sizeof(protocol_names[0]); i++) {
		if (protocol_names[i].number == protocol && !protocol_names[i].echo_reply)
			name = protocol_names[i].name;
	}
	if (name != NULL)
		snprintf(text, 8, "%s", name);
	else
		snprintf(text, 8, "%u", protocol);
	return text;
}

/* Decimal digits alone, up to the maximum. */
static bool
number_parse(const char *text, uint16_t max, uint16_t *number)
{
	uint32_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = 10 * value + (uint32_t)(*text - '0');
		if (value > max)
			return false;
	}
	*number = (uint16_t)value;
	return true;
}

static int
protocol_parse(const char *word, struct packet_text *packet, const struct complaint *complaint)
{
	uint16_t number;

	for (size_t i = 0; i < sizeof(protocol_names) / sizeof(protocol_names[0]); i++) {
		if (strcmp(word, protocol_names[i].name) == 0) {
			packet->protocol = protocol_names[i].number;
			packet->echo_reply = protocol_names[i].echo_reply;
			return 0;
		}
	}
	if (!number_parse(word, UINT8_MAX, &number))
		return complain(complaint,
				"'%s' is no protocol; tcp, udp, icmp, icmp-reply, esp, ah or a "
				"number up to 255 would be right",
				word);
	packet->protocol = (uint8_t)number;
	return 0;
}

/* An address, with its port where the protocol has ports. Cuts the word in two. */
static int
endpoint_parse(char *word, uint8_t protocol, uint32_t *address, uint16_t *port,
	       const struct complaint *complaint)
{
	struct ip_address parsed;
	char *colon = NULL;

	if (ip_address_parse(word, &parsed) == 0 && parsed.family == IP_FAMILY_V6)
		return complain(complaint, "'%s' is IPv6, which is not forwarded yet", word);
	if (protocol_has_ports(protocol)) {
		colon = strrchr(word, ':');
		if (colon == NULL)
			return complain(complaint, "'%s' has no port; ADDRESS:PORT would be right",
					word);
		*colon = '\0';
		if (!number_parse(colon + 1, UINT16_MAX, port))
			return complain(complaint,
					"'%s' is no port; a number up to 65535 would be right",
					colon + 1);
	}
	if (ip_address_parse(word, &parsed) != 0 || parsed.family != IP_FAMILY_V4)
		return complain(complaint,
				"'%s' is no IPv4 address; one like 10.0.1.4 would be right%s", word,
				protocol_has_ports(protocol) ? "" : ", without a port");
	*address = ip_address_v4(&parsed);
	return 0;
}

/* What follows the destination. */
static int
identifier_parse(char *const *words, size_t count, struct packet_text *packet,
		 const struct complaint *complaint)
{
	if (packet->protocol != PROTOCOL_ICMP && count > 0)
		return complain(complaint, "'%s' is too much; a packet ends with its destination",
				words[0]);
	if (packet->protocol != PROTOCOL_ICMP)
		return 0;
	packet->identifier = DEFAULT_IDENTIFIER;
	if (count == 0)
		return 0;
	if (strcmp(words[0], "id") != 0 || count != 2)
		return complain(complaint, "'%s' is too much; only 'id NUMBER' may follow",
				words[count > 2 ? 2 : 0]);
	if (!number_parse(words[1], UINT16_MAX, &packet->identifier))
		return complain(complaint,
				"'%s' is no identifier; a number up to 65535 would be right",
				words[1]);
	return 0;
}

/* Cuts the text at its white space; a count over WORDS_MAX says that there are more. */
static size_t
words_split(char *text, char *words[WORDS_MAX])
{
	size_t count = 0;
	char *rest = text;
	char *word;

	while ((word = strtok_r(rest, " \t\r\n", &rest)) != NULL) {
		if (count < WORDS_MAX)
			words[count] = word;
		count++;
	}
	return count;
}

int
packet_text_parse(const char *text, struct packet_text *packet, char *error, size_t error_size)
{
	const struct complaint complaint = { error, error_size };
	struct packet_text parsed = { 0 };
	char copy[TEXT_LENGTH_MAX + 1];
	char *words[WORDS_MAX];
	size_t count;
	int rc;

	if (strlen(text) >= sizeof(copy))
		return complain(&complaint, "the packet is longer than %d characters",
				TEXT_LENGTH_MAX);
	strcpy(copy, text);
	count = words_split(copy, words);
	if (count > 0 && (rc = protocol_parse(words[0], &parsed, &complaint)) != 0)
		return rc;
	if (count < 3 || count > WORDS_MAX)
		return complain(&complaint,
				"'%s' is no packet; one is PROTOCOL SOURCE "
				"DESTINATION, such as tcp 10.0.1.4:51000 "
				"93.184.216.34:443",
				text);
	rc = endpoint_parse(words[1], parsed.protocol, &parsed.source, &parsed.source_port,
			    &complaint);
	if (rc != 0)
		return rc;
	rc = endpoint_parse(words[2], parsed.protocol, &parsed.destination,
			    &parsed.destination_port, &complaint);
	if (rc != 0)
		return rc;
	rc = identifier_parse(words + 3, count - 3, &parsed, &complaint);
	if (rc != 0)
		return rc;
	*packet = parsed;
	return 0;
}

const char *
packet_text_format(const struct packet_text *packet, char text[PACKET_TEXT_MAX])
{
	struct ip_address source = ip_address_from_v4(packet->source);
	struct ip_address destination = ip_address_from_v4(packet->destination);
	char from[IP_ADDRESS_TEXT_MAX], to[IP_ADDRESS_TEXT_MAX], protocol[8];

	ip_address_format(&source, from);
	ip_address_format(&destination, to);
	protocol_format(packet->protocol, protocol);
	if (protocol_has_ports(packet->protocol))
		snprintf(text, PACKET_TEXT_MAX, "%s %.15s:%u %.15s:%u", protocol, from,
			 packet->source_port, to, packet->destination_port);
	else if (packet->protocol == PROTOCOL_ICMP)
		snprintf(text, PACKET_TEXT_MAX, "%s%s %.15s %.15s id %u", protocol,
			 packet->echo_reply ? "-reply" : "", from, to, packet->identifier);
	else
		snprintf(text, PACKET_TEXT_MAX, "%s %.15s %.15s", protocol, from, to);
	return text;
}
