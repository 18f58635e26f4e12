/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Many `viaduct replay` in one process: each line of the standard input has the arguments of one,
 * divided by tabs. Its report on the standard output is followed by a line "= STATUS".
 *
 * A replay alone spends a quarter of a second on the start of DPDK and on clearing the two 64 MB
 * tables of the fabric's routes, and a millisecond on the packets. So here DPDK is started once,
 * and the routes are looked up in rte_fib's own slow table; the linker puts both in place (--wrap).
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_fib.h>

#include "control/eal.h"
#include "control/subcommand.h"

enum {
	ARGUMENTS_MAX = 64,
};

struct rte_fib *__real_rte_fib_create(const char *name, int socket, struct rte_fib_conf *conf);
struct rte_fib *__wrap_rte_fib_create(const char *name, int socket, struct rte_fib_conf *conf);
int __real_eal_start(const struct model *model, enum eal_mode mode, char *error, size_t error_size);
int __wrap_eal_start(const struct model *model, enum eal_mode mode, char *error, size_t error_size);
void __real_eal_stop(void);
void __wrap_eal_stop(void);

struct rte_fib *
__wrap_rte_fib_create(const char *name, int socket, struct rte_fib_conf *conf)
{
	conf->type = RTE_FIB_DUMMY;
	return __real_rte_fib_create(name, socket, conf);
}

int
__wrap_eal_start(const struct model *model, enum eal_mode mode, char *error, size_t error_size)
{
	static bool started;
	int rc = started ? 0 : __real_eal_start(model, mode, error, error_size);

	started = rc == 0;
	return rc;
}

void
__wrap_eal_stop(void)
{
}

static int
replay_line(char *line)
{
	char name[] = "viaduct replay";
	char *argv[ARGUMENTS_MAX + 1] = { name };
	char *rest = line;
	int argc = 1;

	line[strcspn(line, "\n")] = '\0';
	while (argc < ARGUMENTS_MAX && (argv[argc] = strsep(&rest, "\t")) != NULL)
		argc++;
	argv[argc] = NULL;
	optind = 0; /* glibc: getopt begins anew */
	return replay_command(argc, argv);
}

int
main(void)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		int status = replay_line(line);

		printf("= %d\n", status);
		if (fflush(stdout) != 0)
			return EXIT_FAILURE;
	}
	free(line);
	__real_eal_stop();
	return ferror(stdin) ? EXIT_FAILURE : EXIT_SUCCESS;
}
