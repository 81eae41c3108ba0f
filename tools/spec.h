/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XENFS_SPEC_H
#define XENFS_SPEC_H

#include <stddef.h>

enum spec_key {
	SPEC_TAG,
	SPEC_PATH,
	SPEC_MODE,
	SPEC_DEVICES,
	SPEC_SQUASH,
	SPEC_ANONUID,
	SPEC_ANONGID,
	SPEC_SUBMOUNTS,
	SPEC_MAX_PAGES,
	SPEC_MAX_NODES,
	SPEC_MAX_OPEN,
	SPEC_MAX_REQUESTS,
	SPEC_NKEYS
};

/* A message fits in so many octets, however long the input. */
#define SPEC_ERROR_MAX 512

/* How long a path may be: a xenstore message holds 4096 octets, its own
 * path included.
 */
#define SPEC_PATH_MAX 3968

/**
 * struct spec - what a share is to be
 * @value: by key; NULL where nothing was said. Owned; spec_free()
 */
struct spec {
	char *value[SPEC_NKEYS];
};

void spec_init(struct spec *spec);
void spec_free(struct spec *spec);
int spec_parse(struct spec *spec, const char *text, char error[SPEC_ERROR_MAX]);
int spec_complete(struct spec *spec, char error[SPEC_ERROR_MAX]);
const char *spec_key_name(enum spec_key key);
const char *spec_node_value(const struct spec *spec, enum spec_key key);

#endif
