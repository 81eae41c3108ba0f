// SPDX-License-Identifier: GPL-2.0
/*
 * Making and unmaking a connection: memory that is granted to the backend,
 * event channels, and the nodes in xenstore that name them.
 *
 * Everything granted here is made of single pages with a reference each, so
 * that a page which a backend refuses to unmap can be left to the grant table's
 * deferred list, and is freed only when Xen says that nobody maps it.
 */
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <xen/events.h>
#include <xen/page.h>
#include <xen/xenbus.h>

#include "xenfs.h"

static void free_pages_granted(struct xenfs_pages *p)
{
	unsigned int i;

	if (p->addr)
		vunmap(p->addr);
	for (i = 0; i < p->nr && p->pages && p->pages[i]; i++) {
		if (p->refs[i] != INVALID_GRANT_REF)
			gnttab_end_foreign_access(p->refs[i], p->pages[i]);
		else
			put_page(p->pages[i]);
	}
	kfree(p->pages);
	kfree(p->refs);
	memset(p, 0, sizeof(*p));
}

static int alloc_pages_granted(struct xenfs_pages *p, unsigned int nr,
			       domid_t domid)
{
	unsigned int i;
	int ref;

	p->nr = nr;
	p->pages = kcalloc(nr, sizeof(*p->pages), GFP_KERNEL);
	p->refs = kcalloc(nr, sizeof(*p->refs), GFP_KERNEL);
	if (!p->pages || !p->refs)
		goto no_memory;
	for (i = 0; i < nr; i++)
		p->refs[i] = INVALID_GRANT_REF;

	for (i = 0; i < nr; i++) {
		p->pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!p->pages[i])
			goto no_memory;
		ref = gnttab_grant_foreign_access(domid,
						  xen_page_to_gfn(p->pages[i]),
						  0);
		if (ref < 0) {
			free_pages_granted(p);
			return ref;
		}
		p->refs[i] = ref;
	}
	p->addr = vmap(p->pages, nr, VM_MAP, PAGE_KERNEL);
	if (p->addr)
		return 0;

no_memory:
	free_pages_granted(p);
	return -ENOMEM;
}

static void free_queue(struct xenfs_queue *q)
{
	free_pages_granted(&q->area_refs);
	free_pages_granted(&q->area);
	free_pages_granted(&q->ring_pages);
}

static int alloc_queue(struct xenfs_queue *q, unsigned int ring_order,
		       unsigned int area_pages)
{
	struct xenfs_conn *conn = q->conn;
	struct xenfsif_sring *sring;
	unsigned int i;
	u32 *refs;
	int err;

	err = alloc_pages_granted(&q->ring_pages, 1 << ring_order,
				  conn->backend_id);
	if (err)
		return err;
	err = alloc_pages_granted(&q->area, area_pages, conn->backend_id);
	if (err)
		return err;
	err = alloc_pages_granted(&q->area_refs, 1, conn->backend_id);
	if (err)
		return err;
	refs = q->area_refs.addr;
	for (i = 0; i < area_pages; i++)
		refs[i] = q->area.refs[i];

	sring = q->ring_pages.addr;
	SHARED_RING_INIT(sring);
	FRONT_RING_INIT(&q->ring, sring, q->ring_pages.nr * PAGE_SIZE);
	return 0;
}

static int bind_channel(struct xenfs_conn *conn, evtchn_port_t *port,
			irq_handler_t handler, const char *name, void *data)
{
	int err;

	err = xenbus_alloc_evtchn(conn->xdev, port);
	if (err)
		return err;
	err = bind_evtchn_to_irqhandler_lateeoi(*port, handler, 0, name, data);
	if (err < 0)
		xenbus_free_evtchn(conn->xdev, *port);
	return err;
}

static void conn_release(struct kref *ref)
{
	struct xenfs_conn *conn = container_of(ref, struct xenfs_conn, ref);
	unsigned int i;

	for (i = 0; i < conn->nr_queues; i++)
		free_queue(&conn->queues[i]);
	free_pages_granted(&conn->event_page);
	kfree(conn);
}

/* Takes a reference. */
struct xenfs_conn *xenfs_conn_get(struct xenfs_conn *conn)
{
	kref_get(&conn->ref);
	return conn;
}

/*
 * Drops a reference.  The last one ends grants and frees their pages, so it is
 * dropped in process context: while interrupts are bound the device holds one.
 */
void xenfs_conn_put(struct xenfs_conn *conn)
{
	kref_put(&conn->ref, conn_release);
}

/**
 * xenfs_conn_create() - allocate and grant all that a connection needs
 * @xdev: the device
 * @tag: of the share, for messages
 * @nr_queues: how many queues
 * @ring_order: every ring takes 2^@ring_order pages
 * @area_pages: every data area takes so many pages
 *
 * Context: process context, may sleep.
 * Return: the connection with one reference, or an ERR_PTR.
 */
struct xenfs_conn *xenfs_conn_create(struct xenbus_device *xdev,
				     const char *tag, unsigned int nr_queues,
				     unsigned int ring_order,
				     unsigned int area_pages)
{
	struct xenfs_conn *conn;
	unsigned int i;
	int err;

	conn = kzalloc(struct_size(conn, queues, nr_queues), GFP_KERNEL);
	if (!conn)
		return ERR_PTR(-ENOMEM);
	kref_init(&conn->ref);
	conn->xdev = xdev;
	conn->backend_id = xdev->otherend_id;
	strscpy(conn->tag, tag, sizeof(conn->tag));
	conn->next_seq = 1;
	spin_lock_init(&conn->seq_lock);
	INIT_LIST_HEAD(&conn->by_seq);
	spin_lock_init(&conn->event_lock);
	spin_lock_init(&conn->done_lock);
	INIT_LIST_HEAD(&conn->done_list);
	INIT_WORK(&conn->done_work, xenfs_transport_done_work);
	conn->nr_queues = nr_queues;
	for (i = 0; i < nr_queues; i++) {
		struct xenfs_queue *q = &conn->queues[i];

		q->conn = conn;
		q->index = i;
		spin_lock_init(&q->lock);
		init_waitqueue_head(&q->wait);
	}

	err = alloc_pages_granted(&conn->event_page, 1, conn->backend_id);
	if (err)
		goto put_conn;
	for (i = 0; i < nr_queues; i++) {
		err = alloc_queue(&conn->queues[i], ring_order, area_pages);
		if (err)
			goto put_conn;
	}

	err = bind_channel(conn, &conn->event_evtchn, xenfs_transport_event,
			   "xenfs-event", conn);
	if (err < 0)
		goto kill_conn;
	conn->event_irq = err;
	for (i = 0; i < nr_queues; i++) {
		struct xenfs_queue *q = &conn->queues[i];

		err = bind_channel(conn, &q->evtchn, xenfs_transport_interrupt,
				   "xenfs", q);
		if (err < 0)
			goto kill_conn;
		q->irq = err;
	}
	return conn;

kill_conn:
	xenfs_conn_kill(conn);
put_conn:
	xenfs_conn_put(conn);
	return ERR_PTR(err);
}

static int write_queue_nodes(struct xenbus_transaction xbt,
			     struct xenfs_queue *q)
{
	const char *dir = q->conn->xdev->nodename;
	char node[32];
	unsigned int i;
	int err;

	for (i = 0; i < q->ring_pages.nr; i++) {
		snprintf(node, sizeof(node), "queue-%u/ring-ref-%u", q->index, i);
		err = xenbus_printf(xbt, dir, node, "%u", q->ring_pages.refs[i]);
		if (err)
			return err;
	}
	snprintf(node, sizeof(node), "queue-%u/area-ref", q->index);
	err = xenbus_printf(xbt, dir, node, "%u", q->area_refs.refs[0]);
	if (err)
		return err;
	snprintf(node, sizeof(node), "queue-%u/event-channel", q->index);
	return xenbus_printf(xbt, dir, node, "%u", q->evtchn);
}

static int write_nodes(struct xenbus_transaction xbt, struct xenfs_conn *conn)
{
	const struct xenfs_queue *q = &conn->queues[0];
	const struct {
		const char *name;
		u32 value;
	} nodes[] = {
		{ "version", XENFSIF_PROTOCOL_VERSION },
		{ "num-queues", conn->nr_queues },
		{ "ring-page-order", ilog2(q->ring_pages.nr) },
		{ "area-pages", q->area.nr },
		{ "event-ring-ref", conn->event_page.refs[0] },
		{ "event-channel", conn->event_evtchn },
	};
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		err = xenbus_printf(xbt, conn->xdev->nodename, nodes[i].name,
				    "%u", nodes[i].value);
		if (err)
			return err;
	}
	for (i = 0; i < conn->nr_queues; i++) {
		err = write_queue_nodes(xbt, &conn->queues[i]);
		if (err)
			return err;
	}
	return 0;
}

/**
 * xenfs_conn_publish() - tell the backend where the rings are
 * @conn: the connection
 *
 * Return: 0, or the error of xenstore.
 */
int xenfs_conn_publish(struct xenfs_conn *conn)
{
	struct xenbus_transaction xbt;
	int err;

	do {
		err = xenbus_transaction_start(&xbt);
		if (err)
			return err;
		err = write_nodes(xbt, conn);
		if (err) {
			xenbus_transaction_end(xbt, 1);
			return err;
		}
		err = xenbus_transaction_end(xbt, 0);
	} while (err == -EAGAIN);
	return err;
}

/**
 * xenfs_conn_kill() - end a connection: nothing is sent or answered any more
 * @conn: the connection; the caller keeps its reference
 *
 * Requests under way end with %XENFS_LOST.  On return no interrupt handler
 * runs or will run, and @conn->xdev is not used any more.
 *
 * Context: process context, may sleep.
 */
void xenfs_conn_kill(struct xenfs_conn *conn)
{
	unsigned int i;

	for (i = 0; i < conn->nr_queues; i++) {
		struct xenfs_queue *q = &conn->queues[i];
		unsigned long flags;

		spin_lock_irqsave(&q->lock, flags);
		q->dead = true;
		spin_unlock_irqrestore(&q->lock, flags);
		wake_up_all(&q->wait);
	}
	for (i = 0; i < conn->nr_queues; i++) {
		struct xenfs_queue *q = &conn->queues[i];

		/* this closes the event channel and waits for its handler */
		if (q->irq > 0)
			unbind_from_irqhandler(q->irq, q);
		q->irq = 0;
	}
	if (conn->event_irq > 0)
		unbind_from_irqhandler(conn->event_irq, conn);
	conn->event_irq = 0;
	xenfs_transport_fail_all(conn);
}

/* Whether xenfs_conn_kill() was called: a hint, unless it says yes. */
bool xenfs_conn_dead(struct xenfs_conn *conn)
{
	return READ_ONCE(conn->queues[0].dead);
}

/**
 * xenfs_conn_set_stats() - say where requests are counted
 * @conn: the connection
 * @stats: counters, or NULL; the old ones are not touched after this returns
 */
void xenfs_conn_set_stats(struct xenfs_conn *conn,
			  struct xenfs_stats __percpu *stats)
{
	unsigned int i;

	WRITE_ONCE(conn->stats, stats);
	/* they are looked up and counted in under a queue's lock */
	for (i = 0; i < conn->nr_queues; i++) {
		spin_lock_irq(&conn->queues[i].lock);
		spin_unlock_irq(&conn->queues[i].lock);
	}
}

/**
 * xenfs_conn_set_handler() - say who is told of events
 * @conn: the connection
 * @handler: called in interrupt context, or NULL
 * @arg: for @handler; the old one is not used any more after this returns
 */
void xenfs_conn_set_handler(struct xenfs_conn *conn,
			    void (*handler)(void *arg,
					    const struct xenfsif_event *event),
			    void *arg)
{
	spin_lock_irq(&conn->event_lock);
	conn->on_event = handler;
	conn->on_event_arg = arg;
	spin_unlock_irq(&conn->event_lock);
}
