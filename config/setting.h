/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "reader.h"

/*
 * Typed access to settings. A setting that is there but wrong is an error with its line, and reads
 * as if it were left out.
 */

/* The elements of a list, an array, or of a scalar or group, which stands for a list of one. */
struct setting_list {
	const config_setting_t *setting; /* NULL: left out, and the count is 0 */
	unsigned count;
};

struct setting_list setting_list(const config_setting_t *group, const char *name);
/* The same, but a list without elements is an error. */
struct setting_list setting_list_filled(struct reader *reader, const config_setting_t *group,
					const char *name);
/* The same, and it must be there. */
struct setting_list setting_list_required(struct reader *reader, const config_setting_t *group,
					  const char *name);
const config_setting_t *setting_list_at(const struct setting_list *list, unsigned index);

struct origin setting_origin(const struct reader *reader, const config_setting_t *setting);
/*
 * Where a setting of an object that was read stands, by steps like "vips.0.inbound.2.backends.1":
 * for a message about it. Where a step is left out in the file, the place of the one before.
 */
struct origin setting_place(const struct reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* What messages call a setting: its name, or its list's. */
const char *setting_label(const config_setting_t *setting);
/* Says that this setting is not what it should be. */
void setting_type_error(struct reader *reader, const config_setting_t *setting,
			const char *expected);

/*
 * The setting is a group of nothing but the named settings (ended by NULL); `kind` is what messages
 * call it: "a port". False, and an error, when it is no group.
 */
bool setting_group_check(struct reader *reader, const config_setting_t *setting, const char *kind,
			 const char *const *names);
/* The setting of that name, or NULL and an error. */
const config_setting_t *setting_required(struct reader *reader, const config_setting_t *group,
					 const char *name);

bool setting_boolean(struct reader *reader, const config_setting_t *group, const char *name,
		     bool otherwise);
/* A number within first and last, or `otherwise`. */
uint64_t setting_number(struct reader *reader, const config_setting_t *group, const char *name,
			uint64_t first, uint64_t last, uint64_t otherwise);
unsigned setting_unsigned(struct reader *reader, const config_setting_t *group, const char *name,
			  unsigned first, unsigned last, unsigned otherwise);
/* The string itself, not a copy; or NULL. */
const char *setting_string(struct reader *reader, const config_setting_t *group, const char *name);
/* The same of an element of a list. */
const char *setting_text(struct reader *reader, const config_setting_t *setting);
/* The index of the string in `choices` (ended by NULL), or `otherwise`. */
unsigned setting_choice(struct reader *reader, const config_setting_t *group, const char *name,
			const char *const *choices, unsigned otherwise);
