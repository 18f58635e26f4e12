/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "setting.h"

/* Settings that give a name or refer to one. */

/* The object's own name for the model: never NULL, but when out of memory. */
char *setting_name(struct reader *reader, const config_setting_t *group);

/* The index of the object that a setting names, or NO_INDEX, and an error if there is none. */
uint32_t setting_reference(struct reader *reader, const config_setting_t *setting,
			   enum object_kind kind);
/* The same for a setting of a group, which may be left out, or may not. */
uint32_t setting_reference_optional(struct reader *reader, const config_setting_t *group,
				    const char *name, enum object_kind kind);
uint32_t setting_reference_required(struct reader *reader, const config_setting_t *group,
				    const char *name, enum object_kind kind);

/* The names of the groups in a list, for the caller to free; a name twice is an error. */
void setting_names_collect(struct reader *reader, struct setting_list list,
			   struct name_table *table);
/* Just the errors. */
void setting_names_check(struct reader *reader, struct setting_list list);
