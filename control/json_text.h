/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

enum json_layout {
	JSON_LAYOUT_TREE, /* indented, for a document */
	JSON_LAYOUT_LINE, /* one line, for one of many */
};

/*
 * The text as a JSON string: what is not UTF-8 in it (a file's name, a line of a broken
 * configuration) becomes question marks. NULL when out of memory.
 */
json_t *json_text(const char *text);

/*
 * Writes the value and a line's end, and takes the reference. NULL is what a value is that there
 * was no memory for. 0 or -errno.
 */
int json_text_print(FILE *stream, json_t *value, enum json_layout layout);
