/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "reader.h"

/* The parts of the file, each from its settings into the model. Their order does not matter. */

void gateway_read(struct reader *reader);
void ports_read(struct reader *reader);
void interfaces_read(struct reader *reader);
void neighbors_read(struct reader *reader);
void routes_read(struct reader *reader);
void service_tags_read(struct reader *reader);
void security_groups_read(struct reader *reader);
void route_tables_read(struct reader *reader);
void virtual_networks_read(struct reader *reader);
void vips_read(struct reader *reader);

/* What is not one setting but follows from several, once all parts are there. */
void model_complete(struct reader *reader);
