// SPDX-License-Identifier: GPL-2.0
/*
 * xenstore: the few things that the tools do with it, with formatted paths.
 * Every function returns false, NULL or an empty list when xenstore refuses,
 * with errno set; strings and lists belong to the caller.
 */
#include "store.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

#define PATH_ROOM 512

#define FORMAT_PATH(path, fmt)						\
	do {								\
		va_list ap;						\
									\
		va_start(ap, fmt);					\
		vsnprintf(path, sizeof(path), fmt, ap);			\
		va_end(ap);						\
	} while (0)

/* Return: NULL after having said why. */
struct xs_handle *store_open(void)
{
	struct xs_handle *xs = xs_open(0);

	if (!xs)
		say_error("cannot reach xenstore: %s", strerror(errno));
	return xs;
}

/* The domain that we run in: shares are served from here. */
uint32_t store_own_domid(struct xs_handle *xs)
{
	char *s = store_read(xs, XBT_NULL, "domid");
	uint32_t domid = s ? strtoul(s, NULL, 10) : 0;

	free(s);
	return domid;
}

char *store_read(struct xs_handle *xs, xs_transaction_t t, const char *fmt, ...)
{
	char path[PATH_ROOM];
	unsigned int len;

	FORMAT_PATH(path, fmt);
	return xs_read(xs, t, path, &len);
}

bool store_write(struct xs_handle *xs, xs_transaction_t t, const char *value,
		 const char *fmt, ...)
{
	char path[PATH_ROOM];

	FORMAT_PATH(path, fmt);
	return xs_write(xs, t, path, value, strlen(value));
}

bool store_exists(struct xs_handle *xs, xs_transaction_t t, const char *fmt, ...)
{
	char path[PATH_ROOM];
	unsigned int len;
	char *value;

	FORMAT_PATH(path, fmt);
	value = xs_read(xs, t, path, &len);
	free(value);
	return value != NULL;
}

/* Makes a directory that @owner may write and @reader may read; what is
 * created in it later inherits that.
 */
bool store_mkdir(struct xs_handle *xs, xs_transaction_t t, uint32_t owner,
		 uint32_t reader, const char *fmt, ...)
{
	struct xs_permissions perms[2] = {
		{ .id = owner, .perms = XS_PERM_NONE },
		{ .id = reader, .perms = XS_PERM_READ },
	};
	char path[PATH_ROOM];

	FORMAT_PATH(path, fmt);
	return xs_mkdir(xs, t, path) && xs_set_permissions(xs, t, path, perms, 2);
}

bool store_remove(struct xs_handle *xs, xs_transaction_t t, const char *fmt, ...)
{
	char path[PATH_ROOM];

	FORMAT_PATH(path, fmt);
	return xs_rm(xs, t, path) || errno == ENOENT;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The children of a directory whose names are numbers, in ascending order;
 * never NULL but when memory is short.
 */
uint32_t *store_list_numbers(struct xs_handle *xs, xs_transaction_t t,
			     unsigned int *n, const char *fmt, ...)
{
	unsigned int total = 0;
	char path[PATH_ROOM];
	uint32_t *numbers;
	char **names;

	FORMAT_PATH(path, fmt);
	*n = 0;
	names = xs_directory(xs, t, path, &total);
	if (!names)
		total = 0;
	numbers = calloc(total + 1, sizeof(*numbers));
	for (unsigned int i = 0; numbers && i < total; i++) {
		char *end;
		unsigned long number = strtoul(names[i], &end, 10);

		if (end != names[i] && !*end && number <= UINT32_MAX)
			numbers[(*n)++] = number;
	}
	free(names);
	if (numbers)
		qsort(numbers, *n, sizeof(*numbers), by_number);
	return numbers;
}
