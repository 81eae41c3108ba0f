// SPDX-License-Identifier: GPL-2.0
/*
 * A share's pair of xenstore directories: reading, making, closing, removing.
 *
 *	/local/domain/OWN/backend/xenfs/DOMID/DEVID	ours, the guest reads
 *	/local/domain/DOMID/device/xenfs/DEVID		the guest's, we read
 *
 * Both kernels act as soon as a directory appears, so a pair is made in one
 * transaction, with its permissions. A pair whose guest end is gone is an
 * orphan: xl removes a dead domain's directory, but knows nothing of ours.
 */
#include "device.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store.h"

#define BACKENDS	"/local/domain/%u/backend/xenfs"
#define BACKEND		BACKENDS "/%u/%u"
#define FRONTENDS	"/local/domain/%u/device/xenfs"
#define FRONTEND	FRONTENDS "/%u"

const char *device_state_name(enum device_state state)
{
	static const char *const names[] = {
		"gone", "initialising", "waiting for the guest", "initialised",
		"connected", "closing", "closed",
	};

	return (unsigned int)state < sizeof(names) / sizeof(names[0]) ?
	       names[state] : "unknown";
}

static enum device_state parse_state(char *s)
{
	enum device_state state = s ? strtoul(s, NULL, 10) : STATE_GONE;

	free(s);
	return state;
}

static enum device_state backend_state(struct xs_handle *xs, const struct device *d)
{
	return parse_state(store_read(xs, XBT_NULL, BACKEND "/state",
				      d->own, d->domid, d->devid));
}

static char *backend_node(struct xs_handle *xs, xs_transaction_t t,
			  const struct device *d, const char *node)
{
	return store_read(xs, t, BACKEND "/%s", d->own, d->domid, d->devid, node);
}

static bool backend_bool(struct xs_handle *xs, const struct device *d, const char *node)
{
	char *s = backend_node(xs, XBT_NULL, d, node);
	bool ret = s && !strcmp(s, "1");

	free(s);
	return ret;
}

/* The backend's complaint, for the caller to free, or NULL. */
char *device_error(struct xs_handle *xs, const struct device *d)
{
	return backend_node(xs, XBT_NULL, d, "error");
}

static bool add_device(struct xs_handle *xs, struct devices *devices,
		       uint32_t own, uint32_t domid, uint32_t devid)
{
	struct device *list, *d;

	list = realloc(devices->list, (devices->n + 1) * sizeof(*list));
	if (!list)
		return false;
	devices->list = list;
	d = &list[devices->n++];
	*d = (struct device){ .own = own, .domid = domid, .devid = devid };
	d->tag = backend_node(xs, XBT_NULL, d, "tag");
	d->path = backend_node(xs, XBT_NULL, d, "path");
	d->mode = backend_node(xs, XBT_NULL, d, "mode");
	d->devices = backend_bool(xs, d, "devices");
	d->error = device_error(xs, d);
	d->backend = backend_state(xs, d);
	d->frontend = parse_state(store_read(xs, XBT_NULL, FRONTEND "/state",
					     domid, devid));
	d->orphan = !store_exists(xs, XBT_NULL, FRONTEND, domid, devid);
	return true;
}

/**
 * devices_read() - take a list of the shares
 * @xs: an open connection
 * @domid: of one guest only, or ANY_DOMAIN
 * @devices: filled in; devices_free()
 *
 * Return: false when memory is short.
 */
bool devices_read(struct xs_handle *xs, uint32_t domid, struct devices *devices)
{
	uint32_t own = store_own_domid(xs);
	unsigned int ndomids, ndevids;
	uint32_t *domids, *devids;
	bool ok;

	*devices = (struct devices){ 0 };
	domids = store_list_numbers(xs, XBT_NULL, &ndomids, BACKENDS, own);
	ok = domids != NULL;
	for (unsigned int i = 0; ok && i < ndomids; i++) {
		if (domid != ANY_DOMAIN && domid != domids[i])
			continue;
		devids = store_list_numbers(xs, XBT_NULL, &ndevids,
					    BACKENDS "/%u", own, domids[i]);
		ok = devids != NULL;
		for (unsigned int k = 0; ok && k < ndevids; k++)
			ok = add_device(xs, devices, own, domids[i], devids[k]);
		free(devids);
	}
	free(domids);
	if (!ok)
		devices_free(devices);
	return ok;
}

void devices_free(struct devices *devices)
{
	for (unsigned int i = 0; i < devices->n; i++) {
		struct device *d = &devices->list[i];

		free(d->tag);
		free(d->path);
		free(d->mode);
		free(d->error);
	}
	free(devices->list);
	*devices = (struct devices){ 0 };
}

/* Return: the guest's share of that tag, orphans apart, or NULL. */
struct device *devices_find(struct devices *devices, uint32_t domid, const char *tag)
{
	for (unsigned int i = 0; i < devices->n; i++) {
		struct device *d = &devices->list[i];

		if (d->domid == domid && !d->orphan && d->tag && !strcmp(d->tag, tag))
			return d;
	}
	return NULL;
}

static bool contains(const uint32_t *numbers, unsigned int n, uint32_t number)
{
	while (n--)
		if (numbers[n] == number)
			return true;
	return false;
}

/* The lowest number that neither end uses; CREATE_TAG_IN_USE if a share of
 * the guest has that tag.
 */
static enum device_create choose_devid(struct xs_handle *xs, xs_transaction_t t,
				       struct device *d, const char *tag)
{
	enum device_create ret = CREATE_DONE;
	unsigned int nback, nfront;
	uint32_t *back, *front;

	back = store_list_numbers(xs, t, &nback, BACKENDS "/%u", d->own, d->domid);
	front = store_list_numbers(xs, t, &nfront, FRONTENDS, d->domid);
	if (!back || !front)
		ret = CREATE_FAILED;
	for (unsigned int i = 0; ret == CREATE_DONE && i < nback; i++) {
		struct device other = { .own = d->own, .domid = d->domid, .devid = back[i] };
		char *its = backend_node(xs, t, &other, "tag");

		if (its && !strcmp(its, tag))
			ret = CREATE_TAG_IN_USE;
		free(its);
	}
	d->devid = 0;
	while (ret == CREATE_DONE && (contains(back, nback, d->devid) ||
				      contains(front, nfront, d->devid)))
		d->devid++;
	free(back);
	free(front);
	return ret;
}

static bool write_backend(struct xs_handle *xs, xs_transaction_t t,
			  const struct device *d, const struct spec *spec)
{
	char frontend[64], number[16];
	bool ok;

	snprintf(frontend, sizeof(frontend), FRONTEND, d->domid, d->devid);
	snprintf(number, sizeof(number), "%u", d->domid);
	ok = store_mkdir(xs, t, d->own, d->domid, BACKEND, d->own, d->domid, d->devid) &&
	     store_write(xs, t, frontend, BACKEND "/frontend", d->own, d->domid, d->devid) &&
	     store_write(xs, t, number, BACKEND "/frontend-id", d->own, d->domid, d->devid) &&
	     store_write(xs, t, "1", BACKEND "/online", d->own, d->domid, d->devid);
	for (enum spec_key k = 0; ok && k < SPEC_NKEYS; k++)
		ok = !spec->value[k] ||
		     store_write(xs, t, spec_node_value(spec, k), BACKEND "/%s",
				 d->own, d->domid, d->devid, spec_key_name(k));
	return ok && store_write(xs, t, "1", BACKEND "/state", d->own, d->domid, d->devid);
}

static bool write_frontend(struct xs_handle *xs, xs_transaction_t t,
			   const struct device *d)
{
	char backend[64], number[16];

	snprintf(backend, sizeof(backend), BACKEND, d->own, d->domid, d->devid);
	snprintf(number, sizeof(number), "%u", d->own);
	return store_mkdir(xs, t, d->domid, d->own, FRONTEND, d->domid, d->devid) &&
	       store_write(xs, t, backend, FRONTEND "/backend", d->domid, d->devid) &&
	       store_write(xs, t, number, FRONTEND "/backend-id", d->domid, d->devid) &&
	       store_write(xs, t, "1", FRONTEND "/state", d->domid, d->devid);
}

/**
 * device_create() - make a share's directories
 * @xs: an open connection
 * @domid: the guest
 * @spec: complete
 * @device: filled in, without strings
 */
enum device_create device_create(struct xs_handle *xs, uint32_t domid,
				 const struct spec *spec, struct device *device)
{
	struct device d = { .own = store_own_domid(xs), .domid = domid };
	enum device_create ret;

	do {
		xs_transaction_t t = xs_transaction_start(xs);

		if (t == XBT_NULL)
			return CREATE_FAILED;
		ret = choose_devid(xs, t, &d, spec->value[SPEC_TAG]);
		if (ret == CREATE_DONE &&
		    (!write_backend(xs, t, &d, spec) || !write_frontend(xs, t, &d)))
			ret = CREATE_FAILED;
		if (ret != CREATE_DONE) {
			int saved = errno;

			xs_transaction_end(xs, t, true);
			errno = saved;
			return ret;
		}
		if (xs_transaction_end(xs, t, false)) {
			*device = d;
			return CREATE_DONE;
		}
	} while (errno == EAGAIN);
	return CREATE_FAILED;
}

static int milliseconds_left(const struct timespec *begin, int seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return seconds * 1000 - (int)((now.tv_sec - begin->tv_sec) * 1000 +
				      (now.tv_nsec - begin->tv_nsec) / 1000000);
}

/**
 * device_wait() - wait for our end to come to a state
 * @xs: an open connection
 * @d: the share
 * @until: says whether a state is one that is waited for
 * @seconds: how long at most
 *
 * Return: the state at the end, whether it is what was waited for or not.
 */
enum device_state device_wait(struct xs_handle *xs, const struct device *d,
			      bool (*until)(enum device_state), int seconds)
{
	struct timespec begin;
	enum device_state state;
	char path[128];
	int left;

	snprintf(path, sizeof(path), BACKEND "/state", d->own, d->domid, d->devid);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	/* Without a watch we would only be late: there is the poll's limit. */
	xs_watch(xs, path, "state");
	for (;;) {
		struct pollfd fd = { .fd = xs_fileno(xs), .events = POLLIN };
		char **event;

		state = backend_state(xs, d);
		left = milliseconds_left(&begin, seconds);
		if (until(state) || left <= 0)
			break;
		if (poll(&fd, 1, left < 1000 ? left : 1000) <= 0)
			continue;
		while ((event = xs_check_watch(xs)))
			free(event);
	}
	xs_unwatch(xs, path, "state");
	return state;
}

/*
 * Asks both ends to part, in the manner of libxl: "online" = 0 says that it is
 * for good, the state Closing of our end makes the guest's let go. A guest
 * without a driver would never answer; nothing is open then, and we answer in
 * its place.
 */
bool device_close(struct xs_handle *xs, const struct device *d)
{
	enum device_state frontend;
	xs_transaction_t t;
	bool ok;

	do {
		t = xs_transaction_start(xs);
		if (t == XBT_NULL)
			return false;
		frontend = parse_state(store_read(xs, t, FRONTEND "/state",
						  d->domid, d->devid));
		ok = store_write(xs, t, "0", BACKEND "/online", d->own, d->domid, d->devid) &&
		     store_write(xs, t, "5", BACKEND "/state", d->own, d->domid, d->devid);
		if (ok && frontend == STATE_INITIALISING)
			ok = store_write(xs, t, "6", FRONTEND "/state", d->domid, d->devid);
		if (!ok) {
			xs_transaction_end(xs, t, true);
			return false;
		}
		ok = xs_transaction_end(xs, t, false);
	} while (!ok && errno == EAGAIN);
	return ok;
}

static void remove_if_empty(struct xs_handle *xs, xs_transaction_t t, const char *path)
{
	unsigned int n;
	char **names = xs_directory(xs, t, path, &n);

	if (names && n == 0)
		xs_rm(xs, t, path);
	free(names);
}

/* Removes both directories, and those above them that held nothing else. */
bool device_remove(struct xs_handle *xs, const struct device *d)
{
	char path[128];
	bool ok;

	do {
		xs_transaction_t t = xs_transaction_start(xs);

		if (t == XBT_NULL)
			return false;
		ok = store_remove(xs, t, FRONTEND, d->domid, d->devid) &&
		     store_remove(xs, t, BACKEND, d->own, d->domid, d->devid);
		if (!ok) {
			xs_transaction_end(xs, t, true);
			return false;
		}
		snprintf(path, sizeof(path), FRONTENDS, d->domid);
		remove_if_empty(xs, t, path);
		snprintf(path, sizeof(path), BACKENDS "/%u", d->own, d->domid);
		remove_if_empty(xs, t, path);
		ok = xs_transaction_end(xs, t, false);
	} while (!ok && errno == EAGAIN);
	return ok;
}

/**
 * devices_clean() - remove what dead domains left behind
 * @xs: an open connection
 *
 * Return: how many there were, or -1.
 */
int devices_clean(struct xs_handle *xs)
{
	struct devices devices;
	int n = 0;

	if (!devices_read(xs, ANY_DOMAIN, &devices))
		return -1;
	for (unsigned int i = 0; i < devices.n; i++)
		if (devices.list[i].orphan && device_remove(xs, &devices.list[i]))
			n++;
	devices_free(&devices);
	return n;
}
