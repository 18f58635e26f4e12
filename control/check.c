/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "config/config.h"
#include "json_text.h"
#include "subcommand.h"

static const char usage[] =
	"usage: viaduct check CONFIG [--json]\n"
	"\n"
	"Reads and validates the configuration. Every error and warning goes to stderr, one a "
	"line,\n"
	"as FILE:LINE: what is wrong; what would be right.\n"
	"\n"
	"  --json   {\"valid\": ..., \"diagnostics\": [...]} on stdout instead\n"
	"  --help   this text\n"
	"\n"
	"Exit status: 0 valid (there may be warnings), 1 invalid, 2 the file can not be read.\n";

static void
summary_print(const char *file, const struct diagnostics *list)
{
	printf("%s: %s", file, list->errors == 0 ? "valid" : "invalid");
	if (list->errors > 0)
		printf(", %zu error%s", list->errors, list->errors == 1 ? "" : "s");
	if (list->warnings > 0)
		printf(", %zu warning%s", list->warnings, list->warnings == 1 ? "" : "s");
	putchar('\n');
}

static json_t *
diagnostics_json(const struct diagnostics *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++) {
		const struct diagnostic *item = &list->items[i];
		const char *severity = item->severity == SEVERITY_ERROR ? "error" : "warning";
		json_t *object = json_pack("{s:s, s:o, s:I, s:o}", "severity", severity, "file",
					   json_text(item->file), "line", (json_int_t)item->line,
					   "message", json_text(item->message));

		if (json_array_append_new(array, object) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static int
check_file(const char *file, bool as_json)
{
	struct diagnostics list = { 0 };
	struct model *model = NULL;
	int status = STATUS_GOOD;
	int rc = model_read(file, &model, &list);

	if (rc != 0)
		status = rc == -EINVAL ? STATUS_NO : STATUS_FAILED;
	if (as_json) {
		json_t *object = json_pack("{s:b, s:o}", "valid", rc == 0, "diagnostics",
					   diagnostics_json(&list));

		rc = json_text_print(stdout, object, JSON_LAYOUT_TREE);
		if (rc != 0) {
			fprintf(stderr, "viaduct check: %s\n", strerror(-rc));
			status = STATUS_FAILED;
		}
	} else {
		diagnostics_print(&list, stderr);
		if (status != STATUS_FAILED)
			summary_print(file, &list);
	}
	diagnostics_clear(&list);
	model_free(model);
	return status;
}

int
check_command(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool as_json = false;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			as_json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return STATUS_GOOD;
		default:
			fputs(usage, stderr);
			return STATUS_FAILED;
		}
	}
	if (argc - optind != 1) {
		fputs(usage, stderr);
		return STATUS_FAILED;
	}
	return check_file(argv[optind], as_json);
}
