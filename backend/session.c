// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions: see struct xenfsd_session.
 *
 * Ending a session means: it is no longer the share's current one, it is dead
 * (so that no request under way adds loans to it), its loans have been taken
 * back or are stuck, and the guest's references to nodes and open files are
 * dropped.  The object itself goes with the last request that uses it.
 *
 * Loans are ended at once by whoever ends the session: that waits for nothing.
 * Nodes and files are released where waiting for a file system is allowed.
 */
#include <linux/slab.h>

#include "loan.h"
#include "node.h"
#include "share.h"
#include "trace.h"

static void session_free(struct work_struct *work)
{
	struct xenfsd_session *session =
		container_of(work, struct xenfsd_session, release);

	/* Every node, openfile, lock and loan held a reference: none is left. */
	xenfsd_locks_destroy(session);
	xenfsd_nodes_destroy(session);
	WARN_ON_ONCE(!xa_empty(&session->files));
	xa_destroy(&session->files);
	WARN_ON_ONCE(!xa_empty(&session->loans));
	xa_destroy(&session->loans);
	xenfsd_table_free(session);
	path_put(&session->root);
	xenfsd_account_put(session->account);
	xenfsd_share_put(session->share);
	kfree(session);
}

/* By a work: that may wait for the root's file system. */
static void session_release(struct kref *ref)
{
	struct xenfsd_session *session =
		container_of(ref, struct xenfsd_session, ref);

	/* It is over, or this is its last act: that holds a reference. */
	INIT_WORK(&session->release, session_free);
	queue_work(xenfsd_release_wq, &session->release);
}

/**
 * xenfsd_session_put() - drop a reference
 * @session: may be NULL
 *
 * Context: does not wait.
 */
void xenfsd_session_put(struct xenfsd_session *session)
{
	if (session)
		kref_put(&session->ref, session_release);
}

/* Takes away what the guest holds by number.  May wait for a file system. */
static void release_holdings(struct xenfsd_session *session)
{
	xenfsd_openfiles_release(session);
	xenfsd_nodes_release(session);
}

static void release_work(struct work_struct *work)
{
	struct xenfsd_session *session =
		container_of(work, struct xenfsd_session, release);

	release_holdings(session);
	xenfsd_session_put(session);
}

static struct xenfsd_session *session_new(struct xenfsd_share *share, u64 id)
{
	struct xenfsd_session *session;
	int err = -ENOTCONN;

	session = kzalloc(sizeof(*session), GFP_KERNEL);
	if (!session)
		return ERR_PTR(-ENOMEM);

	kref_init(&session->ref);
	session->id = id;
	spin_lock_init(&session->lock);
	spin_lock_init(&session->owner_lock);
	spin_lock_init(&session->loan_lock);
	INIT_WORK(&session->release, release_work);
	INIT_WORK(&session->bury, xenfsd_nodes_bury);
	spin_lock_init(&session->notify_lock);
	INIT_LIST_HEAD(&session->to_notify);
	INIT_DELAYED_WORK(&session->notify_work, xenfsd_notify_work);
	INIT_LIST_HEAD(&session->gone);
	xa_init_flags(&session->nodes, XA_FLAGS_ALLOC1);
	xa_init_flags(&session->files, XA_FLAGS_ALLOC1);
	xa_init(&session->loans);
	xenfsd_table_init(session);

	mutex_lock(&share->lock);
	if (share->open && share->conn) {
		session->config = share->config;
		session->config.path = NULL;
		session->root = share->root;
		path_get(&session->root);
		session->remote = xenfsd_is_remote(session->root.mnt);
		session->account = share->account;
		xenfsd_account_hold(session->account);
		session->share = xenfsd_share_get(share);
		session->wb_err = errseq_sample(&session->root.mnt->mnt_sb->s_wb_err);
		err = 0;
	}
	mutex_unlock(&share->lock);
	if (err)
		goto free_session;

	err = xenfsd_nodes_init(session);
	if (err)
		goto put_share;
	err = xenfsd_locks_init(session);
	if (err)
		goto destroy_nodes;
	return session;

destroy_nodes:
	xenfsd_nodes_destroy(session);
put_share:
	path_put(&session->root);
	xenfsd_account_put(session->account);
	xenfsd_share_put(share);
free_session:
	kfree(session);
	return ERR_PTR(err);
}

/* Makes @session the current one; returns the one before, dead. */
static struct xenfsd_session *replace(struct xenfsd_share *share,
				      struct xenfsd_session *session)
{
	struct xenfsd_session *old;

	spin_lock(&share->session_lock);
	old = share->session;
	share->session = session;
	spin_unlock(&share->session_lock);
	if (!old)
		return NULL;

	spin_lock(&old->lock);
	spin_lock(&old->loan_lock);
	old->dead = true;
	spin_unlock(&old->loan_lock);
	spin_unlock(&old->lock);
	trace_xenfsd_session(share, old->id, "end");
	xenfsd_loans_end(old);
	xenfsd_table_end(old);
	return old;
}

/**
 * xenfsd_session_begin() - begin a session, ending that which exists
 * @share: a connected share
 * @id: the guest's number for the session
 *
 * Context: a request's thread; may wait for a file system.
 * Return: the session with a reference for the caller, or an ERR_PTR.
 */
struct xenfsd_session *xenfsd_session_begin(struct xenfsd_share *share, u64 id)
{
	struct xenfsd_session *session, *old;
	struct xenfsd_node *root;

	xenfsd_session_end(share);

	session = session_new(share, id);
	if (IS_ERR(session))
		return session;
	root = xenfsd_node_of(session, &session->root, false);
	if (IS_ERR(root)) {
		xenfsd_session_put(session);
		return ERR_CAST(root);
	}
	/*
	 * What was just counted as the guest's reference keeps the root for
	 * the session; FORGET never takes it (see xenfsd_node_forget()).
	 */
	session->root_node = root;
	xenfsd_node_put(root);
	kref_get(&session->ref);

	trace_xenfsd_session(share, id, "begin");
	old = replace(share, session);
	if (old) {	/* two CONNECTs at once */
		release_holdings(old);
		xenfsd_session_put(old);
	}
	/*
	 * The connection may have been broken since session_new() looked; then
	 * nobody would end this session.  Whoever breaks it clears share->conn
	 * before it looks for a session, under the lock.
	 */
	mutex_lock(&share->lock);
	if (!share->conn)
		xenfsd_session_abandon(share);
	mutex_unlock(&share->lock);
	return session;
}

/**
 * xenfsd_session_current() - the share's session
 * @share: the share
 *
 * Return: the session with a reference, or NULL.
 */
struct xenfsd_session *xenfsd_session_current(struct xenfsd_share *share)
{
	struct xenfsd_session *session;

	spin_lock(&share->session_lock);
	session = share->session;
	if (session)
		kref_get(&session->ref);
	spin_unlock(&share->session_lock);
	return session;
}

/**
 * xenfsd_session_end() - end the share's session, if there is one
 * @share: the share
 *
 * When this returns nothing of the session is left but what requests that are
 * under way hold.
 *
 * Context: a request's thread; may wait for a file system.
 */
void xenfsd_session_end(struct xenfsd_share *share)
{
	struct xenfsd_session *old = replace(share, NULL);

	if (old) {
		release_holdings(old);
		xenfsd_session_put(old);
	}
}

/**
 * xenfsd_session_abandon() - as xenfsd_session_end(), but do not wait
 * @share: the share
 */
void xenfsd_session_abandon(struct xenfsd_share *share)
{
	struct xenfsd_session *old = replace(share, NULL);

	if (old)
		queue_work(xenfsd_release_wq, &old->release);
}
