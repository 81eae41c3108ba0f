// SPDX-License-Identifier: GPL-2.0
/*
 * A mount and its sessions.
 *
 * A struct xenfs_mount belongs to one superblock and is bound to a tag.  It has
 * a session while a device with that tag is connected and CONNECT succeeded;
 * each session has a number of its own, the epoch.  What was learned in one
 * session (node ids, open files, lent pages) means nothing in the next:
 * whatever keeps such a thing keeps the epoch beside it.
 *
 * The epoch changes under m->inodes.xa_lock while there is no session, so that
 * an answer of the old one cannot enter the table of inodes of the new one.
 */
#include <linux/freezer.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <xenfs_check.h>

#include "xenfs.h"
#include "trace.h"

static LIST_HEAD(mounts);

/*
 * Work for a mount after a connection came or went; holds the superblock
 * active.  @conn is the new connection, with a reference, or NULL.
 */
struct mount_work {
	struct work_struct work;
	struct xenfs_mount *m;
	struct xenfs_conn *conn;
};

/**
 * xenfs_mount_create() - make the mount of a tag
 * @tag: the tag
 *
 * Return: the mount with one reference and no session, or NULL.
 */
struct xenfs_mount *xenfs_mount_create(const char *tag)
{
	struct xenfs_mount *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return NULL;
	m->stats = alloc_percpu(struct xenfs_stats);
	if (!m->stats) {
		kfree(m);
		return NULL;
	}
	refcount_set(&m->ref, 1);
	strscpy(m->tag, tag, sizeof(m->tag));
	INIT_LIST_HEAD(&m->link);
	spin_lock_init(&m->lock);
	m->state = XENFS_MOUNT_GONE;
	init_waitqueue_head(&m->state_wait);
	xa_init(&m->inodes);
	spin_lock_init(&m->lru_lock);
	INIT_LIST_HEAD(&m->lru);
	init_waitqueue_head(&m->returning_wait);
	init_waitqueue_head(&m->lingering_wait);
	init_waitqueue_head(&m->writes_wait);
	spin_lock_init(&m->forget_lock);
	INIT_LIST_HEAD(&m->forgets);
	INIT_WORK(&m->forget_work, xenfs_forget_work);
	spin_lock_init(&m->recall_lock);
	INIT_LIST_HEAD(&m->recalls);
	INIT_WORK(&m->recall_work, xenfs_recall_work);
	spin_lock_init(&m->mapped_lock);
	INIT_LIST_HEAD(&m->mapped);
	INIT_DELAYED_WORK(&m->mapped_work, xenfs_mapped_work);
	INIT_DEFERRABLE_WORK(&m->idle_work, xenfs_lent_idle_work);
	INIT_WORK(&m->table_work, xenfs_table_work);
	mutex_init(&m->devs_lock);
	INIT_LIST_HEAD(&m->devs);
	return m;
}

/* Drops a reference. */
void xenfs_mount_put(struct xenfs_mount *m)
{
	if (!refcount_dec_and_test(&m->ref))
		return;
	xa_destroy(&m->inodes);
	xenfs_recall_free(m);
	free_percpu(m->stats);
	kfree(m);
}

/*
 * Begin a session on the server.  conn->stats is set first: this is the one
 * mount that will use the connection.
 */
static int connect(struct xenfs_mount *m, struct xenfs_conn *conn,
		   struct xenfsif_entry *root, u8 *handle)
{
	struct xenfs_entry_answer out;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_CONNECT,
		.req.u.connect.session = get_random_u64(),
		.out = &out,
		.out_len = sizeof(out),
		.as_caller = true,
	};
	int err;

	xenfs_conn_set_stats(conn, m->stats);
	err = xenfs_conn_call(conn, &op);
	if (err) {
		/* killed, perhaps: the answer comes when the mount is gone */
		xenfs_conn_set_stats(conn, NULL);
		return err;
	}
	if (!xenfsif_entry_ok(&out.entry, op.rsp.out_len) ||
	    !S_ISDIR(out.entry.attr.mode))
		return -EIO;
	*root = out.entry;
	memcpy(handle, out.handle, out.entry.handle_len);
	conn->features = op.rsp.u.connect.features;
	m->writable = conn->features & XENFSIF_FEATURE_WRITE;
	m->max_size = op.rsp.u.connect.max_size;
	m->max_lend = 0;
	if (conn->features & XENFSIF_FEATURE_LEND)
		m->max_lend = min(op.rsp.u.connect.max_lend, XENFSIF_LEND_MAX);
	conn->max_read_refs = min(op.rsp.u.connect.max_read_refs,
				  XENFSIF_READ_REFS_MAX);
	return 0;
}

/**
 * xenfs_mount_start() - begin a session and make it the mount's current one
 * @m: the mount
 * @conn: connection to use
 * @root: filled with the root's entry
 * @handle: filled with the root's handle, %XENFSIF_HANDLE_MAX octets
 *
 * Return: 0, or an error: then the mount is as it was.
 */
int xenfs_mount_start(struct xenfs_mount *m, struct xenfs_conn *conn,
		      struct xenfsif_entry *root, u8 *handle)
{
	struct xenfs_op op = { .as_of = atomic64_read(&m->changes) };
	int err = connect(m, conn, root, handle);

	if (err)
		return err;

	/* nobody uses the new epoch before the state says that it is UP */
	xa_destroy(&m->inodes);
	xa_lock(&m->inodes);
	op.epoch = ++m->epoch;
	xa_unlock(&m->inodes);
	/* without one nothing is believed: slow, not wrong */
	m->by_time = !(conn->features & XENFSIF_FEATURE_TABLE);
	if (!m->by_time)
		xenfs_table_new(m, conn, op.epoch);
	if (m->sb && m->sb->s_root)
		xenfs_inode_rebind(d_inode(m->sb->s_root), &op, root, handle);
	spin_lock(&m->lock);
	m->conn = xenfs_conn_get(conn);
	m->state = XENFS_MOUNT_UP;
	spin_unlock(&m->lock);
	xenfs_table_want(m, root->node);
	xenfs_conn_set_handler(conn, xenfs_recall_event, m);
	trace_xenfs_session(m->tag, m->epoch, "started");
	wake_up_all(&m->state_wait);

	if (list_empty(&m->link)) {
		mutex_lock(&xenfs_lock);
		list_add_tail(&m->link, &mounts);
		mutex_unlock(&xenfs_lock);
	}
	/*
	 * The connection may have ended between CONNECT and the list: then
	 * nobody else will say so.  A device that is still listed tells
	 * xenfs_mount_gone() when it leaves the list.
	 */
	if (xenfs_conn_dead(conn)) {
		struct xenfs_conn *other = xenfs_device_find(m->tag, &err);

		xenfs_mount_disconnected(conn, !other && err == -ENOENT);
		if (other)
			xenfs_conn_put(other);
	}
	return 0;
}

static struct xenfs_conn *take_conn(struct xenfs_mount *m,
				    struct xenfs_conn *conn,
				    enum xenfs_mount_state state)
{
	struct xenfs_conn *old = NULL;

	spin_lock(&m->lock);
	if (!conn || m->conn == conn) {
		old = m->conn;
		m->conn = NULL;
		m->state = state;
	}
	spin_unlock(&m->lock);
	wake_up_all(&m->state_wait);
	return old;
}

/**
 * xenfs_mount_quiesce() - stop what holds inodes besides the VFS
 * @m: the mount, about to evict its inodes; nobody reconnects it any more
 */
void xenfs_mount_quiesce(struct xenfs_mount *m)
{
	struct xenfs_conn *conn = xenfs_mount_conn_of(m, m->epoch);

	WRITE_ONCE(m->stopping, true);
	wake_up_all(&m->state_wait);
	if (conn) {
		xenfs_conn_set_handler(conn, NULL, NULL);
		xenfs_conn_put(conn);
	}
	cancel_work_sync(&m->recall_work);
	cancel_delayed_work_sync(&m->mapped_work);
	cancel_delayed_work_sync(&m->idle_work);
	cancel_work_sync(&m->table_work);
}

/**
 * xenfs_mount_stop() - end the last session, for good
 * @m: the mount; its inodes are gone, its lent pages on their way
 */
void xenfs_mount_stop(struct xenfs_mount *m)
{
	struct xenfs_op op = { .req.op = XENFSIF_OP_DISCONNECT };
	struct xenfs_conn *conn;

	mutex_lock(&xenfs_lock);
	list_del_init(&m->link);
	mutex_unlock(&xenfs_lock);

	/* forgets need not be sent: DISCONNECT forgets all */
	cancel_work_sync(&m->forget_work);
	xenfs_forget_work(&m->forget_work);

	conn = take_conn(m, NULL, XENFS_MOUNT_GONE);
	cancel_work_sync(&m->table_work);
	xenfs_table_end(m, NULL);
	if (!conn)
		return;
	xenfs_conn_call(conn, &op);
	trace_xenfs_session(m->tag, m->epoch, "stopped");
	/*
	 * The counters die with the mount; requests of the next mount on this
	 * connection bring their own.  A request of ours whose task was killed
	 * may still be under way; it is not counted.
	 */
	xenfs_conn_set_stats(conn, NULL);
	xenfs_conn_put(conn);
}

/**
 * xenfs_linger_begin() - something holds an inode beside the VFS from now on
 * @m: the mount; an unmount waits until it is over
 */
void xenfs_linger_begin(struct xenfs_mount *m)
{
	refcount_inc(&m->ref);
	atomic_inc(&m->nr_lingering);
}

/* It has let go of the inode.  The mount may be gone when this returns. */
void xenfs_linger_end(struct xenfs_mount *m)
{
	if (atomic_dec_and_test(&m->nr_lingering))
		wake_up_all(&m->lingering_wait);
	xenfs_mount_put(m);
}

static void reconnect(struct work_struct *work)
{
	struct mount_work *w = container_of(work, struct mount_work, work);
	u8 handle[XENFSIF_HANDLE_MAX];
	struct xenfsif_entry root;
	int err = 0;
	bool begun;

	/*
	 * Whoever mounts the moment that the device is listed is here before
	 * xenfs_mount_connected(): the session that the mount has begun is it.
	 */
	spin_lock(&w->m->lock);
	begun = w->m->conn == w->conn;
	spin_unlock(&w->m->lock);
	if (!begun)
		err = xenfs_mount_start(w->m, w->conn, &root, handle);
	if (err) {
		pr_err("share %s: cannot begin a session again: error %d; unmount it, or detach and attach it in dom0\n",
		       w->m->tag, err);
	} else if (!begun) {
		xenfs_count(w->m, reconnects);
		pr_info("share %s: connected again\n", w->m->tag);
	}
	xenfs_conn_put(w->conn);
	deactivate_super(w->m->sb);
	kfree(w);
}

static void drop_old(struct work_struct *work)
{
	struct mount_work *w = container_of(work, struct mount_work, work);

	xenfs_lent_drop_old(w->m);
	deactivate_super(w->m->sb);
	kfree(w);
}

/*
 * Queue work for the mount of a tag, if there is one that is not being
 * unmounted: then there is nothing to do.
 */
static void queue_mount_work(const char *tag, struct xenfs_conn *conn,
			     work_func_t func)
{
	struct mount_work *w = kzalloc(sizeof(*w), GFP_KERNEL | __GFP_NOFAIL);
	struct xenfs_mount *m;

	mutex_lock(&xenfs_lock);
	list_for_each_entry(m, &mounts, link) {
		if (strcmp(m->tag, tag) ||
		    !atomic_inc_not_zero(&m->sb->s_active))
			continue;
		w->m = m;
		w->conn = conn ? xenfs_conn_get(conn) : NULL;
		INIT_WORK(&w->work, func);
		queue_work(xenfs_wq, &w->work);
		w = NULL;
		break;
	}
	mutex_unlock(&xenfs_lock);
	kfree(w);
}

/**
 * xenfs_mount_connected() - a device with a tag has connected
 * @tag: the tag
 * @conn: its connection
 *
 * Context: the xenbus watch thread: the session begins on the workqueue.
 */
void xenfs_mount_connected(const char *tag, struct xenfs_conn *conn)
{
	queue_mount_work(tag, conn, reconnect);
}

static struct xenfs_mount *find_mount(const char *tag)
{
	struct xenfs_mount *m, *found = NULL;

	mutex_lock(&xenfs_lock);
	list_for_each_entry(m, &mounts, link) {
		if (!strcmp(m->tag, tag)) {
			refcount_inc(&m->ref);
			found = m;
			break;
		}
	}
	mutex_unlock(&xenfs_lock);
	return found;
}

/**
 * xenfs_mount_disconnected() - a connection ends
 * @conn: the connection
 * @gone: whether its device is being removed, so that waiting is in vain
 *
 * When this returns no request begins on the connection.  The pages that were
 * lent over it are given back on the workqueue, for that may have to wait for
 * readers who wait for the next session.
 *
 * Context: process context, may sleep; called before xenfs_conn_kill().
 */
void xenfs_mount_disconnected(struct xenfs_conn *conn, bool gone)
{
	struct xenfs_mount *m = find_mount(conn->tag);
	struct xenfs_conn *old;

	if (!m)
		return;
	old = take_conn(m, conn, gone ? XENFS_MOUNT_GONE : XENFS_MOUNT_WAITING);
	if (old) {
		xenfs_conn_set_handler(old, NULL, NULL);
		/* an unmount does not wait for what is under way on it */
		xenfs_conn_set_stats(old, NULL);
		trace_xenfs_session(m->tag, m->epoch, gone ? "gone" : "lost");
		pr_info("share %s: disconnected%s\n", m->tag,
			gone ? "; what is mounted fails until it is attached again" :
			       "; waiting for the backend");
		xenfs_table_end(m, old);
		queue_mount_work(m->tag, NULL, drop_old);
		xenfs_conn_put(old);
	}
	xenfs_mount_put(m);
}

/* A tag's device was removed: whoever waits for it waits no longer. */
void xenfs_mount_gone(const char *tag)
{
	struct xenfs_mount *m = find_mount(tag);

	if (!m)
		return;
	spin_lock(&m->lock);
	if (m->state == XENFS_MOUNT_WAITING)
		m->state = XENFS_MOUNT_GONE;
	spin_unlock(&m->lock);
	wake_up_all(&m->state_wait);
	xenfs_mount_put(m);
}

/**
 * xenfs_mount_conn() - get the current session
 * @m: the mount
 * @epoch: set to its number
 *
 * Waits, killable and freezable, while the backend is away but expected back.
 *
 * Return: the connection with a reference, -EIO if the device is gone, or
 * -EINTR when killed.
 */
struct xenfs_conn *xenfs_mount_conn(struct xenfs_mount *m, u64 *epoch)
{
	struct xenfs_conn *conn;
	int err;

	for (;;) {
		spin_lock(&m->lock);
		switch (m->state) {
		case XENFS_MOUNT_UP:
			conn = xenfs_conn_get(m->conn);
			*epoch = m->epoch;
			spin_unlock(&m->lock);
			return conn;
		case XENFS_MOUNT_GONE:
			spin_unlock(&m->lock);
			return ERR_PTR(-EIO);
		case XENFS_MOUNT_WAITING:
			break;
		}
		spin_unlock(&m->lock);
		err = wait_event_state(m->state_wait,
				       READ_ONCE(m->state) != XENFS_MOUNT_WAITING ||
				       READ_ONCE(m->stopping),
				       XENFS_WAIT);
		if (err)
			return ERR_PTR(-EINTR);
		/* being unmounted: what works for it now is not to wait */
		if (READ_ONCE(m->stopping))
			return ERR_PTR(-EIO);
	}
}

/**
 * xenfs_mount_conn_of() - get the connection of one session, if it lives
 * @m: the mount
 * @epoch: number of the session
 *
 * Return: the connection with a reference, or NULL.
 */
struct xenfs_conn *xenfs_mount_conn_of(struct xenfs_mount *m, u64 epoch)
{
	struct xenfs_conn *conn = NULL;

	spin_lock(&m->lock);
	if (m->state == XENFS_MOUNT_UP && m->epoch == epoch)
		conn = xenfs_conn_get(m->conn);
	spin_unlock(&m->lock);
	return conn;
}

/* Words of one session differ by less than that: they come from one counter. */
#define SALT_SHIFT	44

static u64 salted(const struct inode *inode, u64 word)
{
	return word + ((u64)READ_ONCE(XENFS_I(inode)->salt) << SALT_SHIFT);
}

/**
 * xenfs_mark() - what tells later whether something just learned still holds
 * @inode: the file, or directory, that it is about
 * @word: the version word that it was learned under
 *
 * The word does not change by what this guest does.  If it is not known what
 * that was (a task was killed, an answer was an error) the inode's salt does.
 */
u64 xenfs_mark(const struct inode *inode, u64 word)
{
	if (READ_ONCE(xenfs_mount_of(inode)->by_time))
		return jiffies;
	return word ? salted(inode, word) : 0;
}

/**
 * xenfs_holds() - whether what the server said once may still be believed
 * @inode: the file, or directory, that it was about
 * @mark: of that time, by xenfs_mark()
 * @epoch: in which session that was; 0: never
 *
 * The one place where this is decided: for attributes, names, permissions and
 * lent pages alike.
 *
 * Context: any, RCU walk too.
 */
bool xenfs_holds(const struct inode *inode, u64 mark, u64 epoch)
{
	const struct xenfs_mount *m = xenfs_mount_of(inode);

	if (!epoch || epoch != READ_ONCE(m->epoch))
		return false;
	if (READ_ONCE(m->by_time))
		return time_before(jiffies, (unsigned long)mark +
					    READ_ONCE(m->opt.ac));
	/* something may be carried out any moment that nobody waits for */
	if (atomic_read(&XENFS_I(inode)->nr_doubts))
		return false;
	smp_rmb();	/* the salt after the doubts */
	return mark && mark == xenfs_mark(inode, xenfs_table_word(inode, epoch));
}

/* Put the inode's node into the request, finding it again if need be. */
static int fill_node(struct inode *inode, struct xenfs_conn *conn, u64 epoch,
		     u64 *node, u64 *generation)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	bool stale;
	int err;

	spin_lock(&xi->lock);
	stale = xi->epoch != epoch;
	*node = xi->node;
	*generation = xi->generation;
	spin_unlock(&xi->lock);
	if (!stale)
		return 0;

	err = xenfs_reclaim(inode, conn, epoch);
	if (err)
		return err;
	spin_lock(&xi->lock);
	stale = xi->epoch != epoch;
	*node = xi->node;
	*generation = xi->generation;
	spin_unlock(&xi->lock);
	return stale ? XENFS_LOST : 0;
}

/* Put into the request what names the files that it is about. */
static int fill_files(struct xenfs_conn *conn, u64 epoch, struct inode *inode,
		      struct xenfs_file *xf, struct xenfs_op *op, u64 *fh_arg,
		      const struct xenfs_second *second)
{
	int err = 0;

	if (inode)
		err = fill_node(inode, conn, epoch, &op->req.node,
				&op->req.generation);
	if (!err && xf)
		err = xenfs_reopen(xf, conn, epoch, fh_arg);
	if (!err && second)
		err = fill_node(second->inode, conn, epoch, second->node,
				second->generation);
	if (!err && second && second->xf)
		err = xenfs_reopen(second->xf, conn, epoch, second->fh);
	return err;
}

/*
 * Send an operation in the current session, and again in the next when that is
 * lost, if it is not one to be executed once.
 */
static int call(struct xenfs_mount *m, struct inode *inode, struct xenfs_file *xf,
		struct xenfs_op *op, u64 *fh_arg,
		const struct xenfs_second *second)
{
	struct xenfs_conn *conn;
	u64 epoch;
	int err;

	/* from here on are those that change something */
	if (op->req.op >= XENFSIF_OP_WRITE) {
		op->about[0] = inode;
		op->about[1] = second ? second->inode : NULL;
	}
	do {
		conn = xenfs_mount_conn(m, &epoch);
		if (IS_ERR(conn))
			return PTR_ERR(conn);
		op->as_of = atomic64_read(&m->changes);
		err = fill_files(conn, epoch, inode, xf, op, fh_arg, second);
		if (!err)
			err = xenfs_conn_call(conn, op);
		xenfs_conn_put(conn);
	} while (err == XENFS_LOST);
	op->epoch = epoch;
	return err;
}

/**
 * xenfs_call() - carry out an operation on an inode
 * @inode: the inode; op->req.node and generation are filled in
 * @op: the operation
 *
 * Context: process context, may sleep for long; no lock from (*) on in the
 * order of xenfs.h is held, but as folio.c says.
 * Return: 0 or an errno that may go to user space.
 */
int xenfs_call(struct inode *inode, struct xenfs_op *op)
{
	return call(xenfs_mount_of(inode), inode, NULL, op, NULL, NULL);
}

/**
 * xenfs_call_two() - carry out an operation on two inodes
 * @inode: the inode; op->req.node and generation are filled in
 * @op: the operation
 * @second: the other inode, and which arguments take what names it
 *
 * As xenfs_call().
 */
int xenfs_call_two(struct inode *inode, struct xenfs_op *op,
		   const struct xenfs_second *second)
{
	return call(xenfs_mount_of(inode), inode, NULL, op, NULL, second);
}

/**
 * xenfs_call_file() - carry out an operation on an open file
 * @file: the file, opened by xenfs_open()
 * @op: the operation
 * @fh_arg: which of its arguments takes the server's number of the file
 *
 * As xenfs_call(); opens the file again in a new session.
 */
int xenfs_call_file(struct file *file, struct xenfs_op *op, u64 *fh_arg)
{
	return xenfs_call_fh(file->private_data, op, fh_arg);
}

/* Carry out an operation that is about no node. */
int xenfs_call_mount(struct xenfs_mount *m, struct xenfs_op *op)
{
	return call(m, NULL, NULL, op, NULL, NULL);
}

/* As xenfs_call_file(), for a file that may be closed already here. */
int xenfs_call_fh(struct xenfs_file *xf, struct xenfs_op *op, u64 *fh_arg)
{
	return call(xenfs_mount_of(xf->inode), xf->inode, xf, op, fh_arg, NULL);
}

/* As xenfs_call_file(), for two open files. */
int xenfs_call_files(struct file *file, struct xenfs_op *op, u64 *fh_arg,
		     const struct xenfs_second *second)
{
	struct xenfs_file *xf = file->private_data;

	return call(xenfs_mount_of(xf->inode), xf->inode, xf, op, fh_arg, second);
}
