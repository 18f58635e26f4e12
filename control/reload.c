/* SPDX-License-Identifier: BSD-3-Clause */
#include "reload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "config/config.h"

static void
refuse(const char *reason)
{
	fprintf(stderr, "viaduct run: %s; configuration not changed\n", reason);
}

/* Publishes the model, or frees it. */
static void
publish(struct reload *reload, struct model *model)
{
	char text[512], reason[600];
	int rc;

	if (gateway_needs_restart(reload->gateway, model, text, sizeof(text))) {
		snprintf(reason, sizeof(reason), "a change needs a restart: %s", text);
		refuse(reason);
		goto free_model;
	}

	rc = (reload->forced ? gateway_reload_forced : gateway_reload)(reload->gateway, model, text,
								       sizeof(text));
	if (rc == 0) {
		reload->publishing = true;
		return;
	}
	if (rc == -EBUSY)
		reload->requested = true;
	else
		refuse(text);

free_model:
	model_free(model);
}

static void
start(struct reload *reload)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model = NULL;
	int rc = model_read(reload->file, &model, &diagnostics);

	diagnostics_print(&diagnostics, stderr);
	diagnostics_clear(&diagnostics);
	if (rc != 0)
		refuse("the configuration has errors");
	else
		publish(reload, model);
	reload->forced = reload->forced && reload->requested;
}

void
reload_request(struct reload *reload)
{
	reload->requested = true;
}

void
reload_force(struct reload *reload)
{
	reload->requested = true;
	reload->forced = true;
}

void
reload_tick(struct reload *reload)
{
	if (!gateway_settled(reload->gateway))
		return;
	if (reload->publishing) {
		reload->publishing = false;
		fprintf(stderr, "viaduct run: configuration reloaded, generation %" PRIu64 "\n",
			gateway_snapshot(reload->gateway)->generation);
	}
	if (reload->requested) {
		reload->requested = false;
		start(reload);
	}
}
