/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace points: every change of state, with its reason.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xenfs_back

#if !defined(_XENFSD_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _XENFSD_TRACE_H

#include <linux/tracepoint.h>
#include <xen/interface/io/xenbus.h>

#include "conn.h"
#include "loan.h"
#include "node.h"
#include "share.h"

#define XENFSD_TRACE_STATES						\
	{ XenbusStateUnknown,		"Unknown" },			\
	{ XenbusStateInitialising,	"Initialising" },		\
	{ XenbusStateInitWait,		"InitWait" },			\
	{ XenbusStateInitialised,	"Initialised" },		\
	{ XenbusStateConnected,		"Connected" },			\
	{ XenbusStateClosing,		"Closing" },			\
	{ XenbusStateClosed,		"Closed" }

#define XENFSD_TRACE_OP(OP, name, needs)	{ XENFSIF_OP_##OP, #OP },
#define XENFSD_TRACE_OP_NAME(op)					\
	__print_symbolic(op, XENFSD_OPS(XENFSD_TRACE_OP) { 0, "?" })

/*
 * What most begin with: the share, or a node and its share.  An event's fields,
 * their values, and how they are printed.
 */
#define XENFSD_SHARE_ENTRY						\
	__field(u32, domid)						\
	__field(u32, devid)
#define XENFSD_SHARE_ASSIGN(share)					\
	do {								\
		__entry->domid = (share)->domid;			\
		__entry->devid = (share)->devid;			\
	} while (0)
#define XENFSD_SHARE_FMT	"share %u-%u: "
#define XENFSD_SHARE_ARGS	__entry->domid, __entry->devid

#define XENFSD_NODE_ENTRY						\
	XENFSD_SHARE_ENTRY						\
	__field(u32, id)
#define XENFSD_NODE_ASSIGN(node)					\
	do {								\
		XENFSD_SHARE_ASSIGN((node)->session->share);		\
		__entry->id = (node)->id;				\
	} while (0)
#define XENFSD_NODE_FMT		XENFSD_SHARE_FMT "node %u"
#define XENFSD_NODE_ARGS	XENFSD_SHARE_ARGS, __entry->id

TRACE_EVENT(xenfsd_share_frontend,
	TP_PROTO(const struct xenfsd_share *share, int state),
	TP_ARGS(share, state),
	TP_STRUCT__entry(
		XENFSD_SHARE_ENTRY
		__field(int, state)
	),
	TP_fast_assign(
		XENFSD_SHARE_ASSIGN(share);
		__entry->state = state;
	),
	TP_printk(XENFSD_SHARE_FMT "frontend is %s", XENFSD_SHARE_ARGS,
		  __print_symbolic(__entry->state, XENFSD_TRACE_STATES))
);

TRACE_EVENT(xenfsd_share_state,
	TP_PROTO(const struct xenfsd_share *share, int from, int to),
	TP_ARGS(share, from, to),
	TP_STRUCT__entry(
		XENFSD_SHARE_ENTRY
		__field(int, from)
		__field(int, to)
	),
	TP_fast_assign(
		XENFSD_SHARE_ASSIGN(share);
		__entry->from = from;
		__entry->to = to;
	),
	TP_printk(XENFSD_SHARE_FMT "%s -> %s", XENFSD_SHARE_ARGS,
		  __print_symbolic(__entry->from, XENFSD_TRACE_STATES),
		  __print_symbolic(__entry->to, XENFSD_TRACE_STATES))
);

/* Something of a share began or ended. */
DECLARE_EVENT_CLASS(xenfsd_share_event,
	TP_PROTO(const struct xenfsd_share *share, u64 number, const char *what),
	TP_ARGS(share, number, what),
	TP_STRUCT__entry(
		XENFSD_SHARE_ENTRY
		__field(u64, number)
		__field(const char *, what)	/* a literal */
	),
	TP_fast_assign(
		XENFSD_SHARE_ASSIGN(share);
		__entry->number = number;
		__entry->what = what;
	),
	TP_printk(XENFSD_SHARE_FMT "%llu %s", XENFSD_SHARE_ARGS, __entry->number,
		  __entry->what)
);

DEFINE_EVENT(xenfsd_share_event, xenfsd_conn,
	TP_PROTO(const struct xenfsd_share *share, u64 number, const char *what),
	TP_ARGS(share, number, what));

DEFINE_EVENT(xenfsd_share_event, xenfsd_session,
	TP_PROTO(const struct xenfsd_share *share, u64 number, const char *what),
	TP_ARGS(share, number, what));

TRACE_EVENT(xenfsd_request_begin,
	TP_PROTO(const struct xenfsd_share *share,
		 const struct xenfsif_request *req),
	TP_ARGS(share, req),
	TP_STRUCT__entry(
		XENFSD_SHARE_ENTRY
		__field(u32, op)
		__field(u64, seq)
		__field(u64, node)
		__field(u32, uid)
	),
	TP_fast_assign(
		XENFSD_SHARE_ASSIGN(share);
		__entry->op = req->op;
		__entry->seq = req->seq;
		__entry->node = req->node;
		__entry->uid = req->uid;
	),
	TP_printk(XENFSD_SHARE_FMT "%llu %s node %llu uid %u", XENFSD_SHARE_ARGS,
		  __entry->seq, XENFSD_TRACE_OP_NAME(__entry->op),
		  __entry->node, __entry->uid)
);

TRACE_EVENT(xenfsd_request_end,
	TP_PROTO(const struct xenfsd_share *share,
		 const struct xenfsif_request *req,
		 const struct xenfsif_response *rsp),
	TP_ARGS(share, req, rsp),
	TP_STRUCT__entry(
		XENFSD_SHARE_ENTRY
		__field(u32, op)
		__field(u64, seq)
		__field(int, status)
		__field(u32, out_len)
	),
	TP_fast_assign(
		XENFSD_SHARE_ASSIGN(share);
		__entry->op = req->op;
		__entry->seq = req->seq;
		__entry->status = rsp->status;
		__entry->out_len = rsp->out_len;
	),
	TP_printk(XENFSD_SHARE_FMT "%llu %s status %d out %u", XENFSD_SHARE_ARGS,
		  __entry->seq, XENFSD_TRACE_OP_NAME(__entry->op),
		  __entry->status, __entry->out_len)
);

TRACE_EVENT(xenfsd_node,
	TP_PROTO(const struct xenfsd_node *node, const char *what),
	TP_ARGS(node, what),
	TP_STRUCT__entry(
		XENFSD_NODE_ENTRY
		__field(u64, ino)
		__field(const char *, what)	/* a literal */
	),
	TP_fast_assign(
		XENFSD_NODE_ASSIGN(node);
		__entry->ino = node->inode->i_ino;
		__entry->what = what;
	),
	TP_printk(XENFSD_NODE_FMT " inode %llu %s", XENFSD_NODE_ARGS, __entry->ino,
		  __entry->what)
);

TRACE_EVENT(xenfsd_version,
	TP_PROTO(const struct xenfsd_node *node),
	TP_ARGS(node),
	TP_STRUCT__entry(
		XENFSD_NODE_ENTRY
		__field(u64, version)
		__field(u32, changes)
		__field(int, writers)
		__field(int, own_writers)
	),
	TP_fast_assign(
		XENFSD_NODE_ASSIGN(node);
		__entry->version = node->version;
		__entry->changes = node->own_changes;
		__entry->writers = atomic_read(&node->inode->i_writecount);
		__entry->own_writers = node->own_writers;
	),
	TP_printk(XENFSD_NODE_FMT " version %llx, %u own changes, %d writers, %d own",
		  XENFSD_NODE_ARGS, __entry->version, __entry->changes,
		  __entry->writers, __entry->own_writers)
);

TRACE_EVENT(xenfsd_write,
	TP_PROTO(const struct xenfsd_node *node,
		 const struct xenfsif_write *args,
		 u64 offset, u64 len, int err),
	TP_ARGS(node, args, offset, len, err),
	TP_STRUCT__entry(
		XENFSD_NODE_ENTRY
		__field(u32, nsegs)
		__field(u32, nrefs)
		__field(u32, flags)
		__field(u64, offset)
		__field(u64, len)
		__field(int, err)
	),
	TP_fast_assign(
		XENFSD_NODE_ASSIGN(node);
		__entry->nsegs = args->nsegs;
		__entry->nrefs = args->nrefs;
		__entry->flags = args->flags;
		__entry->offset = offset;
		__entry->len = len;
		__entry->err = err;
	),
	TP_printk(XENFSD_NODE_FMT " segments %u references %u flags %x: %llu octets at %llu, error %d",
		  XENFSD_NODE_ARGS, __entry->nsegs, __entry->nrefs, __entry->flags,
		  __entry->len, __entry->offset, __entry->err)
);

TRACE_EVENT(xenfsd_lock,
	TP_PROTO(const struct xenfsd_node *node,
		 const struct xenfsif_lock *args,
		 const struct xenfsif_lock_range *range, int err),
	TP_ARGS(node, args, range, err),
	TP_STRUCT__entry(
		XENFSD_NODE_ENTRY
		__field(u32, kind)
		__field(u32, type)
		__field(u32, flags)
		__field(u64, owner)
		__field(u64, start)
		__field(u64, end)
		__field(int, err)
	),
	TP_fast_assign(
		XENFSD_NODE_ASSIGN(node);
		__entry->kind = args->kind;
		__entry->type = args->type;
		__entry->flags = args->flags;
		__entry->owner = args->owner;
		__entry->start = range->start;
		__entry->end = range->end;
		__entry->err = err;
	),
	TP_printk(XENFSD_NODE_FMT " %s%s%s %s owner %llx %llu..%llu, error %d",
		  XENFSD_NODE_ARGS,
		  __entry->kind == XENFSIF_LOCK_FLOCK ? "flock" : "posix",
		  __entry->flags & XENFSIF_LOCK_WAIT ? " wait" : "",
		  __entry->flags & XENFSIF_LOCK_TEST ? " test" : "",
		  __print_symbolic(__entry->type,
				   { XENFSIF_LOCK_READ, "read" },
				   { XENFSIF_LOCK_WRITE, "write" },
				   { XENFSIF_LOCK_UNLOCK, "unlock" }),
		  __entry->owner, __entry->start, __entry->end, __entry->err)
);

TRACE_EVENT(xenfsd_lend,
	TP_PROTO(const struct xenfsd_node *node,
		 const struct xenfsif_lend *args,
		 const struct xenfsif_response *rsp),
	TP_ARGS(node, args, rsp),
	TP_STRUCT__entry(
		XENFSD_NODE_ENTRY
		__field(u64, index)
		__field(u32, asked)
		__field(u32, valid)
		__field(u32, lent)
		__field(u32, flags)
	),
	TP_fast_assign(
		XENFSD_NODE_ASSIGN(node);
		__entry->index = args->index;
		__entry->asked = args->count;
		__entry->valid = rsp->u.lend.count;
		__entry->lent = rsp->u.lend.lent;
		__entry->flags = rsp->u.lend.flags;
	),
	TP_printk(XENFSD_NODE_FMT " index %llu asked %u valid %u lent %u%s",
		  XENFSD_NODE_ARGS, __entry->index, __entry->asked, __entry->valid,
		  __entry->lent,
		  __entry->flags & XENFSIF_LENT_EXHAUSTED ? " exhausted" : "")
);

TRACE_EVENT(xenfsd_return,
	TP_PROTO(const struct xenfsd_share *share, u32 count, int err),
	TP_ARGS(share, count, err),
	TP_STRUCT__entry(
		XENFSD_SHARE_ENTRY
		__field(u32, count)
		__field(int, err)
	),
	TP_fast_assign(
		XENFSD_SHARE_ASSIGN(share);
		__entry->count = count;
		__entry->err = err;
	),
	TP_printk(XENFSD_SHARE_FMT "%u returned, error %d", XENFSD_SHARE_ARGS,
		  __entry->count, __entry->err)
);

TRACE_EVENT(xenfsd_detached,
	TP_PROTO(const struct xenfsd_node *node, u32 count),
	TP_ARGS(node, count),
	TP_STRUCT__entry(
		XENFSD_NODE_ENTRY
		__field(u32, count)
	),
	TP_fast_assign(
		XENFSD_NODE_ASSIGN(node);
		__entry->count = count;
	),
	TP_printk(XENFSD_NODE_FMT ": %u loans left the page cache", XENFSD_NODE_ARGS,
		  __entry->count)
);

TRACE_EVENT(xenfsd_stuck,
	TP_PROTO(const struct xenfsd_account *account, u32 ref, const char *why),
	TP_ARGS(account, ref, why),
	TP_STRUCT__entry(
		__field(u32, domid)
		__array(char, tag, XENFSIF_TAG_MAX + 1)
		__field(u32, ref)
		__field(const char *, why)	/* a literal */
	),
	TP_fast_assign(
		__entry->domid = account->domid;
		memcpy(__entry->tag, account->tag, sizeof(__entry->tag));
		__entry->ref = ref;
		__entry->why = why;
	),
	TP_printk("domain %u share '%s': loan %u %s", __entry->domid,
		  __entry->tag, __entry->ref, __entry->why)
);

TRACE_EVENT(xenfsd_recall,
	TP_PROTO(const struct xenfsd_share *share, u64 count, bool sent),
	TP_ARGS(share, count, sent),
	TP_STRUCT__entry(
		XENFSD_SHARE_ENTRY
		__field(u64, count)
		__field(bool, sent)
	),
	TP_fast_assign(
		XENFSD_SHARE_ASSIGN(share);
		__entry->count = count;
		__entry->sent = sent;
	),
	TP_printk(XENFSD_SHARE_FMT "recall of %llu pages %s", XENFSD_SHARE_ARGS,
		  __entry->count, __entry->sent ? "sent" : "lost")
);

#endif /* _XENFSD_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
