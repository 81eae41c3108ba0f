// SPDX-License-Identifier: GPL-2.0
/*
 * What the backend sends: responses and events.
 *
 * A response is copied off the ring once, in the interrupt, checked against our
 * copy of the request, and handed to whoever waits: a task, an asynchronous
 * operation, which is called back on the workqueue, or, if the task has left,
 * orphan.c.  A request ends once, in finish_locked(), by its answer or without
 * one: the connection died, or the ring cannot be trusted any more.
 *
 * An event is copied off its page likewise and handed to the mount's handler.
 *
 * Locks: as in transport.c, where requests are made and freed.
 */
#include <linux/nospec.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <xenfs_check.h>

#include "xenfs.h"
#include "trace.h"

static void count_request(struct xenfs_req *req, int err)
{
	struct xenfs_stats __percpu *stats = READ_ONCE(req->q->conn->stats);

	if (!stats)
		return;
	this_cpu_inc(stats->ops[req->wire.op]);
	if (err && err != -ENOENT)
		this_cpu_inc(stats->op_errors);
	this_cpu_add(stats->rtt_ns, ktime_to_ns(ktime_sub(ktime_get(), req->sent)));
}

static void drop_seq(struct xenfs_conn *conn, struct xenfs_req *req)
{
	spin_lock(&conn->seq_lock);
	list_del_init(&req->by_seq);
	spin_unlock(&conn->seq_lock);
}

/**
 * xenfs_req_copy_out() - give an answer to whoever asked
 * @req: the request, with its checked response
 * @op: the operation; op->rsp and op->out are filled in
 */
void xenfs_req_copy_out(struct xenfs_req *req, struct xenfs_op *op)
{
	op->rsp = req->rsp;
	if (op->out && req->rsp.out_len)
		memcpy(op->out, xenfs_req_area_at(req, req->wire.out_off),
		       req->rsp.out_len);
}

void xenfs_transport_done_work(struct work_struct *work)
{
	struct xenfs_conn *conn = container_of(work, struct xenfs_conn,
					       done_work);
	struct xenfs_req *req, *next;
	unsigned long flags;
	LIST_HEAD(list);

	spin_lock_irqsave(&conn->done_lock, flags);
	list_splice_init(&conn->done_list, &list);
	spin_unlock_irqrestore(&conn->done_lock, flags);

	list_for_each_entry_safe(req, next, &list, done_link) {
		struct xenfs_op *op = req->op;
		int err = req->err;

		xenfs_req_copy_out(req, op);
		xenfs_req_put(req);
		op->done(op, err);
	}
	/* the reference that finish() took for this work */
	xenfs_conn_put(conn);
}

/* The backend may write there still: look at a copy. */
static void *copy_area(struct xenfs_req *req, u32 off, u32 len)
{
	void *copy = kvmalloc(len, GFP_NOFS);

	if (copy)
		memcpy(copy, xenfs_req_area_at(req, off), len);
	return copy;
}

static void orphan_work(struct work_struct *work)
{
	struct xenfs_req *req = container_of(work, struct xenfs_req,
					     orphan_work);
	struct xenfs_conn *conn = xenfs_conn_get(req->q->conn);
	struct xenfsif_response rsp = req->rsp;
	struct xenfsif_request wire = req->wire;
	void *in = NULL, *out = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(req->about); i++)
		if (req->about[i])
			xenfs_doubt_end(req->about[i]);
	if (req->release)
		req->release(req->release_arg);
	if (!req->err) {
		in = copy_area(req, wire.in_off + 4 * wire.ngroups,
			       xenfsif_in_args_len(&wire));
		out = copy_area(req, wire.out_off, rsp.out_len);
	}
	/* what follows needs room on the ring, which this may be the last to free */
	xenfs_req_put(req);
	if (in && out)
		xenfs_orphan(conn, &wire, in, &rsp, out);
	kvfree(in);
	kvfree(out);
	xenfs_conn_put(conn);
}

/* The request has its result: hand it on.  The table's reference goes. */
static void finish_locked(struct xenfs_req *req, int err)
{
	struct xenfs_queue *q = req->q;
	struct xenfs_conn *conn = q->conn;

	lockdep_assert_held(&q->lock);
	q->inflight[req->id] = NULL;
	drop_seq(conn, req);
	req->err = err;
	count_request(req, err);
	trace_xenfs_response(conn, &req->wire, err);

	if (req->op) {
		spin_lock(&conn->done_lock);
		list_add_tail(&req->done_link, &conn->done_list);
		spin_unlock(&conn->done_lock);
		xenfs_conn_get(conn);
		if (!queue_work(xenfs_done_wq, &conn->done_work))
			/* queued already, with a reference */
			xenfs_conn_put(conn);
		return;
	}
	complete(&req->done);
	if (req->orphan && (!err || req->release || req->about[0])) {
		/* the table's reference goes with it */
		INIT_WORK(&req->orphan_work, orphan_work);
		queue_work(xenfs_wq, &req->orphan_work);
		return;
	}
	/* the caller, if it has not left, holds the connection as well */
	xenfs_req_put_locked(req);
	xenfs_conn_put(conn);
}

static void protocol_error(struct xenfs_conn *conn, const char *what)
{
	if (test_and_set_bit(0, &conn->broken))
		return;
	pr_err("share %s: the backend (domain %u) broke the protocol: %s; its answers count as I/O errors\n",
	       conn->tag, conn->backend_id, what);
}

/* The ring cannot be trusted any more: what waits for it waits no longer. */
static void fail_queue_locked(struct xenfs_queue *q)
{
	unsigned int id;

	lockdep_assert_held(&q->lock);
	q->failed = true;
	for (id = 0; id < XENFS_MAX_SLOTS; id++)
		if (q->inflight[id])
			finish_locked(q->inflight[id], -EIO);
	wake_up_all(&q->wait);
}

static void handle_response_locked(struct xenfs_queue *q,
				   const struct xenfsif_response *rsp)
{
	struct xenfs_req *req = NULL;
	int err;

	if (rsp->id < XENFS_MAX_SLOTS)
		req = q->inflight[array_index_nospec(rsp->id, XENFS_MAX_SLOTS)];
	if (!req || req->wire.seq != rsp->seq) {
		protocol_error(q->conn, "a response to no request");
		return;
	}
	err = xenfsif_check_response(rsp, &req->wire);
	if (err) {
		protocol_error(q->conn, "a malformed response");
		memset(&req->rsp, 0, sizeof(req->rsp));
	} else {
		req->rsp = *rsp;
		err = rsp->status;
		/*
		 * Only this end says that a connection is lost, and errors
		 * that mean something to the kernel's own entry code never
		 * come from outside.
		 */
		if (err == XENFS_LOST || err <= -ERESTARTSYS)
			err = -EIO;
	}
	finish_locked(req, err);
}

/**
 * xenfs_transport_interrupt() - take the responses off a queue's ring
 * @irq: its interrupt
 * @data: the struct xenfs_queue
 */
irqreturn_t xenfs_transport_interrupt(int irq, void *data)
{
	struct xenfs_queue *q = data;
	unsigned int eoi = XEN_EOI_FLAG_SPURIOUS;
	struct xenfsif_response rsp;
	RING_IDX prod, cons;
	unsigned long flags;
	int more;

	spin_lock_irqsave(&q->lock, flags);
	if (q->dead || q->failed)
		goto out;
	do {
		prod = READ_ONCE(q->ring.sring->rsp_prod);
		virt_rmb();	/* see the responses up to prod */
		if (RING_RESPONSE_PROD_OVERFLOW(&q->ring, prod)) {
			protocol_error(q->conn, "the ring is out of bounds");
			fail_queue_locked(q);
			goto out;
		}
		for (cons = q->ring.rsp_cons; cons != prod; cons++) {
			RING_COPY_RESPONSE(&q->ring, cons, &rsp);
			handle_response_locked(q, &rsp);
			eoi = 0;
		}
		q->ring.rsp_cons = cons;
		RING_FINAL_CHECK_FOR_RESPONSES(&q->ring, more);
	} while (more);
out:
	spin_unlock_irqrestore(&q->lock, flags);
	xen_irq_lateeoi(irq, eoi);
	return IRQ_HANDLED;
}

/**
 * xenfs_transport_event() - take the events off the event ring
 * @irq: its interrupt
 * @data: the struct xenfs_conn
 */
irqreturn_t xenfs_transport_event(int irq, void *data)
{
	struct xenfs_conn *conn = data;
	struct xenfsif_event_page *page = conn->event_page.addr;
	unsigned int eoi = XEN_EOI_FLAG_SPURIOUS;
	struct xenfsif_event event, lost = {};
	unsigned long flags;
	u32 prod, missed;

	prod = READ_ONCE(page->in_prod);
	virt_rmb();	/* see the events up to prod */
	if (prod - conn->event_cons > XENFSIF_EVENT_SLOTS) {
		protocol_error(conn, "the event ring is out of bounds");
		goto out;
	}
	while (conn->event_cons != prod) {
		memcpy(&event,
		       &page->in[conn->event_cons % XENFSIF_EVENT_SLOTS],
		       sizeof(event));
		/* the slot may be used again once in_cons says so */
		conn->event_cons++;
		eoi = 0;
		spin_lock_irqsave(&conn->event_lock, flags);
		if (conn->on_event)
			conn->on_event(conn->on_event_arg, &event);
		spin_unlock_irqrestore(&conn->event_lock, flags);
	}
	virt_mb();	/* copied before the slots are given back */
	WRITE_ONCE(page->in_cons, conn->event_cons);
	missed = xchg(&page->flags, 0);
	if (missed) {
		eoi = 0;
		/* all that is asked for when a NOTIFY comes */
		lost.type = missed & XENFSIF_EVENTS_LOST ? XENFS_EVENTS_LOST :
							   XENFSIF_EVT_NOTIFY;
		spin_lock_irqsave(&conn->event_lock, flags);
		if (conn->on_event)
			conn->on_event(conn->on_event_arg, &lost);
		spin_unlock_irqrestore(&conn->event_lock, flags);
	}
out:
	xen_irq_lateeoi(irq, eoi);
	return IRQ_HANDLED;
}

/**
 * xenfs_transport_fail_all() - end every request of a dead connection
 * @conn: the connection; its queues are dead and their interrupts unbound
 */
void xenfs_transport_fail_all(struct xenfs_conn *conn)
{
	unsigned long flags;
	unsigned int i, id;

	for (i = 0; i < conn->nr_queues; i++) {
		struct xenfs_queue *q = &conn->queues[i];

		spin_lock_irqsave(&q->lock, flags);
		for (id = 0; id < XENFS_MAX_SLOTS; id++)
			if (q->inflight[id])
				finish_locked(q->inflight[id], XENFS_LOST);
		spin_unlock_irqrestore(&q->lock, flags);
		wake_up_all(&q->wait);
	}
}
