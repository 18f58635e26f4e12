/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_errno.h>

#include "device.h"
#include "ports_filter.h"
#include "rss_key.h"

enum {
	RSS_KEY_MAX = 128, /* bytes; devices of today take 40 to 52 */
};

/* The rings of those of a port's transmit queues that several workers send by. */
static int
rings_make(struct ports_device *device, unsigned int workers)
{
	unsigned int count = RTE_MIN(workers - device->tx_queues, (unsigned int)device->tx_queues);

	for (uint16_t tx = 0; tx < count; tx++) {
		device->rings[tx] =
			ports_queue_ring_create(device->ethdev, tx, device->tx_descriptors,
						rte_eth_dev_socket_id(device->ethdev));
		if (device->rings[tx] == NULL)
			return -rte_errno;
	}
	return 0;
}

/* A worker without a transmit queue of its own sends by that of one of the first. */
static struct ports_queue
queue_of(struct ports *ports, const struct ports_device *device, uint16_t worker)
{
	uint16_t tx = worker % device->tx_queues;

	return (struct ports_queue){
		.ethdev = device->ethdev,
		.rx = worker < device->rx_queues ? worker : (uint16_t)PORTS_QUEUE_NONE,
		.tx = tx,
		.shared = worker == tx && device->rings[tx] != NULL,
		.gives = worker != tx,
		.segments = device->offloads.tx & RTE_ETH_TX_OFFLOAD_MULTI_SEGS,
		.prepares = device->offloads.tx & RTE_ETH_TX_OFFLOAD_VLAN_INSERT,
		.ring = device->rings[tx],
		.retry_until = &ports->retry_until,
	};
}

static int
queues_make(struct ports *ports, struct rte_mempool *pool)
{
	int rc = 0;

	ports->handles = calloc(ports->workers, sizeof(*ports->handles));
	ports->queues = calloc(ports->workers, sizeof(*ports->queues));
	if (ports->handles == NULL || ports->queues == NULL)
		return -ENOMEM;

	for (unsigned int i = 0; i < ports->count && rc == 0; i++)
		rc = rings_make(&ports->devices[i], ports->workers);
	for (uint16_t worker = 0; worker < ports->workers && rc == 0; worker++) {
		for (unsigned int i = 0; i < ports->count; i++) {
			struct ports_queue *handle = &ports->handles[worker][i];

			*handle = queue_of(ports, &ports->devices[i], worker);
			handle->pool = pool;
			ports->queues[worker][i] = ports_queue_interface(handle);
		}
	}
	return rc;
}

/* How many queues the port gets. 0, or -EINVAL with a sentence in error. */
static int
queues_choose(struct ports_device *device, const struct port *port, unsigned int workers,
	      const struct rte_eth_dev_info *info, char *error, size_t error_size)
{
	if (port->rx_queues > workers) {
		snprintf(error, error_size,
			 "port %s has %u rx_queues for %u worker(s); at most one for each worker",
			 port->name, port->rx_queues, workers);
		return -EINVAL;
	}
	if (port->rx_queues > info->max_rx_queues) {
		snprintf(error, error_size,
			 "port %s has %u rx_queues; its driver %s has at most %u here", port->name,
			 port->rx_queues, info->driver_name, info->max_rx_queues);
		return -EINVAL;
	}
	if (info->max_tx_queues == 0) {
		snprintf(error, error_size, "port %s has no transmit queue (net_pcap: a tx_pcap)",
			 port->name);
		return -EINVAL;
	}

	device->rx_queues = port->rx_queues;
	if (device->rx_queues == 0)
		device->rx_queues = (uint16_t)RTE_MIN(workers, info->max_rx_queues);
	device->tx_queues = (uint16_t)RTE_MIN(workers, info->max_tx_queues);
	return 0;
}

/*
 * How the device chooses a queue for each packet, if it can: the same for both directions, so that
 * a session's owner is most often who received the packet.
 */
static void
spread_set(struct rte_eth_conf *conf, const struct rte_eth_dev_info *info, uint8_t key[RSS_KEY_MAX])
{
	struct rte_eth_rss_conf *rss = &conf->rx_adv_conf.rss_conf;

	rss->rss_hf =
		info->flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP);
	if (rss->rss_hf == 0)
		return;
	conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	if (info->hash_key_size == 0 || info->hash_key_size > RSS_KEY_MAX)
		return;
	rss_key_fill(key, info->hash_key_size);
	rss->rss_key = key;
	rss->rss_key_len = info->hash_key_size;
}

/* A driver may say no more than how long its frames are. */
static uint32_t
mtu_most(const struct rte_eth_dev_info *info)
{
	uint32_t framing = RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;

	if (info->max_mtu != UINT16_MAX)
		return info->max_mtu;
	return info->max_rx_pktlen > framing
		       ? RTE_MIN(info->max_rx_pktlen - framing, (uint32_t)UINT16_MAX)
		       : UINT16_MAX;
}

static int
device_configure(struct ports_device *device, const struct model *model, uint32_t index,
		 const struct rte_eth_dev_info *info, char *error, size_t error_size)
{
	const struct port *port = &model->ports[index];
	struct rte_eth_conf conf = { .rxmode = { .mtu = port->mtu } };
	uint8_t key[RSS_KEY_MAX];
	int rc;

	if (port->mtu < info->min_mtu || port->mtu > mtu_most(info)) {
		snprintf(error, error_size, "port %s has MTU %u; its driver %s takes %u to %u",
			 port->name, port->mtu, info->driver_name, info->min_mtu, mtu_most(info));
		return -EINVAL;
	}
	if (device->rx_queues > 1)
		spread_set(&conf, info, key);
	device->offloads = offloads_choose(info, ports_filter_vlan_wanted(model, index));
	conf.rxmode.offloads = device->offloads.rx;
	conf.txmode.offloads = device->offloads.tx;

	device->rx_descriptors = port->descriptors;
	device->tx_descriptors = port->descriptors;
	rc = rte_eth_dev_configure(device->ethdev, device->rx_queues, device->tx_queues, &conf);
	if (rc == 0)
		rc = rte_eth_dev_adjust_nb_rx_tx_desc(device->ethdev, &device->rx_descriptors,
						      &device->tx_descriptors);
	if (rc == 0) {
		/* Devices of the kernel want to be told; others have it from their configuration.
		 */
		rc = rte_eth_dev_set_mtu(device->ethdev, port->mtu);
		if (rc == -ENOTSUP)
			rc = 0;
	}
	if (rc != 0)
		snprintf(error, error_size, "port %s can not be configured: %s", port->name,
			 strerror(-rc));
	return rc;
}

static int
device_start(const struct ports_device *device, const struct port *port, struct rte_mempool *pool,
	     char *error, size_t error_size)
{
	unsigned int socket = (unsigned int)rte_eth_dev_socket_id(device->ethdev);
	int rc = 0;

	for (uint16_t queue = 0; rc == 0 && queue < device->rx_queues; queue++)
		rc = rte_eth_rx_queue_setup(device->ethdev, queue, device->rx_descriptors, socket,
					    NULL, pool);
	for (uint16_t queue = 0; rc == 0 && queue < device->tx_queues; queue++)
		rc = rte_eth_tx_queue_setup(device->ethdev, queue, device->tx_descriptors, socket,
					    NULL);
	if (rc == 0)
		rc = rte_eth_dev_start(device->ethdev);
	if (rc != 0)
		snprintf(error, error_size, "port %s does not start: %s", port->name,
			 strerror(-rc));
	return rc;
}

/* Whether each file that the port would receive from has a queue: it would else not be read. */
static bool
files_have_queues(const struct device *described, const struct ports_device *device)
{
	return device_value(described, "rx_pcap", device->rx_queues) == NULL;
}

static int
device_open(struct ports *ports, const struct model *model, uint32_t index,
	    struct rte_mempool *pool, char *error, size_t error_size)
{
	const struct port *port = &model->ports[index];
	struct ports_device *device = &ports->devices[index];
	struct rte_eth_dev_info info;
	struct device described;
	int rc = device_parse(port, model->directory, &described);

	if (rc != 0) {
		snprintf(error, error_size, "port %s: %s", port->name, strerror(-rc));
		return rc;
	}
	rc = rte_eth_dev_get_port_by_name(described.name, &device->ethdev);
	if (rc == 0)
		rc = rte_eth_dev_info_get(device->ethdev, &info);
	if (rc == 0)
		rc = rte_eth_macaddr_get(device->ethdev, &device->mac);
	if (rc != 0) {
		snprintf(error, error_size, "port %s has no device %s: %s", port->name,
			 described.name, strerror(-rc));
		goto clear;
	}
	ports->count = index + 1; /* it is there to be closed from here on */
	device->driver = info.driver_name;
	ports->known[index].mac = device->mac;

	rc = queues_choose(device, port, ports->workers, &info, error, error_size);
	if (rc == 0 && !files_have_queues(&described, device)) {
		snprintf(error, error_size,
			 "port %s has %u receive queue(s) and more rx_pcap files; name one file "
			 "for each queue",
			 port->name, device->rx_queues);
		rc = -EINVAL;
	}
	if (rc == 0)
		rc = device_configure(device, model, index, &info, error, error_size);
	ports->known[index].offloads = offloads_known(&device->offloads);
	if (rc == 0)
		rc = device_start(device, port, pool, error, error_size);
	if (rc == 0)
		ports_filter_set(device, model, index);
clear:
	device_clear(&described);
	return rc;
}

int
ports_open(struct ports *ports, const struct model *model, struct rte_mempool *pool, char *error,
	   size_t error_size)
{
	int rc;

	*ports = (struct ports){ .workers = model->gateway.workers };
	if (model->port_count > PORTS_MAX) {
		snprintf(error, error_size, "there are %zu ports; at most %d", model->port_count,
			 PORTS_MAX);
		return -E2BIG;
	}
	for (uint32_t i = 0; i < model->port_count; i++) {
		rc = device_open(ports, model, i, pool, error, error_size);
		if (rc != 0)
			goto close;
	}

	rc = queues_make(ports, pool);
	if (rc == 0)
		return 0;
	snprintf(error, error_size, "%s", strerror(-rc));

close:
	ports_close(ports);
	return rc;
}

/* What the device did not take in the time that it had is lost, as what is in its own queues. */
static void
rings_release(struct ports_device *device)
{
	void *mbuf;

	for (unsigned int tx = 0; tx < RTE_DIM(device->rings); tx++) {
		while (device->rings[tx] != NULL && rte_ring_dequeue(device->rings[tx], &mbuf) == 0)
			rte_pktmbuf_free(mbuf);
		rte_ring_free(device->rings[tx]);
		device->rings[tx] = NULL;
	}
}

void
ports_close(struct ports *ports)
{
	for (unsigned int i = 0; i < ports->count; i++) {
		/* It ends either way: a driver that does not stop is closed all the same. */
		(void)rte_eth_dev_stop(ports->devices[i].ethdev);
		(void)rte_eth_dev_close(ports->devices[i].ethdev);
		rings_release(&ports->devices[i]);
	}
	ports->count = 0;
	free(ports->handles);
	free(ports->queues);
	ports->handles = NULL;
	ports->queues = NULL;
}

static uint64_t
cycles_of(unsigned int milliseconds)
{
	return rte_get_tsc_hz() * milliseconds / 1000;
}

void
ports_retry(struct ports *ports, unsigned int milliseconds)
{
	atomic_store_explicit(&ports->retry_until, rte_rdtsc() + cycles_of(milliseconds),
			      memory_order_relaxed);
}

void
ports_wait_sent(const struct ports *ports, unsigned int milliseconds)
{
	uint64_t until = rte_rdtsc() + cycles_of(milliseconds);

	for (unsigned int i = 0; i < ports->count; i++) {
		const struct ports_device *device = &ports->devices[i];

		for (uint16_t queue = 0; queue < device->tx_queues; queue++) {
			/* The last descriptor before the place that is written next. */
			uint16_t last = (uint16_t)(device->tx_descriptors - 1);

			while (device->rings[queue] != NULL && rte_rdtsc() < until &&
			       ports_queue_relay(device->ethdev, queue, device->rings[queue]))
				;
			while (rte_rdtsc() < until &&
			       rte_eth_tx_descriptor_status(device->ethdev, queue, last) ==
				       RTE_ETH_TX_DESC_FULL)
				rte_delay_us_sleep(100);
		}
	}
}
