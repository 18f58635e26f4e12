/* SPDX-License-Identifier: BSD-3-Clause */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <rte_ether.h>

enum {
	SEGMENTS_MAX = 16, /* of a frame: the largest MTU in the smallest buffers has fewer */
};

static struct ifreq
request_of(const struct tap *tap)
{
	struct ifreq request = { 0 };

	memcpy(request.ifr_name, tap->name, sizeof(tap->name));
	return request;
}

static int
tap_make(struct tap *tap, const char *name)
{
	struct ifreq request;
	int queue = 0;

	_Static_assert(sizeof(tap->name) == IFNAMSIZ, "a name of Linux fits");
	snprintf(tap->name, sizeof(tap->name), "%s", name);
	request = request_of(tap);
	request.ifr_flags = IFF_TAP | IFF_NO_PI;
	if (ioctl(tap->fd, TUNSETIFF, &request) != 0)
		return -errno;
	/* Frames leave as they are: the kernel must have done all checksums. */
	if (ioctl(tap->fd, TUNSETOFFLOAD, queue) != 0)
		return -errno;
	tap->index = (int)if_nametoindex(tap->name);
	return tap->index > 0 ? 0 : -errno;
}

int
tap_open(struct tap *tap, const char *name)
{
	int rc = 0;

	*tap = (struct tap){ .control = -1 };
	tap->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap->fd >= 0)
		tap->control = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (tap->fd < 0 || tap->control < 0)
		rc = -errno;
	if (rc == 0)
		rc = tap_make(tap, name);
	if (rc != 0)
		tap_close(tap);
	return rc;
}

void
tap_close(struct tap *tap)
{
	if (tap->control >= 0)
		close(tap->control);
	if (tap->fd >= 0)
		close(tap->fd);
	tap->control = tap->fd = -1;
}

/* Sends a request of netlink's and takes its answer. */
static int
netlink_ask(int socket, struct nlmsghdr *request)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} answer;
	ssize_t length;

	if (send(socket, request, request->nlmsg_len, 0) < 0)
		return -errno;
	length = recv(socket, &answer, sizeof(answer), 0);
	if (length < 0)
		return -errno;
	if ((size_t)length < sizeof(answer.header) + sizeof(answer.error.error) ||
	    answer.header.nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return answer.error.error;
}

/* type: RTM_NEWADDR or RTM_DELADDR. */
static int
address_change(const struct tap *tap, uint16_t type, const struct interface_address *address)
{
	struct {
		struct nlmsghdr header;
		struct ifaddrmsg message;
		struct rtattr attribute;
		rte_be32_t address;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = type,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.message = { .ifa_family = AF_INET,
			     .ifa_prefixlen = address->length,
			     .ifa_index = (uint32_t)tap->index },
		.attribute = { .rta_len = RTA_LENGTH(sizeof(rte_be32_t)), .rta_type = IFA_LOCAL },
		.address = rte_cpu_to_be_32(address->address),
	};

	if (type == RTM_NEWADDR)
		request.header.nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
	return netlink_ask(tap->control, &request.header);
}

/* Whether it is down, up, its MAC address and its MTU; what is set already is left alone. */
static int
link_change(const struct tap *tap, const struct snapshot_interface *interface)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg message;
		struct rtattr mac_attribute;
		struct rte_ether_addr mac;
		uint16_t padding;
		struct rtattr mtu_attribute;
		uint32_t mtu;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_SETLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.message = { .ifi_index = tap->index,
			     .ifi_flags = interface->present ? IFF_UP : 0,
			     .ifi_change = IFF_UP },
		.mac_attribute = { .rta_len = RTA_LENGTH(sizeof(struct rte_ether_addr)),
				   .rta_type = IFLA_ADDRESS },
		.mac = interface->mac,
		.mtu_attribute = { .rta_len = RTA_LENGTH(sizeof(uint32_t)), .rta_type = IFLA_MTU },
		.mtu = interface->mtu,
	};

	if (!interface->present)
		request.header.nlmsg_len = NLMSG_LENGTH(sizeof(request.message));
	return netlink_ask(tap->control, &request.header);
}

static bool
has_address(const struct snapshot_interface *interface, const struct interface_address *address)
{
	for (unsigned int i = 0; i < interface->address_count; i++)
		if (interface->addresses[i].address == address->address &&
		    interface->addresses[i].length == address->length)
			return true;
	return false;
}

int
tap_set(struct tap *tap, const struct snapshot_interface *interface)
{
	const struct snapshot_interface before = tap->set;
	int rc = link_change(tap, interface);

	for (unsigned int i = 0; rc == 0 && i < before.address_count; i++) {
		if (!has_address(interface, &before.addresses[i]))
			rc = address_change(tap, RTM_DELADDR, &before.addresses[i]);
		if (rc == -EADDRNOTAVAIL)
			rc = 0; /* somebody else was faster */
	}
	for (unsigned int i = 0; rc == 0 && i < interface->address_count; i++)
		rc = address_change(tap, RTM_NEWADDR, &interface->addresses[i]);
	tap->set = *interface;
	return rc;
}

int
tap_write(const struct tap *tap, const struct rte_mbuf *mbuf, uint16_t vlan)
{
	struct iovec parts[1 + SEGMENTS_MAX];
	char *frame = rte_pktmbuf_mtod(mbuf, char *);
	size_t tag = vlan != 0 ? sizeof(struct rte_vlan_hdr) : 0;
	size_t addresses = 2 * RTE_ETHER_ADDR_LEN;
	int count = 0;

	parts[count++] = (struct iovec){ frame, addresses };
	parts[count++] = (struct iovec){ frame + addresses + tag,
					 rte_pktmbuf_data_len(mbuf) - addresses - tag };
	for (mbuf = mbuf->next; mbuf != NULL; mbuf = mbuf->next) {
		if (count == (int)RTE_DIM(parts))
			return -EMSGSIZE;
		parts[count++] = (struct iovec){ rte_pktmbuf_mtod(mbuf, char *),
						 rte_pktmbuf_data_len(mbuf) };
	}
	return writev(tap->fd, parts, count) < 0 ? -errno : 0;
}

int
tap_read(const struct tap *tap, struct rte_mbuf *mbuf)
{
	ssize_t length = read(tap->fd, rte_pktmbuf_mtod(mbuf, void *), rte_pktmbuf_tailroom(mbuf));

	if (length < 0)
		return errno == EAGAIN ? 0 : -errno;
	mbuf->data_len = (uint16_t)length;
	mbuf->pkt_len = mbuf->data_len;
	return (int)length;
}
