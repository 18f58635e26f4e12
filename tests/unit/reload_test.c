/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/reload.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config.h"

/* A gateway that does what the test says, in place of the real one. */
struct gateway {
	bool settled;
	bool needs_restart;
	int result; /* of gateway_reload() */
	unsigned int reloads;
	unsigned int forced; /* of them */
	struct snapshot snapshot;
};

bool
gateway_settled(const struct gateway *gateway)
{
	return gateway->settled;
}

bool
gateway_needs_restart(const struct gateway *gateway, const struct model *model, char *text,
		      size_t size)
{
	assert_non_null(model);
	snprintf(text, size, "gateway.workers");
	return gateway->needs_restart;
}

int
gateway_reload(struct gateway *gateway, struct model *model, char *error, size_t error_size)
{
	gateway->reloads++;
	if (gateway->result != 0) {
		snprintf(error, error_size, "there is no room");
		return gateway->result;
	}
	model_free(model);
	gateway->settled = false;
	gateway->snapshot.generation++;
	return 0;
}

int
gateway_reload_forced(struct gateway *gateway, struct model *model, char *error, size_t error_size)
{
	gateway->forced++;
	return gateway_reload(gateway, model, error, error_size);
}

const struct snapshot *
gateway_snapshot(const struct gateway *gateway)
{
	return &gateway->snapshot;
}

static const char good[] = "gateway = { name = \"gw1\"; };\n"
			   "ports = ( { name = \"wan\"; device = \"net_null0\"; } );\n"
			   "interfaces = ( { name = \"internet\"; port = \"wan\"; "
			   "addresses = [ \"198.51.100.2/24\" ]; } );\n";
static const char bad[] = "gateway = { name = \"gw1\"; colour = 1; };\n";

struct fixture {
	char file[32];
	char messages[32]; /* what goes to stderr */
	int terminal;      /* the stderr of before */
	struct gateway gateway;
	struct reload reload;
};

static void
file_write(const struct fixture *fixture, const char *text)
{
	FILE *stream = fopen(fixture->file, "w");

	assert_non_null(stream);
	fputs(text, stream);
	assert_int_equal(fclose(stream), 0);
}

/* What was said on stderr since the fixture was made. */
static char *
said(const struct fixture *fixture)
{
	static char text[2048];
	FILE *stream = fopen(fixture->messages, "r");
	size_t length;

	assert_non_null(stream);
	length = fread(text, 1, sizeof(text) - 1, stream);
	text[length] = '\0';
	fclose(stream);
	return text;
}

static int
fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	int file;

	assert_non_null(fixture);
	snprintf(fixture->file, sizeof(fixture->file), "/tmp/reload-XXXXXX");
	file = mkstemp(fixture->file);
	assert_true(file >= 0);
	close(file);
	snprintf(fixture->messages, sizeof(fixture->messages), "/tmp/reload-XXXXXX");
	file = mkstemp(fixture->messages);
	assert_true(file >= 0);
	fixture->terminal = dup(STDERR_FILENO);
	assert_true(dup2(file, STDERR_FILENO) >= 0);
	close(file);

	fixture->gateway = (struct gateway){ .settled = true, .snapshot = { .generation = 1 } };
	fixture->reload = (struct reload){ .gateway = &fixture->gateway, .file = fixture->file };
	*state = fixture;
	return 0;
}

static int
fixture_teardown(void **state)
{
	struct fixture *fixture = *state;

	assert_true(dup2(fixture->terminal, STDERR_FILENO) >= 0);
	close(fixture->terminal);
	unlink(fixture->file);
	unlink(fixture->messages);
	free(fixture);
	return 0;
}

static void
missing_file_changes_nothing(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(unlink(fixture->file), 0);
	reload_request(&fixture->reload);
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.reloads, 0);
	assert_non_null(strstr(said(fixture), fixture->file));
	assert_non_null(strstr(said(fixture), "configuration not changed\n"));
}

static void
bad_file_is_refused_with_its_errors(void **state)
{
	struct fixture *fixture = *state;

	file_write(fixture, bad);
	reload_request(&fixture->reload);
	reload_tick(&fixture->reload);
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.reloads, 0);
	assert_non_null(strstr(said(fixture), ":1: "));
	assert_non_null(strstr(said(fixture), "colour"));
	assert_non_null(strstr(said(fixture), "configuration not changed\n"));
	assert_null(strstr(said(fixture), "reloaded"));
}

static void
change_that_needs_a_restart_is_refused(void **state)
{
	struct fixture *fixture = *state;

	file_write(fixture, good);
	fixture->gateway.needs_restart = true;
	reload_request(&fixture->reload);
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.reloads, 0);
	assert_non_null(strstr(said(fixture),
			       "viaduct run: a change needs a restart: gateway.workers; "
			       "configuration not changed\n"));
}

static void
failure_to_publish_is_told(void **state)
{
	struct fixture *fixture = *state;

	file_write(fixture, good);
	fixture->gateway.result = -ENOMEM;
	reload_request(&fixture->reload);
	reload_tick(&fixture->reload);
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.reloads, 1);
	assert_non_null(strstr(said(fixture),
			       "viaduct run: there is no room; configuration not changed\n"));
}

static void
nothing_happens_without_a_request(void **state)
{
	struct fixture *fixture = *state;

	file_write(fixture, good);
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.reloads, 0);
	assert_string_equal(said(fixture), "");
}

static void
success_is_told_when_all_workers_have_it(void **state)
{
	struct fixture *fixture = *state;

	file_write(fixture, good);
	reload_request(&fixture->reload);
	reload_tick(&fixture->reload);
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.reloads, 1);
	assert_null(strstr(said(fixture), "reloaded"));
	fixture->gateway.settled = true;
	reload_tick(&fixture->reload);
	reload_tick(&fixture->reload);
	assert_non_null(
		strstr(said(fixture), "viaduct run: configuration reloaded, generation 2\n"));
	assert_int_equal(fixture->gateway.reloads, 1);
}

static void
requests_under_way_become_one_more(void **state)
{
	struct fixture *fixture = *state;

	file_write(fixture, good);
	reload_request(&fixture->reload);
	reload_tick(&fixture->reload);
	reload_request(&fixture->reload);
	reload_request(&fixture->reload);
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.reloads, 1);

	fixture->gateway.settled = true;
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.reloads, 2);
	fixture->gateway.settled = true;
	reload_tick(&fixture->reload);
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.reloads, 2);
	assert_non_null(strstr(said(fixture), "generation 3\n"));
}

static void
busy_gateway_is_asked_again(void **state)
{
	struct fixture *fixture = *state;

	file_write(fixture, good);
	fixture->gateway.result = -EBUSY;
	reload_request(&fixture->reload);
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.reloads, 1);
	assert_null(strstr(said(fixture), "not changed"));
	fixture->gateway.result = 0;
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.reloads, 2);
}

/* One request is forced, again as long as the gateway is busy, and not the one behind it. */
static void
force_lasts_for_one_request(void **state)
{
	struct fixture *fixture = *state;

	file_write(fixture, bad);
	reload_force(&fixture->reload);
	reload_tick(&fixture->reload);
	file_write(fixture, good);
	reload_request(&fixture->reload);
	fixture->gateway.result = -EADDRINUSE;
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.reloads, 1);
	assert_int_equal(fixture->gateway.forced, 0);
	fixture->gateway.result = -EBUSY;
	reload_force(&fixture->reload);
	reload_tick(&fixture->reload);
	fixture->gateway.result = 0;
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.forced, 2);
	fixture->gateway.settled = true;
	reload_request(&fixture->reload);
	reload_tick(&fixture->reload);
	assert_int_equal(fixture->gateway.reloads, 4);
	assert_int_equal(fixture->gateway.forced, 2);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(missing_file_changes_nothing),
		TEST(bad_file_is_refused_with_its_errors),
		TEST(change_that_needs_a_restart_is_refused),
		TEST(failure_to_publish_is_told),
		TEST(nothing_happens_without_a_request),
		TEST(success_is_told_when_all_workers_have_it),
		TEST(requests_under_way_become_one_more),
		TEST(busy_gateway_is_asked_again),
		TEST(force_lasts_for_one_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
