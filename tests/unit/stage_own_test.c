/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/handoff.h"
#include "dataplane/owner.h"
#include "dataplane/stages.h"
#include "deciding.h"

/*
 * Random packets come to any worker: after the stage each is where its owner is, or stays, marked
 * if it is at home elsewhere.
 */

enum {
	WORKERS = 4,
	PACKETS = 20000,
	FLOWS = 4096,
};

struct own {
	struct world *world;
	struct worker worker;
	struct rte_ipv4_hdr ip;
};

/* A worker that has nothing but its rings. Packets have no mbufs: nobody reads them here. */
static int
own_setup(void **state)
{
	struct own *own = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*own));
	char name[RTE_RING_NAMESIZE];

	if (own == NULL || world_setup(state) != 0)
		return -1;
	memset(own, 0, sizeof(*own));
	own->world = *state;
	own->world->snapshot.worker_count = own->world->snapshot.snat_worker_count = WORKERS;
	own->worker.snapshot = &own->world->snapshot;
	if (flow_table_init(&own->worker.sessions.flows, FLOWS, 1, SOCKET_ID_ANY) != 0)
		return -1;
	for (uint16_t i = 0; i < WORKERS; i++) {
		snprintf(name, sizeof(name), "own %u", i);
		own->worker.handoffs[i] = handoff_ring_create(name, SOCKET_ID_ANY);
		if (own->worker.handoffs[i] == NULL)
			return -1;
	}
	*state = own;
	return 0;
}

static int
own_teardown(void **state)
{
	struct own *own = *state;

	for (uint16_t i = 0; i < WORKERS; i++)
		rte_ring_free(own->worker.handoffs[i]);
	flow_table_release(&own->worker.sessions.flows);
	*state = own->world;
	free(own);
	return world_teardown(state);
}

#define WITH_RINGS(test) cmocka_unit_test_setup_teardown(test, own_setup, own_teardown)

static struct packet *
packet_of(struct own *own, enum packet_kind kind, struct flow_key key, uint16_t flags)
{
	const struct flow_table *flows = &own->worker.sessions.flows;

	own->worker.burst[0] = (struct packet){
		.kind = (uint8_t)kind,
		.key = key,
		.flags = flags,
		.ip = &own->ip,
		.flow = flow_find(flows, &key),
	};
	own->worker.burst_kinds = kind;
	return &own->worker.burst[0];
}

/* The worker whose ring has the packet, and has nothing then; WORKERS: nobody's. */
static uint16_t
given_to(struct own *own)
{
	uint16_t to = WORKERS;

	handoff_flush(&own->worker);
	for (uint16_t i = 0; i < WORKERS; i++) {
		if (rte_ring_empty(own->worker.handoffs[i]))
			continue;
		assert_int_equal(to, WORKERS);
		assert_int_equal(rte_ring_count(own->worker.handoffs[i]), 1);
		rte_ring_reset(own->worker.handoffs[i]);
		to = i;
	}
	return to;
}

static struct flow_key
random_key(void)
{
	static const uint32_t others[] = { CLIENT,        ADDRESS_ONE,         ADDRESS_TWO,
					   ADDRESS_THREE, IP4(10, 0, 1, 4),    IP4(10, 0, 2, 9),
					   ROUTER,        IP4(203, 0, 113, 9), IP4(10, 0, 1, 1) };
	uint16_t zone = (uint16_t)(rand() % ZONES);
	uint32_t source = zone == ZONE_FABRIC
				  ? CLIENT + (uint32_t)rand() % 50
				  : IP4(10, 0, zone == TEST ? APP : zone, 4 + rand() % 9);

	return world_key(zone, rand() % 2 == 0 ? IPPROTO_TCP : IPPROTO_UDP, source,
			 (uint16_t)(1024 + rand() % 5000), others[rand() % 9],
			 (uint16_t)(1024 + rand() % 5000));
}

static void
packets_go_to_who_is_to_be_asked_first(void **state)
{
	struct own *own = *state;
	unsigned int stayed = 0, astray = 0;

	srand(3);
	for (unsigned int i = 0; i < PACKETS; i++) {
		struct flow_key key = random_key();
		struct owner owner = owner_find(&own->world->snapshot, &key);
		struct packet *packet =
			packet_of(own, rand() % 9 == 0 ? PACKET_ERROR : PACKET_STATEFUL, key, 0);

		own->worker.id = (uint16_t)(rand() % WORKERS);
		if (stage_own(&own->worker, 1) == 1) {
			assert_true(owner.first == OWNER_ANY || owner.first == own->worker.id);
			stayed++;
			assert_int_equal(given_to(own), WORKERS);
			assert_int_not_equal(packet->kind, PACKET_HELD);
			assert_int_equal((packet->flags & PACKET_ASTRAY) != 0,
					 owner.home != owner.first);
			astray += (packet->flags & PACKET_ASTRAY) != 0;
		} else {
			assert_int_not_equal(owner.first, own->worker.id);
			assert_int_equal(packet->kind, PACKET_HELD);
			assert_int_equal(given_to(own), owner.first);
		}
	}
	assert_in_range(stayed, PACKETS / 8, PACKETS / 2);
	assert_in_range(astray, 100, PACKETS / 8);
}

/* Who was asked has nothing: then it is for the worker where it is at home. */
static void
what_was_tried_goes_home(void **state)
{
	struct own *own = *state;
	unsigned int stayed = 0;

	srand(4);
	for (unsigned int i = 0; i < PACKETS; i++) {
		struct flow_key key = random_key();
		uint16_t home = owner_find(&own->world->snapshot, &key).home;
		struct packet *packet = packet_of(own, PACKET_STATEFUL, key, PACKET_TRIED);

		own->worker.id = (uint16_t)(rand() % WORKERS);
		if (stage_own(&own->worker, 1) == 1) {
			assert_true(home == OWNER_ANY || home == own->worker.id);
			assert_int_equal(given_to(own), WORKERS);
			stayed++;
		} else {
			assert_int_not_equal(home, own->worker.id);
			assert_int_equal(given_to(own), home);
		}
		assert_false(packet->flags & PACKET_ASTRAY);
	}
	assert_in_range(stayed, PACKETS / 8, PACKETS / 2);
}

/* Two of four are asked about, of which one stays; the others are like them. */
static void
nobody_else_is_asked_about(void **state)
{
	struct own *own = *state;
	struct worker *worker = &own->worker;
	struct flow_key keys[2];

	srand(6);
	do {
		keys[0] = random_key();
	} while (owner_find(&own->world->snapshot, &keys[0]).first != 0);
	do {
		keys[1] = random_key();
	} while (owner_find(&own->world->snapshot, &keys[1]).first != 1);
	worker->id = 0;
	for (unsigned int i = 4; i-- > 0;)
		worker->burst[i] = *packet_of(own, PACKET_STATEFUL, keys[i / 2], 0);
	assert_int_equal(stage_own(worker, 0xa), 0x2);
	assert_int_equal(given_to(own), 1);
	assert_int_equal(worker->burst[3].kind, PACKET_HELD);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(worker->burst[i].kind, PACKET_STATEFUL);
	assert_int_equal(stage_own(worker, 0x1), 0x1);
	assert_int_equal(given_to(own), WORKERS);
}

/* All pieces of a packet meet where it is found out of which session they are. */
static void
fragments_meet_until_their_ports_are_known(void **state)
{
	struct own *own = *state;
	struct flow_key key = world_key(APP, IPPROTO_UDP, IP4(10, 0, 1, 4), 0, CLIENT, 0);
	uint16_t meets;

	own->ip.packet_id = RTE_BE16(77);
	meets = owner_of_fragments(&own->world->snapshot, &key, RTE_BE16(77));
	for (own->worker.id = 0; own->worker.id < WORKERS; own->worker.id++) {
		uint16_t expected = own->worker.id == meets ? WORKERS : meets;

		(void)packet_of(own, PACKET_STATEFUL, key, PACKET_FRAGMENT);
		stage_own_fragments(&own->worker, 1);
		assert_int_equal(given_to(own), expected);
		(void)packet_of(own, PACKET_LOCAL, key, PACKET_FRAGMENT | PACKET_LATER_FRAGMENT);
		stage_own_fragments(&own->worker, 1);
		assert_int_equal(given_to(own), expected);
		(void)packet_of(own, PACKET_STATEFUL, key, PACKET_FRAGMENT | PACKET_LEARNED);
		stage_own_fragments(&own->worker, 1);
		assert_int_equal(given_to(own), WORKERS);
		(void)packet_of(own, PACKET_STATEFUL, key, 0);
		stage_own_fragments(&own->worker, 1);
		assert_int_equal(given_to(own), WORKERS);
	}
}

/* The worker has a flow of that key, decided from its snapshot. */
static struct flow *
flow_of(struct own *own, const struct flow_key *key)
{
	struct flow_table *flows = &own->worker.sessions.flows;
	uint32_t index = flow_find(flows, key);

	if (index == FLOW_NONE)
		index = flow_insert(flows, key);
	assert_int_not_equal(index, FLOW_NONE);
	*flow_at(flows, index) = (struct flow){
		.key = *key,
		.next = flow_at(flows, index)->next,
		.decided_from = own->world->snapshot.decided_from,
	};
	return flow_at(flows, index);
}

/* Who has a packet of that key after the stage, WORKERS: the worker itself. */
static uint16_t
goes_to(struct own *own, struct flow_key key, uint16_t flags, bool *astray)
{
	struct packet *packet = packet_of(own, PACKET_STATEFUL, key, flags);

	stage_own(&own->worker, 1);
	*astray = packet->flags & PACKET_ASTRAY;
	return given_to(own);
}

/* Nobody is asked again, which shows when all would be for the first worker. */
static void
what_was_answered_is_remembered(void **state)
{
	struct own *own = *state;
	struct snapshot *snapshot = &own->world->snapshot;
	unsigned int at_home = 0, astrays = 0;
	bool astray;

	srand(5);
	own->worker.id = WORKERS - 1;
	for (unsigned int i = 0; i < FLOWS; i++) {
		struct flow_key key = random_key();
		struct owner owner = owner_find(snapshot, &key);

		if (owner.first != own->worker.id)
			continue;
		(void)flow_of(own, &key);
		assert_int_equal(goes_to(own, key, 0, &astray), WORKERS);
		assert_int_equal(astray, owner.home != owner.first);

		snapshot->worker_count = snapshot->snat_worker_count = 1;
		assert_int_equal(goes_to(own, key, 0, &astray), WORKERS);
		assert_int_equal(astray, owner.home != owner.first);
		assert_int_equal(goes_to(own, key, PACKET_TRIED, &astray), 0);
		assert_false(astray);
		snapshot->decided_from++;
		assert_int_equal(goes_to(own, key, 0, &astray), 0);
		assert_false(astray);
		snapshot->worker_count = snapshot->snat_worker_count = WORKERS;
		at_home += owner.home == owner.first;
		astrays += owner.home != owner.first;
	}
	assert_in_range(at_home, 300, FLOWS);
	assert_in_range(astrays, 30, FLOWS);
}

/* What was decided from another snapshot may be anybody's now, and so may what it remembers. */
static void
nothing_is_remembered_of_another_snapshot(void **state)
{
	struct own *own = *state;
	struct flow_key key = world_key(APP, IPPROTO_TCP, IP4(10, 0, 1, 4), 50000, CLIENT, 443);
	struct flow *flow;
	bool astray;

	own->worker.id = owner_find(&own->world->snapshot, &key).first;
	flow = flow_of(own, &key);
	own->world->snapshot.decided_from++;
	assert_int_equal(goes_to(own, key, 0, &astray), WORKERS);
	assert_int_equal(flow->flags, 0);
	own->world->snapshot.decided_from--;
	assert_int_equal(goes_to(own, key, 0, &astray), WORKERS);
	assert_int_equal(flow->flags, FLOW_OWN);
}

/* Another worker is asked first, who may have a session with the same key. */
static void
a_flow_here_is_not_enough(void **state)
{
	struct own *own = *state;
	unsigned int elsewhere = 0;
	bool astray;

	srand(6);
	for (unsigned int i = 0; i < FLOWS; i++) {
		struct flow_key key = random_key();
		struct owner owner = owner_find(&own->world->snapshot, &key);

		own->worker.id = (uint16_t)(rand() % WORKERS);
		if (owner.first == own->worker.id || owner.first == OWNER_ANY)
			continue;
		(void)flow_of(own, &key);
		for (unsigned int turn = 0; turn < 2; turn++)
			assert_int_equal(goes_to(own, key, 0, &astray), owner.first);
		if (owner.home != own->worker.id)
			continue;
		elsewhere++;
		/* Decided here, as that one had none: it is asked each time all the same. */
		assert_int_equal(goes_to(own, key, PACKET_TRIED, &astray), WORKERS);
		assert_int_equal(goes_to(own, key, 0, &astray), owner.first);
	}
	assert_in_range(elsewhere, 30, FLOWS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RINGS(packets_go_to_who_is_to_be_asked_first),
		WITH_RINGS(what_was_tried_goes_home),
		WITH_RINGS(nobody_else_is_asked_about),
		WITH_RINGS(what_was_answered_is_remembered),
		WITH_RINGS(nothing_is_remembered_of_another_snapshot),
		WITH_RINGS(a_flow_here_is_not_enough),
		WITH_RINGS(fragments_meet_until_their_ports_are_known),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
