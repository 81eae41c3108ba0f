// SPDX-License-Identifier: GPL-2.0
/*
 * Locks on files: fcntl(), open file description locks and flock().
 *
 * A lock is taken in dom0, where it holds against other guests and dom0's own
 * processes, and then recorded in this kernel's lists, so that the VFS gives it
 * back when a file is closed.  What is in those lists holds a second taker back
 * before the server is asked: processes of one guest wait for each other here,
 * with the kernel's deadlock detection, and not in dom0.
 *
 * Giving back goes the other way: first here, then in dom0.  So what dom0 grants
 * is at odds with the lists only while a holder changes a lock from exclusive to
 * shared, and the taker waits for the holder to have done so.
 *
 * A lock is a point of coherence: whoever takes one sees what the last holder
 * wrote.  Taking it revalidates what is cached, giving it back writes first what
 * is dirty.
 *
 * Locks are given back asynchronously: that goes on if the task is killed, and a
 * task that closes or exits waits for the answer for a limited time only.  What a
 * task is granted as it is killed is given back by orphan.c.
 *
 * Locks end with the session.  After a reconnection the lists here still show
 * them, but dom0 does not know them any more; a request for a lock that was
 * under way is sent again.
 */
#include <linux/fcntl.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <xenfs_check.h>

#include "frontend-lock.h"
#include "xenfs.h"

#define CLOSE_PATIENCE	(2 * HZ)

/* Between two requests of who waits, if the server does not let it wait. */
#define ASK_AGAIN_MIN	(HZ / 100)
#define ASK_AGAIN_MAX	(HZ / 10)

/* A pointer is nobody's business in dom0. */
static u64 owner_number(struct file_lock *fl)
{
	static u64 key;

	get_random_once(&key, sizeof(key));
	return (unsigned long)xenfs_fl(fl, owner) ^ key;
}

static u32 wire_type(struct file_lock *fl)
{
	switch (xenfs_fl(fl, type)) {
	case F_RDLCK:
		return XENFSIF_LOCK_READ;
	case F_WRLCK:
		return XENFSIF_LOCK_WRITE;
	}
	return XENFSIF_LOCK_UNLOCK;
}

static void fill(struct xenfs_op *op, struct xenfsif_lock_range *range,
		 struct file_lock *fl)
{
	memset(op, 0, sizeof(*op));
	memset(range, 0, sizeof(*range));
	op->req.op = XENFSIF_OP_LOCK;
	op->req.u.lock.type = wire_type(fl);
	op->in[0].iov_base = range;
	op->in[0].iov_len = sizeof(*range);
	if (xenfs_fl(fl, flags) & FL_FLOCK) {
		op->req.u.lock.kind = XENFSIF_LOCK_FLOCK;
		range->end = XENFSIF_MAX_OFFSET;
		return;
	}
	op->req.u.lock.kind = XENFSIF_LOCK_POSIX;
	op->req.u.lock.owner = owner_number(fl);
	range->start = fl->fl_start;
	range->end = fl->fl_end;
}

/*
 * A lock on its way back.  One reference is the sender's, one that of whoever
 * sends it or waits for the answer.  If it has to wait for what is dirty it
 * holds the open file, the inode, and thereby the mount, as one that lingers.
 */
struct unlock {
	struct xenfs_op op;
	struct xenfsif_lock_range range;
	struct xenfs_file *xf;
	struct xenfs_conn *conn;
	struct work_struct work;
	struct completion done;
	refcount_t ref;
	int err;
};

static void put_unlock(struct unlock *u)
{
	if (refcount_dec_and_test(&u->ref))
		kfree(u);
}

static void finish(struct unlock *u, int err)
{
	/* a session that is over has no locks */
	u->err = err == XENFS_LOST ? 0 : err;
	complete(&u->done);
	if (u->conn)
		xenfs_conn_put(u->conn);
	put_unlock(u);
}

static void unlock_done(struct xenfs_op *op, int err)
{
	finish(container_of(op, struct unlock, op), err);
}

static void submit_work(struct work_struct *work)
{
	struct unlock *u = container_of(work, struct unlock, work);
	int err = xenfs_conn_submit(u->conn, &u->op);

	if (err)
		finish(u, err);
}

static void submit(struct unlock *u)
{
	struct xenfs_file *xf = u->xf;
	u64 epoch = READ_ONCE(xf->epoch);
	int err = XENFS_LOST;

	u->conn = xenfs_mount_conn_of(xenfs_mount_of(xf->inode), epoch);
	if (u->conn &&
	    xenfs_file_in_session(xf, epoch, &u->op.req.u.lock.fh, &u->op))
		err = xenfs_conn_try_submit(u->conn, &u->op);
	if (err == -EAGAIN) {
		INIT_WORK(&u->work, submit_work);
		queue_work(xenfs_wq, &u->work);
	} else if (err) {
		finish(u, err);
	}
}

static void write_and_submit_work(struct work_struct *work)
{
	struct unlock *u = container_of(work, struct unlock, work);
	struct xenfs_file *xf = u->xf;
	struct inode *inode = xf->inode;
	struct xenfs_mount *m = xenfs_mount_of(inode);

	filemap_write_and_wait(inode->i_mapping);
	submit(u);
	xenfs_file_put(xf);
	iput(inode);
	xenfs_linger_end(m);
}

static struct unlock *new_unlock(struct file *file, const struct xenfs_op *op,
				 const struct xenfsif_lock_range *range)
{
	struct unlock *u = kzalloc(sizeof(*u), GFP_KERNEL | __GFP_NOFAIL);

	u->op = *op;
	u->range = *range;
	u->op.req.u.lock.type = XENFSIF_LOCK_UNLOCK;
	u->op.req.u.lock.flags = 0;
	u->op.in[0].iov_base = &u->range;
	u->op.done = unlock_done;
	u->xf = file->private_data;
	init_completion(&u->done);
	refcount_set(&u->ref, 2);
	return u;
}

/* What was asked for may have been granted, but is not wanted any more. */
static void undo(struct file *file, const struct xenfs_op *op,
		 const struct xenfsif_lock_range *range)
{
	struct unlock *u = new_unlock(file, op, range);

	submit(u);
	put_unlock(u);
}

/*
 * What is dirty goes first: it must not overwrite what the next holder writes.
 * Its errors are for fsync and close.
 */
static void write_and_submit(struct unlock *u)
{
	struct inode *inode = u->xf->inode;

	if (!xenfs_dying()) {
		filemap_write_and_wait(inode->i_mapping);
		submit(u);
		return;
	}
	/* who is killed does not wait for it, but the lock does */
	refcount_inc(&u->xf->ref);
	ihold(inode);
	xenfs_linger_begin(xenfs_mount_of(inode));
	INIT_WORK(&u->work, write_and_submit_work);
	queue_work(xenfs_wq, &u->work);
}

static int give_back(struct file *file, struct file_lock *fl)
{
	unsigned int flags = xenfs_fl(fl, flags);
	struct xenfsif_lock_range range;
	struct xenfs_op op;
	struct unlock *u;
	int err;

	fill(&op, &range, fl);
	xenfs_fl(fl, flags) |= FL_EXISTS;
	err = locks_lock_inode_wait(file_inode(file), fl);
	xenfs_fl(fl, flags) = flags;
	if (err)
		return err == -ENOENT ? 0 : err;

	u = new_unlock(file, &op, &range);
	write_and_submit(u);
	if (flags & FL_CLOSE) {
		wait_for_completion_timeout(&u->done, CLOSE_PATIENCE);
	} else {
		err = wait_for_completion_state(&u->done, XENFS_WAIT);
		err = err ? -EINTR : u->err;
	}
	put_unlock(u);
	return err;
}

/*
 * A lock that could not be had is gone if it was to be exchanged for another:
 * flock() gives the old one back first.
 */
static void drop_record(struct inode *inode, struct file_lock *fl)
{
	unsigned char type = xenfs_fl(fl, type);

	xenfs_fl(fl, type) = F_UNLCK;
	locks_lock_inode_wait(inode, fl);
	xenfs_fl(fl, type) = type;
}

/*
 * Ask the server for the lock.  One round trip, and one more each time that it
 * does not want to hold the request any longer: then -EAGAIN, after a pause if
 * it said so at once.
 */
static int ask(struct file *file, struct file_lock *fl, bool wait,
	       unsigned long *pause)
{
	unsigned long begin = jiffies;
	struct xenfsif_lock_range range;
	struct xenfs_op op;
	int err;

	fill(&op, &range, fl);
	if (wait) {
		op.req.u.lock.flags = XENFSIF_LOCK_WAIT;
		op.interruptible = true;
	}
	err = xenfs_call_file(file, &op, &op.req.u.lock.fh);
	if (err == -EINTR || err == -ECANCELED)
		err = signal_pending(current) ? -ERESTARTSYS : -EAGAIN;
	if (err != -EAGAIN || !wait)
		return err;

	if (time_after(jiffies, begin + ASK_AGAIN_MIN)) {
		*pause = ASK_AGAIN_MIN;
	} else {
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		schedule_timeout(*pause);
		*pause = min_t(unsigned long, 2 * *pause, ASK_AGAIN_MAX);
	}
	return signal_pending(current) ? -ERESTARTSYS : -EAGAIN;
}

/* Give back what an open file has, whatever it asks for now. */
static void lose(struct file *file, struct file_lock *fl)
{
	unsigned char type = xenfs_fl(fl, type);

	xenfs_fl(fl, type) = F_UNLCK;
	give_back(file, fl);
	xenfs_fl(fl, type) = type;
}

static int take(struct file *file, struct file_lock *fl, bool wait)
{
	unsigned int saved = xenfs_fl(fl, flags);
	unsigned int flags = saved & ~(FL_SLEEP | FL_ACCESS);
	struct inode *inode = file_inode(file);
	unsigned long pause = ASK_AGAIN_MIN;
	struct xenfsif_lock_range range;
	struct xenfs_op op;
	int err;

	fill(&op, &range, fl);
	if (flags & FL_FLOCK) {
		xenfs_fl(fl, flags) = flags | FL_ACCESS;
		err = locks_lock_inode_wait(inode, fl);
		if (err) {
			/* what was to be exchanged is lost: flock(2) */
			xenfs_fl(fl, flags) = flags;
			lose(file, fl);
		}
		if (err && !wait)
			goto restore;
	}
	do {
		/* what is in the way here is waited for here */
		xenfs_fl(fl, flags) = flags | FL_ACCESS | (wait ? FL_SLEEP : 0);
		err = locks_lock_inode_wait(inode, fl);
		if (err)
			goto restore;
		err = ask(file, fl, wait, &pause);
	} while (wait && err == -EAGAIN);
	if (err) {
		xenfs_fl(fl, flags) = flags;
		if (flags & FL_FLOCK)
			drop_record(inode, fl);
		goto restore;
	}

	/* the lists are about to say what dom0 says */
	xenfs_fl(fl, flags) = flags | FL_SLEEP;
	err = locks_lock_inode_wait(inode, fl);
	if (err)
		undo(file, &op, &range);
	/* if it cannot be asked now, it is before anything cached is used */
	else if (xenfs_revalidate(inode, true))
		xenfs_inode_expire(inode);
restore:
	xenfs_fl(fl, flags) = saved;
	return err;
}

/* Who is in the way.  No round trip if it is a process of this guest. */
static int test(struct file *file, struct file_lock *fl)
{
	unsigned char type = xenfs_fl(fl, type);
	struct xenfsif_lock_range range, other;
	struct xenfs_op op;
	int err;

	fill(&op, &range, fl);
	posix_test_lock(file, fl);
	/* F_UNLCK asks for the locks of this open file alone */
	if (!lock_is_unlock(fl) || type == F_UNLCK)
		return 0;

	op.req.u.lock.flags = XENFSIF_LOCK_TEST;
	op.out = &other;
	op.out_len = sizeof(other);
	err = xenfs_call_file(file, &op, &op.req.u.lock.fh);
	if (err || other.type == XENFSIF_LOCK_UNLOCK)
		return err;
	if (other.type > XENFSIF_LOCK_UNLOCK || other.start > other.end ||
	    other.end > XENFSIF_MAX_OFFSET)
		return -EIO;
	xenfs_fl(fl, type) = other.type == XENFSIF_LOCK_READ ? F_RDLCK : F_WRLCK;
	fl->fl_start = other.start;
	fl->fl_end = other.end;
	/* whose process it is: nobody's here */
	xenfs_fl(fl, pid) = other.pid > 0 ? -other.pid : -1;
	return 0;
}

/**
 * xenfs_lock_op() - fcntl() locks, with a process or an open file as owner
 * @file: the open file
 * @cmd: F_GETLK, F_SETLK or F_SETLKW
 * @fl: the lock
 *
 * One round trip to ask or to give back, two to take.
 *
 * Context: may sleep: for long with F_SETLKW, interruptible.
 */
int xenfs_lock_op(struct file *file, int cmd, struct file_lock *fl)
{
	if (!(xenfs_fl(fl, flags) & FL_POSIX))
		return -ENOLCK;
	if (IS_GETLK(cmd))
		return test(file, fl);
	if (!IS_SETLK(cmd) && !IS_SETLKW(cmd))
		return -EINVAL;
	if (lock_is_unlock(fl))
		return give_back(file, fl);
	return take(file, fl, IS_SETLKW(cmd));
}

/**
 * xenfs_flock_op() - flock() locks, with an open file as owner
 * @file: the open file
 * @cmd: F_SETLK or F_SETLKW
 * @fl: the lock
 *
 * As xenfs_lock_op().
 */
int xenfs_flock_op(struct file *file, int cmd, struct file_lock *fl)
{
	if (!(xenfs_fl(fl, flags) & FL_FLOCK))
		return -ENOLCK;
	if (lock_is_unlock(fl))
		return give_back(file, fl);
	return take(file, fl, IS_SETLKW(cmd));
}
