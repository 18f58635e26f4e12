/* SPDX-License-Identifier: BSD-3-Clause */
#include "telemetry.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <rte_telemetry.h>

#include "telemetry_answers.h"

/*
 * DPDK calls back without a context and never forgets a command, so that what the commands are
 * answered from has to be here. The lock is held while one is answered.
 */
static struct telemetry {
	pthread_mutex_t lock;
	bool registered;
	struct telemetry_facts facts;
} telemetry = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int
command_answer(const char *name, const char *parameters, struct rte_tel_data *data)
{
	int rc = -EINVAL;
	size_t count;
	const struct telemetry_command *commands = telemetry_commands(&count);

	pthread_mutex_lock(&telemetry.lock);
	if (telemetry.facts.gateway == NULL)
		goto unlock;

	telemetry.facts.parameters = parameters;
	gateway_counters(telemetry.facts.gateway, &telemetry.facts.counters);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, commands[i].name) != 0)
			continue;
		rc = rte_tel_data_start_dict(data);
		if (rc == 0)
			rc = commands[i].answer(data, &telemetry.facts);
	}
unlock:
	pthread_mutex_unlock(&telemetry.lock);
	return rc;
}

static int
commands_register(void)
{
	size_t count;
	const struct telemetry_command *commands = telemetry_commands(&count);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = rte_telemetry_register_cmd(commands[i].name, command_answer, commands[i].help);
	return rc;
}

static void
facts_clear(struct telemetry_facts *facts)
{
	free(facts->name);
	for (unsigned int i = 0; i < facts->port_count; i++)
		free(facts->ports[i]);
	*facts = (struct telemetry_facts){ 0 };
}

static int
facts_copy(struct telemetry_facts *facts, const struct model *model)
{

	facts->name = strdup(model->gateway.name);
	if (facts->name == NULL)
		goto clear;
	for (; facts->port_count < model->port_count; facts->port_count++) {
		char *port = strdup(model->ports[facts->port_count].name);

		if (port == NULL)
			goto clear;
		facts->ports[facts->port_count] = port;
	}
	facts->session_capacity = model->gateway.flow_capacity;
	facts->fragment_capacity = model->gateway.fragment_capacity;
	return 0;

clear:
	facts_clear(facts);
	return -ENOMEM;
}

int
telemetry_start(const struct gateway *gateway, const struct lcores *lcores,
		const struct ports *ports, const struct taps *taps,
		const struct rte_mempool *packets)
{
	struct telemetry_facts *facts = &telemetry.facts;
	int rc = 0;

	pthread_mutex_lock(&telemetry.lock);
	if (!telemetry.registered)
		rc = commands_register();
	if (rc == 0) {
		telemetry.registered = true;
		rc = facts_copy(facts, gateway_model(gateway));
	}
	if (rc == 0) {
		facts->gateway = gateway;
		facts->lcores = lcores;
		facts->devices = ports;
		facts->taps = taps;
		facts->packets = packets;
	}
	pthread_mutex_unlock(&telemetry.lock);
	return rc;
}

void
telemetry_stop(void)
{
	pthread_mutex_lock(&telemetry.lock);
	facts_clear(&telemetry.facts);
	pthread_mutex_unlock(&telemetry.lock);
}

void
telemetry_hold(void)
{
	pthread_mutex_lock(&telemetry.lock);
}

void
telemetry_let_go(void)
{
	pthread_mutex_unlock(&telemetry.lock);
}
