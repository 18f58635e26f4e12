/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "model.h"

/* What is wrong with a configuration, and what would be right; in the order of the file's lines. */

enum severity {
	SEVERITY_ERROR,
	SEVERITY_WARNING,
};

struct diagnostic {
	enum severity severity;
	char *file;
	unsigned line; /* 0: about the file as a whole */
	char *message; /* "what is wrong; what would be right" */
	size_t order;  /* of being found, among those of one line */
};

struct diagnostics {
	struct diagnostic *items;
	size_t count;
	size_t errors;   /* how many of the items are errors */
	size_t warnings; /* and how many are warnings */
};

void diagnostic_error(struct diagnostics *list, const struct origin *origin, const char *format,
		      ...) __attribute__((format(printf, 3, 4)));
void diagnostic_warning(struct diagnostics *list, const struct origin *origin, const char *format,
			...) __attribute__((format(printf, 3, 4)));
/* One "FILE:LINE: message" a line; warnings are marked "warning: " behind the line number. */
void diagnostics_print(const struct diagnostics *list, FILE *stream);
/* Brings them in the order of the lines: those of the first file first, then the others'. */
void diagnostics_sort(struct diagnostics *list, const char *first_file);
void diagnostics_clear(struct diagnostics *list);
