/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

#include "setting.h"

/* Endpoints with a mapping can call each other, so that one worker has to know all mappings. */
void
vips_warn(struct reader *reader)
{
	const struct model *model = reader->model;

	if (model->gateway.workers <= 1)
		return;
	for (size_t i = 0; i < model->vip_count; i++) {
		struct origin origin = setting_place(reader, "vips.%zu.profile", i);

		if (model->vips[i].profile != VIP_PROFILE_RFC)
			continue;
		diagnostic_warning(reader->diagnostics, &origin,
				   "VIP \"%s\" has profile \"rfc\", so that one of the %u workers "
				   "does all outbound sessions of all VIPs; use \"azure\" where "
				   "they are to share them",
				   model->vips[i].name, model->gateway.workers);
		return;
	}
}
