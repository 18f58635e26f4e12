/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "config/address.h"
#include "dataplane/interval.h"
#include "words.h"

/*
 * The intervals that a tree is built from, collected one by one; later ones win. Memory that runs
 * short is remembered in `failed`. All zero is an empty list.
 */
struct interval_list {
	struct interval *items;
	size_t count;
	size_t capacity;
	bool failed;
};

void interval_list_add(struct interval_list *list, uint32_t first, uint32_t last, uint32_t value);
/* Writes the list down; words fail where the list has. */
void interval_list_write(const struct interval_list *list, struct words *words);
void interval_list_clear(struct interval_list *list);
