// SPDX-License-Identifier: GPL-2.0
/*
 * The shares of a guest, or of all guests, for the commands that begin with
 * looking at what there is.
 */
#include "shares.h"

#include "say.h"

/**
 * shares_open() - take a list of the shares that a command is about
 * @xs: an open connection
 * @who: name or number of the guest whose shares they are, or NULL for all
 * @shares: filled in; shares_close()
 *
 * Return: false after having said why.
 */
bool shares_open(struct xs_handle *xs, const char *who, struct shares *shares)
{
	shares->domid = ANY_DOMAIN;
	shares->domains = domains_open();
	if (!shares->domains)
		return false;
	if (who && !domains_find(shares->domains, who, &shares->domid))
		goto close_domains;
	if (!devices_read(xs, shares->domid, &shares->devices)) {
		say_error("out of memory");
		goto close_domains;
	}
	return true;

close_domains:
	domains_close(shares->domains);
	return false;
}

void shares_close(struct shares *shares)
{
	devices_free(&shares->devices);
	domains_close(shares->domains);
}
