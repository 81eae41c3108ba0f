// SPDX-License-Identifier: GPL-2.0
/*
 * Domains, by name and by number, as libxl knows them.
 */
#include "domain.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxl.h>
#include <libxl_utils.h>
#include <xen/xen.h>
#include <xentoollog.h>

#include "say.h"

struct domains {
	xentoollog_logger *log;
	libxl_ctx *ctx;
};

/* Return: NULL after having said why. */
struct domains *domains_open(void)
{
	struct domains *d = calloc(1, sizeof(*d));

	if (!d) {
		say_error("out of memory");
		return NULL;
	}
	/* libxl's own errors would repeat ours; only the gravest are for us. */
	d->log = (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_CRITICAL, 0);
	if (!d->log || libxl_ctx_alloc(&d->ctx, LIBXL_VERSION, 0, d->log)) {
		say_error("cannot talk to Xen: is this dom0, and are you root?");
		domains_close(d);
		return NULL;
	}
	return d;
}

void domains_close(struct domains *d)
{
	if (!d)
		return;
	if (d->ctx)
		libxl_ctx_free(d->ctx);
	if (d->log)
		xtl_logger_destroy(d->log);
	free(d);
}

/* A domain that is dying counts as dead: its devices are of no use any more. */
bool domains_alive(struct domains *d, uint32_t domid)
{
	libxl_dominfo info;
	bool alive;

	libxl_dominfo_init(&info);
	alive = !libxl_domain_info(d->ctx, &info, domid) && !info.dying;
	libxl_dominfo_dispose(&info);
	return alive;
}

/* Return: the name, for the caller to free, or NULL. */
char *domains_name(struct domains *d, uint32_t domid)
{
	return libxl_domid_to_name(d->ctx, domid);
}

static void say_running(struct domains *d)
{
	libxl_dominfo *list;
	int n = 0, guests = 0;

	list = libxl_list_domain(d->ctx, &n);
	for (int i = 0; i < n; i++) {
		char *name;

		if (list[i].domid == 0 || list[i].dying)
			continue;
		name = domains_name(d, list[i].domid);
		fprintf(stderr, guests++ ? ", %s (%u)" : "Running are: %s (%u)",
			name ? name : "?", list[i].domid);
		free(name);
	}
	fputs(guests ? "\n" : "No guest is running.\n", stderr);
	if (list)
		libxl_dominfo_list_free(list, n);
}

/**
 * domains_find() - find a running domain
 * @d: an open connection
 * @who: its name or number
 * @domid: where to put its number
 *
 * Return: false after having said that there is none, and which there are.
 */
bool domains_find(struct domains *d, const char *who, uint32_t *domid)
{
	char *end;
	unsigned long n = strtoul(who, &end, 10);
	bool number = isdigit((unsigned char)who[0]) && !*end && n < DOMID_FIRST_RESERVED;

	*domid = n;
	if (number && domains_alive(d, *domid))
		return true;
	/* A name may be all digits, too. */
	if (!libxl_name_to_domid(d->ctx, who, domid) && domains_alive(d, *domid))
		return true;
	say_error("no domain '%s' is running", who);
	say_running(d);
	return false;
}
