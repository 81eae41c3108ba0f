// SPDX-License-Identifier: GPL-2.0
/*
 * Versions: whether an inode has been changed, and by whom.
 *
 * A node's version word changes when what a sample of the inode tells has
 * changed.  Where the file system keeps a change counter (ext4, xfs, btrfs,
 * tmpfs), that is exact; elsewhere a change that keeps the size goes unseen
 * within one tick of the clock.
 *
 * The session's own changes are left out, so that a guest that writes does not
 * lose what it has cached: a request that changes an inode brackets the change,
 *
 *	xenfsd_change_begin()	samples: what others did until now makes a word
 *	  ... the change ...
 *	xenfsd_change_end()	samples again, and keeps the word
 *	xenfsd_change_put()	with no lock held
 *
 * That is right as long as nobody else changes the inode in between.  Names in a
 * directory are changed under its lock, and so are owner, mode and times: there
 * the bracket lies within the lock.  Content is written by whoever has the file
 * open for writing, and i_writecount tells whether that is the session alone; if
 * it is not, at the beginning, the end, or at any sample in between, every
 * change makes a new word.
 *
 * What somebody else changes in between is told by the inode's watch (watch.c),
 * which makes a new word for every session but that of the request.  Only where
 * there is none, on a remote file system, may a guest keep what it has cached if
 * somebody opens a file, writes and closes it all within one of its requests; and
 * there it believes nothing for longer than its ac= seconds anyway.
 *
 * Changes under way are counted per node.  While they are, and nobody else
 * writes, the word stays as it is: what a GETATTR finds may be from before or
 * from after a change of the guest's own.
 */
#include <linux/dcache.h>
#include <linux/iversion.h>

#include "backend.h"
#include "conn.h"
#include "node.h"
#include "share.h"
#include "trace.h"
#include "watch.h"

/* So that a writer of many pieces costs a guest few questions. */
#define NOTIFY_DELAY	(HZ / 50)

static void take_sample(struct dentry *dentry, struct xenfsd_sample *sample)
{
	struct inode *inode = d_inode(dentry);
	struct inode *real = xenfs_real_inode(dentry);

	memset(sample, 0, sizeof(*sample));
	/* Beneath an overlay the real file knows first. */
	if (!real)
		real = inode;
	sample->real = real;
	sample->ctime = xenfs_inode_ctime(real);
	sample->mtime = xenfs_inode_mtime(real);
	sample->size = i_size_read(real);
	sample->change = IS_I_VERSION(real) ? inode_query_iversion(real) : 0;
	sample->nlink = READ_ONCE(inode->i_nlink);
	sample->uid = from_kuid(&init_user_ns, inode->i_uid);
	sample->gid = from_kgid(&init_user_ns, inode->i_gid);
	sample->mode = READ_ONCE(inode->i_mode);
}

/*
 * What the guest sees in the table.  watch->foreign is set before the nodes are
 * told of it, so nobody publishes a word later that lacks the bit.
 */
static void publish_locked(struct xenfsd_node *node)
{
	u64 word = node->version;

	lockdep_assert_held(&node->word_lock);
	if (!node->word)
		return;
	if (READ_ONCE(node->watch->foreign))
		word |= XENFSIF_WORD_VOLATILE;
	WRITE_ONCE(*node->word, word);
}

static void new_version_locked(struct xenfsd_node *node)
{
	lockdep_assert_held(&node->word_lock);
	node->version = xenfsd_share_word(node->session->share);
	publish_locked(node);
	trace_xenfsd_version(node);
}

static void sample_locked(struct xenfsd_node *node, struct dentry *dentry)
{
	struct xenfsd_sample sample;
	bool same;

	lockdep_assert_held(&node->word_lock);
	take_sample(dentry, &sample);
	same = !memcmp(&node->sample, &sample, sizeof(sample));
	node->changes += !same;
	memcpy(&node->sample, &sample, sizeof(sample));
	/* if an event told of the change there is a new word already */
	if (!node->version || (!same && !node->told))
		new_version_locked(node);
	node->told = false;
}

/* A work tells the guest of a change, since nothing may look at the word. */
static void notify_later_locked(struct xenfsd_node *node)
{
	struct xenfsd_session *session = node->session;

	lockdep_assert_held(&node->word_lock);
	/* once: if it matters to the guest it asks, and is told again then */
	if (node->notified || !node->asked || !S_ISREG(node->inode->i_mode))
		return;
	node->asked = false;
	/* one that nobody refers to any more is on its way out of the watch */
	if (!kref_get_unless_zero(&node->ref))
		return;
	node->notified = true;
	kref_get(&session->ref);
	spin_lock(&session->notify_lock);
	list_add_tail(&node->notify, &session->to_notify);
	spin_unlock(&session->notify_lock);
	if (!queue_delayed_work(xenfsd_wq, &session->notify_work, NOTIFY_DELAY))
		xenfsd_session_put(session);
}

static struct xenfsd_node *next_to_notify(struct xenfsd_session *session)
{
	struct xenfsd_node *node;

	spin_lock(&session->notify_lock);
	node = list_first_entry_or_null(&session->to_notify, struct xenfsd_node,
					notify);
	if (node)
		list_del(&node->notify);
	spin_unlock(&session->notify_lock);
	return node;
}

/* Work: holds a reference to the session, its list one to each node. */
void xenfsd_notify_work(struct work_struct *work)
{
	struct xenfsd_session *session =
		container_of(to_delayed_work(work), struct xenfsd_session,
			     notify_work);
	struct xenfsd_node *node;

	while ((node = next_to_notify(session))) {
		/* what changes from here on is another notice */
		spin_lock(&node->word_lock);
		node->notified = false;
		spin_unlock(&node->word_lock);
		xenfsd_notify(node);
		xenfsd_node_put_nowait(node);
	}
	xenfsd_session_put(session);
}

/**
 * xenfsd_node_changed() - somebody else has changed a node's inode
 * @node: the node
 *
 * Context: any but interrupts; the task that makes the change.
 */
void xenfsd_node_changed(struct xenfsd_node *node)
{
	spin_lock(&node->word_lock);
	node->changes++;
	new_version_locked(node);
	node->told = true;
	notify_later_locked(node);
	spin_unlock(&node->word_lock);
}

/**
 * xenfsd_node_publish() - a node gets its entry of the session's table
 * @node: a new one; events may have told of changes already
 * @word: the entry's, or NULL
 */
void xenfsd_node_publish(struct xenfsd_node *node, u64 *word)
{
	spin_lock(&node->word_lock);
	node->word = word;
	publish_locked(node);
	spin_unlock(&node->word_lock);
}

/* The node leaves the tables: its entry of the table says nothing any more. */
void xenfsd_node_unpublish(struct xenfsd_node *node)
{
	spin_lock(&node->word_lock);
	if (node->word)
		WRITE_ONCE(*node->word, 0);
	node->word = NULL;
	spin_unlock(&node->word_lock);
}

/*
 * Whether more names than one stand for an entry of a directory.  What a guest
 * does to one of them outdates what it knows of the others.
 */
static bool has_aliases(const struct dentry *dir)
{
	return S_ISDIR(d_inode(dir)->i_mode) &&
	       (IS_CASEFOLDED(d_inode(dir)) ||
		dir->d_flags & (DCACHE_OP_HASH | DCACHE_OP_COMPARE));
}

/* Whether nobody but this module can write to the inode unseen now. */
static bool alone_locked(struct xenfsd_node *node)
{
	lockdep_assert_held(&node->word_lock);
	if (!S_ISREG(node->inode->i_mode))
		return true;
	if (node->watch)
		return !READ_ONCE(node->watch->foreign);
	return atomic_read(&node->inode->i_writecount) <= node->own_writers;
}

/**
 * xenfsd_node_version() - sample a node's version word
 * @node: the node
 * @path: of it
 *
 * To be called before the state is read that the word accompanies: a change in
 * between is then seen as one at the next sample, never missed.
 *
 * Return: the word.
 */
u64 xenfsd_node_version(struct xenfsd_node *node, const struct path *path)
{
	struct inode *real;
	bool unseen = false;
	u64 version;

	/* a store to a page that is dirty already changes nothing but the page */
	real = xenfs_real_inode(path->dentry);
	if (node->watch &&
	    xenfsd_watch_settle(node->watch, real ? real : node->inode))
		unseen = S_ISREG(node->inode->i_mode);
	spin_lock(&node->word_lock);
	node->asked = true;
	if (unseen)
		new_version_locked(node);
	if (node->own_changes && node->own_only)
		node->own_only = alone_locked(node);
	if (!node->own_changes || !node->own_only)
		sample_locked(node, path->dentry);
	version = node->version;
	spin_unlock(&node->word_lock);
	return version;
}

/**
 * xenfsd_node_get_write() - get write access for a moment
 * @node: of a regular file
 *
 * Return: 0 or -ETXTBSY.
 */
int xenfsd_node_get_write(struct xenfsd_node *node)
{
	int err;

	/* Under the lock, or another request would take it for somebody else's. */
	spin_lock(&node->word_lock);
	err = get_write_access(node->inode);
	if (!err)
		node->own_writers++;
	spin_unlock(&node->word_lock);
	if (!err && node->watch)
		xenfsd_watch_count_access(node->watch, 1);
	return err;
}

void xenfsd_node_put_write(struct xenfsd_node *node)
{
	if (node->watch)
		xenfsd_watch_count_access(node->watch, -1);
	spin_lock(&node->word_lock);
	put_write_access(node->inode);
	node->own_writers--;
	spin_unlock(&node->word_lock);
}

/**
 * xenfsd_node_count_writer() - the session opens or closes a file for writing
 * @node: the file's
 * @n: 1 when it is open, -1 before it is closed
 *
 * In between the file seems to have one writer more than there are: rather a
 * word too many than one too few.
 */
void xenfsd_node_count_writer(struct xenfsd_node *node, int n)
{
	if (node->watch)
		xenfsd_watch_count_writer(node->watch, n);
	spin_lock(&node->word_lock);
	node->own_writers += n;
	spin_unlock(&node->word_lock);
}

/**
 * xenfsd_change_begin() - a request is about to change an inode
 * @change: to which the node is added
 * @node: held by the request
 *
 * Context: may be called with the inode, or its directory, locked.
 */
void xenfsd_change_begin(struct xenfsd_change *change, struct xenfsd_node *node)
{
	struct path *path = &change->paths[change->n];

	change->nodes[change->n++] = node;
	kref_get(&node->ref);
	xenfsd_node_path(node, path);

	spin_lock(&node->word_lock);
	if (!node->own_changes) {
		sample_locked(node, path->dentry);
		node->own_only = !has_aliases(path->dentry);
	}
	node->own_changes++;
	node->own_only = node->own_only && alone_locked(node);
	spin_unlock(&node->word_lock);
}

/**
 * xenfsd_change_begin_inode() - the same, for an inode found by name
 * @change: to which its node is added, if the guest knows it
 * @session: the session
 * @inode: held by the caller, or NULL
 */
void xenfsd_change_begin_inode(struct xenfsd_change *change,
			       struct xenfsd_session *session,
			       struct inode *inode)
{
	struct xenfsd_node *node;

	node = inode ? xenfsd_node_of_inode(session, inode) : NULL;
	if (!node)
		return;
	xenfsd_change_begin(change, node);
	/* Not the last: the change has one. */
	xenfsd_node_put_nowait(node);
}

static void end_locked(struct xenfsd_node *node, struct dentry *dentry,
		       bool changed)
{
	lockdep_assert_held(&node->word_lock);
	/* not every file system with such names has a time or counter so fine */
	if (changed && has_aliases(dentry))
		new_version_locked(node);
	node->own_only = node->own_only && alone_locked(node);
	if (!node->own_only)
		sample_locked(node, dentry);
	else if (changed)
		take_sample(dentry, &node->sample);
	else if (node->own_changes == 1)
		sample_locked(node, dentry);	/* it was not us */
	node->own_changes--;
}

/**
 * xenfsd_change_end() - the change is made
 * @change: with all nodes that were begun
 * @changed: false if it failed, and certainly changed nothing
 *
 * Context: with the same locks as xenfsd_change_begin().
 */
void xenfsd_change_end(struct xenfsd_change *change, bool changed)
{
	unsigned int i;

	for (i = 0; i < change->n; i++) {
		struct xenfsd_node *node = change->nodes[i];

		spin_lock(&node->word_lock);
		end_locked(node, change->paths[i].dentry, changed);
		spin_unlock(&node->word_lock);
	}
}

/**
 * xenfsd_change_put() - let go of a change's nodes
 * @change: ended, or never begun; empty afterwards
 *
 * Context: may wait for a file system; no inode is locked.
 */
void xenfsd_change_put(struct xenfsd_change *change)
{
	while (change->n) {
		change->n--;
		path_put(&change->paths[change->n]);
		xenfsd_node_put(change->nodes[change->n]);
	}
}
