/* SPDX-License-Identifier: GPL-2.0 */
/* Locks on files, and what older kernels do not tell of them. */
#ifndef _XENFS_COMPAT_FRONTEND_LOCK_H
#define _XENFS_COMPAT_FRONTEND_LOCK_H

#include "filelock.h"

#ifndef XENFS_HAVE_FILE_LOCK_CORE
static inline bool lock_is_unlock(struct file_lock *fl)
{
	return fl->fl_type == F_UNLCK;
}
#endif

#endif /* _XENFS_COMPAT_FRONTEND_LOCK_H */
