// SPDX-License-Identifier: GPL-2.0
/*
 * Requests: from the copy that was taken off the ring to the response.
 *
 * The request is checked as a whole, what stands in its in range is copied,
 * what the operation needs (session, node, the caller's identity) is set up;
 * then its handler runs.  Handlers read rq->in and write rq->out, rq->rsp; they
 * return 0 or a negative errno, and touch nothing of the guest's memory but
 * through xenfsd_queue_respond() and grant copies (grant.c).
 */
#include <linux/fs_struct.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "conn.h"
#include "node.h"
#include "request.h"
#include "trace.h"

#define IN_KEEP		65536u	/* a larger in buffer is not kept */

struct xenfsd_op {
	int (*handler)(struct xenfsd_request *rq);
	const char *name;
	unsigned int needs;
	enum xenfsd_stat stat;
};

#define XENFSD_OP_ENTRY(OP, op_name, op_needs)				\
	[XENFSIF_OP_##OP] = {						\
		.handler = xenfsd_op_##op_name,				\
		.name = #op_name,					\
		.needs = op_needs,					\
		.stat = XENFSD_STAT_requests_##op_name,			\
	},

static const struct xenfsd_op ops[XENFSIF_OP_MAX + 1] = {
	XENFSD_OPS(XENFSD_OP_ENTRY)
};

const char *xenfsd_op_name(unsigned int op)
{
	return op <= XENFSIF_OP_MAX && ops[op].name ? ops[op].name : "?";
}

/**
 * xenfsd_request_new_control() - memory for requests that answer with nothing
 * @queue: any of the connection; set it anew for each request
 *
 * Return: the request, or NULL.
 */
struct xenfsd_request *xenfsd_request_new_control(struct xenfsd_queue *queue)
{
	struct xenfsd_request *rq;

	rq = kzalloc(sizeof(*rq), GFP_KERNEL);
	if (!rq)
		return NULL;
	rq->queue = queue;
	rq->share = queue->conn->share;
	INIT_LIST_HEAD(&rq->link);
	return rq;
}

/**
 * xenfsd_request_new() - memory for a thread's requests
 * @queue: that the thread serves
 *
 * Return: the request, or NULL.
 */
struct xenfsd_request *xenfsd_request_new(struct xenfsd_queue *queue)
{
	struct xenfsd_request *rq = xenfsd_request_new_control(queue);

	if (!rq)
		return NULL;
	rq->out = kvmalloc(XENFSD_OUT_SIZE, GFP_KERNEL);
	if (!rq->out) {
		kfree(rq);
		return NULL;
	}
	return rq;
}

/* @rq may be NULL. */
void xenfsd_request_free(struct xenfsd_request *rq)
{
	if (!rq)
		return;
	xenfsd_cred_forget(rq);
	kvfree(rq->in_buf);
	kvfree(rq->content);
	kvfree(rq->scratch);
	kvfree(rq->out);
	kfree(rq);
}

/**
 * xenfsd_request_scratch() - provide a second buffer, rq->scratch
 * @rq: the request
 *
 * Return: 0 or -ENOMEM.
 */
int xenfsd_request_scratch(struct xenfsd_request *rq)
{
	if (!rq->scratch)
		rq->scratch = kvmalloc(XENFSD_OUT_SIZE, GFP_KERNEL);
	return rq->scratch ? 0 : -ENOMEM;
}

/**
 * xenfsd_request_content() - provide a buffer for what is written, rq->content
 * @rq: the request
 *
 * Return: 0 or -ENOMEM.
 */
int xenfsd_request_content(struct xenfsd_request *rq)
{
	if (!rq->content)
		rq->content = kvmalloc(XENFSD_CONTENT_SIZE, GFP_KERNEL);
	return rq->content ? 0 : -ENOMEM;
}

/**
 * xenfsd_request_is_control() - whether a request waits for no file system
 * @req: a private copy, not checked
 *
 * Such a request is executed also when all threads are caught in others.
 */
bool xenfsd_request_is_control(const struct xenfsif_request *req)
{
	return req->op == XENFSIF_OP_CANCEL || req->op == XENFSIF_OP_RETURN;
}

/* Copies the in range, once. */
static int copy_in(struct xenfsd_request *rq)
{
	struct xenfsd_queue *queue = rq->queue;
	u32 len = rq->req.in_len;
	int err = -ENOTCONN;

	if (len > rq->in_size) {
		kvfree(rq->in_buf);
		rq->in_size = 0;
		rq->in_buf = kvmalloc(max_t(u32, len, PAGE_SIZE), GFP_KERNEL);
		if (!rq->in_buf)
			return -ENOMEM;
		rq->in_size = max_t(u32, len, PAGE_SIZE);
	}
	if (len) {
		down_read(&queue->gate);
		if (queue->connected) {
			xenfsd_area_read(&queue->area, rq->in_buf,
					 rq->req.in_off, len);
			err = 0;
		}
		up_read(&queue->gate);
		if (err)
			return err;
	}
	rq->in_len = xenfsif_in_args_len(&rq->req);
	rq->in = rq->in_buf + 4 * rq->req.ngroups;
	return 0;
}

/* The length of the area, which goes when the connection does. */
static int check(struct xenfsd_request *rq)
{
	struct xenfsd_queue *queue = rq->queue;
	int err = -ENOTCONN;

	down_read(&queue->gate);
	if (queue->connected)
		err = xenfsif_check_request(&rq->req,
					    queue->area.nr_pages << PAGE_SHIFT);
	up_read(&queue->gate);
	if (!err && !ops[rq->req.op].handler)
		err = -EOPNOTSUPP;
	return err;
}

/**
 * xenfsd_request_node() - find the node that a request is about
 * @rq: its session is set; node, path and the response's version become so
 *
 * Return: 0 or -ESTALE.
 */
int xenfsd_request_node(struct xenfsd_request *rq)
{
	int err;

	err = xenfsd_node_locate(rq->session, rq->req.node, rq->req.generation,
				 &rq->node, &rq->path);
	if (err)
		return err;
	/* Before anything else of the node is looked at. */
	rq->rsp.version = xenfsd_node_version(rq->node, &rq->path);
	rq->rsp.before = rq->rsp.version;
	return 0;
}

static int run(struct xenfsd_request *rq, const struct xenfsd_op *op)
{
	int err;

	/* The thread's own, see queue.c. */
	if (op->needs & XENFSD_OP_UMASK)
		current->fs->umask = rq->req.umask;
	err = op->handler(rq);
	if (op->needs & XENFSD_OP_UMASK)
		current->fs->umask = 0;
	return err;
}

static int prepare_and_run(struct xenfsd_request *rq, const struct xenfsd_op *op)
{
	int err;

	if (op->needs & XENFSD_OP_SESSION) {
		rq->session = xenfsd_session_current(rq->share);
		if (!rq->session)
			return -ENOTCONN;
	}
	if (op->needs & XENFSD_OP_WRITABLE && !rq->session->config.rw)
		return -EROFS;
	if (op->needs & XENFSD_OP_NODE) {
		err = xenfsd_request_node(rq);
		if (err)
			return err;
	}
	if (op->needs & XENFSD_OP_CRED) {
		err = xenfsd_cred_assume(rq);
		if (err)
			return err;
	}
	err = run(rq, op);
	xenfsd_cred_drop(rq);
	return err;
}

static void release(struct xenfsd_request *rq)
{
	path_put(&rq->path);
	rq->path = (struct path){};
	if (rq->node)
		xenfsd_node_put(rq->node);
	rq->node = NULL;
	xenfsd_session_put(rq->session);
	rq->session = NULL;
	if (rq->in_size > IN_KEEP) {
		kvfree(rq->in_buf);
		rq->in_buf = NULL;
		rq->in_size = 0;
	}
}

/* Errors that the kernel keeps to itself have no number for the guest. */
static int wire_errno(int err)
{
	switch (err) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		return -EINTR;
	case -ENOTSUPP:
	case -ENOIOCTLCMD:
		return -EOPNOTSUPP;
	case -EOPENSTALE:
		return -ESTALE;
	}
	if (err < -511 || err > 0)
		return -EIO;
	return err;
}

static void begin(struct xenfsd_request *rq)
{
	struct xenfsd_conn *conn = rq->queue->conn;

	memset(&rq->rsp, 0, sizeof(rq->rsp));
	rq->rsp.id = rq->req.id;
	rq->rsp.seq = rq->req.seq;

	spin_lock(&conn->lock);
	rq->cancelled = conn->closed;
	list_add_tail(&rq->link, &conn->executing);
	spin_unlock(&conn->lock);
	trace_xenfsd_request_begin(rq->share, &rq->req);
}

/* After this nobody signals the thread on the request's behalf. */
static void finish(struct xenfsd_request *rq)
{
	struct xenfsd_conn *conn = rq->queue->conn;

	spin_lock(&conn->lock);
	list_del_init(&rq->link);
	spin_unlock(&conn->lock);
	if (signal_pending(current))
		flush_signals(current);
}

/**
 * xenfsd_request_execute() - execute rq->req and answer it
 * @rq: the thread's request
 *
 * Context: a queue's thread, or for requests that are control a work; sleeps as
 * long as the operation does.
 */
void xenfsd_request_execute(struct xenfsd_request *rq)
{
	struct xenfsd_share *share = rq->share;
	ktime_t start = ktime_get();
	const struct xenfsd_op *op;
	int err;

	begin(rq);
	err = rq->cancelled ? -ECANCELED : check(rq);
	if (err == -EINVAL || err == -EOPNOTSUPP) {
		xenfsd_count(share, malformed);
	} else if (!err) {
		op = &ops[rq->req.op];
		atomic64_inc(&share->stats.count[op->stat]);
		err = copy_in(rq);
		if (!err)
			err = prepare_and_run(rq, op);
		release(rq);
	}
	finish(rq);

	rq->rsp.status = wire_errno(err);
	if (err) {
		rq->rsp.out_len = 0;
		xenfsd_count(share, errors);
	}
	xenfsd_count_add(share, busy_ns, ktime_to_ns(ktime_sub(ktime_get(), start)));
	trace_xenfsd_request_end(share, &rq->req, &rq->rsp);
	xenfsd_queue_respond(rq->queue, &rq->req, &rq->rsp, rq->out);
}

/*
 * CANCEL.  A request that is still on a ring cannot be known here; it is
 * executed when its turn comes.
 */
int xenfsd_op_cancel(struct xenfsd_request *rq)
{
	struct xenfsd_conn *conn = rq->queue->conn;
	struct xenfsd_request *other;

	spin_lock(&conn->lock);
	list_for_each_entry(other, &conn->executing, link) {
		if (other != rq && other->task && !other->cancelled &&
		    other->req.seq == rq->req.u.cancel.target) {
			other->cancelled = true;
			send_sig(SIGKILL, other->task, 1);
			xenfsd_count(rq->share, cancelled);
			break;
		}
	}
	spin_unlock(&conn->lock);
	return 0;
}
