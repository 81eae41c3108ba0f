/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A request while it is executed.  It belongs to one thread, which reuses it;
 * everything in it is private memory that the guest cannot reach.
 */
#ifndef _XENFSD_REQUEST_H
#define _XENFSD_REQUEST_H

#include <linux/cred.h>
#include <linux/list.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <xen/interface/grant_table.h>
#include <xenfs_check.h>

#include "share.h"

struct xenfsd_queue;

/* What an operation needs before its handler is called. */
#define XENFSD_OP_SESSION	1	/* rq->session */
#define XENFSD_OP_NODE		2	/* rq->node and rq->path, confined */
#define XENFSD_OP_CRED		4	/* to run as the caller */
#define XENFSD_OP_WRITABLE	8	/* a share that is "rw" */
#define XENFSD_OP_UMASK		16	/* the caller's umask */
#define XENFSD_OP_USER		(XENFSD_OP_SESSION | XENFSD_OP_NODE | XENFSD_OP_CRED)
#define XENFSD_OP_CHANGE	(XENFSD_OP_USER | XENFSD_OP_WRITABLE)
#define XENFSD_OP_MAKE		(XENFSD_OP_CHANGE | XENFSD_OP_UMASK)
/* Runs as whoever opened the file: that is the handler's business. */
#define XENFSD_OP_OPENER	(XENFSD_OP_SESSION | XENFSD_OP_NODE | XENFSD_OP_WRITABLE)

/* The out buffer is a page longer, so that READ can place content in it. */
#define XENFSD_OUT_SIZE		(XENFSIF_OUT_MAX + PAGE_SIZE)
/* As many pages as a WRITE can name. */
#define XENFSD_CONTENT_SIZE	(XENFSIF_READ_REFS_MAX * PAGE_SIZE)

/* The credentials a thread used last, for its next request. */
struct xenfsd_cred {
	const struct cred *cred;
	u32 uid, gid, ngroups;
	u32 groups[32];
};

struct xenfsd_request {
	struct xenfsd_queue *queue;
	struct xenfsd_share *share;
	struct task_struct *task;	/* NULL of control */

	struct xenfsif_request req;
	struct xenfsif_response rsp;

	/* For a request that needs them, while it is executed. */
	struct xenfsd_session *session;
	struct xenfsd_node *node;
	struct path path;
	const struct cred *caller;	/* whom we are now, or NULL */
	const struct cred *own;		/* to go back to */

	void *in_buf;
	u32 in_size;
	const void *in;			/* the operation's part */
	u32 in_len;
	void *out;			/* XENFSD_OUT_SIZE; NULL of control */
	void *scratch;			/* XENFSD_OUT_SIZE, or NULL */
	void *content;			/* XENFSD_CONTENT_SIZE, or NULL */

	struct xenfsd_cred cred;

	struct list_head link;		/* conn->executing, conn->lock */
	bool cancelled;			/* conn->lock */
	const struct inode *opening;	/* made, open for writing, not counted yet */
};

/* request.c */
struct xenfsd_request *xenfsd_request_current(void);
struct xenfsd_request *xenfsd_request_new(struct xenfsd_queue *queue);
struct xenfsd_request *xenfsd_request_new_control(struct xenfsd_queue *queue);
void xenfsd_request_free(struct xenfsd_request *rq);
void xenfsd_request_execute(struct xenfsd_request *rq);
bool xenfsd_request_is_control(const struct xenfsif_request *req);
int xenfsd_request_node(struct xenfsd_request *rq);
int xenfsd_request_scratch(struct xenfsd_request *rq);
int xenfsd_request_content(struct xenfsd_request *rq);
const char *xenfsd_op_name(unsigned int op);

/* grant.c */
int xenfsd_grant_copy(struct xenfsd_request *rq, struct gnttab_copy *ops,
		      unsigned int n, enum xenfsd_stat errors);
struct page *xenfsd_buf_page(const void *p);

/* cred.c */
int xenfsd_cred_assume(struct xenfsd_request *rq);
void xenfsd_cred_drop(struct xenfsd_request *rq);
void xenfsd_cred_forget(struct xenfsd_request *rq);

/* The operations, by the file they are in. */
#define XENFSD_OP_HANDLER(OP, name, needs) \
	int xenfsd_op_##name(struct xenfsd_request *rq);
XENFSD_OPS(XENFSD_OP_HANDLER)
#undef XENFSD_OP_HANDLER

#endif /* _XENFSD_REQUEST_H */
