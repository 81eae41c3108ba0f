/* SPDX-License-Identifier: GPL-2.0 */
/* Locks on files, and waiting for them. */
#ifndef _XENFS_COMPAT_BACKEND_LOCK_H
#define _XENFS_COMPAT_BACKEND_LOCK_H

#include <linux/sched.h>
#include <linux/wait.h>

#include "filelock.h"

/*
 * Waits for what is in the way of a lock to go, at most so many jiffies.
 * Returns how many are left, 0, or -ERESTARTSYS.
 */
static inline long xenfs_lock_wait(struct file_lock *fl, long timeout)
{
	return wait_event_interruptible_timeout(xenfs_fl(fl, wait),
			list_empty(&xenfs_fl(fl, blocked_member)), timeout);
}

#endif /* _XENFS_COMPAT_BACKEND_LOCK_H */
