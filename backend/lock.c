// SPDX-License-Identifier: GPL-2.0
/*
 * LOCK: locks on files, taken in this domain's VFS, so that they hold between
 * guests and against processes here.
 *
 * An flock() lock belongs to the open file, and goes with it.  A POSIX lock
 * belongs to an owner, see lockowner.c.
 *
 * Waiting: the VFS puts a request that is blocked on a list and wakes it, and it
 * tries again.  Where the VFS has no such list for us (flock(), file systems
 * with locks of their own) it is tried again after a while.
 */
#include <linux/jiffies.h>
#include <linux/sched/signal.h>

#include "backend-lock.h"
#include "lock.h"
#include "node.h"
#include "request.h"
#include "share.h"
#include "trace.h"

#define WAIT_TIME	HZ
#define POLL_TIME	(HZ / 20)

/* A LOCK on its way. */
struct locking {
	struct xenfsd_request *rq;
	struct xenfsd_openfile *of;
	struct xenfsd_lock_owner *owner;	/* NULL with FLOCK */
	struct xenfsd_lock_use *spare;
	struct file_lock *fl;
	bool wait;
	bool all;			/* the whole file */
};

static int try_posix(struct locking *l, int cmd)
{
	int err;

	err = mutex_lock_killable(&l->owner->lock);
	if (err)
		return err;
	err = vfs_lock_file(l->of->file, cmd, l->fl, NULL);
	if (!err && xenfs_fl(l->fl, type) != F_UNLCK)
		xenfsd_lock_use_note(&l->spare);
	else if (!err && l->all)
		xenfsd_lock_uses_forget(l->owner, l->of->node);
	mutex_unlock(&l->owner->lock);
	return err;
}

/*
 * The number of locks is exact when the requests for one open file come one
 * after the other; in any case it is when the file is closed.
 */
static void count_flock(struct locking *l, int err)
{
	int now = !err && xenfs_fl(l->fl, type) != F_UNLCK;

	/* A lock that could not be converted is lost. */
	if (err && err != -EAGAIN)
		return;
	atomic_add(now - atomic_xchg(&l->of->flocked, now),
		   &l->rq->share->nr_locks);
}

static int try_flock(struct locking *l, int cmd)
{
	struct file *file = l->of->file;
	int err;

	if (file->f_op->flock)
		err = file->f_op->flock(file, cmd, l->fl);
	else
		err = locks_lock_inode_wait(file_inode(file), l->fl);
	count_flock(l, err);
	return err;
}

static int try_once(struct locking *l)
{
	int cmd = xenfs_fl(l->fl, flags) & FL_SLEEP ? F_SETLKW : F_SETLK;

	return l->owner ? try_posix(l, cmd) : try_flock(l, cmd);
}

/* Waits until it may be worth while to try again.  Returns what is left. */
static long wait_once(struct locking *l, int why, long left)
{
	long pause = min_t(long, left, POLL_TIME);

	if (why == FILE_LOCK_DEFERRED)
		return xenfs_lock_wait(l->fl, left);
	schedule_timeout_interruptible(pause);
	return signal_pending(current) ? -ERESTARTSYS : left - pause;
}

/* Something is in the way: tries again for a while. */
static int wait_for_lock(struct locking *l, int why)
{
	struct xenfsd_share *share = l->rq->share;
	int max = l->rq->session->config.max_requests / 2;
	long left = WAIT_TIME;
	int err = why;

	xenfsd_count(share, lock_waits);
	/* Others are to find threads, too. */
	if (atomic_inc_return(&share->nr_lock_waiters) > max)
		left = 0;
	while (err == FILE_LOCK_DEFERRED || err == -EAGAIN) {
		if (left > 0)
			left = wait_once(l, err, left);
		if (left <= 0) {
			err = left ?: -EAGAIN;
			break;
		}
		err = try_once(l);
	}
	atomic_dec(&share->nr_lock_waiters);
	return err;
}

static int take_lock(struct locking *l)
{
	int err = try_once(l);

	if (l->wait && (err == FILE_LOCK_DEFERRED || err == -EAGAIN))
		err = wait_for_lock(l, err);
	locks_delete_block(l->fl);
	return err;
}

static unsigned char lock_type(u32 wire)
{
	switch (wire) {
	case XENFSIF_LOCK_READ:
		return F_RDLCK;
	case XENFSIF_LOCK_WRITE:
		return F_WRLCK;
	}
	return F_UNLCK;
}

static u32 wire_type(unsigned char type)
{
	switch (type) {
	case F_RDLCK:
		return XENFSIF_LOCK_READ;
	case F_WRLCK:
		return XENFSIF_LOCK_WRITE;
	}
	return XENFSIF_LOCK_UNLOCK;
}

static struct file_lock *lock_new(struct xenfsd_request *rq, struct file *file,
				  unsigned int flags)
{
	struct file_lock *fl = locks_alloc_lock();

	if (!fl)
		return NULL;
	xenfs_fl(fl, file) = file;
	xenfs_fl(fl, flags) = flags;
	xenfs_fl(fl, type) = lock_type(rq->req.u.lock.type);
	xenfs_fl(fl, pid) = current->tgid;
	fl->fl_end = OFFSET_MAX;
	return fl;
}

static int op_flock(struct xenfsd_request *rq, struct xenfsd_openfile *of)
{
	struct locking l = {
		.rq = rq,
		.of = of,
		.wait = rq->req.u.lock.flags & XENFSIF_LOCK_WAIT,
	};
	int err;

	l.fl = lock_new(rq, of->file, FL_FLOCK);
	if (!l.fl)
		return -ENOLCK;
	xenfs_fl(l.fl, owner) = of->file;
	err = take_lock(&l);
	locks_free_lock(l.fl);
	return err;
}

/* As check_fmode_for_setlk(). */
static int may_lock(const struct file *file, u32 type)
{
	if ((type == XENFSIF_LOCK_READ && !(file->f_mode & FMODE_READ)) ||
	    (type == XENFSIF_LOCK_WRITE && !(file->f_mode & FMODE_WRITE)))
		return -EBADF;
	return 0;
}

static int lock_posix(struct locking *l, const struct xenfsif_lock_range *range)
{
	struct file *file = l->of->file;
	unsigned int flags = FL_POSIX;
	int err;

	/* What a file system may do with it is not known. */
	if (l->wait && !file->f_op->lock)
		flags |= FL_SLEEP;
	l->fl = lock_new(l->rq, file, flags);
	if (!l->fl)
		return -ENOLCK;
	l->fl->fl_start = range->start;
	l->fl->fl_end = range->end;
	l->fl->fl_lmops = &xenfsd_lock_ops;
	xenfs_fl(l->fl, owner) = xenfsd_lock_owner_count(l->owner);
	err = take_lock(l);
	locks_free_lock(l->fl);
	return err;
}

/*
 * Whether there are too many locks to take another, or to unlock what may be
 * the middle of one.
 */
static bool too_many(struct xenfsd_session *session, bool unlock)
{
	u64 limit = (u64)session->config.max_open << unlock;

	return atomic_read(&session->share->nr_locks) >= limit;
}

static int op_posix(struct xenfsd_request *rq, struct xenfsd_openfile *of,
		    const struct xenfsif_lock_range *range)
{
	const struct xenfsif_lock *args = &rq->req.u.lock;
	bool unlock = args->type == XENFSIF_LOCK_UNLOCK;
	struct locking l = {
		.rq = rq,
		.of = of,
		.wait = !unlock && args->flags & XENFSIF_LOCK_WAIT,
		.all = !range->start && range->end == XENFSIF_MAX_OFFSET,
	};
	int err;

	err = may_lock(of->file, args->type);
	if (err)
		return err;
	if (!(unlock && l.all) && too_many(rq->session, unlock))
		return -ENOLCK;
	l.owner = unlock ? xenfsd_lock_owner_find(rq->session, args->owner) :
			   xenfsd_lock_owner_make(rq->session, args->owner);
	if (IS_ERR_OR_NULL(l.owner))	/* who has none has nothing to unlock */
		return PTR_ERR_OR_ZERO(l.owner);
	if (!unlock) {
		l.spare = xenfsd_lock_use_new(of, l.owner);
		if (IS_ERR(l.spare)) {
			err = PTR_ERR(l.spare);
			goto put_owner;
		}
	}
	err = lock_posix(&l, range);
	if (l.spare)
		xenfsd_lock_use_free(l.spare);
put_owner:
	xenfsd_lock_owner_put(l.owner);
	return err;
}

/* Who is in the way? */
static int op_test(struct xenfsd_request *rq, struct xenfsd_openfile *of,
		   const struct xenfsif_lock_range *range)
{
	struct xenfsif_lock_range *out = rq->out;
	struct xenfsd_lock_owner *owner;
	struct file_lock *fl;
	int err;

	if (rq->req.u.lock.type == XENFSIF_LOCK_UNLOCK)
		return -EINVAL;
	fl = lock_new(rq, of->file, FL_POSIX);
	if (!fl)
		return -ENOLCK;
	fl->fl_start = range->start;
	fl->fl_end = range->end;
	/* An owner that does not exist is not the same as any other. */
	owner = xenfsd_lock_owner_find(rq->session, rq->req.u.lock.owner);
	xenfs_fl(fl, owner) = owner ? (fl_owner_t)owner : (fl_owner_t)rq;

	err = vfs_test_lock(of->file, fl);
	if (!err) {
		*out = (struct xenfsif_lock_range) {
			.start = fl->fl_start,
			.end = fl->fl_end,
			.type = wire_type(xenfs_fl(fl, type)),
			.pid = xenfs_fl(fl, flags) & FL_OFDLCK ?
			       -1 : xenfs_fl(fl, pid),
		};
		rq->rsp.out_len = sizeof(*out);
	}
	/* Holds the owner of what was found, if that is one of ours. */
	locks_free_lock(fl);
	if (owner)
		xenfsd_lock_owner_put(owner);
	return err;
}

int xenfsd_op_lock(struct xenfsd_request *rq)
{
	const struct xenfsif_lock *args = &rq->req.u.lock;
	struct xenfsif_lock_range range;
	struct xenfsd_openfile *of;
	int err;

	memcpy(&range, rq->in, sizeof(range));
	if (range.type || range.pid || range.start > range.end ||
	    range.end > XENFSIF_MAX_OFFSET)
		return -EINVAL;
	of = xenfsd_openfile_find(rq, args->fh);
	if (IS_ERR(of))
		return PTR_ERR(of);

	if (args->kind == XENFSIF_LOCK_FLOCK)
		err = op_flock(rq, of);
	else if (args->flags & XENFSIF_LOCK_TEST)
		err = op_test(rq, of, &range);
	else
		err = op_posix(rq, of, &range);
	xenfsd_openfile_put(of);
	trace_xenfsd_lock(rq->node, args, &range, err);
	return err;
}
