// SPDX-License-Identifier: GPL-2.0
/*
 * How a request travels: ids and pages of the data area are taken, and the
 * message goes onto the ring.  What becomes of the answer stands in receive.c.
 *
 * A request (struct xenfs_req) lives on the heap, with one reference of the
 * in-flight table and, for a synchronous call, one of the caller.  A caller
 * that is killed leaves: the table's reference keeps the id and the pages of
 * the area until the answer comes or the connection dies, so that the backend
 * never writes into pages that have another use by then.  What the answer gives
 * is given back then (orphan.c).
 *
 * Locks: xenfs_queue.lock (irqs off) -> xenfs_conn.seq_lock or .done_lock.
 */
#include <linux/cred.h>
#include <linux/freezer.h>
#include <linux/fs_struct.h>
#include <linux/mempool.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <xen/events.h>

#include "xenfs.h"
#include "trace.h"

static struct kmem_cache *req_cache;

/* Writeback must be able to send when there is no memory to be had. */
#define MIN_REQS	8
static mempool_t *req_pool;

static void free_slot_locked(struct xenfs_req *req)
{
	struct xenfs_queue *q = req->q;

	lockdep_assert_held(&q->lock);
	__clear_bit(req->id, q->ids);
	if (req->area_nr)
		bitmap_clear(q->area_map, req->area_first, req->area_nr);
}

/**
 * xenfs_req_put_locked() - let go of a request, with its queue's lock held
 * @req: the request; with the last reference its id and its pages are free
 *
 * Its reference on the connection remains: the caller puts it.
 */
void xenfs_req_put_locked(struct xenfs_req *req)
{
	lockdep_assert_held(&req->q->lock);
	if (!refcount_dec_and_test(&req->ref))
		return;
	free_slot_locked(req);
	wake_up(&req->q->wait);
	mempool_free(req, req_pool);
}

/**
 * xenfs_req_put() - let go of a request, and of its connection
 * @req: the request
 *
 * Context: takes the queue's lock.
 */
void xenfs_req_put(struct xenfs_req *req)
{
	struct xenfs_queue *q = req->q;
	struct xenfs_conn *conn = q->conn;
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	xenfs_req_put_locked(req);
	spin_unlock_irqrestore(&q->lock, flags);
	xenfs_conn_put(conn);
}

/* Condition of the wait in get_slot(): true too when waiting is in vain. */
static bool try_get_slot(struct xenfs_req *req)
{
	struct xenfs_queue *q = req->q;
	unsigned int slots = min_t(unsigned int, RING_SIZE(&q->ring),
				   XENFS_MAX_SLOTS);
	unsigned long flags, first = 0;
	unsigned int id;
	bool ret = false;

	spin_lock_irqsave(&q->lock, flags);
	if (q->dead) {
		req->err = XENFS_LOST;
		ret = true;
		goto out;
	}
	if (q->failed) {
		req->err = -EIO;
		ret = true;
		goto out;
	}
	id = find_first_zero_bit(q->ids, slots);
	if (id >= slots)
		goto out;
	if (req->area_nr) {
		first = bitmap_find_next_zero_area(q->area_map, q->area.nr, 0,
						   req->area_nr, 0);
		if (first >= q->area.nr)
			goto out;
		bitmap_set(q->area_map, first, req->area_nr);
	}
	__set_bit(id, q->ids);
	req->id = id;
	req->area_first = first;
	req->err = 0;
	ret = true;
out:
	spin_unlock_irqrestore(&q->lock, flags);
	return ret;
}

static u32 fill_groups(struct xenfs_req *req, const struct group_info *gi,
		       u32 off)
{
	u32 *groups = xenfs_req_area_at(req, off);
	int i;

	for (i = 0; i < gi->ngroups; i++)
		groups[i] = from_kgid(&init_user_ns, gi->gid[i]);
	return gi->ngroups * sizeof(*groups);
}

/*
 * Lay a request out: groups and in, then out at the next multiple of 8, in
 * whole pages of the area.
 */
static struct xenfs_req *make_req(struct xenfs_conn *conn, struct xenfs_op *op,
				  bool nowait)
{
	const struct cred *cred = current_cred();
	unsigned int ngroups = op->as_caller ? cred->group_info->ngroups : 0;
	u32 in_len = ngroups * 4 + op->in[0].iov_len + op->in[1].iov_len;
	u32 total = ALIGN(in_len, 8) + op->out_len;
	struct xenfs_req *req;
	u32 off;
	int err;

	req = mempool_alloc(req_pool, nowait ? GFP_NOWAIT : GFP_NOFS);
	if (!req)
		return ERR_PTR(-EAGAIN);
	memset(req, 0, sizeof(*req));
	refcount_set(&req->ref, 1);
	init_completion(&req->done);
	INIT_LIST_HEAD(&req->by_seq);
	INIT_LIST_HEAD(&req->done_link);
	req->q = &conn->queues[raw_smp_processor_id() % conn->nr_queues];
	req->area_nr = DIV_ROUND_UP(total, PAGE_SIZE);
	if (req->area_nr > req->q->area.nr) {
		err = -E2BIG;
		goto free_req;
	}

	if (nowait) {
		err = try_get_slot(req) ? 0 : -EAGAIN;
	} else {
		err = wait_event_state(req->q->wait, try_get_slot(req),
				       XENFS_WAIT);
		err = err ? -EINTR : 0;
	}
	if (err)
		goto free_req;
	if (req->err) {
		err = req->err;
		goto free_req;
	}
	xenfs_conn_get(conn);

	req->wire = op->req;
	req->wire.id = req->id;
	req->wire.uid = from_kuid(&init_user_ns, cred->fsuid);
	req->wire.gid = from_kgid(&init_user_ns, cred->fsgid);
	req->wire.ngroups = ngroups;
	req->wire.umask = op->as_caller ? current_umask() : 0;
	off = req->area_first * PAGE_SIZE;
	if (in_len) {
		req->wire.in_off = off;
		req->wire.in_len = in_len;
		if (ngroups)
			off += fill_groups(req, cred->group_info, off);
		if (op->in[0].iov_len)
			memcpy(xenfs_req_area_at(req, off), op->in[0].iov_base,
			       op->in[0].iov_len);
		off += op->in[0].iov_len;
		if (op->in[1].iov_len)
			memcpy(xenfs_req_area_at(req, off), op->in[1].iov_base,
			       op->in[1].iov_len);
		off = req->area_first * PAGE_SIZE + ALIGN(in_len, 8);
	}
	if (op->out_len) {
		req->wire.out_off = off;
		req->wire.out_len = op->out_len;
	}
	return req;

free_req:
	mempool_free(req, req_pool);
	return ERR_PTR(err);
}

/* Number the request and say up to where all have been answered. */
static void assign_seq(struct xenfs_conn *conn, struct xenfs_req *req)
{
	struct xenfs_req *oldest;

	spin_lock(&conn->seq_lock);
	req->wire.seq = conn->next_seq++;
	list_add_tail(&req->by_seq, &conn->by_seq);
	oldest = list_first_entry(&conn->by_seq, struct xenfs_req, by_seq);
	req->wire.ack = oldest->wire.seq - 1;
	spin_unlock(&conn->seq_lock);
}

/*
 * Takes over the reference of make_req(): it becomes the table's.  The caller
 * took one of its own before if it wants to look at the request again.
 */
static int send_req(struct xenfs_req *req)
{
	struct xenfs_queue *q = req->q;
	unsigned long flags;
	int notify;

	spin_lock_irqsave(&q->lock, flags);
	if (q->dead || q->failed) {
		spin_unlock_irqrestore(&q->lock, flags);
		return q->dead ? XENFS_LOST : -EIO;
	}
	assign_seq(q->conn, req);
	req->sent = ktime_get();
	q->inflight[req->id] = req;
	*RING_GET_REQUEST(&q->ring, q->ring.req_prod_pvt) = req->wire;
	q->ring.req_prod_pvt++;
	trace_xenfs_request(q->conn, &req->wire);
	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&q->ring, notify);
	/* beneath the lock: xenfs_conn_kill() unbinds once dead is set */
	if (notify)
		notify_remote_via_irq(q->irq);
	spin_unlock_irqrestore(&q->lock, flags);
	return 0;
}

/* The task that waited was killed: tell the server, without waiting. */
static void cancel_done(struct xenfs_op *op, int err)
{
	kfree(op);
}

static void cancel(struct xenfs_conn *conn, u64 seq)
{
	struct xenfs_op *op = kzalloc(sizeof(*op), GFP_NOFS);

	if (!op)
		return;
	op->req.op = XENFSIF_OP_CANCEL;
	op->req.u.cancel.target = seq;
	op->done = cancel_done;
	/* no room for it: then the server carries the request out in vain */
	if (xenfs_conn_try_submit(conn, op))
		kfree(op);
}

/*
 * Wait for the answer.  A signal that need not kill cancels the operation on the
 * server, which then answers soon: whether it was carried out is known.
 */
static int wait_for_answer(struct xenfs_req *req, struct xenfs_op *op)
{
	struct xenfs_conn *conn = req->q->conn;

	if (op->interruptible) {
		if (!wait_for_completion_state(&req->done, TASK_INTERRUPTIBLE |
						TASK_FREEZABLE))
			return 0;
		if (!fatal_signal_pending(current))
			cancel(conn, req->wire.seq);
	}
	return wait_for_completion_state(&req->done, XENFS_WAIT);
}

/* The caller will not see the answer, if it has not come by now. */
static bool leave(struct xenfs_req *req, struct xenfs_op *op)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&req->q->lock, flags);
	op->left = !completion_done(&req->done);
	req->orphan = op->left;
	req->release = op->release;
	req->release_arg = op->release_arg;
	for (i = 0; op->left && i < ARRAY_SIZE(op->about); i++) {
		req->about[i] = op->about[i];
		if (op->about[i])
			xenfs_doubt_begin(op->about[i]);
	}
	spin_unlock_irqrestore(&req->q->lock, flags);
	return op->left;
}

/**
 * xenfs_conn_call() - send a request and wait for the answer
 * @conn: the connection
 * @op: the operation; op->rsp and op->out are filled in
 *
 * One notification and one round trip.
 *
 * Context: process context, no locks that a recall may need; the wait is
 * killable and freezable.
 * Return: 0, the server's error, %XENFS_LOST, -EINTR when killed, or -EIO for
 * a malformed response.
 */
int xenfs_conn_call(struct xenfs_conn *conn, struct xenfs_op *op)
{
	struct xenfs_req *req;
	int err;

	/*
	 * The page cache tries again what failed: not for a task that dies.
	 * But one that unmounts as it dies says so to the server.
	 */
	if (fatal_signal_pending(current) && op->req.op != XENFSIF_OP_DISCONNECT)
		return -EINTR;
	req = make_req(conn, op, false);
	if (IS_ERR(req))
		return PTR_ERR(req);

	refcount_inc(&req->ref);
	xenfs_conn_get(conn);
	err = send_req(req);
	if (err) {
		xenfs_req_put(req);
		goto out;
	}
	err = wait_for_answer(req, op);
	if (err && leave(req, op)) {
		u64 seq = req->wire.seq;

		xenfs_req_put(req);
		cancel(conn, seq);
		return -EINTR;
	}
	err = req->err;
	if (err != XENFS_LOST)
		xenfs_req_copy_out(req, op);
	else if (op->once)
		err = -EIO;	/* nobody knows whether it was carried out */
out:
	xenfs_req_put(req);
	return err;
}

static int submit(struct xenfs_conn *conn, struct xenfs_op *op, bool nowait)
{
	struct xenfs_req *req = make_req(conn, op, nowait);
	int err;

	if (IS_ERR(req))
		return PTR_ERR(req);
	req->op = op;
	err = send_req(req);
	if (err)
		xenfs_req_put(req);
	return err;
}

/**
 * xenfs_conn_submit() - send a request without waiting for the answer
 * @conn: the connection
 * @op: the operation; must stay until op->done is called
 *
 * Context: process context; may sleep, killable, until there is room.
 * Return: 0 (op->done will be called) or an error (it will not).
 */
int xenfs_conn_submit(struct xenfs_conn *conn, struct xenfs_op *op)
{
	return submit(conn, op, false);
}

/**
 * xenfs_conn_try_submit() - send a request if there is room for it now
 * @conn: the connection
 * @op: the operation; must stay until op->done is called
 *
 * Context: process context; does not wait for the server.
 * Return: as xenfs_conn_submit(), or -EAGAIN.
 */
int xenfs_conn_try_submit(struct xenfs_conn *conn, struct xenfs_op *op)
{
	return submit(conn, op, true);
}

/**
 * xenfs_transport_show() - print the state of the rings for debugfs
 * @m: where to
 * @conn: the connection
 */
void xenfs_transport_show(struct seq_file *m, struct xenfs_conn *conn)
{
	unsigned long flags;
	unsigned int i, id;

	for (i = 0; i < conn->nr_queues; i++) {
		struct xenfs_queue *q = &conn->queues[i];

		spin_lock_irqsave(&q->lock, flags);
		seq_printf(m, "queue %u: %s slots %u/%u area %u/%u req_prod %u rsp_cons %u\n",
			   i, q->dead ? "dead" : "live",
			   bitmap_weight(q->ids, XENFS_MAX_SLOTS),
			   min_t(u32, RING_SIZE(&q->ring), XENFS_MAX_SLOTS),
			   bitmap_weight(q->area_map, q->area.nr), q->area.nr,
			   q->ring.req_prod_pvt, q->ring.rsp_cons);
		for (id = 0; id < XENFS_MAX_SLOTS; id++) {
			struct xenfs_req *req = q->inflight[id];

			if (req)
				seq_printf(m, "  id %u seq %llu %s node %llu age %lld us\n",
					   id, req->wire.seq,
					   xenfs_op_name(req->wire.op),
					   req->wire.node,
					   ktime_us_delta(ktime_get(), req->sent));
		}
		spin_unlock_irqrestore(&q->lock, flags);
	}
}

int __init xenfs_transport_init(void)
{
	req_cache = KMEM_CACHE(xenfs_req, 0);
	if (!req_cache)
		return -ENOMEM;
	req_pool = mempool_create_slab_pool(MIN_REQS, req_cache);
	if (!req_pool) {
		kmem_cache_destroy(req_cache);
		return -ENOMEM;
	}
	return 0;
}

void xenfs_transport_exit(void)
{
	mempool_destroy(req_pool);
	kmem_cache_destroy(req_cache);
}
