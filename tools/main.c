// SPDX-License-Identifier: GPL-2.0
/*
 * xenfs: attach, detach and watch shares, in the domain that serves them.
 * This file finds the sub-command.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "say.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "attach", command_attach, "give a running guest a share" },
	{ "detach", command_detach, "take a share away" },
	{ "list", command_list, "list the shares and their states" },
	{ "stats", command_stats, "print what the shares have counted" },
};

#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *f)
{
	fputs("usage: xenfs COMMAND ...\n\n", f);
	for (size_t i = 0; i < NCOMMANDS; i++)
		fprintf(f, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\n'xenfs COMMAND --help' tells more; xenfs(8) tells all.\n", f);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return EXIT_OK;
	}
	for (size_t i = 0; i < NCOMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	say_error("unknown command '%s'", argv[1]);
	usage(stderr);
	return EXIT_USAGE;
}
