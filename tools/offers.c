// SPDX-License-Identifier: GPL-2.0
/*
 * The shares that dom0 offers to this guest, as the frontend shows them:
 *
 *	/sys/bus/xen/devices/xenfs-N/tag
 */
#include "offers.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DEVICES "/sys/bus/xen/devices"

/* Reads the tag of a device; false if it is not a share, or has none yet. */
static bool read_tag(const char *device, char *tag, size_t size)
{
	char path[320];
	bool ok;
	FILE *f;

	if (strncmp(device, "xenfs-", 6))
		return false;
	snprintf(path, sizeof(path), DEVICES "/%.255s/tag", device);
	f = fopen(path, "re");
	if (!f)
		return false;
	ok = fgets(tag, (int)size, f) != NULL;
	fclose(f);
	if (ok)
		tag[strcspn(tag, "\n")] = '\0';
	return ok && tag[0];
}

bool offers_have(const char *tag)
{
	struct dirent *entry;
	bool found = false;
	char other[128];
	DIR *d = opendir(DEVICES);

	while (d && !found && (entry = readdir(d)))
		found = read_tag(entry->d_name, other, sizeof(other)) && !strcmp(tag, other);
	if (d)
		closedir(d);
	return found;
}

/* Puts all tags into @text, separated by ", ". Return: how many there are. */
unsigned int offers_join(char *text, size_t size)
{
	struct dirent *entry;
	DIR *d = opendir(DEVICES);
	unsigned int n = 0;
	char tag[128];

	text[0] = '\0';
	while (d && (entry = readdir(d))) {
		size_t len = strlen(text);

		if (!read_tag(entry->d_name, tag, sizeof(tag)))
			continue;
		snprintf(text + len, size - len, "%s%s", n++ ? ", " : "", tag);
	}
	if (d)
		closedir(d);
	return n;
}

/* Waits until a tag is on offer. Return: whether it is, in the end. */
bool offers_wait(const char *tag, unsigned int seconds)
{
	const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };

	for (unsigned int i = 0; i <= seconds * 10; i++) {
		if (offers_have(tag))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}
