/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "dataplane/worker.h"
#include "replay.h"
#include "subcommand.h"

static const char usage[] =
	"usage: viaduct replay CONFIG --in PORT=FILE ... [OPTION ...]\n"
	"\n"
	"Takes captures through the gateway's own code, with their timestamps for a clock, and\n"
	"tells what happened. The same inputs give the same outputs, byte for byte.\n"
	"\n"
	"  --in PORT=FILE   what comes in at that port: pcap or pcapng, Ethernet; frames of one\n"
	"                   time in the order of these options. The clock never goes back: a\n"
	"                   frame with an earlier time than the one before it follows at once\n"
	"  --out DIR        write what goes out to DIR/PORT.pcap, for each port\n"
	"  --arp answer     neighbours that are not configured answer at once (the default)\n"
	"  --arp off        they do not; the gateway's ARP questions go out\n"
	"  --probes off     all backends are up, whatever their probes would say (the default)\n"
	"  --probes send    backends are probed, and answer in the captures or not at all\n"
	"  --reload SECONDS=CONFIG\n"
	"                   another configuration from then on, as by SIGHUP; seconds since the\n"
	"                   first packet, in ascending order\n"
	"                   What takes ports from sessions is refused, and not changed\n"
	"  --reload-forced SECONDS=CONFIG\n"
	"                   the same as by SIGUSR1: such sessions end\n"
	"  --decisions FILE write a JSON object a line for each packet that no session had: its\n"
	"                   interface, the packet, and what `viaduct explain --json` says of it\n"
	"  --workers N      that many workers, instead of the configuration's number\n"
	"  --spread SEED    packets come to the workers at random, instead of in turn\n"
	"  --json           the report as JSON\n"
	"  --help           this text\n"
	"\n"
	"Exit status: 0 replayed, 1 the configuration is invalid, 2 a file can not be read.\n";

/* "SECONDS=CONFIG" */
static bool
reload_parse(struct replay_options *options, const char *argument, bool forced)
{
	struct replay_reload *reload = &options->reloads[options->reload_count];
	uint64_t before = options->reload_count == 0 ? 0 : reload[-1].after;
	double seconds;
	int length = 0;

	if (options->reload_count == REPLAY_RELOADS_MAX ||
	    sscanf(argument, "%lf=%n", &seconds, &length) != 1 || length == 0 ||
	    !(seconds >= 0 && seconds < 1e9))
		return false;
	reload->after = (uint64_t)(seconds * 1e9);
	reload->config = argument + length;
	reload->forced = forced;
	options->reload_count++;
	return reload->after >= before;
}

/* A number of decimal digits, at most max. */
static bool
number_parse(const char *text, uint64_t max, uint64_t *number)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return *end == '\0' && errno == 0 && *number <= max;
}

/* False: the arguments are wrong, and the usage is owed. */
static bool
replay_option(struct replay_options *options, int option, const char *argument)
{
	uint64_t number;

	switch (option) {
	case 'i':
		if (options->in_count == PORTS_MAX)
			return false;
		options->in[options->in_count++] = argument;
		return true;
	case 'o':
		options->out = argument;
		return true;
	case 'd':
		options->decisions = argument;
		return true;
	case 'a':
		options->answer_arp = strcmp(argument, "off") != 0;
		return strcmp(argument, "off") == 0 || strcmp(argument, "answer") == 0;
	case 'p':
		options->probe = strcmp(argument, "send") == 0;
		return strcmp(argument, "off") == 0 || strcmp(argument, "send") == 0;
	case 'r':
	case 'f':
		return reload_parse(options, argument, option == 'f');
	case 'w':
		if (!number_parse(argument, WORKERS_MAX, &number) || number == 0)
			return false;
		options->workers = (unsigned int)number;
		return true;
	case 's':
		options->spread = true;
		return number_parse(argument, UINT64_MAX, &options->spread_seed);
	case 'j':
		options->json = true;
		return true;
	default:
		return false;
	}
}

int
replay_command(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "in", required_argument, NULL, 'i' },
		{ "out", required_argument, NULL, 'o' },
		{ "arp", required_argument, NULL, 'a' },
		{ "decisions", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ "probes", required_argument, NULL, 'p' },
		{ "reload", required_argument, NULL, 'r' },
		{ "reload-forced", required_argument, NULL, 'f' },
		{ "workers", required_argument, NULL, 'w' },
		{ "spread", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct replay_options options = { .answer_arp = true };
	struct diagnostics diagnostics = { 0 };
	struct model *model;
	int option, result;

	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return STATUS_GOOD;
		}
		if (!replay_option(&options, option, optarg))
			goto wrong_usage;
	}
	if (argc - optind != 1 || options.in_count == 0)
		goto wrong_usage;
	result = model_read(argv[optind], &model, &diagnostics);
	diagnostics_print(&diagnostics, stderr);
	diagnostics_clear(&diagnostics);
	if (result != 0)
		return result == -EINVAL ? STATUS_NO : STATUS_FAILED;
	return replay_run(model, &options);

wrong_usage:
	fputs(usage, stderr);
	return STATUS_FAILED;
}
