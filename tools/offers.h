/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XENFS_OFFERS_H
#define XENFS_OFFERS_H

#include <stdbool.h>
#include <stddef.h>

/* The shares attached to this guest. */
bool offers_have(const char *tag);
unsigned int offers_join(char *text, size_t size);
bool offers_wait(const char *tag, unsigned int seconds);

#endif
