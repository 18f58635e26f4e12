/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"

/* What unit tests of config/ share: a text goes in, a model or lines of diagnostics come out. */

/* The diagnostics as `check` prints them, for the caller to free. */
static inline char *
diagnostics_text(const struct diagnostics *list)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	assert_non_null(stream);
	diagnostics_print(list, stream);
	assert_int_equal(fclose(stream), 0);
	return text;
}

/* Reads the text as file "t.conf", which must give exactly these lines; the model or NULL. */
static inline struct model *
configuration_expect(const char *text, const char *lines)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model;
	int error = model_read_text("t.conf", text, strlen(text), &model, &diagnostics);
	char *printed = diagnostics_text(&diagnostics);

	assert_string_equal(printed, lines);
	assert_int_equal(error, diagnostics.errors > 0 ? -EINVAL : 0);
	assert_int_equal(model != NULL, diagnostics.errors == 0);
	free(printed);
	diagnostics_clear(&diagnostics);
	return model;
}

/* One line of a table of wrong texts. */
struct configuration_case {
	const char *text;
	const char *lines;
};

/* Each text stands behind `prelude`, which is one line, and so begins on line 2. */
static inline void
configuration_cases_check(const char *prelude, const struct configuration_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *text;

		assert_true(asprintf(&text, "%s\n%s", prelude, cases[i].text) >= 0);
		model_free(configuration_expect(text, cases[i].lines));
		free(text);
	}
}
