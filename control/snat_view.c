/* SPDX-License-Identifier: BSD-3-Clause */
#include "snat_view.h"

/* Adds what all workers count at that place. */
static void
view_add_host(const struct gateway *gateway, const struct snat_usage *usage, uint32_t host,
	      struct snat_view *view)
{
	for (uint16_t i = 0; i < gateway_worker_count(gateway); i++) {
		const struct snat_host_usage *counted = snat_usage_host(usage, i, (uint16_t)host);

		for (unsigned int j = 0; j < SNAT_PROTOCOLS; j++)
			view->used[j] += __atomic_load_n(&counted->ports[j], __ATOMIC_RELAXED);
		view->exhausted += __atomic_load_n(&counted->exhausted, __ATOMIC_RELAXED);
	}
}

static void
view_add_chunk(const struct gateway *gateway, const struct snat_usage *usage, uint16_t port,
	       struct snat_view *view)
{
	view->ports += SNAT_CHUNK_PORTS;
	if (snat_usage_chunk_sum(usage, gateway_worker_count(gateway), port) == 0)
		view->free += SNAT_CHUNK_PORTS;
}

bool
snat_view_vip(const struct gateway *gateway, uint16_t vip, struct snat_view *view)
{
	const struct snapshot *snapshot = gateway_snapshot(gateway);
	const struct snat_ports *ports;

	if (vip >= snapshot->vip_count || !snapshot->vips[vip].present)
		return false;
	ports = &snapshot->vips[vip].snat;
	*view = (struct snat_view){ 0 };
	for (uint32_t chunk = 0; chunk < SNAT_CHUNKS; chunk++)
		if (ports->units[chunk] != SNAT_UNIT_NONE)
			view_add_chunk(gateway, snapshot->usage[vip],
				       (uint16_t)(chunk * SNAT_CHUNK_PORTS), view);
	for (uint32_t host = 0; host < ports->host_count; host++)
		view_add_host(gateway, snapshot->usage[vip], host, view);
	return true;
}

void
snat_view_host(const struct gateway *gateway, uint16_t vip, uint32_t host, uint32_t *address,
	       uint16_t *first_port, struct snat_view *view)
{
	const struct snapshot *snapshot = gateway_snapshot(gateway);
	const struct snat_ports *ports = &snapshot->vips[vip].snat;

	*address = ports->hosts[host];
	*first_port = ports->on_demand ? 0 : ports->starts[host];
	*view = (struct snat_view){ 0 };
	view_add_host(gateway, snapshot->usage[vip], host, view);
	for (uint16_t i = 0; *first_port != 0 && i < ports->unit; i += SNAT_CHUNK_PORTS)
		view_add_chunk(gateway, snapshot->usage[vip], (uint16_t)(*first_port + i), view);
}
