/* SPDX-License-Identifier: BSD-3-Clause */
#include "unanswered.h"

#include <errno.h>

#include <rte_malloc.h>

enum {
	/*
	 * So many sessions may be passed by in search of a free place, as long as there are more
	 * free ones than others: who is answered slowly gives way to floods alone.
	 */
	PASSED_MAX = 16,
};

int
unanswered_init(struct unanswered *unanswered, uint32_t size, int socket)
{
	unanswered->sessions = rte_malloc_socket("unanswered", size * sizeof(uint32_t),
						 RTE_CACHE_LINE_SIZE, socket);
	if (unanswered->sessions == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < size; i++)
		unanswered->sessions[i] = UNANSWERED_NONE;
	unanswered->size = size;
	unanswered->next = 0;
	unanswered->count = 0;
	return 0;
}

void
unanswered_release(struct unanswered *unanswered)
{
	rte_free(unanswered->sessions);
	unanswered->sessions = NULL;
}

size_t
unanswered_bytes(const struct unanswered *unanswered)
{
	return unanswered->size * sizeof(unanswered->sessions[0]);
}

static uint32_t
unanswered_behind(const struct unanswered *unanswered, uint32_t place)
{
	return place + 1 < unanswered->size ? place + 1 : 0;
}

uint32_t
unanswered_give_way(struct unanswered *unanswered)
{
	for (unsigned int i = 0; i < PASSED_MAX && !unanswered_is_crowded(unanswered); i++) {
		if (unanswered->sessions[unanswered->next] == UNANSWERED_NONE)
			break;
		unanswered->next = unanswered_behind(unanswered, unanswered->next);
	}
	return unanswered->sessions[unanswered->next];
}

uint32_t
unanswered_add(struct unanswered *unanswered, uint32_t session)
{
	uint32_t place = unanswered->next;

	unanswered->sessions[place] = session;
	unanswered->next = unanswered_behind(unanswered, place);
	unanswered->count++;
	return place;
}

void
unanswered_remove(struct unanswered *unanswered, uint32_t place)
{
	unanswered->sessions[place] = UNANSWERED_NONE;
	unanswered->count--;
}
