/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control/packet_text.h"

struct wrong {
	const char *text;
	const char *error;
};

static const struct wrong wrong_texts[] = {
	{ "", "'' is no packet; one is PROTOCOL SOURCE DESTINATION, such as tcp 10.0.1.4:51000 "
	      "93.184.216.34:443" },
	{ "tcp", "'tcp' is no packet; one is PROTOCOL SOURCE DESTINATION, such as tcp "
		 "10.0.1.4:51000 93.184.216.34:443" },
	{ "tcp 10.0.1.4:1",
	  "'tcp 10.0.1.4:1' is no packet; one is PROTOCOL SOURCE DESTINATION, such as tcp "
	  "10.0.1.4:51000 93.184.216.34:443" },
	{ "icmp 10.0.1.4 10.0.1.5 id 7 now please",
	  "'icmp 10.0.1.4 10.0.1.5 id 7 now please' is no packet; one is PROTOCOL SOURCE "
	  "DESTINATION, such as tcp 10.0.1.4:51000 93.184.216.34:443" },
	{ "tpc 10.0.1.4:1 10.0.1.5:2", "'tpc' is no protocol; tcp, udp, icmp, icmp-reply, esp, ah "
				       "or a number up to 255 would be right" },
	{ "256 10.0.1.4 10.0.1.5", "'256' is no protocol; tcp, udp, icmp, icmp-reply, esp, ah or "
				   "a number up to 255 would be right" },
	{ "-1 10.0.1.4 10.0.1.5", "'-1' is no protocol; tcp, udp, icmp, icmp-reply, esp, ah or a "
				  "number up to 255 would be right" },
	{ "tcp 10.0.1.4 10.0.1.5:2", "'10.0.1.4' has no port; ADDRESS:PORT would be right" },
	{ "udp 10.0.1.4:1 10.0.1.5", "'10.0.1.5' has no port; ADDRESS:PORT would be right" },
	{ "tcp 10.0.1.4: 10.0.1.5:2", "'' is no port; a number up to 65535 would be right" },
	{ "tcp 10.0.1.4:1 10.0.1.5:65536",
	  "'65536' is no port; a number up to 65535 would be right" },
	{ "tcp 10.0.1.4:+1 10.0.1.5:2", "'+1' is no port; a number up to 65535 would be right" },
	{ "tcp 10.0.1.4:0x10 10.0.1.5:2",
	  "'0x10' is no port; a number up to 65535 would be right" },
	{ "tcp 10.0.1.4:99999999999999999999 10.0.1.5:2",
	  "'99999999999999999999' is no port; a number up to 65535 would be right" },
	{ "tcp 10.0.1:1 10.0.1.5:2",
	  "'10.0.1' is no IPv4 address; one like 10.0.1.4 would be right" },
	{ "tcp :1 10.0.1.5:2", "'' is no IPv4 address; one like 10.0.1.4 would be right" },
	{ "icmp 10.0.1.4:1 10.0.1.5",
	  "'10.0.1.4:1' is no IPv4 address; one like 10.0.1.4 would be right, without a port" },
	{ "esp 10.0.1.4 10.0.1.256",
	  "'10.0.1.256' is no IPv4 address; one like 10.0.1.4 would be right, without a port" },
	{ "icmp fd00::1 10.0.1.5", "'fd00::1' is IPv6, which is not forwarded yet" },
	{ "tcp fd00::1 10.0.1.5:2", "'fd00::1' is IPv6, which is not forwarded yet" },
	{ "icmp 10.0.1.4 10.0.1.5 7", "'7' is too much; only 'id NUMBER' may follow" },
	{ "icmp 10.0.1.4 10.0.1.5 id", "'id' is too much; only 'id NUMBER' may follow" },
	{ "icmp 10.0.1.4 10.0.1.5 id 7 8", "'8' is too much; only 'id NUMBER' may follow" },
	{ "icmp 10.0.1.4 10.0.1.5 id 65536",
	  "'65536' is no identifier; a number up to 65535 would be right" },
	{ "tcp 10.0.1.4:1 10.0.1.5:2 id 7",
	  "'id' is too much; a packet ends with its destination" },
};

static void
wrong_text_is_refused_with_a_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong_texts) / sizeof(wrong_texts[0]); i++) {
		struct packet_text packet, untouched;
		char error[256] = "";

		memset(&packet, 0xa5, sizeof(packet));
		untouched = packet;
		assert_int_equal(packet_text_parse(wrong_texts[i].text, &packet, error,
						   sizeof(error)),
				 -EINVAL);
		assert_string_equal(error, wrong_texts[i].error);
		assert_memory_equal(&packet, &untouched, sizeof(packet));
	}
}

static void
long_text_is_refused(void **state)
{
	struct packet_text packet;
	char text[400], error[256];

	(void)state;
	memset(text, ' ', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(packet_text_parse(text, &packet, error, sizeof(error)), -EINVAL);
	assert_string_equal(error, "the packet is longer than 255 characters");
}

static void
error_is_cut_to_its_buffer(void **state)
{
	struct packet_text packet;
	char error[8];

	(void)state;
	assert_int_equal(packet_text_parse("tpc 1 2", &packet, error, sizeof(error)), -EINVAL);
	assert_string_equal(error, "'tpc' i");
}

static struct packet_text
parse(const char *text)
{
	struct packet_text packet = { 0 };
	char error[256];

	assert_int_equal(packet_text_parse(text, &packet, error, sizeof(error)), 0);
	return packet;
}

static void
assert_packet_equal(const struct packet_text *a, const struct packet_text *b)
{
	assert_int_equal(a->protocol, b->protocol);
	assert_int_equal(a->echo_reply, b->echo_reply);
	assert_int_equal(a->source, b->source);
	assert_int_equal(a->destination, b->destination);
	assert_int_equal(a->source_port, b->source_port);
	assert_int_equal(a->destination_port, b->destination_port);
	assert_int_equal(a->identifier, b->identifier);
}

static const struct {
	const char *text;
	struct packet_text packet;
	const char *written; /* NULL: as the text */
} right_texts[] = {
	{ "tcp 10.0.1.4:51000 93.184.216.34:443",
	  { .protocol = 6,
	    .source = 0x0a000104,
	    .destination = 0x5db8d822,
	    .source_port = 51000,
	    .destination_port = 443 },
	  NULL },
	{ " \tudp  255.255.255.255:65535\t0.0.0.0:0\r\n",
	  { .protocol = 17, .source = 0xffffffff, .source_port = 65535 },
	  "udp 255.255.255.255:65535 0.0.0.0:0" },
	{ "icmp 10.0.1.4 8.8.8.8",
	  { .protocol = 1, .source = 0x0a000104, .destination = 0x08080808, .identifier = 1 },
	  "icmp 10.0.1.4 8.8.8.8 id 1" },
	{ "icmp 10.0.1.4 8.8.8.8 id 0",
	  { .protocol = 1, .source = 0x0a000104, .destination = 0x08080808 },
	  NULL },
	{ "icmp-reply 255.255.255.254 255.255.255.253 id 65535",
	  { .protocol = 1,
	    .echo_reply = true,
	    .source = 0xfffffffe,
	    .destination = 0xfffffffd,
	    .identifier = 65535 },
	  NULL },
	{ "esp 10.0.1.4 10.0.2.9",
	  { .protocol = 50, .source = 0x0a000104, .destination = 0x0a000209 },
	  NULL },
	{ "51 10.0.1.4 10.0.2.9",
	  { .protocol = 51, .source = 0x0a000104, .destination = 0x0a000209 },
	  "ah 10.0.1.4 10.0.2.9" },
	{ "6 10.0.1.4:1 10.0.2.9:2",
	  { .protocol = 6,
	    .source = 0x0a000104,
	    .destination = 0x0a000209,
	    .source_port = 1,
	    .destination_port = 2 },
	  "tcp 10.0.1.4:1 10.0.2.9:2" },
	{ "47 10.0.1.4 10.0.2.9",
	  { .protocol = 47, .source = 0x0a000104, .destination = 0x0a000209 },
	  NULL },
	{ "0 10.0.1.4 10.0.2.9", { .source = 0x0a000104, .destination = 0x0a000209 }, NULL },
};

static void
right_text_is_read_and_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(right_texts) / sizeof(right_texts[0]); i++) {
		struct packet_text packet = parse(right_texts[i].text);
		const char *written = right_texts[i].written;
		char text[PACKET_TEXT_MAX];

		assert_packet_equal(&packet, &right_texts[i].packet);
		assert_string_equal(packet_text_format(&packet, text),
				    written != NULL ? written : right_texts[i].text);
	}
}

static void
protocols_have_their_names(void **state)
{
	char text[8];

	(void)state;
	assert_string_equal(protocol_format(1, text), "icmp");
	assert_string_equal(protocol_format(17, text), "udp");
	assert_string_equal(protocol_format(255, text), "255");
	assert_true(protocol_has_ports(6));
	assert_true(protocol_has_ports(17));
	assert_false(protocol_has_ports(1));
	assert_false(protocol_has_ports(132));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_text_is_refused_with_a_sentence),
		cmocka_unit_test(long_text_is_refused),
		cmocka_unit_test(error_is_cut_to_its_buffer),
		cmocka_unit_test(right_text_is_read_and_written),
		cmocka_unit_test(protocols_have_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
