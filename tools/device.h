/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XENFS_DEVICE_H
#define XENFS_DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <xenstore.h>

#include "spec.h"

/* XenbusState, xen/io/xenbus.h */
enum device_state {
	STATE_GONE = 0,		/* "Unknown", or there is no node */
	STATE_INITIALISING = 1,
	STATE_INIT_WAIT = 2,
	STATE_INITIALISED = 3,
	STATE_CONNECTED = 4,
	STATE_CLOSING = 5,
	STATE_CLOSED = 6,
};

/**
 * struct device - one share of one guest, as xenstore has it
 * @own: the domain that serves it (we)
 * @domid: the guest
 * @devid: number of the device
 * @backend: state of our end
 * @frontend: state of the guest's end
 * @devices: the guest may make device nodes
 * @orphan: the guest's directory is gone: a leftover of a dead domain
 * @error: the backend's complaint, or NULL
 *
 * The strings belong to the device, devices_free().
 */
struct device {
	uint32_t own, domid, devid;
	enum device_state backend, frontend;
	bool devices;
	bool orphan;
	char *tag, *path, *mode, *error;
};

struct devices {
	struct device *list;
	unsigned int n;
};

#define ANY_DOMAIN UINT32_MAX

bool devices_read(struct xs_handle *xs, uint32_t domid, struct devices *devices);
void devices_free(struct devices *devices);
struct device *devices_find(struct devices *devices, uint32_t domid, const char *tag);
const char *device_state_name(enum device_state state);

enum device_create {
	CREATE_DONE,
	CREATE_TAG_IN_USE,
	CREATE_FAILED,		/* errno says why */
};
enum device_create device_create(struct xs_handle *xs, uint32_t domid,
				 const struct spec *spec, struct device *device);
enum device_state device_wait(struct xs_handle *xs, const struct device *device,
			      bool (*until)(enum device_state), int seconds);
char *device_error(struct xs_handle *xs, const struct device *device);
bool device_close(struct xs_handle *xs, const struct device *device);
bool device_remove(struct xs_handle *xs, const struct device *device);
int devices_clean(struct xs_handle *xs);

#endif
