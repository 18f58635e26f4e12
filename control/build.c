/* SPDX-License-Identifier: BSD-3-Clause */
#include "build.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int
build_fail(struct builder *builder, int rc, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(builder->error, builder->error_size, format, arguments);
	va_end(arguments);
	return rc;
}

int
build_out_of_memory(struct builder *builder)
{
	return build_fail(builder, -ENOMEM,
			  "there is not enough memory for the tables; give DPDK more, with -m in "
			  "gateway.eal_options or with huge pages");
}

int
build_ids_used_up(struct builder *builder, const char *things)
{
	return build_fail(builder, -ENOSPC,
			  "the ids of %s are used up, as those of removed ones are never given "
			  "again; restart the gateway",
			  things);
}

static int
build_names(struct builder *builder)
{
	enum registry_kind full;
	int rc = names_take(&builder->generation->names, builder->registry, builder->model, &full);

	if (rc == -ENOSPC)
		return build_ids_used_up(builder, registry_kind_name(full));
	return rc == 0 ? 0 : build_out_of_memory(builder);
}

/* All are within 16 bits (config/read_gateway.c). */
static void
build_timers(struct snapshot *snapshot, const struct gateway_settings *gateway)
{
	snapshot->tcp_loose = gateway->tcp_loose;
	snapshot->tcp_timeouts = (struct tcp_timeouts){
		.half_open = (uint16_t)gateway->tcp_half_open_timeout,
		.closing = (uint16_t)gateway->tcp_closing_timeout,
		.reset = (uint16_t)gateway->hold_down_rst,
	};
	snapshot->hold_downs = (struct hold_downs){
		.fin = (uint16_t)gateway->hold_down_fin,
		.rst = (uint16_t)gateway->hold_down_rst,
		.half_open = (uint16_t)gateway->hold_down_half_open,
		.udp = (uint16_t)gateway->hold_down_udp,
	};
}

/* That stays for good: ports that have been drawn by several workers are not gathered again. */
static uint16_t
build_snat_workers(const struct builder *builder)
{
	if (builder->previous != NULL)
		return builder->previous->snapshot->snat_worker_count;
	for (size_t i = 0; i < builder->model->vip_count; i++)
		if (builder->model->vips[i].profile == VIP_PROFILE_RFC)
			return 1;
	return (uint16_t)RTE_MAX(builder->workers, 1U);
}

int
build_generation(struct builder *builder)
{
	static int (*const steps[])(
		struct builder *) = { build_names,     build_interfaces, build_networks, build_vips,
				      build_endpoints, build_snat,       build_fabric };
	struct snapshot *snapshot = builder->generation->snapshot;

	snapshot->ecmp_seed = builder->model->gateway.ecmp_seed;
	snapshot->worker_count = (uint16_t)RTE_MAX(builder->workers, 1U);
	snapshot->snat_worker_count = build_snat_workers(builder);
	snapshot->icmp_error_rate = builder->model->gateway.icmp_error_rate;
	snapshot->first_packet_share = builder->model->gateway.first_packet_share;
	snapshot->kernel_rate = builder->model->gateway.kernel_rate;
	build_timers(snapshot, &builder->model->gateway);
	for (size_t i = 0; i < RTE_DIM(steps); i++) {
		int rc = steps[i](builder);

		if (rc != 0)
			return rc;
	}
	return 0;
}
