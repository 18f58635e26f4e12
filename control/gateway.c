/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>

#include "build.h"
#include "gateway_state.h"
#include "restart.h"
#include "snat_claims.h"

static int
fail(char *error, size_t error_size, int rc, const char *sentence)
{
	snprintf(error, error_size, "%s", sentence);
	return rc;
}

/* A generation of the model, built but not published; NULL and *rc. */
static struct generation *
generation_of(struct gateway *gateway, struct model *model, int *rc, char *error, size_t error_size)
{
	struct generation *generation = generation_create(gateway->store, gateway->socket);
	struct builder builder = {
		.model = model,
		.generation = generation,
		.previous = gateway->publisher.current,
		.registry = gateway->registry,
		.groups = gateway->groups,
		.next_hops = &gateway->next_hops,
		.prober = &gateway->prober,
		.now = gateway->now,
		.port_devices = gateway->port_devices,
		.ports_down = gateway->ports_down,
		.workers = gateway->worker_count,
		.error = error,
		.error_size = error_size,
	};

	if (generation == NULL) {
		*rc = fail(error, error_size, -ENOMEM, "there is not enough memory");
		return NULL;
	}
	*rc = build_generation(&builder);
	if (*rc == 0)
		return generation;
	generation_free(generation);
	return NULL;
}

/* The model's neighbours as commands name them, for the caller to free. */
static struct command_neighbor *
given_neighbors(const struct model *model, const struct names *names)
{
	struct command_neighbor *given = calloc(model->neighbor_count + 1, sizeof(*given));

	for (size_t i = 0; i < model->neighbor_count && given != NULL; i++) {
		const struct neighbor *neighbor = &model->neighbors[i];

		given[i].interface = (uint16_t)names->interface_ids[neighbor->interface];
		given[i].reachable = 1;
		given[i].address = rte_cpu_to_be_32(ip_address_v4(&neighbor->address));
		memcpy(given[i].mac.addr_bytes, neighbor->mac.bytes, sizeof(given[i].mac));
	}
	return given;
}

int
gateway_publish(struct gateway *gateway, struct model *model, bool forced, char *error,
		size_t error_size)
{
	struct command_neighbor *given = NULL;
	struct probe_targets targets = { 0 };
	struct generation *generation;
	int rc;

	if (model->neighbor_count > NEIGHBORS_GIVEN_MAX) {
		snprintf(error, error_size, "there are %zu neighbors; at most %d are possible",
			 model->neighbor_count, NEIGHBORS_GIVEN_MAX);
		return -E2BIG;
	}
	generation = generation_of(gateway, model, &rc, error, error_size);
	if (generation == NULL)
		return rc;
	given = given_neighbors(model, &generation->names);
	rc = given == NULL ? -ENOMEM : probe_targets_collect(&targets, model, &generation->names);
	if (rc != 0)
		rc = fail(error, error_size, rc,
			  rc == -ENOMEM ? "there is not enough memory"
					: "there are too many backends with probes");
	else
		rc = forced ? 0
			    : snat_claims_reserve(gateway->publisher.current, generation, model,
						  gateway->worker_count, error, error_size);
	if (rc == 0)
		rc = publisher_publish(&gateway->publisher, generation, error, error_size);
	if (rc != 0) {
		generation_free(generation);
		goto free_given;
	}
	generation->model = model;
	gateway->links_changed = false;
	prober_set(&gateway->prober, &targets);
	neighbors_set(gateway->neighbors, generation->snapshot, given, model->neighbor_count);
	(void)neighbors_tick(gateway->neighbors, gateway->now); /* the rest is told later */
	/* Without memory for it nobody is told: neighbours find out when they ask again. */
	if (gateway->announce)
		(void)announcements_set(&gateway->announcements, generation->snapshot,
					gateway->now);
free_given:
	probe_targets_clear(&targets);
	free(given);
	return rc;
}

static int
gateway_make_workers(struct gateway *gateway, const struct model *model,
		     const struct gateway_options *options)
{
	for (uint16_t i = 0; i < options->workers; i++) {
		const struct worker_options worker_options = {
			.id = i,
			.workers = (uint16_t)options->workers,
			.port_count = (uint16_t)model->port_count,
			.queues = options->queues[i],
			.pool = options->pool,
			.flow_capacity =
				RTE_MAX(model->gateway.flow_capacity / options->workers, 1U),
			.fragment_capacity =
				RTE_MAX(model->gateway.fragment_capacity / options->workers, 1U),
			.seed = options->seed,
			.now = options->now,
			.cycles = options->cycles,
			.socket = options->socket,
		};
		struct worker *worker = worker_create(&worker_options);

		if (worker == NULL)
			return -rte_errno;
		gateway->workers[i] = worker;
		gateway->rings[i] = worker->commands;
		gateway->acknowledged[i] = &worker->acknowledged;
		gateway->worker_count = i + 1U;
	}
	worker_connect(gateway->workers, (uint16_t)gateway->worker_count);
	return 0;
}

static int
gateway_copy_devices(struct gateway *gateway, const struct model *model,
		     const struct gateway_options *options)
{
	size_t size = model->port_count * sizeof(*options->port_devices);

	if (options->port_devices == NULL || size == 0)
		return 0;
	gateway->port_devices = malloc(size);
	if (gateway->port_devices == NULL)
		return -ENOMEM;
	memcpy(gateway->port_devices, options->port_devices, size);
	return 0;
}

static void
gateway_init_prober(struct gateway *gateway, const struct gateway_options *options)
{
	const struct prober_options prober_options = {
		.ring = options->probe && options->workers > 0 ? gateway->rings[0] : NULL,
		.pool = options->pool,
		.seed = options->seed,
		.log = options->probe_log,
	};

	prober_init(&gateway->prober, &prober_options);
}

/* Everything that lives as long as the gateway. */
static int
gateway_make_tables(struct gateway *gateway, const struct model *model,
		    const struct gateway_options *options)
{
	const struct neighbors_options neighbors_options = {
		.rings = gateway->rings,
		.ring_count = gateway->worker_count,
		.answer = options->answer_arp,
		.socket = options->socket,
	};

	gateway->registry = registry_create();
	gateway->store = store_create();
	gateway->groups = group_pool_create();
	if (gateway->registry == NULL || gateway->store == NULL || gateway->groups == NULL)
		return -ENOMEM;
	gateway->routes = fabric_routes_create(model->gateway.route_capacity);
	if (gateway->routes == NULL)
		return -errno;
	gateway->neighbors = neighbors_create(&neighbors_options);
	if (gateway->neighbors == NULL)
		return -rte_errno;
	gateway_init_prober(gateway, options);
	gateway->publisher = (struct publisher){
		.routes = gateway->routes,
		.worker_count = gateway->worker_count,
		.rings = gateway->rings,
		.acknowledged = gateway->acknowledged,
	};
	return 0;
}

int
gateway_create(struct model *model, const struct gateway_options *options, struct gateway **gateway,
	       char *error, size_t error_size)
{
	struct gateway *made;
	int rc;

	if (options->workers > WORKERS_MAX || model->port_count > PORTS_MAX) {
		snprintf(error, error_size,
			 "there are %u workers and %zu ports; at most %d and %d are possible",
			 options->workers, model->port_count, WORKERS_MAX, PORTS_MAX);
		return -E2BIG;
	}
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return fail(error, error_size, -ENOMEM, "there is not enough memory");
	made->socket = options->socket;
	made->now = options->now;
	made->announce = options->announce;
	rc = gateway_copy_devices(made, model, options);
	if (rc == 0)
		rc = gateway_make_workers(made, model, options);
	if (rc == 0)
		rc = gateway_make_tables(made, model, options);
	if (rc != 0)
		snprintf(error, error_size,
			 "the tables could not be made: %s; give DPDK more memory, or lower "
			 "gateway.flow_capacity, gateway.fragment_capacity and "
			 "gateway.route_capacity",
			 strerror(-rc));
	else
		rc = gateway_publish(made, model, true, error, error_size);
	if (rc != 0) {
		gateway_free(made);
		return rc;
	}
	*gateway = made;
	return 0;
}

void
gateway_free(struct gateway *gateway)
{
	if (gateway == NULL)
		return;
	prober_release(&gateway->prober);
	announcements_clear(&gateway->announcements);
	neighbors_free(gateway->neighbors);
	for (unsigned int i = 0; i < gateway->worker_count; i++)
		worker_free(gateway->workers[i]);
	publisher_clear(&gateway->publisher);
	fabric_routes_free(gateway->routes);
	next_hops_clear(&gateway->next_hops);
	group_pool_free(gateway->groups);
	store_free(gateway->store);
	registry_free(gateway->registry);
	free(gateway->port_devices);
	free(gateway);
}

const struct model *
gateway_model(const struct gateway *gateway)
{
	return gateway->publisher.current->model;
}

const struct snapshot *
gateway_snapshot(const struct gateway *gateway)
{
	return gateway->publisher.current->snapshot;
}

unsigned int
gateway_worker_count(const struct gateway *gateway)
{
	return gateway->worker_count;
}

struct worker *
gateway_worker(const struct gateway *gateway, unsigned int index)
{
	return gateway->workers[index];
}

bool
gateway_needs_restart(const struct gateway *gateway, const struct model *model, char *text,
		      size_t size)
{
	return restart_needed(gateway->publisher.current, model, text, size);
}

static int
reload(struct gateway *gateway, struct model *model, bool forced, char *error, size_t error_size)
{
	char settings[512];
	int rc;

	if (gateway_needs_restart(gateway, model, settings, sizeof(settings))) {
		snprintf(error, error_size, "a change of %s needs a restart", settings);
		return -EINVAL;
	}
	if (!gateway_settled(gateway))
		return fail(error, error_size, -EBUSY,
			    "the change before has not reached every worker yet");
	rc = gateway_publish(gateway, model, forced, error, error_size);
	if (rc == 0)
		snat_claims_settle(gateway->publisher.current);
	if (rc == 0 && gateway->worker_count == 0)
		(void)publisher_tick(&gateway->publisher); /* nobody has to be waited for */
	return rc;
}

int
gateway_reload(struct gateway *gateway, struct model *model, char *error, size_t error_size)
{
	return reload(gateway, model, false, error, error_size);
}

int
gateway_reload_forced(struct gateway *gateway, struct model *model, char *error, size_t error_size)
{
	return reload(gateway, model, true, error, error_size);
}

bool
gateway_settled(const struct gateway *gateway)
{
	return publisher_settled(&gateway->publisher) && neighbors_told(gateway->neighbors);
}

size_t
gateway_neighbors_learned(const struct gateway *gateway)
{
	return neighbors_learned(gateway->neighbors);
}

void
gateway_counters(const struct gateway *gateway, struct counters *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (unsigned int i = 0; i < gateway->worker_count; i++)
		counters_add(sum, &gateway->workers[i]->counters);
}
