/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XENFS_SHARES_H
#define XENFS_SHARES_H

#include <stdbool.h>
#include <stdint.h>
#include <xenstore.h>

#include "device.h"
#include "domain.h"

/**
 * struct shares - the shares that a command is about
 * @domains: a connection, for the guests' names
 * @domid: the one guest whose shares they are, or ANY_DOMAIN
 * @devices: the shares
 */
struct shares {
	struct domains *domains;
	uint32_t domid;
	struct devices devices;
};

bool shares_open(struct xs_handle *xs, const char *who, struct shares *shares);
void shares_close(struct shares *shares);

#endif
