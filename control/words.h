/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A growing list of 32-bit words: what a table is built from, written down so that equal inputs are
 * equal words. Memory that runs short is remembered in `failed`, so that only the last reader of
 * the list has to look. All zero is an empty list.
 */
struct words {
	uint32_t *items;
	size_t count;
	size_t capacity;
	bool failed;
};

void words_add(struct words *words, uint32_t word);
void words_add_pointer(struct words *words, const void *pointer);
/* 0 when equal; a total order of lists that have not failed. */
int words_compare(const struct words *a, const struct words *b);
void words_clear(struct words *words);
