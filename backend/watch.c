// SPDX-License-Identifier: GPL-2.0
/*
 * Watches: how the version words come to change in the task that changes an
 * inode, before its system call returns.
 *
 * Each inode of which there is a node has one mark of ours in fsnotify; an event
 * calls handle() in the modifying task, after the change.  Every node of the
 * inode gets a new version word there, and the guest's next look at its table
 * finds it.  A thread of ours that executes a request is recognised: its own
 * session's node is left alone, for the answer tells that guest; those of other
 * sessions are not.
 *
 * An event on a name is one on its directory.  The inode behind the name has
 * changed, too, and is not told of the removal of a directory: so the nodes of
 * that inode get new words as well.
 *
 * Writers of which there is no event for each change: asynchronous ones, loop
 * devices, mappings.  All of them have the file open for writing, and an open
 * is an event.  As long as somebody outside this module may have it open so, the
 * words of the inode are volatile: the guest asks each time.
 *
 *	i_writecount grows before FS_OPEN, and before the opener can write.
 *	FS_CLOSE_WRITE comes before i_writecount shrinks, and after the closer's
 *	last write.
 *
 * So handle() sets watch->foreign at an FS_OPEN with more writers than our own,
 * and clears it at an FS_CLOSE_WRITE by the last.  Of two who close at the same
 * time each sees the other, and neither clears it: xenfsd_watch_settle() does
 * when a guest asks next.  Our own files are counted out of watch->writers
 * before they are closed: in between a foreign reader is taken for a writer,
 * which costs the guest a question.
 *
 * Whoever clears it makes new words: what was written meanwhile is not known.
 *
 * Of chattr older kernels tell nothing, but it opens the file, to read, and closes
 * it: whoever closes a file whose ctime is not that of the last event has changed
 * it so.
 *
 * Costs of an event on an inode that K nodes are of: a call and K stores, under
 * a lock of the inode's own.  Inodes without a node have no mark and cost
 * nothing.
 *
 * Locks: watches_lock (a mutex, nothing of ours is taken outside of it) for the
 * table and watch->users; watch->lock, inside of everything that the VFS may
 * hold when it tells of an event, for the nodes; node->word_lock inside it.
 */
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "backend.h"
#include "node.h"
#include "request.h"
#include "share.h"
#include "watch.h"

#define CLOSE_EVENTS	(FS_CLOSE_WRITE | FS_CLOSE_NOWRITE)

#define EVENTS	(FS_MODIFY | FS_ATTRIB | FS_OPEN | CLOSE_EVENTS |	\
		 FS_CREATE | FS_DELETE | FS_MOVED_FROM | FS_MOVED_TO |	\
		 FS_MOVE_SELF | FS_DELETE_SELF)

/* Events that tell of names, not of the inode itself. */
#define NAME_EVENTS	(FS_CREATE | FS_DELETE | FS_MOVED_FROM | FS_MOVED_TO)

static struct fsnotify_group *group;
static struct kmem_cache *watch_cache;
static DEFINE_MUTEX(watches_lock);
static struct rhashtable watches;

static const struct rhashtable_params by_inode_params = {
	.head_offset = offsetof(struct xenfsd_watch, hash),
	.key_offset = offsetof(struct xenfsd_watch, inode),
	.key_len = sizeof(struct inode *),
	.automatic_shrinking = true,
};

/* @ours: how many there are, besides, that are known not to write unseen. */
static bool others_write_locked(struct xenfsd_watch *watch, int ours)
{
	lockdep_assert_held(&watch->lock);
	return watch->gone ||
	       atomic_read(&watch->inode->i_writecount) - ours > watch->writers;
}

/* A mapping of an overlay's file outlives the file, and holds the real one. */
static bool is_overlay(const struct xenfsd_watch *watch)
{
	return watch->inode->i_sb->s_magic == OVERLAYFS_SUPER_MAGIC;
}

/* New words for all nodes but that of the session that makes the change. */
static void change_locked(struct xenfsd_watch *watch,
			  const struct xenfsd_session *own)
{
	struct xenfsd_node *node;

	lockdep_assert_held(&watch->lock);
	list_for_each_entry(node, &watch->nodes, watched)
		if (node->session != own)
			xenfsd_node_changed(node);
}

static void set_foreign_locked(struct xenfsd_watch *watch, bool foreign)
{
	lockdep_assert_held(&watch->lock);
	if (watch->foreign == foreign)
		return;
	WRITE_ONCE(watch->foreign, foreign);
	change_locked(watch, NULL);
}

/* Whether the inode has changed since the last event, and nothing was told. */
static bool changed_untold_locked(struct xenfsd_watch *watch)
{
	struct timespec64 ctime = xenfs_inode_ctime(watch->inode);
	bool changed = !timespec64_equal(&ctime, &watch->ctime);

	lockdep_assert_held(&watch->lock);
	watch->ctime = ctime;
	return changed;
}

static void tell(struct xenfsd_watch *watch, u32 mask,
		 const struct xenfsd_request *own)
{
	bool quiet = !(mask & ~(FS_OPEN | CLOSE_EVENTS));
	bool changed;

	spin_lock(&watch->lock);
	/* what has changed meanwhile without an event is not our threads' doing */
	changed = !(own && quiet) && changed_untold_locked(watch);
	/* what our threads open and close is counted */
	if (!own && mask & FS_OPEN && others_write_locked(watch, 0))
		set_foreign_locked(watch, true);
	if (!quiet || changed)
		change_locked(watch, own ? own->session : NULL);
	if (!own && mask & FS_CLOSE_WRITE && watch->foreign &&
	    !is_overlay(watch) && !others_write_locked(watch, 1))
		set_foreign_locked(watch, false);
	/* the kernel takes our mark away with the last name: nothing is told then */
	if (mask & FS_DELETE_SELF) {
		watch->gone = true;
		set_foreign_locked(watch, true);
	}
	spin_unlock(&watch->lock);
}

/* The inode behind a name. */
static void tell_inode(struct inode *inode, const struct xenfsd_request *own)
{
	struct xenfsd_watch *watch;

	rcu_read_lock();
	watch = rhashtable_lookup(&watches, &inode, by_inode_params);
	if (watch)
		tell(watch, FS_ATTRIB, own);
	rcu_read_unlock();
}

/* In the task that makes the change; it may hold locks of the file system. */
static int handle(struct fsnotify_mark *mark, u32 mask, struct inode *inode,
		  struct inode *dir, const struct qstr *name, u32 cookie)
{
	struct xenfsd_watch *watch = container_of(mark, struct xenfsd_watch, mark);
	const struct xenfsd_request *own = xenfsd_request_current();

	tell(watch, mask & EVENTS, own);
	if (mask & NAME_EVENTS && inode && inode != watch->inode)
		tell_inode(inode, own);
	return 0;
}

static void free_rcu_watch(struct rcu_head *head)
{
	kmem_cache_free(watch_cache,
			container_of(head, struct xenfsd_watch, rcu));
}

/* fsnotify has let go of it; tell_inode() may still be looking. */
static void free_mark(struct fsnotify_mark *mark)
{
	call_rcu(&container_of(mark, struct xenfsd_watch, mark)->rcu,
		 free_rcu_watch);
}

static const struct fsnotify_ops watch_ops = {
	.handle_inode_event = handle,
	.free_mark = free_mark,
};

static struct xenfsd_watch *watch_new(struct inode *inode)
{
	const struct xenfsd_request *own;
	struct xenfsd_watch *watch;
	int err;

	lockdep_assert_held(&watches_lock);
	watch = kmem_cache_zalloc(watch_cache, GFP_NOFS);
	if (!watch)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&watch->lock);
	INIT_LIST_HEAD(&watch->nodes);
	watch->inode = inode;
	watch->users = 1;
	/* an event needs nothing but this */
	fsnotify_init_mark(&watch->mark, group);
	watch->mark.mask = EVENTS;

	err = rhashtable_insert_fast(&watches, &watch->hash, by_inode_params);
	if (err)
		goto put_mark;
	err = fsnotify_add_inode_mark(&watch->mark, inode, 0);
	if (err)
		goto remove;
	/* from here on opens are told; what was just made is open already */
	own = xenfsd_request_current();
	spin_lock(&watch->lock);
	watch->ctime = xenfs_inode_ctime(inode);
	watch->foreign = others_write_locked(watch,
					     own && own->opening == inode);
	spin_unlock(&watch->lock);
	return watch;

remove:
	rhashtable_remove_fast(&watches, &watch->hash, by_inode_params);
put_mark:
	fsnotify_put_mark(&watch->mark);
	return ERR_PTR(err);
}

/**
 * xenfsd_watch_get() - watch an inode
 * @inode: held by the caller for as long
 *
 * Context: may sleep.
 * Return: the watch, which is to be put, or an ERR_PTR.
 */
struct xenfsd_watch *xenfsd_watch_get(struct inode *inode)
{
	struct xenfsd_watch *watch;

	mutex_lock(&watches_lock);
	watch = rhashtable_lookup_fast(&watches, &inode, by_inode_params);
	if (watch)
		watch->users++;
	else
		watch = watch_new(inode);
	mutex_unlock(&watches_lock);
	return watch;
}

/**
 * xenfsd_watch_put() - let go of a watch
 * @watch: no node of the caller's is in it
 *
 * Context: may sleep.
 */
void xenfsd_watch_put(struct xenfsd_watch *watch)
{
	mutex_lock(&watches_lock);
	if (--watch->users == 0) {
		rhashtable_remove_fast(&watches, &watch->hash, by_inode_params);
		fsnotify_destroy_mark(&watch->mark, group);
		fsnotify_put_mark(&watch->mark);
	}
	mutex_unlock(&watches_lock);
}

/**
 * xenfsd_watch_add() - have a node's words follow its inode
 * @watch: of the inode
 * @node: the node
 */
void xenfsd_watch_add(struct xenfsd_watch *watch, struct xenfsd_node *node)
{
	spin_lock(&watch->lock);
	list_add_tail(&node->watched, &watch->nodes);
	spin_unlock(&watch->lock);
}

void xenfsd_watch_remove(struct xenfsd_watch *watch, struct xenfsd_node *node)
{
	spin_lock(&watch->lock);
	list_del_init(&node->watched);
	spin_unlock(&watch->lock);
}

/**
 * xenfsd_watch_count_writer() - we open or close the file for writing
 * @watch: of the inode
 * @n: 1 when it is open, -1 before it is closed
 */
void xenfsd_watch_count_writer(struct xenfsd_watch *watch, int n)
{
	spin_lock(&watch->lock);
	watch->writers += n;
	spin_unlock(&watch->lock);
}

/**
 * xenfsd_watch_count_access() - we get or give up write access, without a file
 * @watch: of the inode
 * @n: 1 when we have it, -1 before we give it up
 *
 * Beneath an overlay the real inode knows nothing of it: there one more writer
 * of the real inode would go unnoticed.  So it is taken for somebody else's.
 */
void xenfsd_watch_count_access(struct xenfsd_watch *watch, int n)
{
	if (!is_overlay(watch))
		xenfsd_watch_count_writer(watch, n);
}

/**
 * xenfsd_watch_settle() - whether a file may change without an event
 * @watch: of the inode
 * @real: beneath an overlay the real inode, else the inode itself
 *
 * Return: whether somebody outside this module may have it open for writing.
 */
bool xenfsd_watch_settle(struct xenfsd_watch *watch, const struct inode *real)
{
	bool foreign;

	if (!READ_ONCE(watch->foreign))
		return false;
	spin_lock(&watch->lock);
	if (!others_write_locked(watch, 0) &&
	    atomic_read(&real->i_writecount) <= watch->writers)
		set_foreign_locked(watch, false);
	foreign = watch->foreign;
	spin_unlock(&watch->lock);
	return foreign;
}

int xenfsd_watches_init(void)
{
	int err;

	watch_cache = KMEM_CACHE(xenfsd_watch, 0);
	if (!watch_cache)
		return -ENOMEM;
	err = rhashtable_init(&watches, &by_inode_params);
	if (err)
		goto destroy_cache;
	group = fsnotify_alloc_group(&watch_ops, FSNOTIFY_GROUP_NOFS);
	if (!IS_ERR(group))
		return 0;
	err = PTR_ERR(group);
	rhashtable_destroy(&watches);
destroy_cache:
	kmem_cache_destroy(watch_cache);
	return err;
}

/* No node is left.  Marks are freed by a work, and then by RCU. */
void xenfsd_watches_exit(void)
{
	fsnotify_put_group(group);
	fsnotify_wait_marks_destroyed();
	rcu_barrier();
	rhashtable_destroy(&watches);
	kmem_cache_destroy(watch_cache);
}
