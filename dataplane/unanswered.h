/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The sessions that nobody has answered yet, in the order in which they began (Patel et al.,
 * Ananta, SIGCOMM 2013, section 3.3.3: the queue of untrusted flows). It has a fixed number of
 * places: when too many are waiting for an answer, the one that has waited longest gives way, so
 * that floods of first packets neither fill the session table nor keep those from beginning that
 * are answered in time.
 */

enum {
	UNANSWERED_NONE = UINT32_MAX,
};

struct unanswered {
	uint32_t *sessions; /* by place; UNANSWERED_NONE: it is free */
	uint32_t size;
	uint32_t next;  /* the place that is used next, the one that was used longest ago */
	uint32_t count; /* places in use */
};

/* 0 or -ENOMEM. */
int unanswered_init(struct unanswered *unanswered, uint32_t size, int socket);
void unanswered_release(struct unanswered *unanswered);
size_t unanswered_bytes(const struct unanswered *unanswered);

/* Too many wait for an answer to look for a free place: one after the other gives way. */
static inline bool
unanswered_is_crowded(const struct unanswered *unanswered)
{
	return unanswered->count > unanswered->size / 2;
}

/* The session that gives way when so many others have, or UNANSWERED_NONE. ahead: under size. */
static inline uint32_t
unanswered_ahead(const struct unanswered *unanswered, uint32_t ahead)
{
	uint32_t place = unanswered->next + ahead;

	return unanswered->sessions[place < unanswered->size ? place : place - unanswered->size];
}

/* The session that has to be removed before another one can be added, or UNANSWERED_NONE. */
uint32_t unanswered_give_way(struct unanswered *unanswered);
/* Takes a session in, for which there is a place; returns which. */
uint32_t unanswered_add(struct unanswered *unanswered, uint32_t session);
/* It has been answered, or is over. */
void unanswered_remove(struct unanswered *unanswered, uint32_t place);
