/* SPDX-License-Identifier: BSD-3-Clause */
#include "sort.h"

enum {
	DIGIT_VALUES = 256,
};

static void
sort_by_digit(const uint64_t *from, uint64_t *to, size_t count, unsigned int shift)
{
	size_t starts[DIGIT_VALUES] = { 0 };
	size_t start = 0;

	for (size_t i = 0; i < count; i++)
		starts[(uint8_t)(from[i] >> shift)]++;
	for (unsigned int digit = 0; digit < DIGIT_VALUES; digit++) {
		size_t items = starts[digit];

		starts[digit] = start;
		start += items;
	}
	for (size_t i = 0; i < count; i++)
		to[starts[(uint8_t)(from[i] >> shift)]++] = from[i];
}

void
sort_by_upper_half(uint64_t *items, uint64_t *scratch, size_t count)
{
	sort_by_digit(items, scratch, count, 32);
	sort_by_digit(scratch, items, count, 40);
	sort_by_digit(items, scratch, count, 48);
	sort_by_digit(scratch, items, count, 56);
}
