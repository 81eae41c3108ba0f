/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XENFS_STORE_H
#define XENFS_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <xenstore.h>

/*
 * xenstore, with paths that are formatted like printf's. A transaction is 0
 * (XBT_NULL) where there is none.
 */
struct xs_handle *store_open(void);
uint32_t store_own_domid(struct xs_handle *xs);

__attribute__((format(printf, 3, 4)))
char *store_read(struct xs_handle *xs, xs_transaction_t t, const char *fmt, ...);
__attribute__((format(printf, 4, 5)))
bool store_write(struct xs_handle *xs, xs_transaction_t t, const char *value,
		 const char *fmt, ...);
__attribute__((format(printf, 3, 4)))
bool store_exists(struct xs_handle *xs, xs_transaction_t t, const char *fmt, ...);
__attribute__((format(printf, 5, 6)))
bool store_mkdir(struct xs_handle *xs, xs_transaction_t t, uint32_t owner,
		 uint32_t reader, const char *fmt, ...);
__attribute__((format(printf, 3, 4)))
bool store_remove(struct xs_handle *xs, xs_transaction_t t, const char *fmt, ...);
__attribute__((format(printf, 4, 5)))
uint32_t *store_list_numbers(struct xs_handle *xs, xs_transaction_t t,
			     unsigned int *n, const char *fmt, ...);

#endif
