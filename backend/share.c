// SPDX-License-Identifier: GPL-2.0
/*
 * A share from its device's appearance to its end.
 *
 * xenwatch notes the frontend's state; one work per share follows it, under
 * share->lock.  The only thing that may take long, opening the export's root
 * (it may lie on a file system that does not answer), is done outside the lock,
 * so that the device can be removed meanwhile.
 *
 * A frontend may pass several states while we follow one.  Each step therefore
 * begins from what our own state is, and an "Initialising" met while we are
 * connected means that the frontend has begun anew.
 */
#define pr_fmt(fmt) "xenfs_back: " fmt

#include <linux/namei.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "conn.h"
#include "loan.h"
#include "share.h"
#include "trace.h"

static void follow_frontend(struct work_struct *work);

static atomic_t nr_shares;
static DECLARE_WAIT_QUEUE_HEAD(no_shares);

/* Waits until all shares are gone; none has a device any more. */
void xenfsd_shares_wait(void)
{
	wait_event(no_shares, !atomic_read(&nr_shares));
}

/**
 * xenfsd_share_new() - the share of a device that has appeared
 * @dev: must stay until xenfsd_share_remove()
 *
 * Return: the share with one reference, or an ERR_PTR.
 */
struct xenfsd_share *xenfsd_share_new(struct xenbus_device *dev)
{
	struct xenfsd_share *share;
	const char *id;

	share = kzalloc(sizeof(*share), GFP_KERNEL);
	if (!share)
		return ERR_PTR(-ENOMEM);

	kref_init(&share->ref);
	share->dev = dev;
	share->domid = dev->otherend_id;
	share->nodename = kstrdup(dev->nodename, GFP_KERNEL);
	if (!share->nodename) {
		kfree(share);
		return ERR_PTR(-ENOMEM);
	}
	id = strrchr(share->nodename, '/');
	if (!id || kstrtou32(id + 1, 10, &share->devid)) {
		kfree(share->nodename);
		kfree(share);
		return ERR_PTR(-EINVAL);
	}
	strscpy(share->tag, "?", sizeof(share->tag));
	INIT_WORK(&share->work, follow_frontend);
	mutex_init(&share->lock);
	spin_lock_init(&share->session_lock);
	/* Words never repeat, nor begin where an earlier share's did. */
	atomic64_set(&share->words, get_random_u64() >> 1);
	share->reclaimed = jiffies;
	share->asked_again = jiffies - XENFSD_RECALL_TERM;

	atomic_inc(&nr_shares);
	mutex_lock(&xenfsd_shares_lock);
	list_add_tail(&share->link, &xenfsd_shares);
	mutex_unlock(&xenfsd_shares_lock);
	xenfsd_debugfs_add(share);
	return share;
}

struct xenfsd_share *xenfsd_share_get(struct xenfsd_share *share)
{
	kref_get(&share->ref);
	return share;
}

/* The root is released by a work: that may wait for its file system. */
static void share_free(struct work_struct *work)
{
	struct xenfsd_share *share = container_of(work, struct xenfsd_share, work);

	path_put(&share->root);
	xenfsd_config_free(&share->config);
	xenfsd_account_put(share->account);
	kfree(share->error);
	kfree(share->nodename);
	kfree(share);
	if (atomic_dec_and_test(&nr_shares))
		wake_up_all(&no_shares);
}

static void share_release(struct kref *ref)
{
	struct xenfsd_share *share = container_of(ref, struct xenfsd_share, ref);

	/* Nothing follows the frontend any more: that would hold a reference. */
	INIT_WORK(&share->work, share_free);
	queue_work(xenfsd_release_wq, &share->work);
}

void xenfsd_share_put(struct xenfsd_share *share)
{
	kref_put(&share->ref, share_release);
}

/* A word that this share has not used before. */
u64 xenfsd_share_word(struct xenfsd_share *share)
{
	return atomic64_inc_return(&share->words);
}

/**
 * xenfsd_share_frontend_is() - note the frontend's state and follow it
 * @share: the share
 * @state: what xenwatch saw
 *
 * Context: does not wait.
 */
void xenfsd_share_frontend_is(struct xenfsd_share *share,
			      enum xenbus_state state)
{
	trace_xenfsd_share_frontend(share, state);
	WRITE_ONCE(share->frontend, state);
	xenfsd_share_get(share);
	if (!queue_work(xenfsd_wq, &share->work))
		xenfsd_share_put(share);
}

static void switch_state_locked(struct xenfsd_share *share,
				enum xenbus_state state)
{
	lockdep_assert_held(&share->lock);
	trace_xenfsd_share_state(share, share->dev->state, state);
	xenbus_switch_state(share->dev, state);
}

/* Cuts the guest off.  What remains to be released is left to works. */
static void disconnect_locked(struct xenfsd_share *share)
{
	struct xenfsd_conn *conn = share->conn;

	lockdep_assert_held(&share->lock);
	share->conn = NULL;
	if (conn)
		xenfsd_conn_break(conn);
	xenfsd_session_abandon(share);
	if (conn)
		xenfsd_conn_put(conn);
}

static void fail_locked(struct xenfsd_share *share, int err, const char *why)
{
	lockdep_assert_held(&share->lock);
	kfree(share->error);
	share->error = kasprintf(GFP_KERNEL, "%s (error %d)", why, err);
	if (share->error)
		xenbus_write(XBT_NIL, share->nodename, "error", share->error);
	dev_err(&share->dev->dev, "share '%s' of domain %u: %s (error %d)\n",
		share->tag, share->domid, why, err);
	switch_state_locked(share, XenbusStateClosing);
}

static int publish_locked(struct xenfsd_share *share)
{
	unsigned int queues = min3(XENFSIF_MAX_QUEUES, num_online_cpus(),
				   share->config.max_requests);
	const char *dir = share->nodename;

	lockdep_assert_held(&share->lock);
	/* There may have been one the last time. */
	if (share->error)
		xenbus_rm(XBT_NIL, dir, "error");
	kfree(share->error);
	share->error = NULL;
	return xenbus_printf(XBT_NIL, dir, "versions", "%u",
			     XENFSIF_PROTOCOL_VERSION) ?:
	       xenbus_printf(XBT_NIL, dir, "max-queues", "%u", queues) ?:
	       xenbus_printf(XBT_NIL, dir, "max-ring-page-order", "%u",
			     XENFSIF_MAX_RING_ORDER) ?:
	       xenbus_printf(XBT_NIL, dir, "max-area-pages", "%u",
			     XENFSD_MAX_AREA_PAGES) ?:
	       xenbus_printf(XBT_NIL, dir, "feature-lend", "1");
}

static int open_root(const char *name, struct path *root, const char **why)
{
	int err = kern_path(name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, root);

	switch (err) {
	case 0:
		break;
	case -ENOENT:
		*why = "the path does not exist";
		break;
	case -ENOTDIR:
		*why = "the path is not a directory";
		break;
	case -EACCES:
	case -EPERM:
		*why = "the path may not be entered";
		break;
	default:
		*why = "the path cannot be opened";
		break;
	}
	return err;
}

/*
 * Reads the configuration, opens the root and offers the share.  Takes and
 * leaves share->lock around the opening; only the share's work comes here, so
 * nothing else changes config or root meanwhile.
 */
static void offer_locked(struct xenfsd_share *share)
{
	struct xenfsd_account *account = NULL;
	struct xenfsd_config config;
	struct path root = {};
	const char *why = "out of memory";
	int err;

	lockdep_assert_held(&share->lock);
	mutex_unlock(&share->lock);
	err = xenfsd_config_read(share, &config, &why);
	if (!err)
		err = open_root(config.path, &root, &why);
	if (!err) {
		account = xenfsd_account_open(share->domid, share->tag);
		err = account ? 0 : -ENOMEM;
	}
	mutex_lock(&share->lock);

	swap(share->config, config);
	swap(share->root, root);
	swap(share->account, account);
	share->open = !err;

	if (share->dev) {
		if (!err) {
			why = "cannot write to xenstore";
			err = publish_locked(share);
		}
		if (err)
			fail_locked(share, err, why);
		else
			switch_state_locked(share, XenbusStateInitWait);
	}

	/* These are those of the last time, if there was one. */
	mutex_unlock(&share->lock);
	path_put(&root);
	xenfsd_config_free(&config);
	xenfsd_account_put(account);
	mutex_lock(&share->lock);
}

static void connect_locked(struct xenfsd_share *share)
{
	const char *why = NULL;
	int err;

	lockdep_assert_held(&share->lock);
	err = xenfsd_conn_make(share, &why);
	if (err)
		fail_locked(share, err, why);
	else
		switch_state_locked(share, XenbusStateConnected);
}

static void follow_locked(struct xenfsd_share *share, enum xenbus_state frontend)
{
	lockdep_assert_held(&share->lock);

	switch (frontend) {
	case XenbusStateInitialising:
		if (share->dev->state == XenbusStateInitWait)
			break;
		if (share->dev->state != XenbusStateInitialising) {
			disconnect_locked(share);
			switch_state_locked(share, XenbusStateClosed);
			switch_state_locked(share, XenbusStateInitialising);
		}
		offer_locked(share);
		break;

	case XenbusStateInitialised:
	case XenbusStateConnected:
		if (share->dev->state == XenbusStateInitWait)
			connect_locked(share);
		break;

	case XenbusStateClosing:
		/* the frontend waits to be told that nothing of it is in use */
		disconnect_locked(share);
		switch_state_locked(share,
				    share->dev->state == XenbusStateClosing ?
				    XenbusStateClosed : XenbusStateClosing);
		break;

	case XenbusStateClosed:
		disconnect_locked(share);
		switch_state_locked(share, XenbusStateClosed);
		break;

	case XenbusStateUnknown:	/* xenwatch unregisters the device */
	case XenbusStateInitWait:	/* no states of our frontend */
	case XenbusStateReconfiguring:
	case XenbusStateReconfigured:
		break;
	}
}

static void follow_frontend(struct work_struct *work)
{
	struct xenfsd_share *share = container_of(work, struct xenfsd_share, work);

	mutex_lock(&share->lock);
	if (share->dev)
		follow_locked(share, READ_ONCE(share->frontend));
	mutex_unlock(&share->lock);
	xenfsd_share_put(share);
}

/**
 * xenfsd_share_remove() - the device is about to go
 * @share: nothing touches its device when this returns
 *
 * Context: xenwatch; may sleep, but not for a file system or the guest.
 */
void xenfsd_share_remove(struct xenfsd_share *share)
{
	mutex_lock(&share->lock);
	disconnect_locked(share);
	share->dev = NULL;
	mutex_unlock(&share->lock);

	mutex_lock(&xenfsd_shares_lock);
	list_del_init(&share->link);
	mutex_unlock(&xenfsd_shares_lock);
	xenfsd_debugfs_remove(share);
	/* The guest is likely to be gone: its loans end soon. */
	xenfsd_stuck_hurry();
}

/**
 * xenfsd_share_distrust() - close a device whose ring was misused
 * @share: the share; its queue is broken already
 * @why: for the log
 *
 * The frontend is told by our state; when it answers, or is gone, the rest is
 * taken down as always.
 *
 * Context: a queue's thread; may sleep.
 */
void xenfsd_share_distrust(struct xenfsd_share *share, const char *why)
{
	mutex_lock(&share->lock);
	if (share->dev && share->dev->state == XenbusStateConnected) {
		dev_err(&share->dev->dev, "share '%s' of domain %u: %s, closing\n",
			share->tag, share->domid, why);
		disconnect_locked(share);
		kfree(share->error);
		share->error = kstrdup(why, GFP_KERNEL);
		xenbus_write(XBT_NIL, share->nodename, "error", why);
		switch_state_locked(share, XenbusStateClosing);
	}
	mutex_unlock(&share->lock);
}
