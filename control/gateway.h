/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "config/model.h"
#include "dataplane/worker.h"

/*
 * A gateway: the model it runs, the snapshot built from it, and the workers that were given it.
 * `run` lets the workers poll on lcores of their own, `replay` calls them one after the other,
 * `explain` has none. Only the control thread calls these functions; none of them waits.
 */

struct gateway;

/* What a gateway has to know of a port's device. */
struct port_device {
	struct rte_ether_addr mac; /* what interfaces without one have */
	struct port_offloads offloads;
};

struct gateway_options {
	unsigned int workers;                   /* 0: only a snapshot, for explain */
	const struct port_queue *const *queues; /* [worker][port] */
	struct rte_mempool *pool;
	uint64_t seed;
	uint64_t now; /* nanoseconds, on the clock that worker_poll() will be given */
	/* What first packets' share of the workers is measured by; NULL: it is not limited. */
	uint64_t (*cycles)(void);
	/* true: neighbours that nobody configured resolve at once, to made-up MAC addresses */
	bool answer_arp;
	bool announce;   /* the links are told of the gateway's own addresses */
	bool probe;      /* backends are probed; else all of them are up */
	FILE *probe_log; /* is told what becomes of them; NULL: nobody is */
	int socket;
	const struct port_device *port_devices; /* by index in the model; NULL: of all zeroes */
};

/*
 * Takes the model when it succeeds. 0, or -errno with a sentence for people in error (always
 * terminated). The first snapshot waits in the workers' rings.
 */
int gateway_create(struct model *model, const struct gateway_options *options,
		   struct gateway **gateway, char *error, size_t error_size);
/* The workers must have stopped. */
void gateway_free(struct gateway *gateway);

const struct model *gateway_model(const struct gateway *gateway);
const struct snapshot *gateway_snapshot(const struct gateway *gateway);
unsigned int gateway_worker_count(const struct gateway *gateway);
struct worker *gateway_worker(const struct gateway *gateway, unsigned int index);

/*
 * What of the new model needs a restart (ports, cores, workers, capacities): the settings' names in
 * text, or false. Such a model can not be loaded.
 */
bool gateway_needs_restart(const struct gateway *gateway, const struct model *model, char *text,
			   size_t size);
/*
 * Builds a snapshot of the new model and publishes it. Takes the model when it succeeds. -EBUSY
 * while the gateway is not settled; -EADDRINUSE while sessions hold ports that an inbound rule
 * takes, which are reserved for it from then on (snat_claims.h); any other -errno, -EINVAL where a
 * restart is needed among them, with a sentence in error; the gateway goes on as it was.
 */
int gateway_reload(struct gateway *gateway, struct model *model, char *error, size_t error_size);
/* The same, and sessions whose ports an inbound rule takes end. */
int gateway_reload_forced(struct gateway *gateway, struct model *model, char *error,
			  size_t error_size);
/*
 * True when every worker uses the latest snapshot, the earlier one is freed, and no neighbour waits
 * for room in a worker's ring.
 */
bool gateway_settled(const struct gateway *gateway);

/*
 * The control thread's turn: events of the workers, acknowledgements, ARP retries that are due.
 * Returns how many things it did: 0 means that there is nothing to do before `now` changes or a
 * worker does something.
 */
unsigned int gateway_tick(struct gateway *gateway, uint64_t now);
/* When a neighbour has to be looked after next, nanoseconds; UINT64_MAX: no sooner than told to. */
uint64_t gateway_due(const struct gateway *gateway);

/*
 * The port has a link, as it is taken to have at first, or none: a later turn takes next hops
 * behind it out of ECMP, and routes that have no others. Who is on a link that came back is told
 * the gateway's addresses (announcements.h).
 */
void gateway_port_set(struct gateway *gateway, unsigned int port, bool up);

/* How many neighbours it knows, or asks for; not those that the configuration gives. */
size_t gateway_neighbors_learned(const struct gateway *gateway);
/* Sum over the workers. */
void gateway_counters(const struct gateway *gateway, struct counters *sum);

/* What ids of the snapshot mean in the current model; NULL for what is no longer there. */
const struct interface *gateway_interface(const struct gateway *gateway, uint16_t id);
const struct subnet *gateway_subnet(const struct gateway *gateway, uint16_t zone,
				    const struct virtual_network **network);
const struct vip *gateway_vip(const struct gateway *gateway, uint16_t id);
const struct inbound_rule *gateway_inbound_rule(const struct gateway *gateway, uint32_t id);
/* The rule of the subnet's group at that index of its compiled direction. */
const struct security_rule *gateway_security_rule(const struct gateway *gateway, uint16_t zone,
						  enum direction direction, uint16_t index);
/* The id of an interface by its name in the model, or INTERFACE_NONE. */
uint16_t gateway_interface_id(const struct gateway *gateway, const char *name);
