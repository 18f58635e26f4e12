/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

#include "setting.h"

/*
 * What the language has and the gateway does not do yet: a file that asks for it would be run as if
 * it had not. A setting leaves this file when it is acted on.
 */

static void
vip_report(struct reader *reader, size_t index)
{
	const struct vip *vip = &reader->model->vips[index];

	for (size_t i = 0; i < vip->inbound_count; i++) {
		struct origin origin =
			setting_place(reader, "vips.%zu.inbound.%zu.probe", index, i);

		if (vip->inbound[i].probe.protocol == PROBE_HTTPS)
			diagnostic_error(reader->diagnostics, &origin,
					 "probes by https are not supported yet; use tcp");
	}
}

void
unsupported_settings_report(struct reader *reader)
{
	for (size_t i = 0; i < reader->model->vip_count; i++)
		vip_report(reader, i);
}
