/* SPDX-License-Identifier: GPL-2.0 */
/* cmocka wants these before its own header. */
#ifndef XENFS_UNIT_H
#define XENFS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
