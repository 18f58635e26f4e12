/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "reader.h"

/*
 * What the objects of a complete model mean to one another: each of these reports every error of
 * its part. An object that could not be read was reported already, and is passed over.
 */

void links_validate(struct reader *reader);
void neighbors_validate(struct reader *reader);
void routes_validate(struct reader *reader);
void security_groups_validate(struct reader *reader);
void route_tables_validate(struct reader *reader);
void virtual_networks_validate(struct reader *reader);
void vips_validate(struct reader *reader);
void outbound_validate(struct reader *reader);

/* Settings that would change what happens to packets, but do not yet. */
void unsupported_settings_report(struct reader *reader);

/* What is legal but surprising, in a model without errors. */
void shadowed_rules_warn(struct reader *reader);
void unused_objects_warn(struct reader *reader);
void links_warn(struct reader *reader);
void routes_warn(struct reader *reader);
void vips_warn(struct reader *reader);
