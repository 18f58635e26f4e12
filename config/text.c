/* SPDX-License-Identifier: BSD-3-Clause */
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far the reader of a text has come. */
struct cursor {
	const char *at;
	struct origin origin;
	struct diagnostics *diagnostics;
};

static char *
stream_read(FILE *stream, size_t *length)
{
	size_t capacity = 4096, used = 0;
	char *text = malloc(capacity);

	while (text != NULL) {
		used += fread(text + used, 1, capacity - used - 1, stream);
		if (used + 1 < capacity)
			break;

		char *longer = reallocarray(text, 2, capacity);

		if (longer == NULL)
			free(text);
		text = longer;
		capacity *= 2;
	}
	if (text == NULL)
		return NULL;
	if (ferror(stream)) {
		free(text);
		return NULL;
	}
	text[used] = '\0';
	*length = used;
	return text;
}

char *
text_read(const char *file, size_t *length)
{
	FILE *stream = fopen(file, "re");

	if (stream == NULL)
		return NULL;

	char *text = stream_read(stream, length);
	int error = errno;

	fclose(stream); /* it was only read: nothing can be lost */
	errno = error;
	return text;
}

/* Steps over text up to `end`, counting lines. */
static void
cursor_move(struct cursor *cursor, const char *end)
{
	for (; cursor->at < end; cursor->at++)
		if (*cursor->at == '\n')
			cursor->origin.line++;
}

/* Behind the first `mark` after the cursor, or at the end of the text. */
static const char *
mark_end(const char *at, const char *mark)
{
	const char *found = strstr(at, mark);

	return found != NULL ? found + strlen(mark) : at + strlen(at);
}

/* Behind the string's closing quote. */
static const char *
string_end(const char *at)
{
	for (at++; *at != '\0' && *at != '"'; at++)
		if (*at == '\\' && at[1] != '\0')
			at++;
	return *at == '"' ? at + 1 : at;
}

static bool
is_name_character(char character)
{
	return isalnum((unsigned char)character) || (character != '\0' && strchr("_-*", character));
}

/* The number's digits end here; a fraction or an exponent makes it no integer. */
static bool
is_float(const char *end)
{
	return *end == '.' || *end == 'e' || *end == 'E';
}

/* Steps over a number, and looks whether libconfig can hold it. */
static void
number_check(struct cursor *cursor)
{
	const char *start = cursor->at;
	bool hex = start[0] == '0' && (start[1] == 'x' || start[1] == 'X');
	char *end;

	errno = 0;
	long long value = strtoll(start, &end, hex ? 16 : 10);
	bool fits = errno == 0;
	int width = (int)(end - start);

	if (!hex && is_float(end)) {
		cursor->at = end + 1 + strspn(end + 1, "0123456789eE+-");
		return;
	}
	cursor->at = end + strspn(end, "L");

	if (!fits)
		diagnostic_error(cursor->diagnostics, &cursor->origin,
				 "%.*s does not fit in 64 bits; the highest number is %lld", width,
				 start, (long long)INT64_MAX);
	else if (*end != 'L' && (value > (hex ? UINT32_MAX : INT32_MAX) || value < INT32_MIN))
		diagnostic_error(cursor->diagnostics, &cursor->origin,
				 "%.*s does not fit in 32 bits; a longer number is written %.*sL",
				 width, start, width, start);
}

static void
at_sign_check(struct cursor *cursor)
{
	if (strncmp(cursor->at, "@include", strlen("@include")) == 0)
		diagnostic_error(cursor->diagnostics, &cursor->origin,
				 "@include is not supported; write all settings into one file");
	cursor->at++;
}

/* One token, comment, or character between tokens. */
static void
token_check(struct cursor *cursor)
{
	const char *at = cursor->at;
	const char *digits = *at == '-' || *at == '+' ? at + 1 : at;

	if (at[0] == '#' || (at[0] == '/' && at[1] == '/'))
		cursor_move(cursor, mark_end(at, "\n"));
	else if (at[0] == '/' && at[1] == '*')
		cursor_move(cursor, mark_end(at + 2, "*/"));
	else if (*at == '"')
		cursor_move(cursor, string_end(at));
	else if (isdigit((unsigned char)*digits))
		number_check(cursor);
	else if (*at == '@')
		at_sign_check(cursor);
	else if (isalpha((unsigned char)*at) || *at == '*')
		while (is_name_character(*cursor->at))
			cursor->at++;
	else
		cursor_move(cursor, at + 1);
}

void
text_check(const char *file, const char *text, size_t length, struct diagnostics *diagnostics)
{
	struct cursor cursor = { text, { file, 1 }, diagnostics };

	while (*cursor.at != '\0')
		token_check(&cursor);
	if (strlen(text) < length)
		diagnostic_error(diagnostics, &cursor.origin,
				 "there is a zero byte in the text; is this a configuration file?");
}
