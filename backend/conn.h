/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection of a share to its frontend: queues, their data areas, the
 * threads that serve them, and the event page.
 */
#ifndef _XENFSD_CONN_H
#define _XENFSD_CONN_H

#include <linux/irqreturn.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <xen/interface/grant_table.h>
#include <xenfs_check.h>

struct xenbus_device;
struct xenfsd_conn;
struct xenfsd_node;
struct xenfsd_request;
struct xenfsd_share;

#define XENFSD_MAX_AREA_PAGES	512

/*
 * A queue's data area as mapped here.  Only queue.c and area.c touch its
 * pages, and only by copying, under the queue's gate.
 */
struct xenfsd_area {
	unsigned int nr_pages;
	struct page **pages;
	grant_handle_t *handles;
};

struct xenfsd_queue {
	struct xenfsd_conn *conn;
	unsigned int id;

	/*
	 * Whoever touches memory that the guest shares with us holds the gate
	 * for reading and has seen "connected".  Disconnecting takes it for
	 * writing.  It is held for copying only.
	 */
	struct rw_semaphore gate;
	bool connected;			/* gate and ring_lock; either to read */
	struct xenfsd_area area;
	void *ring_addr;
	int irq;

	spinlock_t ring_lock;		/* protects from here ... */
	struct xenfsif_back_ring ring;
	unsigned int eoi_irq;		/* an interrupt that waits for its EOI, or 0 */
	bool worked;			/* requests were found since the last */
	bool broken;			/* the guest misused the ring */
	struct xenfsif_request *aside;	/* taken, not begun; as many as the ring */
	unsigned int aside_prod;
	unsigned int aside_cons;
	unsigned int nr_threads;	/* ... to here */

	wait_queue_head_t wait;
	atomic_t nr_idle;
};

/* The event page. */
struct xenfsd_events {
	spinlock_t lock;
	struct xenfsif_event_page *page;	/* NULL: not connected */
	u32 prod;
	u64 id;
	int irq;
};

struct xenfsd_conn {
	struct kref ref;
	struct xenfsd_share *share;
	unsigned int max_threads;
	atomic_t nr_threads;
	struct work_struct spawn;	/* makes threads where none is idle */
	struct delayed_work control;	/* empties the rings where none is */
	struct xenfsd_request *control_rq;	/* that work's */

	spinlock_t lock;
	bool closed;			/* lock */
	struct list_head executing;	/* lock; requests */

	struct xenfsd_events events;
	unsigned int nr_queues;
	struct xenfsd_queue queues[];
};

/* conn.c */
int xenfsd_conn_make(struct xenfsd_share *share, const char **why);
void xenfsd_conn_break(struct xenfsd_conn *conn);
struct xenfsd_conn *xenfsd_conn_get(struct xenfsd_conn *conn);
void xenfsd_conn_put(struct xenfsd_conn *conn);

/* area.c */
int xenfsd_area_map(struct xenfsd_area *area, struct xenbus_device *dev,
		    grant_ref_t list, unsigned int nr_pages);
void xenfsd_area_unmap(struct xenfsd_area *area);
void xenfsd_area_read(struct xenfsd_area *area, void *to, u32 off, u32 len);
void xenfsd_area_write(struct xenfsd_area *area, u32 off, const void *from,
		       u32 len);

/* queue.c */
void xenfsd_queue_init(struct xenfsd_queue *queue, struct xenfsd_conn *conn,
		       unsigned int id);
int xenfsd_queue_start(struct xenfsd_queue *queue);
void xenfsd_queue_spawn(struct work_struct *work);
void xenfsd_queue_control(struct work_struct *work);
irqreturn_t xenfsd_queue_interrupt(int irq, void *data);
void xenfsd_queue_respond(struct xenfsd_queue *queue,
			  const struct xenfsif_request *req,
			  const struct xenfsif_response *rsp, const void *out);

/* event.c */
int xenfsd_events_open(struct xenfsd_events *events, struct xenbus_device *dev);
void xenfsd_events_close(struct xenfsd_events *events,
			 struct xenbus_device *dev);
void xenfsd_notify(struct xenfsd_node *node);
bool xenfsd_recall(struct xenfsd_share *share, u64 count);
void xenfsd_recall_again(struct xenfsd_share *share);

#endif /* _XENFSD_CONN_H */
