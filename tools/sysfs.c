// SPDX-License-Identifier: GPL-2.0
/*
 * What the backend tells of a share in sysfs:
 *
 *	/sys/bus/xen-backend/devices/xenfs-DOMID-DEVID/mounted
 *	/sys/bus/xen-backend/devices/xenfs-DOMID-DEVID/statistics/NAME
 *
 * Each statistics file holds one number. We know none of them by name but
 * those that a table has room for: what exists is what is shown.
 */
#include "sysfs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEVICE "/sys/bus/xen-backend/devices/xenfs-%u-%u"

/* Whether the backend's module is there to answer at all. */
bool sysfs_driver_present(void)
{
	return access("/sys/bus/xen-backend/drivers/xenfs", F_OK) == 0;
}

static bool read_number(const char *path, long long *value)
{
	FILE *f = fopen(path, "re");
	bool ok;

	if (!f)
		return false;
	ok = fscanf(f, "%lld", value) == 1;
	fclose(f);
	return ok;
}

enum mounted sysfs_mounted(uint32_t domid, uint32_t devid)
{
	long long value;
	char path[128];

	snprintf(path, sizeof(path), DEVICE "/mounted", domid, devid);
	if (!read_number(path, &value))
		return MOUNTED_UNKNOWN;
	return value ? MOUNTED_YES : MOUNTED_NO;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct figure *)a)->name, ((const struct figure *)b)->name);
}

static bool add_figure(struct figures *figures, const char *name, long long value)
{
	struct figure *list;

	list = realloc(figures->list, (figures->n + 1) * sizeof(*list));
	if (!list)
		return false;
	figures->list = list;
	list[figures->n].name = strdup(name);
	list[figures->n].value = value;
	if (!list[figures->n].name)
		return false;
	figures->n++;
	return true;
}

/**
 * sysfs_figures() - read all of a share's statistics
 * @domid: the guest
 * @devid: the device
 * @figures: filled in, sorted by name; figures_free()
 *
 * Return: false when the backend offers none.
 */
bool sysfs_figures(uint32_t domid, uint32_t devid, struct figures *figures)
{
	struct dirent *entry;
	char dir[128], path[512];
	long long value;
	DIR *d;

	*figures = (struct figures){ 0 };
	snprintf(dir, sizeof(dir), DEVICE "/statistics", domid, devid);
	d = opendir(dir);
	if (!d)
		return false;
	while ((entry = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (entry->d_name[0] != '.' && read_number(path, &value))
			add_figure(figures, entry->d_name, value);
	}
	closedir(d);
	if (figures->n)
		qsort(figures->list, figures->n, sizeof(*figures->list), by_name);
	return true;
}

void figures_free(struct figures *figures)
{
	for (unsigned int i = 0; i < figures->n; i++)
		free(figures->list[i].name);
	free(figures->list);
	*figures = (struct figures){ 0 };
}

const struct figure *figures_find(const struct figures *figures, const char *name)
{
	for (unsigned int i = 0; i < figures->n; i++)
		if (!strcmp(figures->list[i].name, name))
			return &figures->list[i];
	return NULL;
}
