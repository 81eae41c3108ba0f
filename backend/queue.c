// SPDX-License-Identifier: GPL-2.0
/*
 * Queues and the threads that serve them.
 *
 * A queue's threads all wait for its interrupt; one wakes, takes a request off
 * the ring and executes it, to its end and its response.  Whoever takes a
 * request and leaves no idle thread behind has another one made, up to the
 * share's max-requests: a request that sleeps keeps nobody waiting, here or in
 * another queue.  A thread that finds nothing to do for a while goes, unless it
 * is its queue's last.
 *
 * All threads may sleep in a file system that does not answer.  What waits for
 * none (CANCEL, RETURN) must still be done: when requests come and no thread is
 * idle, a work looks after a moment.  If there is none yet it empties the ring,
 * executes such requests and sets the others aside, where the threads take them
 * from before they look at the ring.
 *
 * The event channel is one of "late EOI": after an interrupt none comes until
 * xen_irq_lateeoi() says that the work is done, and whether there was any.  A
 * guest that sends events without requests is so slowed down by the kernel.
 */
#include <linux/fs_struct.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <xen/events.h>

#include "conn.h"
#include "request.h"
#include "share.h"

#define IDLE_TIME	(10 * HZ)
#define CONTROL_DELAY	(HZ / 20)

static const char misused[] = "a ring's index is out of bounds";

void xenfsd_queue_init(struct xenfsd_queue *queue, struct xenfsd_conn *conn,
		       unsigned int id)
{
	queue->conn = conn;
	queue->id = id;
	init_rwsem(&queue->gate);
	spin_lock_init(&queue->ring_lock);
	init_waitqueue_head(&queue->wait);
}

/* Does not wait; the caller holds the connection by something else. */
static void control_soon(struct xenfsd_conn *conn)
{
	xenfsd_conn_get(conn);
	if (!queue_delayed_work(xenfsd_control_wq, &conn->control, CONTROL_DELAY))
		xenfsd_conn_put(conn);
}

irqreturn_t xenfsd_queue_interrupt(int irq, void *data)
{
	struct xenfsd_queue *queue = data;

	/* queue->irq need not be known yet: the first comes while it is bound */
	WRITE_ONCE(queue->eoi_irq, irq);
	smp_mb();	/* a thread that is idle by now will look at eoi_irq */
	if (atomic_read(&queue->nr_idle))
		wake_up(&queue->wait);
	else
		control_soon(queue->conn);
	return IRQ_HANDLED;
}

enum taken { TAKEN, EMPTY, GONE, BROKEN };

/*
 * Takes the next request.  The ring is drained when there is none behind it:
 * then the interrupt is enabled again, before the request is executed.
 */
static enum taken take_locked(struct xenfsd_queue *queue,
			      struct xenfsif_request *req, int *more)
{
	struct xenfsif_back_ring *ring = &queue->ring;
	enum taken taken = EMPTY;
	unsigned int eoi_irq;
	RING_IDX prod;

	lockdep_assert_held(&queue->ring_lock);
	*more = 0;
	if (!queue->connected || queue->broken)
		return GONE;

	prod = READ_ONCE(ring->sring->req_prod);
	virt_rmb();	/* what is in the ring is read after the index */
	/* Ahead of us by more than the ring holds: that may also be behind. */
	if (RING_REQUEST_PROD_OVERFLOW(ring, prod) ||
	    prod - ring->req_cons > RING_SIZE(ring)) {
		queue->broken = true;
		return BROKEN;
	}
	if (prod != ring->req_cons) {
		RING_COPY_REQUEST(ring, ring->req_cons, req);
		ring->req_cons++;
		queue->worked = true;
		taken = TAKEN;
		*more = prod != ring->req_cons;
	}
	if (!*more)
		RING_FINAL_CHECK_FOR_REQUESTS(ring, *more);
	eoi_irq = READ_ONCE(queue->eoi_irq);
	if (!*more && eoi_irq) {
		/* none comes before this */
		WRITE_ONCE(queue->eoi_irq, 0);
		xen_irq_lateeoi(eoi_irq,
				queue->worked ? 0 : XEN_EOI_FLAG_SPURIOUS);
		queue->worked = false;
	}
	return taken;
}

static bool any_aside_locked(struct xenfsd_queue *queue)
{
	lockdep_assert_held(&queue->ring_lock);
	return queue->aside_prod != queue->aside_cons;
}

static struct xenfsif_request *aside_locked(struct xenfsd_queue *queue,
					    unsigned int i)
{
	lockdep_assert_held(&queue->ring_lock);
	return &queue->aside[i & (RING_SIZE(&queue->ring) - 1)];
}

static enum taken take_any_locked(struct xenfsd_queue *queue,
				  struct xenfsif_request *req, int *more)
{
	lockdep_assert_held(&queue->ring_lock);
	if (!any_aside_locked(queue) || !queue->connected || queue->broken)
		return take_locked(queue, req, more);
	*req = *aside_locked(queue, queue->aside_cons++);
	*more = RING_HAS_UNCONSUMED_REQUESTS(&queue->ring);
	return TAKEN;
}

/*
 * Threads of connections before this one may be caught in a file system: with
 * them there are at most twice as many, but for a first one of each queue.
 */
static bool may_spawn(struct xenfsd_conn *conn)
{
	return atomic_read(&conn->nr_threads) < conn->max_threads &&
	       atomic_read(&conn->share->nr_threads) < 2 * conn->max_threads;
}

static void spawn(struct xenfsd_conn *conn)
{
	xenfsd_conn_get(conn);
	if (!queue_work(xenfsd_wq, &conn->spawn))
		xenfsd_conn_put(conn);
}

static enum taken take(struct xenfsd_queue *queue, struct xenfsif_request *req)
{
	struct xenfsd_conn *conn = queue->conn;
	enum taken taken;
	bool aside;
	int more;

	spin_lock(&queue->ring_lock);
	taken = take_any_locked(queue, req, &more);
	aside = any_aside_locked(queue);
	spin_unlock(&queue->ring_lock);

	if (more || aside)
		wake_up(&queue->wait);
	if (taken == TAKEN && !atomic_read(&queue->nr_idle)) {
		if (may_spawn(conn))
			spawn(conn);
		else if (more)
			control_soon(conn);
	}
	return taken;
}

static bool has_work(struct xenfsd_queue *queue)
{
	bool ret;

	spin_lock(&queue->ring_lock);
	ret = !queue->connected || READ_ONCE(queue->eoi_irq) ||
	      (!queue->broken && (any_aside_locked(queue) ||
				  RING_HAS_UNCONSUMED_REQUESTS(&queue->ring)));
	spin_unlock(&queue->ring_lock);
	return ret;
}

/* Waits for something to do; false if nothing came for a long time. */
static bool wait_for_work(struct xenfsd_queue *queue)
{
	long left = IDLE_TIME;
	DEFINE_WAIT(wait);

	atomic_inc(&queue->nr_idle);
	/* Has a full barrier: see xenfsd_queue_interrupt(). */
	prepare_to_wait_exclusive(&queue->wait, &wait, TASK_IDLE);
	if (!has_work(queue))
		left = schedule_timeout(left);
	finish_wait(&queue->wait, &wait);
	atomic_dec(&queue->nr_idle);
	return left;
}

/* Whether this thread may go because another one stays. */
static bool may_retire(struct xenfsd_queue *queue)
{
	bool ret = false;

	spin_lock(&queue->ring_lock);
	if (queue->nr_threads > 1 && atomic_read(&queue->nr_idle) > 0) {
		queue->nr_threads--;
		ret = true;
	}
	spin_unlock(&queue->ring_lock);
	return ret;
}

static void serve(struct xenfsd_queue *queue, struct xenfsd_request *rq)
{
	bool waited_in_vain = false;

	for (;;) {
		switch (take(queue, &rq->req)) {
		case TAKEN:
			waited_in_vain = false;
			xenfsd_request_execute(rq);
			break;
		case EMPTY:
			/* looked once more after the wait: now it may go */
			if (waited_in_vain && may_retire(queue))
				return;
			waited_in_vain = !wait_for_work(queue);
			break;
		case BROKEN:
			xenfsd_share_distrust(queue->conn->share, misused);
			return;
		case GONE:
			return;
		}
	}
}

/* Owns a reference to its connection, one to the module, and its request. */
static int thread(void *data)
{
	struct xenfsd_request *rq = data;
	struct xenfsd_queue *queue = rq->queue;
	struct xenfsd_conn *conn = queue->conn;

	rq->task = current;
	allow_kernel_signal(SIGKILL);	/* to end a wait: CANCEL, disconnection */
	/* Creating takes the mode as it is; ours is not init's umask. */
	if (!unshare_fs_struct()) {
		current->fs->umask = 0;
		serve(queue, rq);
	}

	atomic_dec(&conn->share->nr_threads);
	atomic_dec(&conn->nr_threads);
	xenfsd_conn_put(conn);
	/* the last: until then xenfsd_request_current() may find it */
	xenfsd_request_free(rq);
	module_put_and_kthread_exit(0);
	return 0;
}

/**
 * xenfsd_request_current() - the request that the current task executes
 *
 * Return: the request, if it has a session, else NULL.
 */
struct xenfsd_request *xenfsd_request_current(void)
{
	struct xenfsd_request *rq;

	if (!(current->flags & PF_KTHREAD) || kthread_func(current) != thread)
		return NULL;
	rq = kthread_data(current);
	return rq->session ? rq : NULL;
}

/**
 * xenfsd_queue_start() - make a thread for a queue
 * @queue: connected
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int xenfsd_queue_start(struct xenfsd_queue *queue)
{
	struct xenfsd_conn *conn = queue->conn;
	struct xenfsd_share *share = conn->share;
	struct xenfsd_request *rq;
	struct task_struct *task;

	rq = xenfsd_request_new(queue);
	if (!rq)
		return -ENOMEM;
	task = kthread_create(thread, rq, "xenfs-%u-%u/%u", share->domid,
			      share->devid, queue->id);
	if (IS_ERR(task)) {
		xenfsd_request_free(rq);
		return PTR_ERR(task);
	}

	__module_get(THIS_MODULE);	/* the device holds one */
	xenfsd_conn_get(conn);
	atomic_inc(&conn->nr_threads);
	atomic_inc(&share->nr_threads);
	spin_lock(&queue->ring_lock);
	queue->nr_threads++;
	spin_unlock(&queue->ring_lock);
	wake_up_process(task);
	return 0;
}

/* Work: makes a thread for each queue that has requests and none idle. */
void xenfsd_queue_spawn(struct work_struct *work)
{
	struct xenfsd_conn *conn = container_of(work, struct xenfsd_conn, spawn);
	struct xenfsd_share *share = conn->share;
	unsigned int i;

	/* Under the lock the device, and so the module, is known to be there. */
	mutex_lock(&share->lock);
	for (i = 0; share->conn == conn && i < conn->nr_queues; i++) {
		struct xenfsd_queue *queue = &conn->queues[i];

		if (!atomic_read(&queue->nr_idle) && may_spawn(conn) &&
		    xenfsd_queue_start(queue))
			control_soon(conn);
	}
	mutex_unlock(&share->lock);
	xenfsd_conn_put(conn);
}

/* Takes the next request; one that is not control is set aside at once. */
static enum taken take_control(struct xenfsd_queue *queue,
			       struct xenfsif_request *req)
{
	enum taken taken;
	int more;

	spin_lock(&queue->ring_lock);
	taken = take_locked(queue, req, &more);
	if (taken == TAKEN && !xenfsd_request_is_control(req))
		*aside_locked(queue, queue->aside_prod++) = *req;
	spin_unlock(&queue->ring_lock);
	return taken;
}

static void control_queue(struct xenfsd_queue *queue, struct xenfsd_request *rq)
{
	enum taken taken;

	rq->queue = queue;
	while ((taken = take_control(queue, &rq->req)) == TAKEN) {
		if (xenfsd_request_is_control(&rq->req)) {
			xenfsd_request_execute(rq);
		} else {
			xenfsd_count(rq->share, set_aside);
			wake_up(&queue->wait);
		}
		cond_resched();
	}
	if (taken == BROKEN)
		xenfsd_share_distrust(rq->share, misused);
}

/* Work: empties the rings of queues that have no idle thread. */
void xenfsd_queue_control(struct work_struct *work)
{
	struct xenfsd_conn *conn =
		container_of(to_delayed_work(work), struct xenfsd_conn, control);
	unsigned int i;

	for (i = 0; i < conn->nr_queues; i++)
		if (!atomic_read(&conn->queues[i].nr_idle))
			control_queue(&conn->queues[i], conn->control_rq);
	xenfsd_conn_put(conn);
}

/**
 * xenfsd_queue_respond() - answer a request
 * @queue: from which it was taken
 * @req: the request; its ranges have been checked if rsp->out_len is not 0
 * @rsp: the response
 * @out: what goes to the request's out range, rsp->out_len octets
 *
 * Context: may sleep.  Drops the response if the guest is gone.
 */
void xenfsd_queue_respond(struct xenfsd_queue *queue,
			  const struct xenfsif_request *req,
			  const struct xenfsif_response *rsp, const void *out)
{
	int notify;

	down_read(&queue->gate);
	if (!queue->connected) {
		xenfsd_count(queue->conn->share, dropped);
		goto up_gate;
	}
	if (rsp->out_len)
		xenfsd_area_write(&queue->area, req->out_off, out, rsp->out_len);

	spin_lock(&queue->ring_lock);
	*RING_GET_RESPONSE(&queue->ring, queue->ring.rsp_prod_pvt) = *rsp;
	queue->ring.rsp_prod_pvt++;
	RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&queue->ring, notify);
	spin_unlock(&queue->ring_lock);
	if (notify)
		notify_remote_via_irq(queue->irq);
up_gate:
	up_read(&queue->gate);
}
