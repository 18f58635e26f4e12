/* SPDX-License-Identifier: BSD-3-Clause */
#include "diagnostic.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Room for one more item; the array doubles. */
static bool
diagnostics_reserve(struct diagnostics *list)
{
	bool full = (list->count & (list->count - 1)) == 0;

	if (list->count > 0 && !full)
		return true;

	size_t capacity = list->count == 0 ? 1 : 2 * list->count;
	struct diagnostic *items = reallocarray(list->items, capacity, sizeof(*items));

	if (items == NULL)
		return false;
	list->items = items;
	return true;
}

/* Without memory for its words, an error still counts: the configuration is not taken for valid. */
static void __attribute__((format(printf, 4, 0)))
diagnostic_add(struct diagnostics *list, enum severity severity, const struct origin *origin,
	       const char *format, va_list arguments)
{
	struct diagnostic item = { .severity = severity,
				   .line = origin->line,
				   .order = list->count };

	if (severity == SEVERITY_ERROR)
		list->errors++;
	else
		list->warnings++;

	if (!diagnostics_reserve(list))
		return;
	item.file = strdup(origin->file);
	if (item.file == NULL)
		return;
	if (vasprintf(&item.message, format, arguments) < 0) {
		free(item.file);
		return;
	}
	list->items[list->count++] = item;
}

void
diagnostic_error(struct diagnostics *list, const struct origin *origin, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	diagnostic_add(list, SEVERITY_ERROR, origin, format, arguments);
	va_end(arguments);
}

void
diagnostic_warning(struct diagnostics *list, const struct origin *origin, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	diagnostic_add(list, SEVERITY_WARNING, origin, format, arguments);
	va_end(arguments);
}

void
diagnostics_print(const struct diagnostics *list, FILE *stream)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct diagnostic *item = &list->items[i];
		const char *mark = item->severity == SEVERITY_WARNING ? "warning: " : "";

		if (item->line == 0)
			fprintf(stream, "%s: %s%s\n", item->file, mark, item->message);
		else
			fprintf(stream, "%s:%u: %s%s\n", item->file, item->line, mark,
				item->message);
	}
}

static int
number_compare(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int
diagnostic_compare(const void *left, const void *right, void *context)
{
	const struct diagnostic *a = left, *b = right;
	const char *const *first_file = context;
	int files = strcmp(a->file, b->file);

	if (files != 0) {
		if (strcmp(a->file, *first_file) == 0)
			return -1;
		return strcmp(b->file, *first_file) == 0 ? 1 : files;
	}
	if (a->line != b->line)
		return number_compare(a->line, b->line);
	return number_compare(a->order, b->order);
}

void
diagnostics_sort(struct diagnostics *list, const char *first_file)
{
	if (list->count > 1)
		qsort_r(list->items, list->count, sizeof(*list->items), diagnostic_compare,
			&first_file);
}

void
diagnostics_clear(struct diagnostics *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].file);
		free(list->items[i].message);
	}
	free(list->items);
	*list = (struct diagnostics){ 0 };
}
