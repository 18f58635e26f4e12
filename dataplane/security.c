/* SPDX-License-Identifier: BSD-3-Clause */
#include "security_table.h"

#include <rte_malloc.h>

void
security_table_free(struct security_table *table)
{
	if (!table)
		return;
	for (unsigned int field = 0; field < SECURITY_FIELDS; field++)
		interval_tree_free(table->trees[field]);
	rte_free(table);
}

size_t
security_table_bytes(const struct security_table *table)
{
	size_t bytes = sizeof(*table) + table->bitmap_bytes;

	for (unsigned int field = 0; field < SECURITY_FIELDS; field++)
		bytes += interval_tree_bytes(table->trees[field]);
	return bytes;
}

static __rte_always_inline void
decide(const struct security_table *table, const struct security_classes *classes, uint16_t *rules,
       unsigned int n, unsigned int width)
{
	for (unsigned int i = 0; i < n; i++) {
		const uint64_t *source = security_bitmap(table, classes, SECURITY_SOURCE, i);
		const uint64_t *destination =
			security_bitmap(table, classes, SECURITY_DESTINATION, i);
		const uint64_t *service = security_bitmap(table, classes, SECURITY_SERVICE, i);
		const uint64_t *source_port =
			security_bitmap(table, classes, SECURITY_SOURCE_PORT, i);
		uint64_t matches[SECURITY_WORDS_MAX];
		unsigned int nonzero = 0;

		for (unsigned int word = 0; word < width; word++) {
			matches[word] = source[word] & destination[word] & service[word] &
					source_port[word];
			nonzero |= (unsigned int)(matches[word] != 0) << word;
		}
		rules[i] = security_first_rule(matches, nonzero);
	}
}

void
security_decide_plain(const struct security_table *table, const struct security_classes *classes,
		      uint16_t *rules, unsigned int n)
{
	if (table->width == 1)
		decide(table, classes, rules, n, 1);
	else
		decide(table, classes, rules, n, table->width);
}

void
security_match(const struct security_table *table, const struct security_key *keys, uint16_t *rules,
	       unsigned int n)
{
	uint32_t fields[SECURITY_FIELDS][SECURITY_BURST];
	struct security_classes classes;

	for (unsigned int done = 0; done < n; done += SECURITY_BURST) {
		unsigned int burst = RTE_MIN(n - done, (unsigned int)SECURITY_BURST);

		for (unsigned int i = 0; i < burst; i++) {
			const struct security_key *key = &keys[done + i];

			fields[SECURITY_SOURCE][i] = key->source;
			fields[SECURITY_DESTINATION][i] = key->destination;
			fields[SECURITY_SERVICE][i] =
				((uint32_t)key->protocol << 16) | key->destination_port;
			fields[SECURITY_SOURCE_PORT][i] = key->source_port;
		}
		for (unsigned int field = 0; field < SECURITY_FIELDS; field++)
			interval_tree_find_bulk(table->trees[field], fields[field],
						classes.words[field], burst);
		table->decide(table, &classes, rules + done, burst);
	}
}
