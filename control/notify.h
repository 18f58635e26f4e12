/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

/*
 * What the service manager is told (sd_notify(3)): a datagram for each state, to the socket that
 * NOTIFY_SOCKET names. The protocol is as stable as systemd promises its interfaces to be, and a
 * page of code; libsystemd would be a library more for a process that holds a network.
 */

struct notify {
	int socket; /* -1: nobody wants to know */
	struct sockaddr_un address;
	socklen_t address_length;
	uint64_t interval; /* nanoseconds between two signs of life; 0: none are wanted */
	uint64_t next;
};

/* By the environment. What is wrong with it is as if nobody wanted to know. */
struct notify notify_open(void);
void notify_close(struct notify *notify);

/* "READY=1", "STOPPING=1" */
void notify_send(const struct notify *notify, const char *state);
/* All is well: tells so if it is time to. */
void notify_alive(struct notify *notify, uint64_t now);
