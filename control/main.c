/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

int
main(void)
{
	fputs("usage: viaduct check|run|replay|explain CONFIG\n", stderr);
	return 2;
}
