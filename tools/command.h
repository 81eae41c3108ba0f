/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XENFS_COMMAND_H
#define XENFS_COMMAND_H

/*
 * The sub-commands. Each takes its own argv (argv[0] is its name) and returns
 * the exit status.
 */
enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

int command_attach(int argc, char **argv);
int command_detach(int argc, char **argv);
int command_list(int argc, char **argv);
int command_stats(int argc, char **argv);

/* Seconds from an option's argument; -1 after having said what is wrong. */
int parse_seconds(const char *option, const char *text);

#endif
