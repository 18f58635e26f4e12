/* SPDX-License-Identifier: BSD-3-Clause */
#include "startup.h"

#include <inttypes.h>

#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_version.h>

#include "config/address.h"

static void
port_print(FILE *stream, const struct port *port, const struct ports_device *device)
{
	char name[RTE_ETH_NAME_MAX_LEN] = "";
	char mac[RTE_ETHER_ADDR_FMT_SIZE];
	char rx[OFFLOADS_TEXT], tx[OFFLOADS_TEXT];

	if (rte_eth_dev_get_name_by_port(device->ethdev, name) != 0)
		name[0] = '\0';
	rte_ether_format_addr(mac, sizeof(mac), &device->mac);
	offloads_write(device->offloads.rx, rte_eth_dev_rx_offload_name, rx);
	offloads_write(device->offloads.tx, rte_eth_dev_tx_offload_name, tx);
	fprintf(stream,
		"port %s: device %s (%s), MAC %s, MTU %u, RX %u x %u, TX %u x %u descriptors, "
		"offloads RX %s, TX %s%s%s\n",
		port->name, name, device->driver, mac, port->mtu, device->rx_queues,
		device->rx_descriptors, device->tx_queues, device->tx_descriptors, rx, tx,
		device->promiscuous ? ", promiscuous" : "",
		device->multicast ? ", all multicast" : "");
}

static size_t
megabytes_allocated(void)
{
	struct rte_malloc_socket_stats stats;
	size_t bytes = 0;

	for (unsigned int i = 0; i < rte_socket_count(); i++) {
		if (rte_malloc_get_socket_stats(rte_socket_id_by_idx(i), &stats) == 0)
			bytes += stats.heap_allocsz_bytes;
	}
	return bytes >> 20;
}

void
startup_print(FILE *stream, const struct gateway *gateway, const struct ports *ports,
	      const struct lcores *lcores, const struct pool_size *packets)
{
	const struct model *model = gateway_model(gateway);
	const struct gateway_settings *settings = &model->gateway;

	fprintf(stream, "viaduct %s (%s), gateway %s, %s\n", VIADUCT_VERSION, rte_version(),
		settings->name, model->file);
	for (unsigned int i = 0; i < ports->count; i++)
		port_print(stream, &model->ports[i], &ports->devices[i]);
	fprintf(stream, "control thread: CPU %u\n", settings->cores.items[0]);
	for (unsigned int i = 0; i < lcores->count; i++)
		fprintf(stream, "worker %u: CPU %u%s, %s when nothing comes\n", i,
			lcores->items[i].cpu,
			lcores->items[i].shares_cpu ? ", which it shares" : "",
			lcores->sleep ? "sleeps" : "polls");
	fprintf(stream,
		"capacities: %" PRIu32 " sessions, %" PRIu32 " packets in fragments, %" PRIu32
		" routes, %" PRIu32 " packets of %u bytes\n",
		settings->flow_capacity, settings->fragment_capacity, settings->route_capacity,
		packets->packets, packets->data_room);
	fprintf(stream, "memory: %zu MB allocated, with%s huge pages\n", megabytes_allocated(),
		rte_eal_has_hugepages() ? "" : "out");
	fflush(stream);
}
