// SPDX-License-Identifier: GPL-2.0
/*
 * xenfs detach: have both ends part, and remove the share's device.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "device.h"
#include "say.h"
#include "shares.h"
#include "store.h"
#include "sysfs.h"

static const char help[] =
"usage: xenfs detach [--force] [--timeout SECONDS] DOMAIN TAG\n"
"\n"
"Takes a share away from a running guest. Refused while the guest has it\n"
"mounted.\n"
"\n"
"  --force              even then: the guest's mount fails from now on, and\n"
"                       works again when a share of that tag is attached\n"
"  --timeout SECONDS    how long to wait for the guest (default: 10)\n";

static bool closed(enum device_state state)
{
	return state == STATE_CLOSED || state == STATE_GONE;
}

/* A backend that does not say is asked by its state: connected may mean
 * mounted.
 */
static bool in_use(const struct device *d)
{
	switch (sysfs_mounted(d->domid, d->devid)) {
	case MOUNTED_YES:
		return true;
	case MOUNTED_NO:
		return false;
	case MOUNTED_UNKNOWN:
		break;
	}
	return sysfs_driver_present() && d->backend == STATE_CONNECTED;
}

static int detach_device(struct xs_handle *xs, const struct device *d,
			 const char *who, bool force, int timeout)
{
	enum device_state state;

	if (!force && in_use(d)) {
		say_error("share '%s' is mounted in domain %s; unmount it there, or use --force",
			  d->tag, who);
		return EXIT_FAILED;
	}
	if (!device_close(xs, d)) {
		say_error("cannot write to xenstore: %s", strerror(errno));
		return EXIT_FAILED;
	}
	state = device_wait(xs, d, closed, sysfs_driver_present() ? timeout : 0);
	if (!closed(state) && sysfs_driver_present()) {
		if (!force) {
			say_error("share '%s' is still %s after %d s; try again, or use --force",
				  d->tag, device_state_name(state), timeout);
			return EXIT_FAILED;
		}
		say_error("domain %s did not let go of share '%s' within %d s; removing it nonetheless",
			  who, d->tag, timeout);
	}
	if (!device_remove(xs, d)) {
		say_error("cannot remove the device from xenstore: %s", strerror(errno));
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

static void say_tags(const struct devices *devices, uint32_t domid)
{
	bool any = false;

	for (unsigned int i = 0; i < devices->n; i++) {
		const struct device *d = &devices->list[i];

		if (d->domid != domid || d->orphan || !d->tag)
			continue;
		fprintf(stderr, any ? ", %s" : "It has: %s", d->tag);
		any = true;
	}
	fputs(any ? "\n" : "It has none.\n", stderr);
}

static int detach(struct xs_handle *xs, const char *who, const char *tag,
		  bool force, int timeout)
{
	struct shares shares;
	struct device *d;
	int ret;

	devices_clean(xs);
	if (!shares_open(xs, who, &shares))
		return EXIT_FAILED;
	d = devices_find(&shares.devices, shares.domid, tag);
	if (d) {
		ret = detach_device(xs, d, who, force, timeout);
	} else {
		say_error("domain %s has no share '%s'", who, tag);
		say_tags(&shares.devices, shares.domid);
		ret = EXIT_FAILED;
	}
	shares_close(&shares);
	return ret;
}

int command_detach(int argc, char **argv)
{
	bool force = false;
	int ret, timeout = 10;
	const struct command_option options[] = {
		{ "force", 'f', .flag = &force },
		{ "timeout", .seconds = &timeout },
		{ 0 }
	};
	struct xs_handle *xs;

	ret = command_options(argc, argv, options, help, 2, 2);
	if (ret != COMMAND_GOES_ON)
		return ret;
	xs = store_open();
	if (!xs)
		return EXIT_FAILED;
	ret = detach(xs, argv[optind], argv[optind + 1], force, timeout);
	xs_close(xs);
	return ret;
}
