// SPDX-License-Identifier: GPL-2.0
/*
 * Connections: reading what the frontend offers, mapping it, cutting it off.
 *
 * A connection is made and broken under share->lock, by the share's work or by
 * its device's removal.  Its memory stays until its last thread has gone, which
 * may be caught in a file system; what it mapped does not.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <xen/events.h>

#include "conn.h"
#include "request.h"
#include "share.h"
#include "trace.h"

static int map_ring(struct xenfsd_queue *queue, struct xenbus_device *dev,
		    const char *dir, unsigned int order)
{
	grant_ref_t refs[1 << XENFSIF_MAX_RING_ORDER];
	struct xenfsif_sring *sring;
	unsigned int i, ref;
	char name[24];
	int err;

	for (i = 0; i < 1u << order; i++) {
		snprintf(name, sizeof(name), "ring-ref-%u", i);
		if (xenbus_scanf(XBT_NIL, dir, name, "%u", &ref) != 1)
			return -EINVAL;
		refs[i] = ref;
	}
	err = xenbus_map_ring_valloc(dev, refs, 1u << order, &queue->ring_addr);
	if (err)
		return err;
	sring = queue->ring_addr;
	BACK_RING_INIT(&queue->ring, sring, PAGE_SIZE << order);

	/* The ring lets no more be unanswered than fit in it. */
	queue->aside = kvcalloc(RING_SIZE(&queue->ring), sizeof(*queue->aside),
				GFP_KERNEL);
	if (queue->aside)
		return 0;
	xenbus_unmap_ring_vfree(dev, queue->ring_addr);
	queue->ring_addr = NULL;
	return -ENOMEM;
}

static int open_queue(struct xenfsd_queue *queue, struct xenbus_device *dev,
		      unsigned int order, unsigned int area_pages,
		      const char **why)
{
	unsigned int area_ref, port;
	char *dir;
	int err;

	*why = "out of memory";
	dir = kasprintf(GFP_KERNEL, "%s/queue-%u", dev->otherend, queue->id);
	if (!dir)
		return -ENOMEM;

	*why = "the frontend's nodes of a queue are incomplete";
	err = xenbus_gather(XBT_NIL, dir, "area-ref", "%u", &area_ref,
			    "event-channel", "%u", &port, NULL);
	if (err)
		goto free_dir;

	*why = "cannot map a queue's ring";
	err = map_ring(queue, dev, dir, order);
	if (err)
		goto free_dir;

	*why = "cannot map a queue's data area";
	err = xenfsd_area_map(&queue->area, dev, area_ref, area_pages);
	if (err)
		goto unmap_ring;

	*why = "cannot bind a queue's event channel";
	err = bind_interdomain_evtchn_to_irqhandler_lateeoi(dev, port,
			xenfsd_queue_interrupt, 0, "xenfs-backend", queue);
	if (err < 0)
		goto unmap_area;
	/*
	 * The interrupt may have come already, and found the queue not connected:
	 * its first thread, which is yet to be started, looks what it was about.
	 */
	spin_lock(&queue->ring_lock);
	queue->irq = err;
	queue->connected = true;
	spin_unlock(&queue->ring_lock);
	kfree(dir);
	return 0;

unmap_area:
	xenfsd_area_unmap(&queue->area);
unmap_ring:
	xenbus_unmap_ring_vfree(dev, queue->ring_addr);
	queue->ring_addr = NULL;
free_dir:
	kfree(dir);
	return err;
}

/*
 * After this no thread touches what the guest shares with us: those that do
 * hold the gate, or the ring's lock, and look at "connected" first.
 */
static void close_queue(struct xenfsd_queue *queue, struct xenbus_device *dev)
{
	int irq = queue->irq;

	if (!queue->ring_addr)
		return;

	down_write(&queue->gate);
	spin_lock(&queue->ring_lock);
	queue->connected = false;
	spin_unlock(&queue->ring_lock);
	up_write(&queue->gate);

	if (irq)
		unbind_from_irqhandler(irq, queue);
	queue->irq = 0;
	xenfsd_area_unmap(&queue->area);
	xenbus_unmap_ring_vfree(dev, queue->ring_addr);
	queue->ring_addr = NULL;
	wake_up_all(&queue->wait);
}

static void close_queues(struct xenfsd_conn *conn, struct xenbus_device *dev)
{
	unsigned int i;

	for (i = 0; i < conn->nr_queues; i++)
		close_queue(&conn->queues[i], dev);
}

static void conn_free(struct kref *ref)
{
	struct xenfsd_conn *conn = container_of(ref, struct xenfsd_conn, ref);
	unsigned int i;

	for (i = 0; i < conn->nr_queues; i++)
		kvfree(conn->queues[i].aside);
	xenfsd_request_free(conn->control_rq);
	xenfsd_share_put(conn->share);
	kvfree(conn);
}

struct xenfsd_conn *xenfsd_conn_get(struct xenfsd_conn *conn)
{
	kref_get(&conn->ref);
	return conn;
}

void xenfsd_conn_put(struct xenfsd_conn *conn)
{
	kref_put(&conn->ref, conn_free);
}

static struct xenfsd_conn *conn_new(struct xenfsd_share *share,
				    unsigned int nr_queues)
{
	struct xenfsd_conn *conn;
	unsigned int i;

	conn = kvzalloc(struct_size(conn, queues, nr_queues), GFP_KERNEL);
	if (!conn)
		return NULL;
	kref_init(&conn->ref);
	conn->share = xenfsd_share_get(share);
	conn->max_threads = share->config.max_requests;
	conn->nr_queues = nr_queues;
	INIT_WORK(&conn->spawn, xenfsd_queue_spawn);
	INIT_DELAYED_WORK(&conn->control, xenfsd_queue_control);
	spin_lock_init(&conn->lock);
	INIT_LIST_HEAD(&conn->executing);
	spin_lock_init(&conn->events.lock);
	for (i = 0; i < nr_queues; i++)
		xenfsd_queue_init(&conn->queues[i], conn, i);
	conn->control_rq = xenfsd_request_new_control(&conn->queues[0]);
	if (!conn->control_rq) {
		xenfsd_conn_put(conn);
		return NULL;
	}
	return conn;
}

/**
 * xenfsd_conn_make() - connect a share as its frontend asks
 * @share: open, not connected, with a device; share->conn is set
 * @why: after an error: one line for a person
 *
 * Context: share->lock is held.
 * Return: 0 or a negative errno.
 */
int xenfsd_conn_make(struct xenfsd_share *share, const char **why)
{
	unsigned int version, nr_queues, order, area_pages, i;
	struct xenbus_device *dev = share->dev;
	struct xenfsd_conn *conn;
	int err;

	lockdep_assert_held(&share->lock);

	*why = "the frontend's nodes are incomplete";
	err = xenbus_gather(XBT_NIL, dev->otherend,
			    "version", "%u", &version,
			    "num-queues", "%u", &nr_queues,
			    "ring-page-order", "%u", &order,
			    "area-pages", "%u", &area_pages, NULL);
	if (err)
		return err;
	*why = "the frontend wants a version or a size that was not offered";
	if (version != XENFSIF_PROTOCOL_VERSION ||
	    nr_queues < 1 || nr_queues > XENFSIF_MAX_QUEUES ||
	    nr_queues > share->config.max_requests ||
	    order > XENFSIF_MAX_RING_ORDER ||
	    area_pages < 1 || area_pages > XENFSD_MAX_AREA_PAGES)
		return -EINVAL;

	/* What a guest leaves behind by connecting again and again has an end. */
	*why = "requests of earlier connections still hang in a file system";
	if (atomic_read(&share->nr_threads) >= 4 * share->config.max_requests)
		return -EBUSY;

	*why = "out of memory";
	conn = conn_new(share, nr_queues);
	if (!conn)
		return -ENOMEM;

	*why = "cannot map the event page";
	err = xenfsd_events_open(&conn->events, dev);
	if (err)
		goto put_conn;
	for (i = 0; i < nr_queues; i++) {
		err = open_queue(&conn->queues[i], dev, order, area_pages, why);
		if (err)
			goto close_queues;
	}
	share->conn = conn;

	*why = "cannot start a thread";
	for (i = 0; i < nr_queues; i++) {
		err = xenfsd_queue_start(&conn->queues[i]);
		if (err)
			goto break_conn;
	}
	trace_xenfsd_conn(share, nr_queues, "made");
	return 0;

break_conn:
	share->conn = NULL;
	xenfsd_conn_break(conn);
	goto put_conn;
close_queues:
	close_queues(conn, dev);
	xenfsd_events_close(&conn->events, dev);
put_conn:
	xenfsd_conn_put(conn);
	return err;
}

/* Gets those that wait for something killable out of it. */
static void interrupt_all(struct xenfsd_conn *conn)
{
	struct xenfsd_request *rq;

	spin_lock(&conn->lock);
	conn->closed = true;
	list_for_each_entry(rq, &conn->executing, link) {
		rq->cancelled = true;
		if (rq->task)
			send_sig(SIGKILL, rq->task, 1);
	}
	spin_unlock(&conn->lock);
}

/**
 * xenfsd_conn_break() - cut a connection off
 * @conn: share->conn has been cleared already
 *
 * When this returns nothing of the guest's is mapped, and no grant of the
 * guest's is used.  Threads leave on their own.
 *
 * Context: share->lock is held.  Waits for copying under way, nothing else.
 */
void xenfsd_conn_break(struct xenfsd_conn *conn)
{
	struct xenfsd_share *share = conn->share;

	lockdep_assert_held(&share->lock);
	close_queues(conn, share->dev);
	xenfsd_events_close(&conn->events, share->dev);
	interrupt_all(conn);
	if (cancel_delayed_work(&conn->control))
		xenfsd_conn_put(conn);
	trace_xenfsd_conn(share, conn->nr_queues, "broken");
}
