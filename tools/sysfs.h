/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XENFS_SYSFS_H
#define XENFS_SYSFS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the guest has the share mounted, if the backend says. */
enum mounted { MOUNTED_NO, MOUNTED_YES, MOUNTED_UNKNOWN };

/* One figure of a share: its file's name, and what it said. */
struct figure {
	char *name;
	long long value;
};

struct figures {
	struct figure *list;
	unsigned int n;
};

enum mounted sysfs_mounted(uint32_t domid, uint32_t devid);
bool sysfs_figures(uint32_t domid, uint32_t devid, struct figures *figures);
void figures_free(struct figures *figures);
const struct figure *figures_find(const struct figures *figures, const char *name);
bool sysfs_driver_present(void);

#endif
