/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "subcommand.h"

static const struct subcommand {
	const char *name;
	const char *arguments;
	const char *summary;
	int (*run)(int argc, char **argv);
} subcommands[] = {
	{ "check", "CONFIG", "is the configuration valid, and what is wrong with it",
	  check_command },
	{ "run", "CONFIG ...", "runs the gateway until it is stopped", run_command },
	{ "replay", "CONFIG ...", "takes captures through the gateway, with their own clock",
	  replay_command },
	{ "explain", "CONFIG ...", "what becomes of a packet, step by step, and why",
	  explain_command },
};

enum {
	SUBCOMMAND_COUNT = sizeof(subcommands) / sizeof(subcommands[0]),
};

static void
usage_print(FILE *stream)
{
	fputs("usage: viaduct SUBCOMMAND [ARGUMENT ...]\n\n", stream);
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
		fprintf(stream, "  viaduct %-8s%-14s%s\n", subcommands[i].name,
			subcommands[i].arguments, subcommands[i].summary);
	fputs("\n`viaduct SUBCOMMAND --help` tells more. Exit status: 0 good, 1 the answer is no,\n"
	      "2 wrong arguments or an environment that has not what is needed.\n",
	      stream);
}

int
main(int argc, char **argv)
{
	char name[32];

	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		usage_print(stdout);
		return STATUS_GOOD;
	}
	for (size_t i = 0; argc >= 2 && i < SUBCOMMAND_COUNT; i++) {
		if (strcmp(argv[1], subcommands[i].name) != 0)
			continue;
		snprintf(name, sizeof(name), "viaduct %s", subcommands[i].name);
		argv[1] = name;
		return subcommands[i].run(argc - 1, argv + 1);
	}
	if (argc >= 2)
		fprintf(stderr, "viaduct: there is no subcommand '%s'\n", argv[1]);
	usage_print(stderr);
	return STATUS_FAILED;
}
