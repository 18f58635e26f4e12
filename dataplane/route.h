/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <rte_fib.h>

/*
 * The fabric's routes: longest-prefix match over up to a million prefixes.
 *
 * Two rte_fib copies (DIR-24-8). A batch of changes goes to the standby copy, the copies are
 * swapped in the next snapshot, and when every worker has acknowledged that snapshot the same batch
 * goes to the other copy: rte_fib of DPDK 22.11 reuses a freed tbl8 at once, so a change to the
 * copy in use would show readers another prefix's route. Only the control thread changes it.
 */

/* What a prefix leads to. */
enum route_kind {
	ROUTE_UNREACHABLE, /* no route; the fib's default */
	ROUTE_GROUP,       /* id: an ECMP group of the snapshot */
	ROUTE_CONNECTED,   /* id: the interface on whose link the destination is */
	ROUTE_LOCAL,       /* id: the interface whose own address it is */
	ROUTE_VIP,         /* id: a VIP of the snapshot */
	ROUTE_BROADCAST,   /* a link's broadcast or network address: never forwarded */
};

/* kind in the upper 3 of 27 bits, id in the lower 24: fits the fib's 31 bits. */
typedef uint32_t route_target;

static inline route_target
route_target_make(enum route_kind kind, uint32_t id)
{
	return ((uint32_t)kind << 24) | (id & 0xffffffU);
}

static inline enum route_kind
route_target_kind(route_target target)
{
	return (enum route_kind)(target >> 24);
}

static inline uint32_t
route_target_id(route_target target)
{
	return target & 0xffffffU;
}

/* What the address, in host order, leads to. Bursts are looked up at once, by rte_fib itself. */
static inline route_target
route_find(struct rte_fib *fib, uint32_t address)
{
	uint64_t target = ROUTE_UNREACHABLE;

	(void)rte_fib_lookup_bulk(fib, &address, &target, 1); /* fails only where there is no fib */
	return (route_target)target;
}

struct route_change {
	uint32_t prefix; /* host order, host bits zero */
	uint8_t length;  /* 0-32 */
	uint8_t remove;  /* 1: remove; 0: add, or replace */
	route_target target;
};

struct fabric_routes;

enum {
	ROUTE_SPLITS_MAX = 65536, /* /24s that hold prefixes longer than /24 */
};

/*
 * capacity: prefixes, 1 to 16M; those longer than /24 may lie in up to ROUTE_SPLITS_MAX different
 * /24s. NULL and errno: EINVAL, or ENOMEM. Empty; the first batch is staged, swapped and settled
 * like any other.
 */
struct fabric_routes *fabric_routes_create(uint32_t capacity);
void fabric_routes_free(struct fabric_routes *routes);

/* The copy that readers use until fabric_routes_swap(). */
struct rte_fib *fabric_routes_active(const struct fabric_routes *routes);

/*
 * Applies the batch to the standby copy, one change after the other. The caller swaps, publishes,
 * waits for every worker, and calls fabric_routes_settle() with the same batch. Returns 0, or with
 * nothing changed:
 *   -EINVAL  a length over 32, host bits, or a target over 31 bits;
 *   -ENOENT  removes a prefix that is not there, so that the caller's books and these differ;
 *   -ENOSPC  over the capacity, or over ROUTE_SPLITS_MAX;
 *   -EBUSY   the batch before is not settled.
 * -ENOTRECOVERABLE alone, which no known input brings about, leaves the standby in doubt.
 */
int fabric_routes_stage(struct fabric_routes *routes, const struct route_change *changes,
			size_t count);
/* Takes back a staged batch that cannot be published after all. 0, or -EINVAL: none is staged. */
int fabric_routes_unstage(struct fabric_routes *routes, const struct route_change *changes,
			  size_t count);
/* Makes the staged copy the active one; readers learn of it by the next snapshot. */
void fabric_routes_swap(struct fabric_routes *routes);
/*
 * Brings the copy that nobody reads any more up to date with the same batch. 0, or -EINVAL: nothing
 * was swapped.
 */
int fabric_routes_settle(struct fabric_routes *routes, const struct route_change *changes,
			 size_t count);

/* How many prefixes the active copy holds. */
uint32_t fabric_routes_count(const struct fabric_routes *routes);
