/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <rte_mbuf.h>

#include "dataplane/snapshot.h"

/*
 * A device of Linux that is the kernel's side of an interface: what is written to it the kernel
 * receives, and what the kernel sends by it is read. It is gone when it is closed.
 */

struct tap {
	int fd;
	int control; /* a socket for its settings */
	int index;   /* the kernel's */
	char name[16];
	struct snapshot_interface set; /* what it has been given */
};

/* 0 or -errno; the device is down and has no address. */
int tap_open(struct tap *tap, const char *name);
void tap_close(struct tap *tap);
/*
 * Gives it the interface's MAC address, MTU and addresses, takes those away that it had before, and
 * brings it up; down, where the interface is gone. 0 or -errno.
 */
int tap_set(struct tap *tap, const struct snapshot_interface *interface);

/* Writes the frame without the VLAN tag that it has on that interface. 0 or -errno. */
int tap_write(const struct tap *tap, const struct rte_mbuf *mbuf, uint16_t vlan);
/* Reads a frame into the empty mbuf: its length, 0 where there is none, or -errno. */
int tap_read(const struct tap *tap, struct rte_mbuf *mbuf);
