// SPDX-License-Identifier: GPL-2.0
/*
 * Nodes: an inode of the export as one guest's session knows it.
 *
 * A node is found by its number (and generation) when a request comes, and by
 * its inode when a lookup finds a file.  All the guest's references to a node
 * count as one of its kref; when they are given back the node may still live
 * for a request, an open file or a loan, and a lookup then finds it again.
 *
 * Where a node is, is place.c's; its words are version.c's.
 *
 * Locks: session->lock for the tables, names and nlookup.  Names (dentries,
 * mounts) are dropped with no lock held.
 */
#include <linux/dcache.h>
#include <linux/slab.h>

#include "node.h"
#include "share.h"
#include "trace.h"
#include "watch.h"

static const struct rhashtable_params by_inode_params = {
	.head_offset = offsetof(struct xenfsd_node, hash),
	.key_offset = offsetof(struct xenfsd_node, inode),
	.key_len = sizeof(struct inode *),
	.automatic_shrinking = true,
};

int xenfsd_nodes_init(struct xenfsd_session *session)
{
	return rhashtable_init(&session->by_inode, &by_inode_params);
}

void xenfsd_nodes_destroy(struct xenfsd_session *session)
{
	WARN_ON_ONCE(!xa_empty(&session->nodes));
	rhashtable_destroy(&session->by_inode);
	xa_destroy(&session->nodes);
}

/* Frees a node that was never in the tables, or is no longer. */
static void node_free(struct xenfsd_node *node)
{
	struct xenfsd_session *session = node->session;

	if (node->watch) {
		xenfsd_watch_remove(node->watch, node);
		xenfsd_watch_put(node->watch);
	}
	path_put(&node->path);
	atomic_dec(&session->share->nr_nodes);
	kfree(node);
	xenfsd_session_put(session);
}

static struct xenfsd_node *take_gone(struct xenfsd_session *session)
{
	struct xenfsd_node *node;

	spin_lock(&session->lock);
	node = list_first_entry_or_null(&session->gone, struct xenfsd_node, loans);
	if (node)
		list_del(&node->loans);
	spin_unlock(&session->lock);
	return node;
}

/* Work: frees nodes whose last reference was dropped where nothing may wait. */
void xenfsd_nodes_bury(struct work_struct *work)
{
	struct xenfsd_session *session =
		container_of(work, struct xenfsd_session, bury);
	struct xenfsd_node *node;

	while ((node = take_gone(session))) {
		node_free(node);
		cond_resched();
	}
	xenfsd_session_put(session);
}

/**
 * xenfsd_nodes_room() - whether the guest may have one more node
 * @session: the session
 */
bool xenfsd_nodes_room(struct xenfsd_session *session)
{
	return atomic_read(&session->share->nr_nodes) < session->config.max_nodes;
}

static int watch(struct xenfsd_node *node, const struct path *path)
{
	struct xenfsd_watch *watch;

	/* beneath the root something else may be mounted */
	if (node->session->remote || xenfsd_is_remote(path->mnt))
		return 0;
	watch = xenfsd_watch_get(node->inode);
	if (IS_ERR(watch))
		return PTR_ERR(watch);
	node->watch = watch;
	xenfsd_watch_add(watch, node);
	return 0;
}

static struct xenfsd_node *node_new(struct xenfsd_session *session,
				    const struct path *path, bool made)
{
	struct xenfsd_share *share = session->share;
	u64 limit = session->config.max_nodes;
	struct xenfsd_node *node;
	int err;

	/* There was room for what was made when it was: see xenfsd_nodes_room(). */
	if (made)
		limit += session->config.max_requests;
	if (atomic_inc_return(&share->nr_nodes) > limit) {
		atomic_dec(&share->nr_nodes);
		return ERR_PTR(-ENFILE);
	}
	node = kzalloc(sizeof(*node), GFP_KERNEL);
	if (!node) {
		atomic_dec(&share->nr_nodes);
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&node->ref);
	kref_get(&session->ref);
	node->session = session;
	node->path = *path;
	path_get(&node->path);
	node->inode = d_inode(path->dentry);
	node->generation = xenfsd_share_word(share);
	spin_lock_init(&node->word_lock);
	node->frames = xenfsd_share_word(share);
	INIT_LIST_HEAD(&node->loans);
	INIT_LIST_HEAD(&node->watched);
	err = watch(node, path);
	if (err)
		goto free_node;

	/*
	 * Reserves the number: filling it in later allocates nothing.  The lowest
	 * that is free, for the table of words is to stay small.
	 */
	err = xa_alloc(&session->nodes, &node->id, NULL, xa_limit_32b,
		       GFP_KERNEL);
	if (err)
		goto free_node;
	if (node->watch)
		xenfsd_node_publish(node, xenfsd_table_word(session, node->id));
	return node;

free_node:
	node_free(node);
	return ERR_PTR(err);
}

static struct xenfsd_node *find_by_inode_locked(struct xenfsd_session *session,
						struct inode *inode)
{
	lockdep_assert_held(&session->lock);
	return rhashtable_lookup_fast(&session->by_inode, &inode, by_inode_params);
}

/*
 * Counts one more reference of the guest's and takes one for the caller; the
 * node's name becomes @path, and the old name is returned through @path.
 */
static void found_locked(struct xenfsd_node *node, struct path *path)
{
	lockdep_assert_held(&node->session->lock);
	if (node->nlookup++ == 0)
		kref_get(&node->ref);
	kref_get(&node->ref);
	swap(node->path, *path);
}

/* Enters a new node, with one reference of the guest's beside the caller's. */
static int enter_locked(struct xenfsd_session *session,
			struct xenfsd_node *node)
{
	int err;

	lockdep_assert_held(&session->lock);
	err = rhashtable_insert_fast(&session->by_inode, &node->hash,
				     by_inode_params);
	if (err)
		return -ENOMEM;
	xa_store(&session->nodes, node->id, node, GFP_ATOMIC);
	node->nlookup = 1;
	kref_get(&node->ref);
	return 0;
}

/**
 * xenfsd_node_of() - the node of a file that was found
 * @session: the session
 * @path: a positive path, within the root
 * @made: whether the file was made just now
 *
 * Counts one reference of the guest's, which xenfsd_node_forget() takes back.
 *
 * Context: may sleep.
 * Return: the node with a reference for the caller, or an ERR_PTR: -ENFILE if
 * the budget is used up, -ENOTCONN if the session has ended.
 */
struct xenfsd_node *xenfsd_node_of(struct xenfsd_session *session,
				   const struct path *path, bool made)
{
	struct inode *inode = d_inode(path->dentry);
	struct path name = *path;
	struct xenfsd_node *node, *new;
	int err;

	path_get(&name);
	spin_lock(&session->lock);
	node = session->dead ? ERR_PTR(-ENOTCONN) :
	       find_by_inode_locked(session, inode);
	if (!IS_ERR_OR_NULL(node))
		found_locked(node, &name);
	spin_unlock(&session->lock);
	if (node)
		goto put_name;

	new = node_new(session, path, made);
	if (IS_ERR(new)) {
		node = new;
		goto put_name;
	}
	spin_lock(&session->lock);
	node = session->dead ? ERR_PTR(-ENOTCONN) :
	       find_by_inode_locked(session, inode);
	if (IS_ERR(node)) {
		err = PTR_ERR(node);
	} else if (node) {	/* somebody was faster */
		found_locked(node, &name);
		err = -EEXIST;
	} else {
		err = enter_locked(session, new);
		node = err ? ERR_PTR(err) : new;
	}
	spin_unlock(&session->lock);
	if (err) {
		xenfsd_node_unpublish(new);
		xa_erase(&session->nodes, new->id);
		node_free(new);
	} else {
		trace_xenfsd_node(new, "new");
	}
put_name:
	path_put(&name);
	return node;
}

/**
 * xenfsd_node_find() - the node that a guest names
 * @session: the session
 * @id: as the guest sent it
 * @generation: likewise
 *
 * Return: the node with a reference, or NULL.
 */
struct xenfsd_node *xenfsd_node_find(struct xenfsd_session *session, u64 id,
				     u64 generation)
{
	struct xenfsd_node *node;

	if (id > U32_MAX)
		return NULL;
	spin_lock(&session->lock);
	node = session->dead ? NULL : xa_load(&session->nodes, id);
	if (node && node->generation == generation && node->nlookup)
		kref_get(&node->ref);
	else
		node = NULL;
	spin_unlock(&session->lock);
	return node;
}

/**
 * xenfsd_node_of_inode() - the node of an inode, if the session has one
 * @session: the session
 * @inode: held by the caller
 *
 * Return: the node with a reference, or NULL.
 */
struct xenfsd_node *xenfsd_node_of_inode(struct xenfsd_session *session,
					 struct inode *inode)
{
	struct xenfsd_node *node;

	spin_lock(&session->lock);
	node = find_by_inode_locked(session, inode);
	if (node)
		kref_get(&node->ref);
	spin_unlock(&session->lock);
	return node;
}

/* Takes a node without references out of the tables, and unlocks them. */
static struct xenfsd_node *unlist(struct kref *ref) __releases(ref)
{
	struct xenfsd_node *node = container_of(ref, struct xenfsd_node, ref);
	struct xenfsd_session *session = node->session;

	rhashtable_remove_fast(&session->by_inode, &node->hash, by_inode_params);
	/* before the number, and its entry of the table, are somebody else's */
	xenfsd_node_unpublish(node);
	xa_erase(&session->nodes, node->id);
	spin_unlock(&session->lock);
	trace_xenfsd_node(node, "gone");
	return node;
}

/* The last reference is gone; session->lock is held and dropped here. */
static void node_release(struct kref *ref) __releases(ref)
{
	node_free(unlist(ref));
}

static void node_release_by_work(struct kref *ref) __releases(ref)
{
	struct xenfsd_node *node = unlist(ref);
	struct xenfsd_session *session = node->session;

	kref_get(&session->ref);	/* the work's */
	spin_lock(&session->lock);
	list_add(&node->loans, &session->gone);
	spin_unlock(&session->lock);
	/* One for all of them: a file system that hangs has one thread of ours. */
	if (!queue_work(xenfsd_release_wq, &session->bury))
		xenfsd_session_put(session);
}

/**
 * xenfsd_node_put() - drop a reference
 * @node: the node
 *
 * Context: may wait for a file system.
 */
void xenfsd_node_put(struct xenfsd_node *node)
{
	kref_put_lock(&node->ref, node_release, &node->session->lock);
}

/**
 * xenfsd_node_put_nowait() - drop a reference where nothing may be waited for
 * @node: the node; if it was the last reference a work frees it
 */
void xenfsd_node_put_nowait(struct xenfsd_node *node)
{
	kref_put_lock(&node->ref, node_release_by_work, &node->session->lock);
}

static void not_the_last(struct kref *ref)
{
	WARN_ON_ONCE(1);
}

/**
 * xenfsd_node_put_later() - the same, for many nodes at the end of a session
 * @node: of a session that is dead and whose nodes are yet to be released
 *
 * If it is the last one it becomes the guest's, and xenfsd_nodes_release()
 * drops it.
 */
void xenfsd_node_put_later(struct xenfsd_node *node)
{
	struct xenfsd_session *session = node->session;

	spin_lock(&session->lock);
	if (node->nlookup)
		kref_put(&node->ref, not_the_last);
	else
		node->nlookup = 1;
	spin_unlock(&session->lock);
}

/**
 * xenfsd_node_forget() - the guest gives references back
 * @session: the session
 * @id: as the guest sent it
 * @generation: likewise
 * @nlookup: how many; more than it has are as many as it has
 *
 * Context: may wait for a file system.
 */
void xenfsd_node_forget(struct xenfsd_session *session, u64 id, u64 generation,
			u64 nlookup)
{
	struct xenfsd_node *node;
	bool last = false;

	if (id > U32_MAX)
		return;
	spin_lock(&session->lock);
	node = xa_load(&session->nodes, id);
	if (node && node->generation == generation && node->nlookup &&
	    nlookup) {
		/* One reference to the root is the session's. */
		u64 least = node == session->root_node ? 1 : 0;

		nlookup = min(nlookup, node->nlookup - least);
		node->nlookup -= nlookup;
		last = !node->nlookup;
	}
	spin_unlock(&session->lock);
	if (last)
		xenfsd_node_put(node);
}

/* Takes one node's references away from the guest, or returns NULL. */
static struct xenfsd_node *take_one(struct xenfsd_session *session,
				    unsigned long *id)
{
	struct xenfsd_node *node;

	spin_lock(&session->lock);
	for (node = xa_find(&session->nodes, id, ULONG_MAX, XA_PRESENT); node;
	     node = xa_find_after(&session->nodes, id, ULONG_MAX, XA_PRESENT)) {
		if (node->nlookup) {
			node->nlookup = 0;
			break;
		}
	}
	spin_unlock(&session->lock);
	return node;
}

/**
 * xenfsd_nodes_release() - take all nodes away from the guest
 * @session: dead; no node is added any more
 *
 * Context: may wait for a file system.
 */
void xenfsd_nodes_release(struct xenfsd_session *session)
{
	struct xenfsd_node *node;
	unsigned long id = 0;

	session->root_node = NULL;
	while ((node = take_one(session, &id))) {
		xenfsd_node_put(node);
		cond_resched();
	}
}
