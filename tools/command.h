/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XENFS_COMMAND_H
#define XENFS_COMMAND_H

#include <stdbool.h>

/*
 * The sub-commands. Each takes its own argv (argv[0] is its name) and returns
 * the exit status.
 */
enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

int command_attach(int argc, char **argv);
int command_detach(int argc, char **argv);
int command_list(int argc, char **argv);
int command_stats(int argc, char **argv);

/**
 * struct command_option - an option that a sub-command has beside --help
 * @name: its long name
 * @letter: its short name, or 0
 * @flag: becomes true if it is given; NULL for one with an argument
 * @seconds: takes its argument
 */
struct command_option {
	const char *name;
	char letter;
	bool *flag;
	int *seconds;
};

/* Not a status: the command is to be carried out. */
#define COMMAND_GOES_ON (-1)

int command_options(int argc, char **argv, const struct command_option *options,
		    const char *help, int min, int max);

#endif
