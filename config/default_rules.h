/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "reader.h"

/* The rules that every security group ends with (semantics.md section 3). */

bool default_rule_has_name(const char *name);
/* Adds them, and brings the group's rules in order: by direction, then priority. */
void default_rules_add(struct reader *reader, struct security_group *group);
