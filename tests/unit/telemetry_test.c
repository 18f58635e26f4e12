/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/telemetry.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <rte_eal.h>

#include "snat_counted.h"

/* A gateway whose counters are what the test says, in place of the real one. */
struct gateway {
	struct model model;
	struct worker workers[2];
};

static char gateway_name[] = "gw 1", wan[] = "wan-1.x", lan[] = "lan";
static struct port ports[] = { { .name = wan }, { .name = lan } };
static struct gateway gateway = {
	.model = { .gateway = { .name = gateway_name,
				.flow_capacity = 4096,
				.fragment_capacity = 512 },
		   .ports = ports,
		   .port_count = 2 },
};
static struct lcore lcore_items[] = {
	{ .worker = &gateway.workers[0], .cpu = 3, .rounds = 700, .sleeper.sleeps = 90 },
	{ .worker = &gateway.workers[1], .cpu = 4, .rounds = 800 },
};
static struct ports devices = {
	.count = 2,
	.devices[0].offloads.rx = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM,
};
static struct taps taps;
static struct rte_mempool *packets;
static struct lcores lcores = { .count = 2, .items = lcore_items };

unsigned int
gateway_worker_count(const struct gateway *asked)
{
	assert_ptr_equal(asked, &gateway);
	return 2;
}

struct worker *
gateway_worker(const struct gateway *asked, unsigned int index)
{
	assert_ptr_equal(asked, &gateway);
	return &gateway.workers[index];
}

const struct model *
gateway_model(const struct gateway *asked)
{
	return &asked->model;
}

void
gateway_counters(const struct gateway *asked, struct counters *sum)
{
	assert_ptr_equal(asked, &gateway);
	*sum = (struct counters){
		.ports = { { .received_packets = 10, .received_bytes = 600 },
			   { .sent_packets = 7, .sent_bytes = INT64_MAX } },
		.path_packets = { [PATH_FABRIC] = 1,
				  [PATH_STATEFUL] = 2,
				  [PATH_STATELESS] = 4,
				  [PATH_LOCAL] = 3 },
		.drops = { [DROP_no_route] = 4, [DROP_local_unsupported] = 5 },
		.held = 6,
		.handed_off = 8,
		.fragmented = 60,
		.sessions_created = 100,
		.sessions_ended = 30,
		.sessions_displaced = 20,
		.sessions_held = 11,
		.tcp_resets_sent = 12,
		.tcp_resets_lost = 13,
		.snat_ports_taken = 50,
		.snat_ports_returned = 20,
	};
}

size_t
gateway_neighbors_learned(const struct gateway *asked)
{
	assert_ptr_equal(asked, &gateway);
	return 6;
}

const struct snapshot *
gateway_snapshot(const struct gateway *asked)
{
	assert_ptr_equal(asked, &gateway);
	return &snapshot;
}

const struct vip *
gateway_vip(const struct gateway *asked, uint16_t id)
{
	static char name[] = "one";
	static struct vip vip = { .name = name };

	assert_ptr_equal(asked, &gateway);
	assert_int_equal(id, 1);
	return &vip;
}

/* What dpdk-telemetry.py would get for that command. */
static json_t *
ask(const char *command)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int client = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	char text[16385];
	json_t *answer, *value;
	ssize_t length;

	assert_true(client >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/dpdk_telemetry.v2",
		 rte_eal_get_runtime_dir());
	assert_int_equal(connect(client, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_true(read(client, text, sizeof(text)) > 0); /* the greeting */
	assert_int_equal(write(client, command, strlen(command)), strlen(command));
	length = read(client, text, sizeof(text) - 1);
	assert_true(length > 0);
	text[length] = '\0';
	close(client);

	answer = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(answer);
	text[strcspn(command, ",")] = '\0'; /* the answer's key has no parameters */
	value = json_incref(json_object_get(answer, memcpy(text, command, strcspn(command, ","))));
	assert_non_null(value);
	json_decref(answer);
	return value;
}

static void
expect(const char *command, const char *expected)
{
	json_t *answer = ask(command), *wanted = json_loads(expected, 0, NULL);

	assert_non_null(wanted);
	if (!json_equal(answer, wanted)) {
		json_dumpf(answer, stderr, JSON_INDENT(2));
		fail_msg("%s is answered otherwise than %s", command, expected);
	}
	json_decref(answer);
	json_decref(wanted);
}

static int
start(void **state)
{
	(void)state;
	lcores.clock = clock_make(rte_rdtsc() - 90 * rte_get_tsc_hz(), rte_get_tsc_hz());
	gateway.workers[0].acknowledged = 5;
	gateway.workers[1].acknowledged = 4;
	gateway.workers[1].counters = (struct counters){
		.sessions_created = 9,
		.sessions_ended = 2,
		.handed_off = 8,
		.handoffs_taken = 5,
		.ports = { { .received_packets = 1, .sent_packets = 10 },
			   { .received_packets = 2, .sent_packets = 20 } },
	};
	/* Nobody has such devices: they tell nothing. */
	for (unsigned int i = 0; i < 2; i++)
		devices.devices[i].ethdev = RTE_MAX_ETHPORTS;
	taps.counters = (struct taps_counters){ .given = 4, .refused = 3, .sent = 2, .lost = 1 };
	return telemetry_start(&gateway, &lcores, &devices, &taps, packets);
}

static int
stop(void **state)
{
	(void)state;
	telemetry_stop();
	return 0;
}

static void
without_a_gateway_there_is_no_answer(void **state)
{
	json_t *answer;

	(void)state;
	assert_int_equal(start(NULL), 0);
	telemetry_stop();
	answer = ask("/viaduct/ports");
	assert_true(json_is_null(answer));
	json_decref(answer);
}

static void
info_tells_the_generation_that_all_use(void **state)
{
	json_t *answer = ask("/viaduct/info");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(answer, "gateway")), "gw 1");
	assert_non_null(json_string_value(json_object_get(answer, "version")));
	assert_int_equal(json_integer_value(json_object_get(answer, "generation")), 4);
	assert_int_equal(json_integer_value(json_object_get(answer, "workers")), 2);
	assert_int_equal(json_integer_value(json_object_get(answer, "ports")), 2);
	assert_in_range(json_integer_value(json_object_get(answer, "uptime_seconds")), 89, 1000);
	json_decref(answer);
}

static void
ports_are_told_by_number_with_their_names(void **state)
{
	(void)state;
	json_t *answer = ask("/viaduct/ports");
	const json_t *port = json_object_get(answer, "0");

	assert_int_equal(json_object_size(answer), 2);
	assert_string_equal(json_string_value(json_object_get(port, "name")), "wan-1.x");
	assert_string_equal(json_string_value(json_object_get(port, "rx_offloads")), "IPV4_CKSUM");
	assert_string_equal(json_string_value(json_object_get(port, "tx_offloads")), "none");
	assert_int_equal(json_integer_value(json_object_get(port, "received_packets")), 10);
	assert_int_equal(json_integer_value(json_object_get(port, "received_bytes")), 600);
	port = json_object_get(answer, "1");
	assert_string_equal(json_string_value(json_object_get(port, "name")), "lan");
	assert_int_equal(json_integer_value(json_object_get(port, "sent_packets")), 7);
	json_decref(answer);
}

static void
paths_and_sessions_are_told(void **state)
{
	(void)state;
	expect("/viaduct/kernel", "{ \"given\": 4, \"refused\": 3, \"sent\": 2, \"lost\": 1 }");
	expect("/viaduct/paths",
	       "{\"fabric\": 1, \"stateful\": 2, \"stateless\": 4, \"local\": 3,"
	       " \"decided\": 0, \"originated\": 0,"
	       " \"consumed\": 0, \"held\": 6, \"handed_off\": 8, \"fragmented\": 60,"
	       " \"icmp_errors_sent\": 0,"
	       " \"icmp_errors_suppressed\": 0, \"events_lost\": 0}");
	expect("/viaduct/sessions",
	       "{\"capacity\": 4096, \"in_use\": 70, \"created\": 100, \"ended\": 30, "
	       "\"displaced\": 20,"
	       " \"held\": 11, \"tcp_resets_sent\": 12, \"tcp_resets_lost\": 13,"
	       " \"snat_ports_in_use\": 30, \"snat_ports_taken\": 50,"
	       " \"snat_ports_returned\": 20}");
}

static void
drops_are_told_by_every_reason(void **state)
{
	json_t *answer = ask("/viaduct/drops");

	(void)state;
	assert_int_equal(json_object_size(answer), DROP_REASON_COUNT - 1);
	assert_int_equal(json_integer_value(json_object_get(answer, "no_route")), 4);
	assert_int_equal(json_integer_value(json_object_get(answer, "local_unsupported")), 5);
	assert_true(json_is_integer(json_object_get(answer, "ttl_expired")));
	assert_null(json_object_get(answer, "none"));
	json_decref(answer);
}

static void
tables_are_told_with_what_is_in_use(void **state)
{
	struct rte_mbuf *taken[3];

	(void)state;
	assert_int_equal(rte_pktmbuf_alloc_bulk(packets, taken, RTE_DIM(taken)), 0);
	expect("/viaduct/tables", "{\"packets\": {\"capacity\": 63, \"in_use\": 3},"
				  " \"neighbors\": {\"capacity\": 32768, \"in_use\": 6},"
				  " \"sessions\": {\"capacity\": 4096, \"in_use\": 70},"
				  " \"fragments\": {\"capacity\": 512, \"in_use\": 60}}");
	rte_pktmbuf_free_bulk(taken, RTE_DIM(taken));
}

static void
workers_are_told_one_by_one(void **state)
{
	(void)state;
	expect("/viaduct/workers",
	       "{\"0\": {\"cpu\": 3, \"generation\": 5, \"rounds\": 700, \"sleeps\": 90, "
	       "\"sessions\": 0,"
	       " \"handed_off\": 0, \"handoffs_taken\": 0, \"received_packets\": 0, "
	       "\"sent_packets\": 0},"
	       " \"1\": {\"cpu\": 4, \"generation\": 4, \"rounds\": 800, \"sleeps\": 0, "
	       "\"sessions\": 7,"
	       " \"handed_off\": 8, \"handoffs_taken\": 5, \"received_packets\": 3, "
	       "\"sent_packets\": 30}}");
}

static void
eal_start_telemetry(void)
{
	char prefix[64];
	char program[] = "test", no_huge[] = "--no-huge", no_shconf[] = "--no-shconf",
	     no_pci[] = "--no-pci", size[] = "-m32", lcore_map[] = "--lcores=0",
	     quiet[] = "--log-level=error";
	char *arguments[] = { program, no_huge, no_shconf, no_pci, lcore_map,
			      quiet,   prefix,  size,      NULL };

	snprintf(prefix, sizeof(prefix), "--file-prefix=viaduct-test-%d", (int)getpid());
	if (rte_eal_init(8, arguments) < 0) {
		fprintf(stderr, "DPDK does not start\n");
		exit(2);
	}
}

static void
ports_are_told_by_vip_and_by_host(void **state)
{
	json_t *answer;

	(void)state;
	memset(units, 0xff, sizeof(units));
	vips[1] = counted_vip;
	units[128] = units[129] = 0;
	units[130] = units[131] = 1;
	host_pages[1].hosts[1].ports[SNAT_UDP] = 1;
	host_pages[0].hosts[1].exhausted = 3;
	chunk_pages[1].ports[131] = 1;
	expect("/viaduct/snat",
	       "{\"1\": {\"name\": \"one\", \"first_port\": 0, \"ports\": 32,"
	       " \"ports_free\": 24, \"tcp\": 0, \"udp\": 1, \"icmp\": 0, \"exhausted\": 3}}");
	expect("/viaduct/snat,one",
	       "{\"1\": {\"name\": \"10.0.1.5\", \"first_port\": 1040, \"ports\": 16,"
	       " \"ports_free\": 8, \"tcp\": 0, \"udp\": 1, \"icmp\": 0, \"exhausted\": 3}}");
	expect("/viaduct/snat,one,2", "{}");
	answer = ask("/viaduct/snat,on");
	assert_true(json_is_null(answer));
	json_decref(answer);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_gateway_there_is_no_answer),
		TEST(info_tells_the_generation_that_all_use),
		TEST(ports_are_told_by_number_with_their_names),
		TEST(paths_and_sessions_are_told),
		TEST(drops_are_told_by_every_reason),
		TEST(tables_are_told_with_what_is_in_use),
		TEST(workers_are_told_one_by_one),
		TEST(ports_are_told_by_vip_and_by_host),
	};

	eal_start_telemetry();
	/* With a cache, in which what is not in use may lie too. */
	packets = rte_pktmbuf_pool_create("telemetry", 63, 32, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					  SOCKET_ID_ANY);
	if (packets == NULL)
		return 2;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
