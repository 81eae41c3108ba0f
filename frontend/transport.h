/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections to a backend, and how a request travels.
 *
 * A struct xenfs_conn is one negotiated session of rings: made when the device
 * connects, dead from the moment that either end parts, freed with its last
 * reference.  It never comes back; a reconnection makes a new one.
 *
 * References are held by the device while it is connected, by the mount that
 * uses the connection, by every request under way and by every batch of lent
 * pages that waits to be returned.
 */
#ifndef _XENFS_TRANSPORT_H
#define _XENFS_TRANSPORT_H

#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/io/xenfsif.h>

struct xenbus_device;
struct xenfs_stats;

/* The session is over: the caller may try again in the next one. */
#define XENFS_LOST	(-ENOTCONN)

/* How all waits for the server sleep: a suspend freezes tasks in them. */
#define XENFS_WAIT		(TASK_KILLABLE | TASK_FREEZABLE)

/* No event of the server's, but that some did not fit the event page. */
#define XENFS_EVENTS_LOST	0

#define XENFS_RING_ORDER	2
#define XENFS_MAX_SLOTS		64
#define XENFS_AREA_PAGES	64

/**
 * struct xenfs_pages - pages that the backend may map, contiguous for us
 * @nr: how many
 * @pages: one reference each
 * @refs: their grants
 * @addr: where they are mapped
 */
struct xenfs_pages {
	unsigned int nr;
	struct page **pages;
	grant_ref_t *refs;
	void *addr;
};

/**
 * struct xenfs_queue - one ring and its data area
 * @conn: the connection it is of
 * @index: its number
 * @irq: of its event channel, or 0
 * @evtchn: its event channel
 * @ring_pages: memory of the ring
 * @area: memory of the data area
 * @area_refs: the page that names the area's grants
 * @lock: protects all that follows; taken in the interrupt handler
 * @ring: private end of the ring
 * @dead: nothing is sent any more
 * @failed: the backend broke the ring: what is sent fails
 * @ids: which ids are in use
 * @area_map: which pages of the area are in use
 * @inflight: the request of each id; holds a reference
 * @wait: those who wait for an id or for pages of the area
 */
struct xenfs_queue {
	struct xenfs_conn *conn;
	unsigned int index;
	int irq;
	evtchn_port_t evtchn;
	struct xenfs_pages ring_pages;
	struct xenfs_pages area;
	struct xenfs_pages area_refs;

	spinlock_t lock;
	struct xenfsif_front_ring ring;
	bool dead;
	bool failed;
	DECLARE_BITMAP(ids, XENFS_MAX_SLOTS);
	DECLARE_BITMAP(area_map, XENFS_AREA_PAGES);
	struct xenfs_req *inflight[XENFS_MAX_SLOTS];
	wait_queue_head_t wait;
};

/**
 * struct xenfs_conn - a session of rings
 * @ref: see the head of this file
 * @xdev: the device; valid until the connection is dead
 * @backend_id: domain that serves it
 * @tag: of the share
 * @stats: counters of the mount that uses it, or NULL; set while it has no
 *         request under way
 * @event_page: memory of the event ring
 * @event_irq: interrupt of the event ring, or 0
 * @event_lock: protects @on_event, held while it is called; irqs off
 * @on_event: called from the interrupt with each event, or NULL; the type
 *            %XENFS_EVENTS_LOST stands for events that did not fit
 * @on_event_arg: for @on_event
 * @max_read_refs: references that a READ may name
 * @features: XENFSIF_FEATURE_*
 * @seq_lock: protects @next_seq and @by_seq; innermost
 * @next_seq: number of the next request
 * @by_seq: requests under way, oldest first
 * @done_lock: protects @done_list; taken in the interrupt handler
 * @done_list: asynchronous requests that have been answered
 * @done_work: calls them back
 * @broken: the peer broke the protocol; said once
 * @nr_queues: how many
 * @queues: the queues
 */
struct xenfs_conn {
	struct kref ref;
	struct xenbus_device *xdev;
	domid_t backend_id;
	char tag[XENFSIF_TAG_MAX + 1];
	struct xenfs_stats __percpu *stats;

	struct xenfs_pages event_page;
	int event_irq;
	evtchn_port_t event_evtchn;
	u32 event_cons;
	spinlock_t event_lock;
	void (*on_event)(void *arg, const struct xenfsif_event *event);
	void *on_event_arg;

	u32 max_read_refs;
	u32 features;

	spinlock_t seq_lock;
	u64 next_seq;
	struct list_head by_seq;

	spinlock_t done_lock;
	struct list_head done_list;
	struct work_struct done_work;

	unsigned long broken;
	unsigned int nr_queues;
	struct xenfs_queue queues[];
};

/**
 * struct xenfs_op - an operation as its caller sees it
 * @req: the caller sets op, node, generation and the arguments
 * @rsp: the response, if the result is 0 or the server's error
 * @in: what goes to the server
 * @out: where what it answers is copied to
 * @out_len: how much fits there
 * @epoch: set by xenfs_call() and its kin: the session that answered
 * @as_of: set likewise, before the operation is sent: what of xenfs_mount.changes
 *         its answer has seen at least
 * @as_caller: run it as the calling task; otherwise as nobody in particular,
 *             which serves for what an open file or a session suffices for
 * @once: it must not be executed twice: -EIO if the session ends meanwhile
 * @interruptible: any signal ends the wait, by cancelling the operation
 * @release: called with @release_arg, in process context, when the request is
 *           over although its caller has left; or NULL
 * @release_arg: for @release
 * @about: inodes that it changes, the first two those that it names; if the caller leaves they are in doubt until the
 *         request is over
 * @left: set if the caller has left before the answer came: what @release frees
 *        is not the caller's any more
 * @done: of an asynchronous operation: called in process context with the
 *        result, after which the transport does not touch the operation
 */
struct xenfs_op {
	struct xenfsif_request req;
	struct xenfsif_response rsp;
	struct kvec in[2];
	void *out;
	u32 out_len;
	u64 epoch;
	u64 as_of;
	bool as_caller;
	bool once;
	bool interruptible;
	bool left;
	struct inode *about[4];
	void (*release)(void *arg);
	void *release_arg;
	void (*done)(struct xenfs_op *op, int err);
};

/**
 * struct xenfs_req - a request under way
 * @ref: see the head of transport.c; with each goes one of the connection
 * @q: the queue
 * @op: the operation, of an asynchronous request only
 * @wire: our copy of the message: the ring is not ours alone
 * @rsp: the checked response
 * @err: the result, once it is done
 * @id: its id, which it keeps until it is freed
 * @area_first: its first page of the area, likewise
 * @area_nr: how many pages it has there
 * @sent: when
 * @by_seq: in xenfs_conn.by_seq
 * @done_link: in xenfs_conn.done_list
 * @done: completed with the result, for the caller of a synchronous request
 * @orphan: the caller has left; under the queue's lock
 * @orphan_work: gives back what the answer gave
 * @about: of an orphan: see struct xenfs_op; a reference each
 * @release: likewise
 * @release_arg: likewise
 */
struct xenfs_req {
	refcount_t ref;
	struct xenfs_queue *q;
	struct xenfs_op *op;
	struct xenfsif_request wire;
	struct xenfsif_response rsp;
	int err;
	unsigned int id;
	unsigned int area_first;
	unsigned int area_nr;
	ktime_t sent;
	struct list_head by_seq;
	struct list_head done_link;
	struct completion done;
	bool orphan;
	struct work_struct orphan_work;
	struct inode *about[4];
	void (*release)(void *arg);
	void *release_arg;
};

/**
 * xenfs_req_area_at() - where an octet of a request's data area is
 * @req: the request
 * @off: its offset in the area
 */
static inline void *xenfs_req_area_at(struct xenfs_req *req, u32 off)
{
	return req->q->area.addr + off;
}

/* conn.c */
struct xenfs_conn *xenfs_conn_create(struct xenbus_device *xdev,
				     const char *tag, unsigned int nr_queues,
				     unsigned int ring_order,
				     unsigned int area_pages);
int xenfs_conn_publish(struct xenfs_conn *conn);
void xenfs_conn_kill(struct xenfs_conn *conn);
struct xenfs_conn *xenfs_conn_get(struct xenfs_conn *conn);
void xenfs_conn_put(struct xenfs_conn *conn);
bool xenfs_conn_dead(struct xenfs_conn *conn);
void xenfs_conn_set_stats(struct xenfs_conn *conn,
			  struct xenfs_stats __percpu *stats);
void xenfs_conn_set_handler(struct xenfs_conn *conn,
			    void (*handler)(void *arg,
					    const struct xenfsif_event *event),
			    void *arg);

/* transport.c */
int __init xenfs_transport_init(void);
void xenfs_transport_exit(void);
int xenfs_conn_call(struct xenfs_conn *conn, struct xenfs_op *op);
int xenfs_conn_submit(struct xenfs_conn *conn, struct xenfs_op *op);
int xenfs_conn_try_submit(struct xenfs_conn *conn, struct xenfs_op *op);
void xenfs_req_put(struct xenfs_req *req);
void xenfs_req_put_locked(struct xenfs_req *req);
void xenfs_transport_show(struct seq_file *m, struct xenfs_conn *conn);

/* receive.c */
void xenfs_req_copy_out(struct xenfs_req *req, struct xenfs_op *op);
void xenfs_transport_done_work(struct work_struct *work);
irqreturn_t xenfs_transport_interrupt(int irq, void *data);
irqreturn_t xenfs_transport_event(int irq, void *data);
void xenfs_transport_fail_all(struct xenfs_conn *conn);

/* orphan.c */
void xenfs_orphan(struct xenfs_conn *conn, const struct xenfsif_request *req,
		  const void *in, const struct xenfsif_response *rsp,
		  const void *out);

#endif /* _XENFS_TRANSPORT_H */
