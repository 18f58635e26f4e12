/* SPDX-License-Identifier: BSD-3-Clause */
#include "eal_arguments.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

/* What tables take in DPDK's memory, in bytes: measured with 22.11 and rounded up. */
static const size_t fib_bytes = (size_t)2 * (64 << 20); /* two copies of 2^24 next hops */
static const size_t fib_split_bytes = 2 * 1024;         /* in each copy 256 next hops of a /24 */
static const size_t fib_splits_max = 65536 + 64;
static const size_t fib_route_bytes = 2 * 2 * 224; /* in each copy two nodes of its tree */
static const size_t session_bytes = 192;
static const size_t fragment_bytes =
	136; /* of a packet that is awaited: a record, a place to find it */
static const size_t worker_bytes = 32 << 20; /* neighbours, rings, the wheel of timeouts */
static const size_t spare_bytes = 128 << 20;

size_t
eal_megabytes(const struct gateway_settings *gateway, size_t packet_bytes)
{
	size_t routes = gateway->route_capacity;
	size_t splits = routes < fib_splits_max ? routes : fib_splits_max;
	size_t bytes = fib_bytes + splits * fib_split_bytes + routes * fib_route_bytes +
		       gateway->flow_capacity * session_bytes +
		       gateway->fragment_capacity * fragment_bytes +
		       gateway->workers * worker_bytes + packet_bytes + spare_bytes;

	return (bytes >> 20) + 1;
}

__attribute__((format(printf, 2, 3))) static void
arguments_add(struct eal_arguments *arguments, const char *format, ...)
{
	char **items = realloc(arguments->items, (arguments->count + 2) * sizeof(*items));
	va_list list;
	int length;

	if (items == NULL) {
		arguments->short_of_memory = true;
		return;
	}
	arguments->items = items;

	va_start(list, format);
	length = vasprintf(&items[arguments->count], format, list);
	va_end(list);
	if (length < 0)
		arguments->short_of_memory = true;
	else
		arguments->count++;
	items[arguments->count] = NULL;
}

void
eal_arguments_clear(struct eal_arguments *arguments)
{
	for (size_t i = 0; i < arguments->count; i++)
		free(arguments->items[i]);
	free(arguments->items);
	*arguments = (struct eal_arguments){ 0 };
}

/* The CPUs as "0-1,4"; the caller frees it, NULL when out of memory. */
static char *
cpus_format(const cpu_set_t *cpus)
{
	const char *separator = "";
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (stream == NULL)
		return NULL;
	for (unsigned int first = 0, last; first < CPU_SETSIZE; first = last + 1) {
		last = first;
		if (!CPU_ISSET(first, cpus))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, cpus))
			last++;
		fprintf(stream, "%s%u", separator, first);
		if (last > first)
			fprintf(stream, "-%u", last);
		separator = ",";
	}
	if (fclose(stream) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static int
cpus_check(const struct gateway_settings *gateway, const cpu_set_t *cpus, char *error,
	   size_t error_size)
{
	char *text;

	for (size_t i = 0; i < gateway->cores.count; i++) {
		unsigned int cpu = gateway->cores.items[i];

		if (cpu < CPU_SETSIZE && CPU_ISSET(cpu, cpus))
			continue;
		text = cpus_format(cpus);
		snprintf(
			error, error_size,
			"gateway.cores names CPU %u, which this process can not use; it may use %s",
			cpu, text != NULL ? text : "others");
		free(text);
		return -EINVAL;
	}
	return 0;
}

/* An lcore for the control thread and one for each worker; workers that are too many share CPUs. */
static void
add_gateway_lcores(struct eal_arguments *arguments, const struct gateway_settings *gateway)
{
	const struct cpu_list *cores = &gateway->cores;
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (stream == NULL) {
		arguments->short_of_memory = true;
		return;
	}
	fprintf(stream, "0@%u", cores->items[0]);
	for (unsigned int worker = 0; worker < gateway->workers; worker++) {
		size_t core = cores->count == 1 ? 0 : 1 + worker % (cores->count - 1);

		fprintf(stream, ",%u@%u", worker + 1, cores->items[core]);
	}
	if (fclose(stream) == 0)
		arguments_add(arguments, "--lcores=%s", text);
	else
		arguments->short_of_memory = true;
	free(text);
}

/* One lcore that may run anywhere: several of these processes would else share CPU 0. */
static void
add_offline_lcore(struct eal_arguments *arguments, const cpu_set_t *cpus)
{
	char *text = cpus_format(cpus);

	if (text != NULL)
		arguments_add(arguments, "--lcores=0@(%s)", text);
	else
		arguments->short_of_memory = true;
	free(text);
}

/* The runtime folder's name is part of a socket's address, which is short. */
static void
add_gateway_prefix(struct eal_arguments *arguments, const char *name)
{
	char safe[EAL_PREFIX_NAME_MAX + 1];
	size_t i;

	for (i = 0; i < EAL_PREFIX_NAME_MAX && name[i] != '\0'; i++)
		safe[i] = isalnum((unsigned char)name[i]) || strchr("-_.", name[i]) ? name[i] : '_';
	safe[i] = '\0';
	arguments_add(arguments, "--file-prefix=viaduct-%s", safe);
}

static int
add_devices(struct eal_arguments *arguments, const struct model *model, char *error,
	    size_t error_size)
{
	bool pci = false;

	for (size_t i = 0; i < model->port_count; i++) {
		const struct port *port = &model->ports[i];
		struct device device;
		char *text;
		int rc = device_parse(port, model->directory, &device);

		if (rc == -EINVAL) {
			snprintf(error, error_size,
				 "a file of port %s would have a comma in its name, which DPDK can "
				 "not read; move the configuration to a folder without one",
				 port->name);
			return rc;
		}
		text = rc == 0 ? device_format(&device) : NULL;
		if (text != NULL)
			arguments_add(arguments, "%s=%s", port->is_pci ? "--allow" : "--vdev",
				      text);
		else
			arguments->short_of_memory = true;
		free(text);
		if (rc == 0)
			device_clear(&device);
		pci = pci || port->is_pci;
	}
	if (!pci)
		arguments_add(arguments, "--no-pci");
	return 0;
}

static bool
has_option(const struct string_list *options, const char *option)
{
	for (size_t i = 0; i < options->count; i++) {
		if (strncmp(options->items[i], option, strlen(option)) == 0)
			return true;
	}
	return false;
}

/* Huge pages are DPDK's to find; without them it would take 64 MB unless told. */
static void
add_gateway_memory(struct eal_arguments *arguments, const struct gateway_settings *gateway,
		   size_t packet_bytes)
{
	const struct string_list *options = &gateway->eal_options;

	if (has_option(options, "--no-huge") && !has_option(options, "-m") &&
	    !has_option(options, "--socket-mem"))
		arguments_add(arguments, "-m%zu", eal_megabytes(gateway, packet_bytes));
}

int
eal_arguments_build(const struct model *model, enum eal_mode mode,
		    const struct eal_machine *machine, struct eal_arguments *arguments, char *error,
		    size_t error_size)
{
	const struct gateway_settings *gateway = &model->gateway;
	int rc;

	*arguments = (struct eal_arguments){ 0 };
	arguments_add(arguments, "viaduct");
	arguments_add(arguments, "--log-level=error");

	if (mode == EAL_OFFLINE) {
		arguments_add(arguments, "--no-huge");
		arguments_add(arguments, "--no-shconf");
		arguments_add(arguments, "--no-pci");
		arguments_add(arguments, "--no-telemetry");
		arguments_add(arguments, "--file-prefix=viaduct-%d", (int)machine->pid);
		arguments_add(arguments, "-m%zu", eal_megabytes(gateway, machine->packet_bytes));
		add_offline_lcore(arguments, &machine->cpus);
	} else {
		rc = cpus_check(gateway, &machine->cpus, error, error_size);
		if (rc != 0)
			return rc;
		add_gateway_lcores(arguments, gateway);
		add_gateway_prefix(arguments, gateway->name);
		rc = add_devices(arguments, model, error, error_size);
		if (rc != 0)
			return rc;
		add_gateway_memory(arguments, gateway, machine->packet_bytes);
		for (size_t i = 0; i < gateway->eal_options.count; i++)
			arguments_add(arguments, "%s", gateway->eal_options.items[i]);
	}

	if (arguments->short_of_memory) {
		snprintf(error, error_size, "out of memory");
		return -ENOMEM;
	}
	return 0;
}
