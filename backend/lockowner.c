// SPDX-License-Identifier: GPL-2.0
/*
 * Owners of POSIX locks.
 *
 * An owner is a number of the guest's, in one session.  Its object is what the
 * VFS compares; each lock that the VFS keeps of it holds it (lm_get_owner), which
 * also counts the locks, and it goes with the last.  While it exists the session
 * finds it by its number.
 *
 * Locks have to be given back before the open file is closed through which they
 * were taken.  Which owners have used an open file so is remembered in a list of
 * *uses*; a use is forgotten when the owner has no lock on the file any more: it
 * has unlocked all of it, or the open file goes.
 *
 * owner->lock is held while the VFS gives or takes a lock and the use is noted,
 * so that both agree; session->owner_lock protects the table and the lists.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "backend-lock.h"
#include "lock.h"
#include "node.h"
#include "share.h"

static const struct rhashtable_params owners_params = {
	.head_offset = offsetof(struct xenfsd_lock_owner, hash),
	.key_offset = offsetof(struct xenfsd_lock_owner, number),
	.key_len = sizeof(u64),
	.automatic_shrinking = true,
};

int xenfsd_locks_init(struct xenfsd_session *session)
{
	return rhashtable_init(&session->owners, &owners_params);
}

void xenfsd_locks_destroy(struct xenfsd_session *session)
{
	rhashtable_destroy(&session->owners);
}

static void owner_free(struct work_struct *work)
{
	struct xenfsd_lock_owner *owner =
		container_of(work, struct xenfsd_lock_owner, free);

	xenfsd_session_put(owner->session);
	kfree(owner);
	module_put(THIS_MODULE);
}

/* session->owner_lock is held and dropped here. */
static void owner_release(struct kref *ref) __releases(ref)
{
	struct xenfsd_lock_owner *owner =
		container_of(ref, struct xenfsd_lock_owner, ref);

	rhashtable_remove_fast(&owner->session->owners, &owner->hash,
			       owners_params);
	spin_unlock(&owner->session->owner_lock);
	/* Whoever looked at a lock here may be the last, and has no module. */
	INIT_WORK(&owner->free, owner_free);
	queue_work(xenfsd_wq, &owner->free);
}

/* Does not wait. */
void xenfsd_lock_owner_put(struct xenfsd_lock_owner *owner)
{
	kref_put_lock(&owner->ref, owner_release, &owner->session->owner_lock);
}

static struct xenfsd_lock_owner *find_locked(struct xenfsd_session *session,
					     u64 number)
{
	struct xenfsd_lock_owner *owner;

	lockdep_assert_held(&session->owner_lock);
	owner = rhashtable_lookup_fast(&session->owners, &number, owners_params);
	if (owner)
		kref_get(&owner->ref);
	return owner;
}

/**
 * xenfsd_lock_owner_find() - the owner of a number
 * @session: the session
 * @number: as the guest sent it
 *
 * Return: the owner with a reference, or NULL if it has no locks.
 */
struct xenfsd_lock_owner *xenfsd_lock_owner_find(struct xenfsd_session *session,
						 u64 number)
{
	struct xenfsd_lock_owner *owner;

	spin_lock(&session->owner_lock);
	owner = find_locked(session, number);
	spin_unlock(&session->owner_lock);
	return owner;
}

static struct xenfsd_lock_owner *owner_new(struct xenfsd_session *session,
					   u64 number)
{
	struct xenfsd_lock_owner *owner = kzalloc(sizeof(*owner), GFP_KERNEL);

	if (!owner)
		return NULL;
	kref_init(&owner->ref);
	owner->number = number;
	INIT_LIST_HEAD(&owner->uses);
	mutex_init(&owner->lock);
	__module_get(THIS_MODULE);	/* the thread has one */
	kref_get(&session->ref);
	owner->session = session;
	return owner;
}

/**
 * xenfsd_lock_owner_make() - the owner of a number, made if there is none
 * @session: the session
 * @number: as the guest sent it
 *
 * Return: the owner with a reference, or ERR_PTR(-ENOMEM).
 */
struct xenfsd_lock_owner *xenfsd_lock_owner_make(struct xenfsd_session *session,
						 u64 number)
{
	struct xenfsd_lock_owner *owner, *new;
	int err = 0;

	owner = xenfsd_lock_owner_find(session, number);
	if (owner)
		return owner;
	new = owner_new(session, number);
	if (!new)
		return ERR_PTR(-ENOMEM);

	spin_lock(&session->owner_lock);
	owner = find_locked(session, number);
	if (!owner)
		err = rhashtable_insert_fast(&session->owners, &new->hash,
					     owners_params);
	spin_unlock(&session->owner_lock);
	if (!owner && !err)
		return new;
	owner_free(&new->free);
	return err ? ERR_PTR(-ENOMEM) : owner;
}

/**
 * xenfsd_lock_owner_count() - make an owner that of one lock more
 * @owner: the owner
 *
 * Return: what goes into the lock, with xenfsd_lock_ops; when the VFS frees the
 * lock it is taken back.
 */
fl_owner_t xenfsd_lock_owner_count(struct xenfsd_lock_owner *owner)
{
	kref_get(&owner->ref);
	atomic_inc(&owner->session->share->nr_locks);
	return owner;
}

static fl_owner_t lm_get_owner(fl_owner_t owner)
{
	return xenfsd_lock_owner_count(owner);
}

static void lm_put_owner(fl_owner_t p)
{
	struct xenfsd_lock_owner *owner = p;

	atomic_dec(&owner->session->share->nr_locks);
	xenfsd_lock_owner_put(owner);
}

const struct lock_manager_operations xenfsd_lock_ops = {
	.lm_get_owner = lm_get_owner,
	.lm_put_owner = lm_put_owner,
};

/**
 * xenfsd_lock_use_new() - memory for a use
 * @of: of which file
 * @owner: by whom
 *
 * Return: the use, or an ERR_PTR: -ENOLCK if there are too many.
 */
struct xenfsd_lock_use *xenfsd_lock_use_new(struct xenfsd_openfile *of,
					    struct xenfsd_lock_owner *owner)
{
	struct xenfsd_session *session = owner->session;
	struct xenfsd_share *share = session->share;
	struct xenfsd_lock_use *use;

	if (atomic_read(&share->nr_lock_uses) >= session->config.max_open)
		return ERR_PTR(-ENOLCK);
	use = kzalloc(sizeof(*use), GFP_KERNEL);
	if (!use)
		return ERR_PTR(-ENOMEM);
	atomic_inc(&share->nr_lock_uses);
	kref_get(&owner->ref);
	use->owner = owner;
	use->of = of;
	return use;
}

/* @use is not noted, or no longer.  Its owner is held by the caller, too. */
void xenfsd_lock_use_free(struct xenfsd_lock_use *use)
{
	atomic_dec(&use->owner->session->share->nr_lock_uses);
	xenfsd_lock_owner_put(use->owner);
	kfree(use);
}

/**
 * xenfsd_lock_use_note() - an owner has taken a lock through an open file
 * @new: a use of that file by that owner; set to NULL if it was needed
 *
 * Context: owner->lock is held.
 */
void xenfsd_lock_use_note(struct xenfsd_lock_use **new)
{
	struct xenfsd_lock_owner *owner = (*new)->owner;
	struct xenfsd_session *session = owner->session;
	struct xenfsd_lock_use *use;

	lockdep_assert_held(&owner->lock);
	spin_lock(&session->owner_lock);
	list_for_each_entry(use, &owner->uses, owner_link)
		if (use->of == (*new)->of)
			goto unlock;
	list_add(&(*new)->of_link, &(*new)->of->lock_uses);
	list_add(&(*new)->owner_link, &owner->uses);
	*new = NULL;
unlock:
	spin_unlock(&session->owner_lock);
}

/**
 * xenfsd_lock_uses_forget() - an owner has no lock on a file any more
 * @owner: the owner
 * @node: the file's
 *
 * Context: owner->lock is held, and has been since the locks were given back.
 */
void xenfsd_lock_uses_forget(struct xenfsd_lock_owner *owner,
			     struct xenfsd_node *node)
{
	struct xenfsd_session *session = owner->session;
	struct xenfsd_lock_use *use, *next;
	LIST_HEAD(done);

	lockdep_assert_held(&owner->lock);
	spin_lock(&session->owner_lock);
	list_for_each_entry_safe(use, next, &owner->uses, owner_link) {
		if (use->of->node != node)
			continue;
		list_del(&use->of_link);
		list_move(&use->owner_link, &done);
	}
	spin_unlock(&session->owner_lock);
	list_for_each_entry_safe(use, next, &done, owner_link)
		xenfsd_lock_use_free(use);
}

static struct xenfsd_lock_owner *first_user(struct xenfsd_openfile *of)
{
	struct xenfsd_session *session = of->node->session;
	struct xenfsd_lock_use *use;

	spin_lock(&session->owner_lock);
	use = list_first_entry_or_null(&of->lock_uses, struct xenfsd_lock_use,
				       of_link);
	if (use)
		kref_get(&use->owner->ref);
	spin_unlock(&session->owner_lock);
	return use ? use->owner : NULL;
}

/*
 * All POSIX locks of an owner on a file.  A file system that keeps locks itself
 * (FUSE) may have nothing of them in the inode, and leave those that a close is
 * to end to ->flush.
 */
static void unlock_all(struct file *file, struct xenfsd_lock_owner *owner)
{
	struct file_lock fl;

	if (file->f_op->lock) {
		locks_init_lock(&fl);
		xenfs_fl(&fl, owner) = owner;
		xenfs_fl(&fl, flags) = FL_POSIX;
		xenfs_fl(&fl, type) = F_UNLCK;
		xenfs_fl(&fl, file) = file;
		xenfs_fl(&fl, pid) = 0;
		fl.fl_start = 0;
		fl.fl_end = OFFSET_MAX;
		vfs_lock_file(file, F_SETLK, &fl, NULL);
	}
	locks_remove_posix(file, owner);
}

/**
 * xenfsd_locks_drop() - give back what was locked through an open file
 * @of: its last reference is gone
 *
 * The locks of an owner on one file go all together, as when a process closes
 * one of its descriptors of it.  What flock() took goes with the file.
 */
void xenfsd_locks_drop(struct xenfsd_openfile *of)
{
	struct xenfsd_lock_owner *owner;

	while ((owner = first_user(of))) {
		mutex_lock(&owner->lock);
		unlock_all(of->file, owner);
		xenfsd_lock_uses_forget(owner, of->node);
		mutex_unlock(&owner->lock);
		xenfsd_lock_owner_put(owner);
	}
	if (atomic_read(&of->flocked))
		atomic_dec(&of->node->session->share->nr_locks);
}
