/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Locks on files: where they are declared, and what of struct file_lock has
 * other names in older kernels.
 */
#ifndef _XENFS_COMPAT_FILELOCK_H
#define _XENFS_COMPAT_FILELOCK_H

#include <linux/fs.h>

#ifdef XENFS_HAVE_FILELOCK_H
#include <linux/filelock.h>
#endif

#ifdef XENFS_HAVE_FILE_LOCK_CORE
#define xenfs_fl(fl, field)	((fl)->c.flc_##field)
#else
#define xenfs_fl(fl, field)	((fl)->fl_##field)
#endif

#endif /* _XENFS_COMPAT_FILELOCK_H */
