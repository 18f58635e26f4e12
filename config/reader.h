/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <libconfig.h>

#include "diagnostic.h"
#include "model.h"
#include "name.h"

/*
 * What the reading of one file shares: the settings that libconfig parsed, the model being built,
 * and what was found wrong. Reading goes on after an error, so that a run finds them all; what
 * could not be read is "none" in the model (NO_INDEX, IP_FAMILY_NONE, an empty list), and who looks
 * at the model before it was found valid must expect that.
 *
 * Element i of a list in the file is always element i of the model's array.
 */

enum object_kind {
	OBJECT_PORT,
	OBJECT_INTERFACE,
	OBJECT_SERVICE_TAG,
	OBJECT_SECURITY_GROUP,
	OBJECT_ROUTE_TABLE,
	OBJECT_VIRTUAL_NETWORK,
	OBJECT_VIP,
	OBJECT_KIND_COUNT,
};

struct reader {
	const config_setting_t *root;
	struct model *model;
	struct diagnostics *diagnostics;
	struct name_table names[OBJECT_KIND_COUNT]; /* known before any object is read */
	bool out_of_memory;                         /* the model is not complete: give up */
};

/* Finds the names of all objects. */
void reader_open(struct reader *reader);
void reader_close(struct reader *reader);

/* Zeroed memory for the model, NULL for a count of 0; or NULL and reader->out_of_memory. */
void *reader_array(struct reader *reader, size_t count, size_t size);
char *reader_copy(struct reader *reader, const char *text);
