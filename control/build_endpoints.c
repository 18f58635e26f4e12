/* SPDX-License-Identifier: BSD-3-Clause */
#include "build.h"

#include <errno.h>
#include <stdlib.h>

struct request {
	struct endpoint *endpoints;
	size_t count;
};

static void *
endpoints_build(const void *input)
{
	const struct request *request = input;

	return endpoint_table_build(request->endpoints, request->count);
}

static void
endpoints_free(void *table)
{
	endpoint_table_free(table);
}

static const struct shared_type endpoints_type = { .build = endpoints_build,
						   .free = endpoints_free };

/* The backends of a VIP's rules. */
static int
vip_add(struct builder *builder, uint32_t index)
{
	const struct vip *vip = &builder->model->vips[index];
	uint16_t id = (uint16_t)builder->generation->names.vip_ids[index];
	const struct snapshot_inbound_rule *rules = builder->generation->snapshot->vips[id].inbound;

	for (size_t i = 0; i < vip->inbound_count; i++) {
		struct known_endpoint known = {
			.endpoint = { .protocol = (uint8_t)vip->inbound[i].protocol,
				      .first_port = vip->inbound[i].backend_ports.first,
				      .last_port = vip->inbound[i].backend_ports.last,
				      .vip = id,
				      .vip_port = rules[i].first_port,
				      .rule = rules[i].id },
			.lifetime = (uint32_t)rules[i].idle_timeout + rules[i].drain_timeout,
		};

		for (unsigned int j = 0; j < rules[i].backend_count; j++) {
			known.endpoint.address = rules[i].backends[j].address;
			known.endpoint.zone = rules[i].backends[j].zone;
			if (known_endpoints_add(&builder->generation->endpoints, &known) != 0)
				return -ENOMEM;
		}
	}
	return 0;
}

static void
request_write(const struct request *request, struct words *words)
{
	for (size_t i = 0; i < request->count; i++) {
		const struct endpoint *endpoint = &request->endpoints[i];

		words_add(words, endpoint->address);
		words_add(words, (uint32_t)endpoint->zone << 16 | endpoint->protocol);
		words_add(words, (uint32_t)endpoint->first_port << 16 | endpoint->last_port);
		words_add(words, (uint32_t)endpoint->vip << 16 | endpoint->vip_port);
		words_add(words, endpoint->rule);
	}
}

/* Those that are gone come first, so that what is now goes over them. */
static int
table_share(struct builder *builder, const struct endpoint_table **table)
{
	const struct known_endpoints *known = &builder->generation->endpoints;
	struct request request = { calloc(known->count + 1, sizeof(*request.endpoints)), 0 };
	struct words words = { 0 };
	struct shared *shared;

	if (request.endpoints == NULL)
		return -ENOMEM;
	for (size_t i = known->count; i > 0; i--)
		request.endpoints[request.count++] = known->items[i - 1].endpoint;
	request_write(&request, &words);
	shared = generation_share(builder->generation, &endpoints_type, &words, &request);
	words_clear(&words);
	free(request.endpoints);
	if (shared == NULL)
		return -ENOMEM;
	*table = shared_table(shared);
	return 0;
}

int
build_endpoints(struct builder *builder)
{
	struct generation *generation = builder->generation;
	int rc = 0;

	for (uint32_t i = 0; i < builder->model->vip_count && rc == 0; i++)
		rc = vip_add(builder, i);
	if (rc == 0 && builder->previous != NULL)
		rc = known_endpoints_keep(&generation->endpoints, &builder->previous->endpoints,
					  builder->now);
	if (rc == 0)
		rc = table_share(builder, &generation->snapshot->endpoints);
	return rc == 0 ? 0 : build_out_of_memory(builder);
}
