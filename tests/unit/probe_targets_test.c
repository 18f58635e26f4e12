/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/probe_targets.h"

#include "bytes.h"
#include "model_text.h"

/* Zones: a is 1, b is 2. Backends in neither are in none. */
#define HEAD                                                                                \
	"gateway = { name = \"t\"; }; ports = { name = \"p\"; device = \"net_null0\"; };\n" \
	"interfaces = ("                                                                    \
	" { name = \"a\"; port = \"p\"; vlan = 1; addresses = \"10.0.1.1/24\"; },"          \
	" { name = \"b\"; port = \"p\"; vlan = 2; addresses = \"10.0.2.1/24\"; } );\n"      \
	"virtual_networks = { name = \"n\"; address_space = \"10.0.0.0/16\"; subnets = ("   \
	" { name = \"a\"; prefix = \"10.0.1.0/24\"; interface = \"a\"; },"                  \
	" { name = \"b\"; prefix = \"10.0.2.0/24\"; interface = \"b\"; } ); };\n"
#define VIP(rules)                                                                            \
	"vips = { name = \"v\"; address = \"192.0.2.1\"; virtual_network = \"n\"; inbound = " \
	"(" rules "); };\n"
#define RULE(name, port, backends, probe)                                                        \
	"{ name = \"" name "\"; protocol = \"tcp\"; ports = \"" #port "\"; backends = " backends \
	"; probe = { " probe " }; }"

static const struct probe tcp = { .protocol = PROBE_TCP, .port = 80 };

/* The targets of a model, which is not needed any more. */
static struct probe_targets
collect(const char *text)
{
	struct registry *registry = registry_create();
	struct model *model = model_from_text(text);
	enum registry_kind full;
	struct probe_targets targets;
	struct names names;

	assert_int_equal(names_take(&names, registry, model, &full), 0);
	assert_int_equal(probe_targets_collect(&targets, model, &names), 0);
	names_clear(&names);
	model_free(model);
	registry_free(registry);
	return targets;
}

static void
without_probes_there_are_none(void **state)
{
	struct probe_targets targets =
		collect(HEAD VIP("{ name = \"r\"; protocol = \"tcp\"; ports = \"80\"; backends = "
				 "\"10.0.1.4\"; }"));

	(void)state;
	assert_int_equal(targets.count, 0);
	assert_null(probe_targets_find(&targets, 1, RTE_BE32(IP4(10, 0, 1, 4)), &tcp));
	probe_targets_clear(&targets);
}

static void
backends_are_probed_once_in_each_way(void **state)
{
	struct probe_targets targets = collect(HEAD VIP(
		RULE("one", 80, "[ \"10.0.2.5\", \"10.0.1.4\" ]", "protocol = \"tcp\"; interval = 7; threshold = 2;") "," RULE(
			"two", 81, "\"10.0.1.4\"",
			"protocol = \"tcp\"; port = 80; interval = 5; threshold = "
			"3;") "," RULE("http", 82, "\"10.0.1.4\"",
				       "protocol = \"http\"; port = 80; path = "
				       "\"/b\";") "," RULE("other", 83, "\"10.0.1.4\"",
							   "protocol = \"http\"; "
							   "port = 80; path = "
							   "\"/a\";")));
	const struct probe_target *items = targets.items;

	(void)state;
	assert_int_equal(targets.count, 4);
	assert_int_equal(items[0].protocol, PROBE_TCP);
	assert_int_equal(items[0].zone, 1);
	assert_int_equal(items[0].address, RTE_BE32(IP4(10, 0, 1, 4)));
	assert_int_equal(items[0].port, 80);
	assert_int_equal(items[0].interval, 5);
	assert_int_equal(items[0].threshold, 2);
	assert_true(items[0].up);
	assert_string_equal(items[1].path, "/a");
	assert_string_equal(items[2].path, "/b");
	assert_int_equal(items[3].zone, 2);
	assert_ptr_equal(probe_targets_find(&targets, 1, items[0].address, &tcp), &items[0]);
	assert_ptr_equal(probe_targets_find(&targets, 2, items[3].address, &tcp), &items[3]);
	assert_null(probe_targets_find(&targets, 2, items[0].address, &tcp));
	probe_targets_clear(&targets);
}

static void
health_is_inherited_and_attempts_are_not(void **state)
{
	struct probe_targets before = collect(HEAD VIP(RULE(
		"r", 80, "[ \"10.0.1.4\", \"10.0.1.5\", \"10.0.1.6\" ]", "protocol = \"tcp\";")));
	struct probe_targets after =
		collect(HEAD VIP(RULE("r", 80, "[ \"10.0.1.5\", \"10.0.1.6\", \"10.0.1.7\" ]",
				      "protocol = \"tcp\"; interval = 9;")));

	(void)state;
	before.items[1].up = false;
	before.items[1].streak = 1;
	before.items[1].due = 77;
	before.items[2].phase = PROBE_CONNECTS;
	before.items[2].due = 88;
	probe_targets_inherit(&after, &before);
	assert_true(after.items[2].up);
	assert_int_equal(after.items[2].due, 0);
	assert_false(after.items[0].up);
	assert_int_equal(after.items[0].streak, 1);
	assert_int_equal(after.items[0].due, 77);
	assert_int_equal(after.items[0].interval, 9);
	assert_int_equal(after.items[1].phase, PROBE_IDLE);
	assert_int_equal(after.items[1].due, 0);
	probe_targets_clear(&before);
	probe_targets_clear(&after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_probes_there_are_none),
		cmocka_unit_test(backends_are_probed_once_in_each_way),
		cmocka_unit_test(health_is_inherited_and_attempts_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
