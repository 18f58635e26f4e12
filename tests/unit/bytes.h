/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* An IPv4 address in host order, as a constant (RTE_IPV4() shifts into the sign). */
#define IP4(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* Reads hexadecimal digits, blanks between them where one likes, and returns how many bytes. */
static inline size_t
bytes_read(const char *text, uint8_t *bytes, size_t room)
{
	size_t digits = 0;

	for (; *text != '\0'; text++) {
		if (isspace((unsigned char)*text))
			continue;
		if (!isxdigit((unsigned char)*text) || digits / 2 == room)
			abort();

		uint8_t digit = (uint8_t)(isdigit((unsigned char)*text)
						  ? *text - '0'
						  : tolower((unsigned char)*text) - 'a' + 10);

		if (digits % 2 == 0)
			bytes[digits / 2] = (uint8_t)(digit << 4);
		else
			bytes[digits / 2] |= digit;
		digits++;
	}
	if (digits % 2 != 0)
		abort();
	return digits / 2;
}
