/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/notify.h"

/* A service manager's end, of that name; what is in front of the name in its address. */
static int
manager_open(const char *name, char first)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int manager = socket(AF_UNIX, SOCK_DGRAM, 0);

	assert_true(manager >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
	address.sun_path[0] = first;
	assert_int_equal(bind(manager, (const struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
			 0);
	return manager;
}

static void
expect(int manager, const char *state)
{
	char text[64];
	ssize_t length = recv(manager, text, sizeof(text) - 1, MSG_DONTWAIT);

	if (state == NULL) {
		assert_int_equal(length, -1);
		return;
	}
	assert_true(length >= 0);
	text[length] = '\0';
	assert_string_equal(text, state);
}

static int
clear(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return 0;
}

static void
nobody_is_told_what_nobody_asked(void **state)
{
	static const char *const names[] = { "", "/", "relative", "vsock:2:1" };
	char longer[200];
	struct notify notify = notify_open();

	(void)state;
	assert_int_equal(notify.socket, -1);
	notify_send(&notify, "READY=1");
	notify_alive(&notify, 1);
	notify_close(&notify);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		assert_int_equal(notify_open().socket, -1);
	}
	memset(longer, 'x', sizeof(longer));
	longer[0] = '/';
	longer[sizeof(longer) - 1] = '\0';
	setenv("NOTIFY_SOCKET", longer, 1);
	assert_int_equal(notify_open().socket, -1);
}

static void
states_are_datagrams(void **state)
{
	char file[64], abstract[64];
	struct notify notify;
	int manager;

	(void)state;
	snprintf(file, sizeof(file), "/tmp/notify-%d", (int)getpid());
	snprintf(abstract, sizeof(abstract), "@notify-%d", (int)getpid());
	for (unsigned int i = 0; i < 2; i++) {
		manager = manager_open(i == 0 ? file : abstract, i == 0 ? '/' : '\0');
		setenv("NOTIFY_SOCKET", i == 0 ? file : abstract, 1);
		notify = notify_open();
		assert_true(notify.socket >= 0);
		notify_send(&notify, "READY=1");
		notify_send(&notify, "STOPPING=1");
		expect(manager, "READY=1");
		expect(manager, "STOPPING=1");
		expect(manager, NULL);
		/* There is no watchdog. */
		notify_alive(&notify, UINT64_MAX);
		expect(manager, NULL);
		close(manager);
		notify_send(&notify, "READY=1");
		notify_close(&notify);
	}
	unlink(file);
}

static void
signs_of_life_come_in_time(void **state)
{
	char abstract[64], pid[16];
	struct notify notify;
	int manager;

	(void)state;
	snprintf(abstract, sizeof(abstract), "@notify-%d", (int)getpid());
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	manager = manager_open(abstract, '\0');
	setenv("NOTIFY_SOCKET", abstract, 1);
	setenv("WATCHDOG_USEC", "4000000", 1);
	setenv("WATCHDOG_PID", pid, 1);
	notify = notify_open();
	notify_alive(&notify, 5000000000);
	expect(manager, "WATCHDOG=1");
	notify_alive(&notify, 5999999999);
	expect(manager, NULL);
	notify_alive(&notify, 6000000000);
	expect(manager, "WATCHDOG=1");
	notify_close(&notify);

	/* It is another process that is watched. */
	setenv("WATCHDOG_PID", "1", 1);
	notify = notify_open();
	notify_alive(&notify, 5000000000);
	expect(manager, NULL);
	notify_close(&notify);
	close(manager);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nobody_is_told_what_nobody_asked, clear),
		cmocka_unit_test_setup(states_are_datagrams, clear),
		cmocka_unit_test_setup(signs_of_life_come_in_time, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
