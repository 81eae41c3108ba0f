/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints at each change of state: requests, sessions, lent pages. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xenfs_front

#if !defined(_XENFS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _XENFS_TRACE_H

#include <linux/tracepoint.h>
#include <xen/io/xenfsif.h>
#include "transport.h"

#define XENFS_TRACE_OPS				\
	{ XENFSIF_OP_CONNECT, "CONNECT" },	\
	{ XENFSIF_OP_DISCONNECT, "DISCONNECT" }, \
	{ XENFSIF_OP_LOOKUP, "LOOKUP" },	\
	{ XENFSIF_OP_FORGET, "FORGET" },	\
	{ XENFSIF_OP_RECLAIM, "RECLAIM" },	\
	{ XENFSIF_OP_ACCESS, "ACCESS" },	\
	{ XENFSIF_OP_CANCEL, "CANCEL" },	\
	{ XENFSIF_OP_GETATTR, "GETATTR" },	\
	{ XENFSIF_OP_READDIR, "READDIR" },	\
	{ XENFSIF_OP_READLINK, "READLINK" },	\
	{ XENFSIF_OP_OPEN, "OPEN" },		\
	{ XENFSIF_OP_RELEASE, "RELEASE" },	\
	{ XENFSIF_OP_STATFS, "STATFS" },	\
	{ XENFSIF_OP_GETXATTR, "GETXATTR" },	\
	{ XENFSIF_OP_LISTXATTR, "LISTXATTR" },	\
	{ XENFSIF_OP_LEND, "LEND" },		\
	{ XENFSIF_OP_RETURN, "RETURN" },	\
	{ XENFSIF_OP_REVALIDATE, "REVALIDATE" }, \
	{ XENFSIF_OP_READ, "READ" },		\
	{ XENFSIF_OP_SEEK, "SEEK" },		\
	{ XENFSIF_OP_SYNCFS, "SYNCFS" },	\
	{ XENFSIF_OP_TABLE, "TABLE" },		\
	{ XENFSIF_OP_WRITE, "WRITE" },		\
	{ XENFSIF_OP_SETATTR, "SETATTR" },	\
	{ XENFSIF_OP_CREATE, "CREATE" },	\
	{ XENFSIF_OP_MKDIR, "MKDIR" },		\
	{ XENFSIF_OP_SYMLINK, "SYMLINK" },	\
	{ XENFSIF_OP_MKNOD, "MKNOD" },		\
	{ XENFSIF_OP_LINK, "LINK" },		\
	{ XENFSIF_OP_UNLINK, "UNLINK" },	\
	{ XENFSIF_OP_RMDIR, "RMDIR" },		\
	{ XENFSIF_OP_RENAME, "RENAME" },	\
	{ XENFSIF_OP_TMPFILE, "TMPFILE" },	\
	{ XENFSIF_OP_FALLOCATE, "FALLOCATE" },	\
	{ XENFSIF_OP_COPY_RANGE, "COPY_RANGE" }, \
	{ XENFSIF_OP_SETXATTR, "SETXATTR" },	\
	{ XENFSIF_OP_REMOVEXATTR, "REMOVEXATTR" }, \
	{ XENFSIF_OP_FSYNC, "FSYNC" },		\
	{ XENFSIF_OP_LOCK, "LOCK" },		\
	{ XENFSIF_OP_FILEATTR, "FILEATTR" }

TRACE_EVENT(xenfs_request,
	TP_PROTO(struct xenfs_conn *conn, const struct xenfsif_request *req),
	TP_ARGS(conn, req),
	TP_STRUCT__entry(
		__array(char, tag, XENFSIF_TAG_MAX + 1)
		__field(u64, seq)
		__field(u16, op)
		__field(u64, node)
		__field(u32, in_len)
	),
	TP_fast_assign(
		memcpy(__entry->tag, conn->tag, sizeof(conn->tag));
		__entry->seq = req->seq;
		__entry->op = req->op;
		__entry->node = req->node;
		__entry->in_len = req->in_len;
	),
	TP_printk("share=%s seq=%llu op=%s node=%llu in=%u", __entry->tag,
		  __entry->seq, __print_symbolic(__entry->op, XENFS_TRACE_OPS),
		  __entry->node, __entry->in_len)
);

TRACE_EVENT(xenfs_response,
	TP_PROTO(struct xenfs_conn *conn, const struct xenfsif_request *req,
		 int err),
	TP_ARGS(conn, req, err),
	TP_STRUCT__entry(
		__array(char, tag, XENFSIF_TAG_MAX + 1)
		__field(u64, seq)
		__field(u16, op)
		__field(int, err)
	),
	TP_fast_assign(
		memcpy(__entry->tag, conn->tag, sizeof(conn->tag));
		__entry->seq = req->seq;
		__entry->op = req->op;
		__entry->err = err;
	),
	TP_printk("share=%s seq=%llu op=%s result=%d", __entry->tag,
		  __entry->seq, __print_symbolic(__entry->op, XENFS_TRACE_OPS),
		  __entry->err)
);

TRACE_EVENT(xenfs_session,
	TP_PROTO(const char *tag, u64 epoch, const char *what),
	TP_ARGS(tag, epoch, what),
	TP_STRUCT__entry(
		__array(char, tag, XENFSIF_TAG_MAX + 1)
		__field(u64, epoch)
		__field(const char *, what)
	),
	TP_fast_assign(
		strscpy(__entry->tag, tag, sizeof(__entry->tag));
		__entry->epoch = epoch;
		__entry->what = what;
	),
	TP_printk("share=%s epoch=%llu %s", __entry->tag, __entry->epoch,
		  __entry->what)
);

TRACE_EVENT(xenfs_lent,
	TP_PROTO(u64 node, pgoff_t index, unsigned int nr, const char *why),
	TP_ARGS(node, index, nr, why),
	TP_STRUCT__entry(
		__field(u64, node)
		__field(unsigned long, index)
		__field(unsigned int, nr)
		__field(const char *, why)
	),
	TP_fast_assign(
		__entry->node = node;
		__entry->index = index;
		__entry->nr = nr;
		__entry->why = why;
	),
	TP_printk("node=%llu index=%lu pages=%u reason=%s", __entry->node,
		  __entry->index, __entry->nr, __entry->why)
);

TRACE_EVENT(xenfs_writeback,
	TP_PROTO(u64 node, u64 offset, u32 octets, unsigned int segments),
	TP_ARGS(node, offset, octets, segments),
	TP_STRUCT__entry(
		__field(u64, node)
		__field(u64, offset)
		__field(u32, octets)
		__field(unsigned int, segments)
	),
	TP_fast_assign(
		__entry->node = node;
		__entry->offset = offset;
		__entry->octets = octets;
		__entry->segments = segments;
	),
	TP_printk("node=%llu offset=%llu octets=%u segments=%u", __entry->node,
		  __entry->offset, __entry->octets, __entry->segments)
);

#endif /* _XENFS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
