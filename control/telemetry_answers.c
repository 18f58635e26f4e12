/* SPDX-License-Identifier: BSD-3-Clause */
#include "telemetry_answers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "neighbors.h"
#include "snat_view.h"

struct figure {
	const char *name;
	uint64_t value;
};

struct label {
	const char *name;
	const char *value;
};

static int
figures_add(struct rte_tel_data *dict, const struct figure *figures, size_t count)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = rte_tel_data_add_dict_u64(dict, figures[i].name, figures[i].value);
	return rc;
}

/* The generation that all workers use. */
static uint64_t
generation_of(const struct gateway *gateway)
{
	uint64_t generation = UINT64_MAX;

	for (unsigned int i = 0; i < gateway_worker_count(gateway); i++) {
		uint64_t acknowledged = atomic_load_explicit(
			&gateway_worker(gateway, i)->acknowledged, memory_order_acquire);

		generation = RTE_MIN(generation, acknowledged);
	}
	return generation;
}

static int
info_answer(struct rte_tel_data *dict, const struct telemetry_facts *facts)
{
	const struct figure figures[] = {
		{ "uptime_seconds", clock_now(&facts->lcores->clock) / CLOCK_NS_PER_S },
		{ "generation", generation_of(facts->gateway) },
		{ "workers", gateway_worker_count(facts->gateway) },
		{ "ports", facts->port_count },
	};
	int rc = rte_tel_data_add_dict_string(dict, "gateway", facts->name);

	if (rc == 0)
		rc = rte_tel_data_add_dict_string(dict, "version", VIADUCT_VERSION);
	return rc != 0 ? rc : figures_add(dict, figures, RTE_DIM(figures));
}

/* A dictionary under that key: labels, then figures. */
static int
entry_add(struct rte_tel_data *dict, const char *key, const struct label *labels,
	  size_t label_count, const struct figure *figures, size_t count)
{
	struct rte_tel_data *entry = rte_tel_data_alloc();
	int rc;

	if (entry == NULL)
		return -ENOMEM;
	rc = rte_tel_data_start_dict(entry);
	for (size_t i = 0; rc == 0 && i < label_count; i++)
		rc = rte_tel_data_add_dict_string(entry, labels[i].name, labels[i].value);
	if (rc == 0)
		rc = figures_add(entry, figures, count);
	if (rc == 0)
		rc = rte_tel_data_add_dict_container(dict, key, entry, 0);
	if (rc != 0)
		rte_tel_data_free(entry);
	return rc;
}

/* The same by number: names may have characters that DPDK does not take in keys. */
static int
numbered_add(struct rte_tel_data *dict, unsigned int number, const struct label *labels,
	     size_t label_count, const struct figure *figures, size_t count)
{
	char key[16];

	snprintf(key, sizeof(key), "%u", number);
	return entry_add(dict, key, labels, label_count, figures, count);
}

/* What the device counts, and its link; what it does not tell is 0, its link is taken to be up. */
struct device_view {
	struct rte_eth_stats stats;
	struct rte_eth_link link;
};

static struct device_view
device_look(const struct ports *devices, unsigned int port)
{
	uint16_t ethdev = devices->devices[port].ethdev;
	struct device_view view = { 0 };

	if (rte_eth_stats_get(ethdev, &view.stats) != 0)
		memset(&view.stats, 0, sizeof(view.stats));
	if (rte_eth_link_get_nowait(ethdev, &view.link) != 0)
		view.link = (struct rte_eth_link){ .link_status = RTE_ETH_LINK_UP };
	if (view.link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN)
		view.link.link_speed = RTE_ETH_SPEED_NUM_NONE;
	return view;
}

static int
ports_answer(struct rte_tel_data *dict, const struct telemetry_facts *facts)
{
	int rc = 0;

	for (unsigned int i = 0; rc == 0 && i < facts->port_count; i++) {
		const struct port_counters *port = &facts->counters.ports[i];
		const struct device_view device = device_look(facts->devices, i);
		const struct offloads *offloads = &facts->devices->devices[i].offloads;
		char rx[OFFLOADS_TEXT], tx[OFFLOADS_TEXT];
		const struct label labels[] = {
			{ "name", facts->ports[i] },
			{ "rx_offloads", rx },
			{ "tx_offloads", tx },
		};
		const struct figure figures[] = {
			{ "received_packets", port->received_packets },
			{ "received_bytes", port->received_bytes },
			{ "sent_packets", port->sent_packets },
			{ "sent_bytes", port->sent_bytes },
			{ "link_up", device.link.link_status },
			{ "link_mbit_s", device.link.link_speed },
			{ "device_missed", device.stats.imissed },
			{ "device_receive_errors", device.stats.ierrors },
			{ "device_no_buffer", device.stats.rx_nombuf },
			{ "device_send_errors", device.stats.oerrors },
		};

		offloads_write(offloads->rx, rte_eth_dev_rx_offload_name, rx);
		offloads_write(offloads->tx, rte_eth_dev_tx_offload_name, tx);
		rc = numbered_add(dict, i, labels, RTE_DIM(labels), figures, RTE_DIM(figures));
	}
	return rc;
}

static int
paths_answer(struct rte_tel_data *dict, const struct telemetry_facts *facts)
{
	const struct figure figures[] = {
		{ path_name(PATH_FABRIC), facts->counters.path_packets[PATH_FABRIC] },
		{ path_name(PATH_STATEFUL), facts->counters.path_packets[PATH_STATEFUL] },
		{ path_name(PATH_STATELESS), facts->counters.path_packets[PATH_STATELESS] },
		{ path_name(PATH_LOCAL), facts->counters.path_packets[PATH_LOCAL] },
		{ "decided", facts->counters.decided },
		{ "originated", facts->counters.originated },
		{ "consumed", facts->counters.consumed },
		{ "held", facts->counters.held },
		{ "handed_off", facts->counters.handed_off },
		{ "fragmented", facts->counters.fragmented },
		{ "icmp_errors_sent", facts->counters.icmp_errors_sent },
		{ "icmp_errors_suppressed", facts->counters.icmp_errors_suppressed },
		{ "events_lost", facts->counters.events_lost },
	};

	return figures_add(dict, figures, RTE_DIM(figures));
}

static int
kernel_answer(struct rte_tel_data *dict, const struct telemetry_facts *facts)
{
	const struct taps_counters *counters = &facts->taps->counters;
	const struct figure figures[] = {
		{ "given", counters->given },
		{ "refused", counters->refused },
		{ "sent", counters->sent },
		{ "lost", counters->lost },
	};

	return figures_add(dict, figures, RTE_DIM(figures));
}

static int
drops_answer(struct rte_tel_data *dict, const struct telemetry_facts *facts)
{
	int rc = 0;

	for (unsigned int i = DROP_NONE + 1; rc == 0 && i < DROP_REASON_COUNT; i++)
		rc = rte_tel_data_add_dict_u64(dict, drop_reason_name((enum drop_reason)i),
					       facts->counters.drops[i]);
	return rc;
}

static int
sessions_answer(struct rte_tel_data *dict, const struct telemetry_facts *facts)
{
	const struct figure figures[] = {
		{ "capacity", facts->session_capacity },
		{ "in_use", facts->counters.sessions_created - facts->counters.sessions_ended },
		{ "created", facts->counters.sessions_created },
		{ "ended", facts->counters.sessions_ended },
		{ "displaced", facts->counters.sessions_displaced },
		{ "held", facts->counters.sessions_held },
		{ "tcp_resets_sent", facts->counters.tcp_resets_sent },
		{ "tcp_resets_lost", facts->counters.tcp_resets_lost },
		{ "snat_ports_in_use",
		  facts->counters.snat_ports_taken - facts->counters.snat_ports_returned },
		{ "snat_ports_taken", facts->counters.snat_ports_taken },
		{ "snat_ports_returned", facts->counters.snat_ports_returned },
	};

	return figures_add(dict, figures, RTE_DIM(figures));
}

/* How full is what can be full. Packets are counted with those that drivers keep to receive into.
 */
static int
tables_answer(struct rte_tel_data *dict, const struct telemetry_facts *facts)
{
	const struct counters *counters = &facts->counters;
	const struct {
		const char *name;
		uint64_t capacity;
		uint64_t in_use;
	} tables[] = {
		{ "packets", facts->packets->size, rte_mempool_in_use_count(facts->packets) },
		{ "neighbors", NEIGHBORS_LEARNED_MAX, gateway_neighbors_learned(facts->gateway) },
		{ "sessions", facts->session_capacity,
		  counters->sessions_created - counters->sessions_ended },
		{ "fragments", facts->fragment_capacity, counters->fragmented },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < RTE_DIM(tables); i++) {
		const struct figure figures[] = {
			{ "capacity", tables[i].capacity },
			{ "in_use", tables[i].in_use },
		};

		rc = entry_add(dict, tables[i].name, NULL, 0, figures, RTE_DIM(figures));
	}
	return rc;
}

static int
workers_answer(struct rte_tel_data *dict, const struct telemetry_facts *facts)
{
	int rc = 0;

	for (unsigned int i = 0; rc == 0 && i < facts->lcores->count; i++) {
		const struct lcore *lcore = &facts->lcores->items[i];
		const struct counters *counters = &lcore->worker->counters;
		struct figure figures[] = {
			{ "cpu", lcore->cpu },
			{ "generation", atomic_load(&lcore->worker->acknowledged) },
			{ "rounds", atomic_load(&lcore->rounds) },
			{ "sleeps", atomic_load(&lcore->sleeper.sleeps) },
			{ "sessions", counters->sessions_created - counters->sessions_ended },
			{ "handed_off", counters->handed_off },
			{ "handoffs_taken", counters->handoffs_taken },
			{ "received_packets", 0 },
			{ "sent_packets", 0 },
		};

		for (unsigned int port = 0; port < facts->port_count; port++) {
			figures[7].value += counters->ports[port].received_packets;
			figures[8].value += counters->ports[port].sent_packets;
		}
		rc = numbered_add(dict, i, NULL, 0, figures, RTE_DIM(figures));
	}
	return rc;
}

enum {
	SNAT_ROWS_MAX = 64, /* that an answer has room for */
};

static int
snat_add(struct rte_tel_data *dict, unsigned int number, const char *name, uint16_t first_port,
	 const struct snat_view *view)
{
	const struct label label = { "name", name };
	const struct figure figures[] = {
		{ "first_port", first_port },     { "ports", view->ports },
		{ "ports_free", view->free },     { "tcp", view->used[SNAT_TCP] },
		{ "udp", view->used[SNAT_UDP] },  { "icmp", view->used[SNAT_ICMP] },
		{ "exhausted", view->exhausted },
	};

	return numbered_add(dict, number, &label, 1, figures, RTE_DIM(figures));
}

/* Those of the VIP's hosts, from that place on, of whom there is anything to tell. */
static int
snat_hosts_answer(struct rte_tel_data *dict, const struct telemetry_facts *facts, uint16_t vip,
		  uint32_t first)
{
	const struct snat_ports *ports = &gateway_snapshot(facts->gateway)->vips[vip].snat;
	unsigned int rows = 0;
	int rc = 0;

	for (uint32_t i = first; rc == 0 && i < ports->host_count && rows < SNAT_ROWS_MAX; i++) {
		struct snat_view view;
		struct ip_address address;
		char text[IP_ADDRESS_TEXT_MAX];
		uint32_t number;
		uint16_t first_port;

		snat_view_host(facts->gateway, vip, i, &number, &first_port, &view);
		if (view.used[SNAT_TCP] + view.used[SNAT_UDP] + view.used[SNAT_ICMP] +
			    view.exhausted ==
		    0)
			continue;
		address = ip_address_from_v4(number);
		rc = snat_add(dict, i, ip_address_format(&address, text), first_port, &view);
		rows++;
	}
	return rc;
}

/* All VIPs, or the hosts of the one that is named: VIP or VIP,FIRST. */
static int
snat_answer(struct rte_tel_data *dict, const struct telemetry_facts *facts)
{
	const char *wanted = facts->parameters;
	size_t length = wanted == NULL ? 0 : strcspn(wanted, ",");
	uint16_t count = gateway_snapshot(facts->gateway)->vip_count;
	unsigned int rows = 0;
	int rc = 0;

	for (uint16_t id = 0; rc == 0 && id < count && rows < SNAT_ROWS_MAX; id++) {
		struct snat_view view;
		const char *name;

		if (!snat_view_vip(facts->gateway, id, &view))
			continue;
		name = gateway_vip(facts->gateway, id)->name;
		if (length > 0 && strlen(name) == length && strncmp(name, wanted, length) == 0)
			return snat_hosts_answer(dict, facts, id,
						 wanted[length] == ','
							 ? (uint32_t)strtoul(wanted + length + 1,
									     NULL, 10)
							 : 0);
		if (length == 0)
			rc = snat_add(dict, id, name, 0, &view);
		rows += length == 0;
	}
	return length > 0 ? -ENOENT : rc;
}

static const struct telemetry_command commands[] = {
	{ "/viaduct/info", "The gateway, its version and generation", info_answer },
	{ "/viaduct/ports", "Packets and bytes by port", ports_answer },
	{ "/viaduct/paths", "Packets by path", paths_answer },
	{ "/viaduct/drops", "Dropped packets by reason", drops_answer },
	{ "/viaduct/kernel", "Frames of the taps, to Linux and from it", kernel_answer },
	{ "/viaduct/sessions", "Sessions and SNAT ports in use", sessions_answer },
	{ "/viaduct/snat",
	  "Outbound ports in use by VIP, or by host: VIP, or VIP,FIRST for the next ones",
	  snat_answer },
	{ "/viaduct/tables", "How full tables are", tables_answer },
	{ "/viaduct/workers", "What each worker has done", workers_answer },
};

const struct telemetry_command *
telemetry_commands(size_t *count)
{
	*count = RTE_DIM(commands);
	return commands;
}
