/* SPDX-License-Identifier: BSD-3-Clause */
#include "deciding.h"

#include "dataplane/owner.h"
#include "dataplane/session.h"
#include "dataplane/subnet.h"

/*
 * Random packets are decided, their ports drawn from what their owner may draw from, and what would
 * come back is turned round by hand: it has to find the worker that has the session.
 */

enum {
	PACKETS = 20000, /* for each number of workers */
};

static const uint16_t worker_counts[] = { 1, 2, 3, 4, 7, 16, 64 };

static uint32_t
draw(uint32_t *seed, uint32_t range)
{
	*seed = *seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)(*seed >> 8) * range) >> 24);
}

/* So many of them draw ports. */
static void
workers_set(struct world *world, uint16_t count, uint16_t drawing)
{
	world->snapshot.worker_count = count;
	world->snapshot.snat_worker_count = drawing;
}

/* The backends of the world's rules. */
static struct endpoint_table *
endpoints_make(void)
{
	static const struct endpoint made[] = {
		{ RTE_BE32(IP4(10, 0, 1, 4)), APP, IPPROTO_TCP, 443, 443, ONE, 443, 100 },
		{ RTE_BE32(IP4(10, 0, 1, 5)), APP, IPPROTO_TCP, 443, 443, ONE, 443, 100 },
		{ RTE_BE32(IP4(10, 0, 1, 4)), APP, IPPROTO_TCP, 20001, 20020, ONE, 10001, 101 },
		{ RTE_BE32(IP4(10, 0, 1, 5)), APP, IPPROTO_UDP, 5353, 5353, ONE, 53, 102 },
		{ RTE_BE32(IP4(10, 0, 1, 4)), TEST, IPPROTO_TCP, 443, 443, TWO, 443, 200 },
	};
	struct endpoint_table *table = endpoint_table_build(made, RTE_DIM(made));

	assert_non_null(table);
	return table;
}

/* The world's pools have numbers for hosts: here they are those of its subnets. */
static void
hosts_fill(struct world *world)
{
	for (uint32_t i = 0; i < WORLD_HOSTS; i++) {
		world->pools[ONE].hosts[i] =
			i < 59 ? IP4(10, 0, 1, 4) + i : IP4(10, 0, 3, 4) + i - 59;
		world->pools[TWO].hosts[i] = IP4(10, 0, 1, 4) + i;
	}
}

static struct flow_key
random_key(uint32_t *seed)
{
	static const uint32_t inside[] = { IP4(10, 0, 1, 4), IP4(10, 0, 1, 5), IP4(10, 0, 1, 9),
					   IP4(10, 0, 2, 4), IP4(10, 0, 2, 9), IP4(10, 0, 3, 4) };
	static const uint32_t outside[] = { CLIENT,      IP4(8, 8, 8, 8), IP4(203, 0, 113, 7),
					    ADDRESS_ONE, ADDRESS_TWO,     ADDRESS_THREE };
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	static const uint16_t ports[] = { 443, 53, 5353, 10003, 20003, 80 };
	uint16_t zone = (uint16_t)draw(seed, ZONES);
	uint8_t protocol = protocols[draw(seed, 3)];
	bool away = draw(seed, 3) != 0;
	bool passed_on = zone == FIREWALL && draw(seed, 2) == 0;
	uint32_t source = zone == ZONE_FABRIC ? outside[draw(seed, 3)] + draw(seed, 200)
			  : passed_on         ? outside[draw(seed, RTE_DIM(outside))]
					      : inside[draw(seed, RTE_DIM(inside))];
	uint32_t destination =
		away ? outside[draw(seed, RTE_DIM(outside))] : inside[draw(seed, RTE_DIM(inside))];
	uint16_t port = draw(seed, 2) == 0 ? ports[draw(seed, RTE_DIM(ports))]
					   : (uint16_t)(1024 + draw(seed, 60000));

	return world_key(zone, protocol, source, (uint16_t)(1024 + draw(seed, 60000)), destination,
			 protocol == IPPROTO_ICMP ? 0 : port);
}

/* A port that the worker may give to what was decided; 0: it has none. */
static uint16_t
port_of(const struct world *world, const struct decision *decision, uint16_t worker, uint32_t *seed)
{
	const struct snat_ports *ports = &world->vips[decision->outbound_vip].snat;
	uint32_t unit = decision->first_unit + draw(seed, decision->unit_count);
	uint16_t start = ports->starts[unit];

	if (ports->on_demand && start / 8 % world->snapshot.snat_worker_count != worker)
		return 0;
	return (uint16_t)(start + draw(seed, ports->unit));
}

static void
check_session(const struct world *world, const struct flow_key *key,
	      const struct decision *decision, uint32_t *seed)
{
	struct owner there = owner_find(&world->snapshot, key);
	struct flow_key reply = session_reply_key(key, decision);
	struct owner back;

	assert_in_range(there.home, 0, world->snapshot.worker_count - 1U);
	assert_in_range(there.first, 0, world->snapshot.worker_count - 1U);
	if (decision->snat) {
		uint16_t port = port_of(world, decision, there.home, seed);

		if (port == 0)
			return;
		reply.destination_port = rte_cpu_to_be_16(port);
		/* An identifier is where the ports are, as the reply has it. */
		if (key->protocol == IPPROTO_ICMP)
			reply.source_port = 0;
	}
	back = owner_find(&world->snapshot, &reply);
	assert_true(back.first == there.home || back.home == there.home);
	/* There it meets other sessions whose answers look the same. */
	if (key->zone == FIREWALL && !decision->snat &&
	    subnet_of(&world->snapshot, 0, key->source) == ZONE_FABRIC)
		assert_int_equal(back.first, there.home);
}

static void
both_directions_of_a_session_have_one_owner(void **state)
{
	struct world *world = *state;
	struct endpoint_table *endpoints = endpoints_make();
	uint32_t seed = 5;
	unsigned int sessions = 0, translated = 0, inbound = 0, on_demand = 0;

	/* The tests' subnet goes by an appliance to some of the Internet. */
	world_route(world, APP, IP4(8, 0, 0, 0), 8, world_to_appliance());
	world->snapshot.endpoints = endpoints;
	hosts_fill(world);
	/* Another one draws on demand. */
	world->subnets[DATA].vip_count = 1;
	world->subnets[DATA].vips[0] = (struct subnet_outbound){ .vip = THREE };
	for (size_t i = 0; i < RTE_DIM(worker_counts); i++) {
		workers_set(world, worker_counts[i], draw(&seed, 2) == 0 ? 1 : worker_counts[i]);
		for (unsigned int j = 0; j < PACKETS; j++) {
			struct flow_key key = random_key(&seed);
			struct decision decision = world_decide(world, key);

			if (decision.verdict != VERDICT_SESSION)
				continue;
			sessions++;
			translated += decision.snat;
			on_demand += decision.snat && decision.outbound_vip == THREE;
			inbound += decision.inbound_vip != VIP_NONE;
			check_session(world, &key, &decision, &seed);
		}
	}
	assert_true(sessions > 5000 && translated > 500 && inbound > 500 && on_demand > 500);
	endpoint_table_free(endpoints);
}

static void
hosts_spread_over_the_workers(void **state)
{
	struct world *world = *state;
	unsigned int owned[4] = { 0 };

	workers_set(world, 4, 4);
	for (uint32_t host = 4; host < 63; host++) {
		struct flow_key key =
			world_key(APP, IPPROTO_UDP, IP4(10, 0, 1, 0) + host, 5000, CLIENT, 53);

		owned[owner_find(&world->snapshot, &key).home]++;
	}
	for (unsigned int i = 0; i < 4; i++)
		assert_in_range(owned[i], 5, 25);
}

/* Two hosts of VIPs with mappings meet at the one worker that draws ports. */
static void
one_worker_draws_all_ports_where_there_are_mappings(void **state)
{
	struct world *world = *state;
	unsigned int others = 0;

	hosts_fill(world);
	workers_set(world, 4, 1);
	for (uint16_t i = 0; i < 50; i++) {
		struct flow_key out = world_key(APP, IPPROTO_UDP, IP4(10, 0, 1, 4) + i, 5000,
						ADDRESS_ONE, (uint16_t)(1100 + i));
		struct flow_key in = world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT + i, 53,
					       ADDRESS_ONE, (uint16_t)(1100 + i));
		struct flow_key call =
			world_key(ZONE_FABRIC, IPPROTO_TCP, CLIENT, 1024 + i, ADDRESS_ONE, 443);

		assert_int_equal(owner_find(&world->snapshot, &out).first, 0);
		assert_int_equal(owner_find(&world->snapshot, &out).home, 0);
		assert_int_equal(owner_find(&world->snapshot, &in).home, 0);
		others += owner_find(&world->snapshot, &call).home != 0;
	}
	assert_in_range(others, 20, 49);
}

static void
a_host_has_one_owner_whatever_it_calls(void **state)
{
	struct world *world = *state;
	struct flow_key key = world_key(APP, IPPROTO_UDP, IP4(10, 0, 1, 9), 5000, CLIENT, 53);
	uint16_t owner;

	workers_set(world, 64, 64);
	owner = owner_find(&world->snapshot, &key).home;
	for (uint16_t i = 0; i < 1000; i++) {
		key = world_key(APP, IPPROTO_TCP, IP4(10, 0, 1, 9), (uint16_t)(1024 + i),
				CLIENT + i, 443);
		assert_int_equal(owner_find(&world->snapshot, &key).home, owner);
	}
}

static void
what_nobody_owns_stays_where_it_is(void **state)
{
	struct world *world = *state;
	struct flow_key transit = world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT, 1, ROUTER, 2);
	struct flow_key local =
		world_key(APP, IPPROTO_UDP, IP4(10, 0, 1, 4), 1, IP4(10, 0, 1, 1), 2);
	struct flow_key nowhere = world_key(ZONES, IPPROTO_UDP, IP4(10, 0, 1, 4), 1, CLIENT, 2);

	workers_set(world, 4, 4);
	assert_int_equal(owner_find(&world->snapshot, &transit).first, OWNER_ANY);
	assert_int_equal(owner_find(&world->snapshot, &local).first, OWNER_ANY);
	assert_int_equal(owner_find(&world->snapshot, &nowhere).first, OWNER_ANY);
}

static void
fragments_of_a_packet_have_one_owner_and_packets_spread(void **state)
{
	struct world *world = *state;
	struct flow_key key = world_key(APP, IPPROTO_UDP, IP4(10, 0, 1, 4), 0, CLIENT, 0);
	unsigned int owned[4] = { 0 };

	workers_set(world, 4, 4);
	for (uint16_t id = 0; id < 400; id++) {
		uint16_t owner = owner_of_fragments(&world->snapshot, &key, id);

		assert_in_range(owner, 0, 3);
		owned[owner]++;
	}
	for (unsigned int i = 0; i < 4; i++)
		assert_in_range(owned[i], 60, 140);
}

/* From outside and from inside; a port that serves no hosts any more is at home elsewhere. */
static void
what_comes_to_a_moved_port_is_for_who_holds_it(void **state)
{
	struct world *world = *state;
	struct world_pool *pool = &world->pools[ONE];
	struct snat_chunk_page pages[4];
	struct snat_moves moves = { .usage = &pool->usage, .workers = 4 };
	struct flow_key key = world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT, 53, ADDRESS_ONE, 2000);
	struct owner drawn, held, inside;
	uint16_t holder;

	hosts_fill(world);
	workers_set(world, 4, 4);
	drawn = owner_find(&world->snapshot, &key);
	holder = (uint16_t)((drawn.home + 1) % 4);

	memset(pages, 0, sizeof(pages));
	pool->usage.chunks[2000 / 8 / SNAT_PAGE_CHUNKS] = pages;
	pages[holder].ports[2000 / 8 % SNAT_PAGE_CHUNKS] = 1;
	held = owner_find(&world->snapshot, &key);
	assert_int_equal(held.first, drawn.first);

	moves.chunks[2000 / 8 / 64] = 1ULL << 2000 / 8 % 64;
	world->vips[ONE].snat.moves = &moves;
	held = owner_find(&world->snapshot, &key);
	assert_int_equal(held.first, holder);
	assert_int_equal(held.home, holder);
	key = world_key(APP, IPPROTO_UDP, IP4(10, 0, 1, 9), 5000, ADDRESS_ONE, 2000);
	inside = owner_find(&world->snapshot, &key);
	assert_int_equal(inside.first, holder);

	pages[holder].ports[2000 / 8 % SNAT_PAGE_CHUNKS] = 0;
	key = world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT, 53, ADDRESS_ONE, 2000);
	held = owner_find(&world->snapshot, &key);
	assert_int_equal(held.first, drawn.first);

	pages[holder].ports[2000 / 8 % SNAT_PAGE_CHUNKS] = 1;
	pool->units[2000 / 8] = SNAT_UNIT_NONE;
	held = owner_find(&world->snapshot, &key);
	assert_int_equal(held.first, holder);
	pages[holder].ports[2000 / 8 % SNAT_PAGE_CHUNKS] = 0;
	assert_int_equal(owner_find(&world->snapshot, &key).first, held.home);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(both_directions_of_a_session_have_one_owner),
		WITH_WORLD(hosts_spread_over_the_workers),
		WITH_WORLD(one_worker_draws_all_ports_where_there_are_mappings),
		WITH_WORLD(a_host_has_one_owner_whatever_it_calls),
		WITH_WORLD(what_nobody_owns_stays_where_it_is),
		WITH_WORLD(fragments_of_a_packet_have_one_owner_and_packets_spread),
		WITH_WORLD(what_comes_to_a_moved_port_is_for_who_holds_it),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
