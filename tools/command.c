// SPDX-License-Identifier: GPL-2.0
/*
 * The options of the sub-commands, and how many arguments they take.
 */
#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

#define OPTIONS_MAX 4

/* What getopt_long() returns for an option without a letter: above them all. */
#define NO_LETTER 256

/* Seconds from an option's argument; -1 after having said what is wrong. */
static int parse_seconds(const char *option, const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > 5 || strspn(text, "0123456789") != len) {
		say_error("--%s '%s' is not allowed; it is a number of seconds", option, text);
		return -1;
	}
	return atoi(text);
}

static bool take(const struct command_option *option, const char *argument)
{
	if (option->flag) {
		*option->flag = true;
		return true;
	}
	*option->seconds = parse_seconds(option->name, argument);
	return *option->seconds >= 0;
}

/**
 * command_options() - read a sub-command's options
 * @argc: as the sub-command got it
 * @argv: likewise
 * @options: those it has; the last is without a name
 * @help: printed for --help and -h, and when the arguments are too few or too many
 * @min: the least number of arguments
 * @max: the greatest
 *
 * Return: COMMAND_GOES_ON, with the arguments from argv[optind] on, or the
 * status to exit with.
 */
int command_options(int argc, char **argv, const struct command_option *options,
		    const char *help, int min, int max)
{
	struct option names[OPTIONS_MAX + 2] = { { "help", no_argument, NULL, 'h' } };
	char letters[OPTIONS_MAX + 2] = "h";
	size_t nletters = 1;
	int n, opt;

	for (n = 0; options[n].name && n < OPTIONS_MAX; n++) {
		const struct command_option *o = &options[n];

		names[n + 1] = (struct option){
			o->name, o->flag ? no_argument : required_argument, NULL,
			o->letter ? o->letter : NO_LETTER + n,
		};
		if (o->letter)
			letters[nletters++] = o->letter;
	}

	while ((opt = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		if (opt == 'h') {
			fputs(help, stdout);
			return EXIT_OK;
		}
		for (n = 0; names[n].name && names[n].val != opt; n++)
			;
		if (!names[n].name || !take(&options[n - 1], optarg))
			return EXIT_USAGE;
	}
	if (argc - optind < min || argc - optind > max) {
		fputs(help, stderr);
		return EXIT_USAGE;
	}
	return COMMAND_GOES_ON;
}
