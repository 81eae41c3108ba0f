// SPDX-License-Identifier: GPL-2.0
/*
 * Answers that nobody waits for any more.
 *
 * A task that is killed leaves its request to the server, which may carry it out
 * all the same.  What it gave then is given back here: an open file, references
 * to nodes, a lock, pages on loan; they would stay until the session ends.
 *
 * What it changed stays: for all that anybody can tell the task was killed
 * afterwards.
 */
#include <linux/slab.h>
#include <xenfs_check.h>

#include "xenfs.h"

struct undo {
	struct xenfs_op op;
	u8 in[] __aligned(8);
};

static void undo_done(struct xenfs_op *op, int err)
{
	kvfree(container_of(op, struct undo, op));
}

/* @size: how much its in range has room for. */
static struct undo *new_undo(u16 opcode, size_t size)
{
	struct undo *undo = kvzalloc(struct_size(undo, in, size), GFP_NOFS);

	if (!undo)
		return NULL;	/* the session's end will do */
	undo->op.req.op = opcode;
	undo->op.done = undo_done;
	undo->op.in[0].iov_base = undo->in;
	undo->op.in[0].iov_len = size;
	return undo;
}

static void send(struct xenfs_conn *conn, struct undo *undo)
{
	if (xenfs_conn_submit(conn, &undo->op))
		kvfree(undo);
}

static void release(struct xenfs_conn *conn, u64 fh)
{
	struct undo *undo = fh ? new_undo(XENFSIF_OP_RELEASE, 0) : NULL;

	if (!undo)
		return;
	undo->op.req.u.release.fh = fh;
	send(conn, undo);
}

static void fill_forget(struct xenfsif_forget *f,
			const struct xenfsif_entry *entry)
{
	f->node = entry->node;
	f->generation = entry->generation;
	f->nlookup = 1;
}

static void forget(struct xenfs_conn *conn, const struct xenfsif_entry *entry)
{
	struct undo *undo = new_undo(XENFSIF_OP_FORGET,
				     sizeof(struct xenfsif_forget));

	if (!undo)
		return;
	undo->op.req.u.forget.count = 1;
	fill_forget((struct xenfsif_forget *)undo->in, entry);
	send(conn, undo);
}

static void forget_listing(struct xenfs_conn *conn, const void *buf, u32 len)
{
	const size_t max = len / sizeof(struct xenfsif_entry);
	struct undo *undo = new_undo(XENFSIF_OP_FORGET,
				     max * sizeof(struct xenfsif_forget));
	struct xenfsif_dirent_view v;
	u32 pos = 0, n = 0;

	if (!undo)
		return;
	while (xenfsif_dirent_next(buf, len, &pos, &v) == 1)
		if (v.entry)
			fill_forget((struct xenfsif_forget *)undo->in + n++,
				    v.entry);
	undo->op.req.u.forget.count = n;
	undo->op.in[0].iov_len = n * sizeof(struct xenfsif_forget);
	if (n)
		send(conn, undo);
	else
		kvfree(undo);
}

static void unlock(struct xenfs_conn *conn, const struct xenfsif_request *req,
		   const void *range)
{
	struct undo *undo = new_undo(XENFSIF_OP_LOCK,
				     sizeof(struct xenfsif_lock_range));

	if (!undo)
		return;
	undo->op.req.node = req->node;
	undo->op.req.generation = req->generation;
	undo->op.req.u.lock = req->u.lock;
	undo->op.req.u.lock.type = XENFSIF_LOCK_UNLOCK;
	undo->op.req.u.lock.flags = 0;
	memcpy(undo->in, range, sizeof(struct xenfsif_lock_range));
	send(conn, undo);
}

/* None of them was mapped. */
static void return_loans(struct xenfs_conn *conn, const u32 *refs, u32 count)
{
	struct undo *undo = new_undo(XENFSIF_OP_RETURN, count * sizeof(u32));
	u32 i, n = 0;

	if (!undo)
		return;
	for (i = 0; i < count; i++)
		if (refs[i])
			((u32 *)undo->in)[n++] = refs[i];
	undo->op.req.u.ret.count = n;
	undo->op.in[0].iov_len = n * sizeof(u32);
	if (n)
		send(conn, undo);
	else
		kvfree(undo);
}

/**
 * xenfs_orphan() - give back what an answer gave to a task that is no more
 * @conn: the connection
 * @req: the request
 * @in: a copy of its in range, without groups
 * @rsp: the answer, checked; of success
 * @out: a copy of what it wrote to the out range
 *
 * Context: process context; may wait until there is room for requests.
 */
void xenfs_orphan(struct xenfs_conn *conn, const struct xenfsif_request *req,
		  const void *in, const struct xenfsif_response *rsp,
		  const void *out)
{
	switch (req->op) {
	case XENFSIF_OP_OPEN:
		release(conn, rsp->u.open.fh);
		break;
	case XENFSIF_OP_CREATE:
	case XENFSIF_OP_TMPFILE:
		release(conn, rsp->u.open.fh);
		fallthrough;
	case XENFSIF_OP_LOOKUP:
	case XENFSIF_OP_RECLAIM:
	case XENFSIF_OP_MKDIR:
	case XENFSIF_OP_MKNOD:
	case XENFSIF_OP_SYMLINK:
		if (xenfsif_entry_ok(out, rsp->out_len))
			forget(conn, out);
		break;
	case XENFSIF_OP_READDIR:
		if (req->u.readdir.flags & XENFSIF_READDIR_PLUS)
			forget_listing(conn, out, rsp->u.readdir.count);
		break;
	case XENFSIF_OP_LEND:
		return_loans(conn, out, rsp->u.lend.count);
		break;
	case XENFSIF_OP_LOCK:
		if (req->u.lock.type != XENFSIF_LOCK_UNLOCK &&
		    !(req->u.lock.flags & XENFSIF_LOCK_TEST))
			unlock(conn, req, in);
		break;
	}
}
