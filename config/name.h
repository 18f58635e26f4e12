/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The names of the objects of one kind, sorted to be found by. */

struct name {
	const char *text; /* borrowed */
	uint32_t index;   /* of the object in its list */
};

struct name_table {
	struct name *items; /* ascending; of equal names the first in the file comes first */
	size_t count;
};

void name_table_sort(struct name_table *table);
/* The index of the first object with that name, or NO_INDEX. */
uint32_t name_table_find(const struct name_table *table, const char *text);
/* The name most like that one that somebody may have meant, or NULL. */
const char *name_table_nearest(const struct name_table *table, const char *text);

/* How alike two names are: the number of letters to insert, delete or replace, up to 3. */
unsigned name_distance(const char *a, const char *b);
