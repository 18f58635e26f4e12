/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The program's subcommands. Each gets its own arguments, argv[0] being what its messages call it
 * ("viaduct check"), and returns the program's exit status.
 */

enum exit_status {
	STATUS_GOOD = 0,
	STATUS_NO = 1,     /* the answer is no: an invalid configuration, a dropped packet */
	STATUS_FAILED = 2, /* wrong arguments, or the environment has not what is needed */
};

int check_command(int argc, char **argv);
int run_command(int argc, char **argv);
int replay_command(int argc, char **argv);
int explain_command(int argc, char **argv);
