/* SPDX-License-Identifier: BSD-3-Clause */
#include "json_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

json_t *
json_text(const char *text)
{
	json_t *value = json_string(text);
	char *copy;

	if (value != NULL)
		return value;
	copy = strdup(text);
	if (copy == NULL)
		return NULL;
	for (char *c = copy; *c != '\0'; c++) {
		if ((unsigned char)*c > 0x7f)
			*c = '?';
	}
	value = json_string(copy);
	free(copy);
	return value;
}

int
json_text_print(FILE *stream, json_t *value, enum json_layout layout)
{
	size_t flags = layout == JSON_LAYOUT_TREE ? JSON_INDENT(2) : 0;
	int rc;

	if (value == NULL)
		return -ENOMEM;
	rc = json_dumpf(value, stream, flags);
	json_decref(value);
	if (rc != 0 || fputc('\n', stream) == EOF)
		return -EIO;
	return 0;
}
