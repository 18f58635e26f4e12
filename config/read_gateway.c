/* SPDX-License-Identifier: BSD-3-Clause */
#include "read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "setting_name.h"
#include "value.h"

enum {
	CPU_MAX = 1023,
	WORKERS_MAX = 64,
	TIMER_MAX = 3600,
};

/* One number of a list of CPUs; moves *text behind it. */
static bool
cpu_parse(const char **text, unsigned *cpu)
{
	size_t digits = strspn(*text, "0123456789");

	if (digits == 0 || digits > 4)
		return false;
	*cpu = (unsigned)strtoul(*text, NULL, 10);
	*text += digits;
	return *cpu <= CPU_MAX;
}

/* "0-1,4", each CPU once, in the order written. */
static bool
cpu_list_parse(const char *text, bool used[CPU_MAX + 1], struct cpu_list *list)
{
	for (;;) {
		unsigned first, last;

		if (!cpu_parse(&text, &first))
			return false;
		last = first;
		if (*text == '-') {
			text++;
			if (!cpu_parse(&text, &last) || last < first)
				return false;
		}
		for (unsigned cpu = first; cpu <= last; cpu++) {
			if (used[cpu])
				return false;
			used[cpu] = true;
			list->items[list->count++] = cpu;
		}
		if (*text == '\0')
			return true;
		if (*text++ != ',')
			return false;
	}
}

/* A CPU for the control thread and one for a worker, as far as the machine has them. */
static void
cpu_list_default(struct cpu_list *list)
{
	list->count = 0;
	list->items[list->count++] = 0;
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		list->items[list->count++] = 1;
}

static void
cores_read(struct reader *reader, const config_setting_t *group, struct cpu_list *cores)
{
	const char *text = setting_string(reader, group, "cores");
	bool used[CPU_MAX + 1] = { false };

	cores->items = reader_array(reader, CPU_MAX + 1, sizeof(*cores->items));
	if (cores->items == NULL)
		return;
	if (text != NULL && cpu_list_parse(text, used, cores))
		return;
	if (text != NULL) {
		struct origin origin =
			setting_origin(reader, config_setting_get_member(group, "cores"));

		diagnostic_error(
			reader->diagnostics, &origin,
			"cores \"%s\" is no list of CPUs; write it like \"0-3\" or \"0,2,4\", "
			"each CPU once, up to %d",
			text, CPU_MAX);
	}
	cpu_list_default(cores);
}

static void
eal_options_read(struct reader *reader, const config_setting_t *group, struct string_list *options)
{
	struct setting_list list = setting_list(group, "eal_options");

	options->items = reader_array(reader, list.count, sizeof(*options->items));
	if (options->items == NULL)
		return;
	for (unsigned i = 0; i < list.count; i++) {
		const char *text = setting_text(reader, setting_list_at(&list, i));

		if (text != NULL)
			options->items[options->count++] = reader_copy(reader, text);
	}
}

static void
control_socket_read(struct reader *reader, const config_setting_t *group,
		    struct gateway_settings *gateway)
{
	const char *text = setting_string(reader, group, "control_socket");
	const size_t longest = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (text == NULL) {
		if (asprintf(&gateway->control_socket, "/run/viaduct/%s.sock", gateway->name) < 0) {
			gateway->control_socket = NULL;
			reader->out_of_memory = true;
		}
		return;
	}
	if (*text == '\0' || strlen(text) > longest) {
		struct origin origin =
			setting_origin(reader, config_setting_get_member(group, "control_socket"));

		diagnostic_error(reader->diagnostics, &origin,
				 "control_socket has %zu characters; a socket's path has 1 to %zu",
				 strlen(text), longest);
	}
	gateway->control_socket = reader_copy(reader, text);
}

/* FNV-1a: gateways in line must not share a seed, or each sees only part of the other's paths. */
static uint32_t
name_hash(const char *name)
{
	uint32_t hash = 2166136261U;

	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619U;
	return hash;
}

static void
timers_read(struct reader *reader, const config_setting_t *group, struct gateway_settings *gateway)
{
	gateway->tcp_half_open_timeout =
		setting_unsigned(reader, group, "tcp_half_open_timeout", 1, TIMER_MAX, 30);
	gateway->tcp_closing_timeout =
		setting_unsigned(reader, group, "tcp_closing_timeout", 1, TIMER_MAX, 30);
	gateway->tcp_loose = setting_boolean(reader, group, "tcp_loose", false);
	gateway->hold_down_fin = setting_unsigned(reader, group, "hold_down_fin", 0, TIMER_MAX, 65);
	gateway->hold_down_rst = setting_unsigned(reader, group, "hold_down_rst", 0, TIMER_MAX, 16);
	gateway->hold_down_half_open =
		setting_unsigned(reader, group, "hold_down_half_open", 0, TIMER_MAX, 30);
	gateway->hold_down_udp = setting_unsigned(reader, group, "hold_down_udp", 0, TIMER_MAX, 65);
}

static void
idle_read(struct reader *reader, const config_setting_t *group, struct gateway_settings *gateway)
{
	static const char *const names[] = { "poll", "sleep", NULL };

	gateway->idle = IDLE_BY_PORTS;
	if (config_setting_get_member(group, "idle") != NULL)
		gateway->idle = IDLE_POLL + setting_choice(reader, group, "idle", names, 0);
}

static void
gateway_settings_read(struct reader *reader, const config_setting_t *group,
		      struct gateway_settings *gateway)
{
	unsigned workers;

	gateway->name = setting_name(reader, group);
	if (gateway->name == NULL)
		return;
	cores_read(reader, group, &gateway->cores);
	workers = gateway->cores.count > 1 ? (unsigned)gateway->cores.count - 1 : 1;
	gateway->workers = setting_unsigned(reader, group, "workers", 1, WORKERS_MAX, workers);
	gateway->flow_capacity =
		setting_unsigned(reader, group, "flow_capacity", 16, 1U << 27, 262144);
	gateway->fragment_capacity =
		setting_unsigned(reader, group, "fragment_capacity", 1, 1U << 20, 4096);
	gateway->route_capacity =
		setting_unsigned(reader, group, "route_capacity", 16, 1U << 24, 65536);
	gateway->ecmp_seed = (uint32_t)setting_number(reader, group, "ecmp_seed", 0, UINT32_MAX,
						      name_hash(gateway->name));
	gateway->seed_set = config_setting_get_member(group, "seed") != NULL;
	gateway->seed = setting_number(reader, group, "seed", 0, INT64_MAX, 0);
	timers_read(reader, group, gateway);
	gateway->icmp_error_rate =
		setting_unsigned(reader, group, "icmp_error_rate", 0, 1000000, 1000);
	gateway->kernel_rate = setting_unsigned(reader, group, "kernel_rate", 0, 1000000, 4000);
	gateway->first_packet_share =
		setting_unsigned(reader, group, "first_packet_share", 1, 100, 20);
	idle_read(reader, group, gateway);
	gateway->stall_timeout = setting_unsigned(reader, group, "stall_timeout", 0, TIMER_MAX, 5);
	eal_options_read(reader, group, &gateway->eal_options);
	control_socket_read(reader, group, gateway);
}

void
gateway_read(struct reader *reader)
{
	static const char *const names[] = { "name",
					     "cores",
					     "workers",
					     "flow_capacity",
					     "fragment_capacity",
					     "route_capacity",
					     "ecmp_seed",
					     "seed",
					     "tcp_half_open_timeout",
					     "tcp_closing_timeout",
					     "tcp_loose",
					     "hold_down_fin",
					     "hold_down_rst",
					     "hold_down_half_open",
					     "hold_down_udp",
					     "icmp_error_rate",
					     "kernel_rate",
					     "first_packet_share",
					     "idle",
					     "stall_timeout",
					     "eal_options",
					     "control_socket",
					     NULL };
	const config_setting_t *group = config_setting_get_member(reader->root, "gateway");
	struct gateway_settings *gateway = &reader->model->gateway;

	if (group == NULL) {
		gateway->origin = (struct origin){ reader->model->file, 1 };
		diagnostic_error(reader->diagnostics, &gateway->origin,
				 "there is no gateway; add gateway = { name = \"...\"; };");
		return;
	}
	gateway->origin = setting_origin(reader, group);
	if (setting_group_check(reader, group, "the gateway", names))
		gateway_settings_read(reader, group, gateway);
}
