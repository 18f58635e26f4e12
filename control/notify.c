/* SPDX-License-Identifier: BSD-3-Clause */
#include "notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

enum {
	NS_PER_US = 1000,
	SIGNS_PER_INTERVAL = 4, /* so many would have to be late or lost */
};

/* The watchdog may be for another process than this one. */
static uint64_t
interval_read(void)
{
	const char *microseconds = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (microseconds == NULL || (pid != NULL && strtoll(pid, NULL, 10) != getpid()))
		return 0;
	return strtoull(microseconds, NULL, 10) * NS_PER_US / SIGNS_PER_INTERVAL;
}

struct notify
notify_open(void)
{
	struct notify notify = { .socket = -1, .address.sun_family = AF_UNIX };
	const char *name = getenv("NOTIFY_SOCKET");
	size_t length = name != NULL ? strlen(name) : 0;

	if (length < 2 || length >= sizeof(notify.address.sun_path) ||
	    (name[0] != '/' && name[0] != '@'))
		return notify;
	memcpy(notify.address.sun_path, name, length);
	if (name[0] == '@')
		notify.address.sun_path[0] = '\0';
	notify.address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	notify.socket = socket(AF_UNIX, (int)SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (notify.socket >= 0)
		notify.interval = interval_read();
	return notify;
}

void
notify_close(struct notify *notify)
{
	if (notify->socket >= 0)
		close(notify->socket);
	notify->socket = -1;
}

void
notify_send(const struct notify *notify, const char *state)
{
	/* A manager that does not read does not stop the gateway. */
	if (notify->socket >= 0)
		(void)sendto(notify->socket, state, strlen(state), MSG_NOSIGNAL,
			     (const struct sockaddr *)&notify->address, notify->address_length);
}

void
notify_alive(struct notify *notify, uint64_t now)
{
	if (notify->interval == 0 || now < notify->next)
		return;
	notify->next = now + notify->interval;
	notify_send(notify, "WATCHDOG=1");
}
