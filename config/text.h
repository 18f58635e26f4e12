/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "diagnostic.h"

/* A file's text, and what must not be in it although libconfig would take it. */

/* The whole file, with a '\0' behind it, for the caller to free; or NULL and errno. */
char *text_read(const char *file, size_t *length);

/*
 * Finds what libconfig 1.5 reads without a word but wrongly: integers that do not fit in 32 bits
 * (4294967297 becomes 1) or, with an L, in 64, and text behind a '\0'. Finds @include too, whose
 * text would not have been looked at.
 */
void text_check(const char *file, const char *text, size_t length, struct diagnostics *diagnostics);
