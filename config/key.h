/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "reader.h"

/* Finds what is there twice in a long list, by numbers that stand for the elements. */

struct key {
	uint64_t value;
	uint32_t index; /* of the element in its list */
};

struct key_list {
	struct key *items;
	size_t count;
};

/* Room for so many keys; none, and reader->out_of_memory, when there is no memory. */
struct key_list key_list_create(struct reader *reader, size_t capacity);
void key_list_free(struct key_list *list);

void key_list_add(struct key_list *list, uint64_t value, size_t index);
/* Brings equal keys together, the first of the file first. */
void key_list_sort(struct key_list *list);
/* The key was there before: *first is then the index of the element that has it first. */
bool key_list_repeats(const struct key_list *list, size_t at, uint32_t *first);

uint64_t key_of_prefix(const struct ip_prefix *prefix);
