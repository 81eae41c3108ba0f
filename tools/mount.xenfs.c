// SPDX-License-Identifier: GPL-2.0
/*
 * mount.xenfs: what mount(8) runs for "mount -t xenfs TAG DIR".
 *
 * Debian's kernels know another, unrelated filesystem of the name xenfs, which
 * the Xen tools mount on /proc/xen. That one goes straight to the kernel. Ours
 * is always mounted by its own name, xenfs_front, after its module has been
 * loaded and the tag has turned up.
 */
#include <errno.h>
#include <getopt.h>
#include <libmount.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "offers.h"

#define TYPE		"xenfs_front"
#define WAIT_OPTION	"x-xenfs.wait"
#define WAIT_DEFAULT	5
#define WAIT_MAX	3600

/* mount(8)'s exit statuses */
enum { STATUS_OK = 0, STATUS_USAGE = 1, STATUS_SYSTEM = 2, STATUS_FAILED = 32 };

static const char help[] =
"usage: mount.xenfs TAG DIR [-fnrsvw] [-o OPTIONS]\n"
"\n"
"Mounts the share TAG, which dom0 has attached to this guest, on DIR. Run by\n"
"mount(8) for 'mount -t xenfs TAG DIR'; see mount.xenfs(8) for the options.\n";

static bool type_registered(const char *type)
{
	bool found = false;
	char line[128];
	FILE *f = fopen("/proc/filesystems", "re");

	while (f && !found && fgets(line, sizeof(line), f)) {
		char *name = strchr(line, '\t');

		if (name++) {
			name[strcspn(name, "\n")] = '\0';
			found = !strcmp(name, type);
		}
	}
	if (f)
		fclose(f);
	return found;
}

static bool load_module(void)
{
	pid_t pid;

	if (type_registered(TYPE))
		return true;
	pid = fork();
	if (pid == 0) {
		execlp("modprobe", "modprobe", "-q", "xenfs_front", NULL);
		execl("/sbin/modprobe", "modprobe", "-q", "xenfs_front", NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return type_registered(TYPE);
}

/* /proc/xen, however it is written. */
static bool is_proc_xen(const char *target)
{
	char *real = realpath(target, NULL);
	bool yes = !strcmp(real ? real : target, "/proc/xen");

	free(real);
	return yes;
}

/* Takes our own option out of the list; WAIT_MAX + 1 if it makes no sense. */
static unsigned int take_wait_option(char **options)
{
	unsigned long seconds = WAIT_DEFAULT;
	char *value = NULL, *end;
	size_t size = 0;

	if (*options && !mnt_optstr_get_option(*options, WAIT_OPTION, &value, &size)) {
		seconds = value ? strtoul(value, &end, 10) : WAIT_MAX + 1;
		if (value && (end != value + size || size == 0))
			seconds = WAIT_MAX + 1;
		mnt_optstr_remove_option(options, WAIT_OPTION);
	}
	return seconds > WAIT_MAX ? WAIT_MAX + 1 : seconds;
}

static void say_offers(const char *tag)
{
	char tags[2048];

	if (offers_join(tags, sizeof(tags)))
		fprintf(stderr, "mount.xenfs: no share '%s' is attached to this guest; on offer: %s\n",
			tag, tags);
	else
		fprintf(stderr, "mount.xenfs: no share is attached to this guest; "
			"in dom0: xenfs attach GUEST tag=%s,path=DIRECTORY\n", tag);
}

static int do_mount(struct libmnt_context *cxt, const char *source)
{
	char message[512] = "";
	int rc, status;

	rc = mnt_context_mount(cxt);
	status = mnt_context_get_excode(cxt, rc, message, sizeof(message));
	if (status)
		fprintf(stderr, "mount.xenfs: %s: %s\n", source,
			message[0] ? message : "mount failed");
	if (status && mnt_context_get_syscall_errno(cxt) == ENOENT)
		say_offers(source);
	return status;
}

/* All that ours needs before the kernel can be asked. */
static int prepare(const char *source, unsigned int wait)
{
	if (!load_module()) {
		fprintf(stderr, "mount.xenfs: the module xenfs_front is not installed for this kernel, or cannot be loaded\n");
		return STATUS_SYSTEM;
	}
	if (!offers_wait(source, wait)) {
		say_offers(source);
		return STATUS_FAILED;
	}
	return STATUS_OK;
}

int main(int argc, char **argv)
{
	const char *source, *target, *type = TYPE;
	struct libmnt_context *cxt;
	unsigned int wait;
	char *options = NULL;
	int opt, status = STATUS_SYSTEM;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return STATUS_OK;
	}
	if (argc < 3) {
		fputs(help, stderr);
		return STATUS_USAGE;
	}
	mnt_init_debug(0);
	cxt = mnt_new_context();
	if (!cxt)
		return STATUS_SYSTEM;

	while ((opt = getopt(argc, argv, "fno:rsvwt:N:")) != -1) {
		switch (opt) {
		case 'f':
			mnt_context_enable_fake(cxt, 1);
			break;
		case 'n':
			mnt_context_disable_mtab(cxt, 1);
			break;
		case 'o':
			if (mnt_optstr_append_option(&options, optarg, NULL))
				goto free_context;
			break;
		case 'r':
			mnt_optstr_append_option(&options, "ro", NULL);
			break;
		case 's':
			mnt_context_enable_sloppy(cxt, 1);
			break;
		case 'v':
			mnt_context_enable_verbose(cxt, 1);
			break;
		case 'w':
			mnt_optstr_append_option(&options, "rw", NULL);
			break;
		case 't':
			break;		/* it is us */
		case 'N':
			if (mnt_context_set_target_ns(cxt, optarg))
				goto free_context;
			break;
		default:
			status = STATUS_USAGE;
			goto free_context;
		}
	}
	if (argc - optind != 2) {
		fputs(help, stderr);
		status = STATUS_USAGE;
		goto free_context;
	}
	source = argv[optind];
	target = argv[optind + 1];

	wait = take_wait_option(&options);
	if (wait > WAIT_MAX) {
		fprintf(stderr, "mount.xenfs: " WAIT_OPTION " is a number of seconds up to %d\n",
			WAIT_MAX);
		status = STATUS_USAGE;
		goto free_context;
	}
	if (is_proc_xen(target)) {
		type = "xenfs";
	} else if (!options || mnt_optstr_get_option(options, "remount", NULL, NULL)) {
		status = prepare(source, wait);
		if (status)
			goto free_context;
		status = STATUS_SYSTEM;
		/* before the user's own, which win: "suid", "dev" */
		if (mnt_optstr_prepend_option(&options, "nodev", NULL) ||
		    mnt_optstr_prepend_option(&options, "nosuid", NULL)) {
			fprintf(stderr, "mount.xenfs: out of memory\n");
			goto free_context;
		}
	}

	/* Or mount(8)'s library would run us again. */
	if (mnt_context_disable_helpers(cxt, 1) ||
	    mnt_context_set_fstype(cxt, type) ||
	    mnt_context_set_source(cxt, source) ||
	    mnt_context_set_target(cxt, target) ||
	    (options && mnt_context_set_options(cxt, options))) {
		fprintf(stderr, "mount.xenfs: out of memory\n");
		goto free_context;
	}
	/* A tag is no path: "home" must not become $PWD/home. */
	mnt_context_disable_canonicalize(cxt, 1);
	status = do_mount(cxt, source);
free_context:
	free(options);
	mnt_free_context(cxt);
	return status;
}
