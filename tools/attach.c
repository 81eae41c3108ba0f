// SPDX-License-Identifier: GPL-2.0
/*
 * xenfs attach: make a share's device, and wait until the backend serves it.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "device.h"
#include "domain.h"
#include "say.h"
#include "spec.h"
#include "store.h"
#include "sysfs.h"

static const char help[] =
"usage: xenfs attach [--timeout SECONDS] [--no-check] DOMAIN KEY=VALUE,...\n"
"\n"
"Gives a running guest, named or numbered, a share.\n"
"\n"
"  tag=NAME             what the guest mounts: mount -t xenfs NAME DIR\n"
"  path=DIRECTORY       what it gets to see\n"
"  mode=ro|rw           whether it may change it (default: ro)\n"
"  devices=yes|no       whether it may make device nodes (default: no)\n"
"  squash=none|root|all whose requests run as anonuid and anongid (default: root)\n"
"  anonuid=N, anongid=N (default: 65534)\n"
"  submounts=hide|cross whether filesystems mounted below are entered\n"
"                       (default: hide)\n"
"  max-pages=N          budget of pages on loan\n"
"  max-nodes=N          budget of files that the guest remembers\n"
"  max-open=N           budget of open files\n"
"  max-requests=N       how many requests are served at once, 1 to 64\n"
"\n"
"A comma in a value is written \\, or stands in double quotes.\n"
"\n"
"  --timeout SECONDS    how long to wait for the backend (default: 10)\n"
"  --no-check           do not look whether the path exists\n";

static bool answered(enum device_state state)
{
	return state != STATE_INITIALISING;
}

static bool closed(enum device_state state)
{
	return state == STATE_CLOSED || state == STATE_GONE;
}

/* The device's creation loads the module, where udev runs. It may not. */
static void load_backend(void)
{
	pid_t pid;

	if (sysfs_driver_present())
		return;
	pid = fork();
	if (pid == 0) {
		execlp("modprobe", "modprobe", "-q", "xenfs_back", NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (!sysfs_driver_present())
		say_error("the module xenfs_back is not loaded, and could not be");
}

static bool path_ok(const char *path)
{
	struct stat st;

	if (stat(path, &st)) {
		say_error("cannot share %s: %s", path, strerror(errno));
		return false;
	}
	if (!S_ISDIR(st.st_mode)) {
		say_error("cannot share %s: it is not a directory", path);
		return false;
	}
	return true;
}

/* The backend did not take it: say why, and leave nothing behind. */
static int give_up(struct xs_handle *xs, const struct device *d,
		   const struct spec *spec, int timeout)
{
	char *error = device_error(xs, d);

	if (error)
		say_error("share '%s' was refused: %s", spec->value[SPEC_TAG], error);
	else if (!sysfs_driver_present())
		say_error("share '%s' has no backend: load the module xenfs_back first",
			  spec->value[SPEC_TAG]);
	else
		say_error("share '%s': the backend did not answer within %d s",
			  spec->value[SPEC_TAG], timeout);
	free(error);
	device_close(xs, d);
	device_wait(xs, d, closed, 2);
	device_remove(xs, d);
	return EXIT_FAILED;
}

static int attach(struct xs_handle *xs, const char *who, const struct spec *spec,
		  int timeout)
{
	struct domains *domains = domains_open();
	enum device_state state;
	struct device device;
	uint32_t domid;
	bool found;

	if (!domains)
		return EXIT_FAILED;
	found = domains_find(domains, who, &domid);
	domains_close(domains);
	if (!found)
		return EXIT_FAILED;
	if (domid == store_own_domid(xs)) {
		say_error("domain %u is this one; a share is for another", domid);
		return EXIT_FAILED;
	}

	devices_clean(xs);
	load_backend();
	switch (device_create(xs, domid, spec, &device)) {
	case CREATE_TAG_IN_USE:
		say_error("domain %s has a share '%s' already", who, spec->value[SPEC_TAG]);
		return EXIT_FAILED;
	case CREATE_FAILED:
		say_error("cannot write to xenstore: %s", strerror(errno));
		return EXIT_FAILED;
	case CREATE_DONE:
		break;
	}
	state = device_wait(xs, &device, answered, timeout);
	if (state < STATE_INIT_WAIT || state > STATE_CONNECTED)
		return give_up(xs, &device, spec, timeout);
	printf("share '%s' attached to domain %u as device %u\n",
	       spec->value[SPEC_TAG], domid, device.devid);
	return EXIT_OK;
}

int command_attach(int argc, char **argv)
{
	bool unchecked = false;
	int ret, timeout = 10;
	const struct command_option options[] = {
		{ "timeout", .seconds = &timeout },
		{ "no-check", .flag = &unchecked },
		{ 0 }
	};
	char error[SPEC_ERROR_MAX];
	struct xs_handle *xs;
	struct spec spec;

	ret = command_options(argc, argv, options, help, 2, INT_MAX);
	if (ret != COMMAND_GOES_ON)
		return ret;

	spec_init(&spec);
	ret = 0;
	for (int i = optind + 1; !ret && i < argc; i++)
		ret = spec_parse(&spec, argv[i], error);
	if (ret || spec_complete(&spec, error)) {
		say_error("%s", error);
		spec_free(&spec);
		return EXIT_USAGE;
	}
	if (!unchecked && !path_ok(spec.value[SPEC_PATH])) {
		spec_free(&spec);
		return EXIT_FAILED;
	}

	ret = EXIT_FAILED;
	xs = store_open();
	if (xs) {
		ret = attach(xs, argv[optind], &spec, timeout);
		xs_close(xs);
	}
	spec_free(&spec);
	return ret;
}
