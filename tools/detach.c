// SPDX-License-Identifier: GPL-2.0
/*
 * xenfs detach: have both ends part, and remove the share's device.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "device.h"
#include "domain.h"
#include "say.h"
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
	struct domains *domains = domains_open();
	struct devices devices;
	struct device *d;
	uint32_t domid;
	bool found;
	int ret;

	if (!domains)
		return EXIT_FAILED;
	found = domains_find(domains, who, &domid);
	domains_close(domains);
	devices_clean(xs);
	if (!found)
		return EXIT_FAILED;
	if (!devices_read(xs, domid, &devices)) {
		say_error("out of memory");
		return EXIT_FAILED;
	}
	d = devices_find(&devices, domid, tag);
	if (d) {
		ret = detach_device(xs, d, who, force, timeout);
	} else {
		say_error("domain %s has no share '%s'", who, tag);
		say_tags(&devices, domid);
		ret = EXIT_FAILED;
	}
	devices_free(&devices);
	return ret;
}

int command_detach(int argc, char **argv)
{
	static const struct option options[] = {
		{ "force", no_argument, NULL, 'f' },
		{ "timeout", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int opt, ret, timeout = 10;
	struct xs_handle *xs;
	bool force = false;

	while ((opt = getopt_long(argc, argv, "fh", options, NULL)) != -1) {
		switch (opt) {
		case 'f':
			force = true;
			break;
		case 't':
			timeout = parse_seconds("--timeout", optarg);
			if (timeout < 0)
				return EXIT_USAGE;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_OK;
		default:
			return EXIT_USAGE;
		}
	}
	if (argc - optind != 2) {
		fputs(help, stderr);
		return EXIT_USAGE;
	}
	xs = store_open();
	if (!xs) {
		say_error("cannot reach xenstore: %s", strerror(errno));
		return EXIT_FAILED;
	}
	ret = detach(xs, argv[optind], argv[optind + 1], force, timeout);
	xs_close(xs);
	return ret;
}
