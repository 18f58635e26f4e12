/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "diagnostic.h"
#include "model.h"

/*
 * Reads and validates a configuration file. Returns 0 and a model that the caller frees with
 * model_free(); or -EINVAL, *model is NULL and diagnostics->errors > 0 with every error of the
 * file; or -errno when the file could not be read (also told in the diagnostics).
 * Warnings are complete only when there is no error.
 */
int model_read(const char *file, struct model **model, struct diagnostics *diagnostics);
/* The same of a text that is in memory already; `file` is what it is called. */
int model_read_text(const char *file, const char *text, size_t length, struct model **model,
		    struct diagnostics *diagnostics);

void model_free(struct model *model);

/* The index of the object with that name, or NO_INDEX. */
uint32_t model_find_port(const struct model *model, const char *name);
uint32_t model_find_interface(const struct model *model, const char *name);
