/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "words.h"

/*
 * Immutable tables that generations share. A table is found by what it was built from, written down
 * as words: the same words give the same table, so that a reload builds only what has changed, and
 * two pointers are equal exactly when the tables are. Counted references; only the control thread
 * takes and releases them.
 */

struct shared_type {
	/* The words say all that counts of the input. NULL and errno. */
	void *(*build)(const void *input);
	void (*free)(void *table);
};

struct store;
struct shared;

struct store *store_create(void); /* NULL: out of memory */
/* All references have been released. */
void store_free(struct store *store);

/* A new reference to the table of these words, built if there is none yet. NULL and errno. */
struct shared *store_take(struct store *store, const struct shared_type *type,
			  const struct words *words, const void *input);
void store_retain(struct shared *shared);
/* Frees the table with its last reference. */
void store_release(struct store *store, struct shared *shared);

const void *shared_table(const struct shared *shared);
/* How many tables there are. */
size_t store_count(const struct store *store);
