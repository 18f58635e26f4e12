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

/* The model of a text that is right, whatever warnings there are. */
static inline struct model *
model_from_text(const char *text)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model;
	int rc = model_read_text("t.conf", text, strlen(text), &model, &diagnostics);

	if (rc != 0)
		diagnostics_print(&diagnostics, stderr);
	diagnostics_clear(&diagnostics);
	assert_int_equal(rc, 0);
	return model;
}
