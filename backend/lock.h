/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Owners of POSIX locks, and the open files through which they took them.
 */
#ifndef _XENFSD_LOCK_H
#define _XENFSD_LOCK_H

#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/workqueue.h>

struct xenfsd_node;
struct xenfsd_openfile;
struct xenfsd_session;

struct xenfsd_lock_owner {
	struct kref ref;
	struct xenfsd_session *session;
	u64 number;			/* the guest's */
	struct rhash_head hash;		/* session->owner_lock */
	struct list_head uses;		/* likewise */
	struct mutex lock;
	struct work_struct free;
};

/* An owner has taken locks through an open file. */
struct xenfsd_lock_use {
	struct list_head of_link;	/* of->lock_uses, session->owner_lock */
	struct list_head owner_link;	/* owner->uses, likewise */
	struct xenfsd_openfile *of;
	struct xenfsd_lock_owner *owner;	/* held */
};

/* lockowner.c */
extern const struct lock_manager_operations xenfsd_lock_ops;
struct xenfsd_lock_owner *xenfsd_lock_owner_find(struct xenfsd_session *session,
						 u64 number);
struct xenfsd_lock_owner *xenfsd_lock_owner_make(struct xenfsd_session *session,
						 u64 number);
void xenfsd_lock_owner_put(struct xenfsd_lock_owner *owner);
fl_owner_t xenfsd_lock_owner_count(struct xenfsd_lock_owner *owner);
struct xenfsd_lock_use *xenfsd_lock_use_new(struct xenfsd_openfile *of,
					    struct xenfsd_lock_owner *owner);
void xenfsd_lock_use_free(struct xenfsd_lock_use *use);
void xenfsd_lock_use_note(struct xenfsd_lock_use **use);
void xenfsd_lock_uses_forget(struct xenfsd_lock_owner *owner,
			     struct xenfsd_node *node);

#endif /* _XENFSD_LOCK_H */
