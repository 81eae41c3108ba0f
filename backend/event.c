// SPDX-License-Identifier: GPL-2.0
/*
 * Events: what the backend says without being asked.  RECALL, when the domain is
 * short of memory (shrink.c), and NOTIFY, when a file changes of which the guest
 * has pages (version.c).
 *
 * Nothing waits here.  An event that finds the page full is lost, and the page
 * says so.
 */
#include <linux/mutex.h>
#include <xen/events.h>
#include <xen/xenbus.h>

#include "conn.h"
#include "loan.h"
#include "node.h"
#include "share.h"
#include "trace.h"

/* The frontend has nothing to tell over this channel. */
static irqreturn_t events_interrupt(int irq, void *data)
{
	xen_irq_lateeoi(irq, XEN_EOI_FLAG_SPURIOUS);
	return IRQ_HANDLED;
}

/**
 * xenfsd_events_open() - map the event page, bind its channel
 * @events: closed
 * @dev: whose frontend offers it
 *
 * Return: 0 or a negative errno.
 */
int xenfsd_events_open(struct xenfsd_events *events, struct xenbus_device *dev)
{
	unsigned int ref, port;
	grant_ref_t gref;
	void *addr;
	int err;

	err = xenbus_gather(XBT_NIL, dev->otherend, "event-ring-ref", "%u", &ref,
			    "event-channel", "%u", &port, NULL);
	if (err)
		return err;
	gref = ref;
	err = xenbus_map_ring_valloc(dev, &gref, 1, &addr);
	if (err)
		return err;
	err = bind_interdomain_evtchn_to_irqhandler_lateeoi(dev, port,
			events_interrupt, 0, "xenfs-events", events);
	if (err < 0) {
		xenbus_unmap_ring_vfree(dev, addr);
		return err;
	}
	events->irq = err;
	spin_lock(&events->lock);
	events->prod = 0;
	events->page = addr;
	spin_unlock(&events->lock);
	return 0;
}

/**
 * xenfsd_events_close() - unmap the event page
 * @events: may be closed already
 * @dev: that it was opened with
 */
void xenfsd_events_close(struct xenfsd_events *events,
			 struct xenbus_device *dev)
{
	void *addr;

	spin_lock(&events->lock);
	addr = events->page;
	events->page = NULL;
	spin_unlock(&events->lock);
	if (!addr)
		return;
	unbind_from_irqhandler(events->irq, events);
	xenbus_unmap_ring_vfree(dev, addr);
}

/* Returns whether it was sent; sets @wake unless the guest has been woken for it. */
static bool post_locked(struct xenfsd_events *events,
			const struct xenfsif_event *event, bool *wake)
{
	struct xenfsif_event_page *page = events->page;
	bool notice = event->type == XENFSIF_EVT_NOTIFY;
	u32 lost = notice ? XENFSIF_EVENTS_LOST_NOTIFY : XENFSIF_EVENTS_LOST;
	u32 cons, flags;

	lockdep_assert_held(&events->lock);
	cons = READ_ONCE(page->in_cons);
	/* A consumer out of bounds looks as a full page does: it loses. */
	if (events->prod - cons >=
	    XENFSIF_EVENT_SLOTS - (notice ? XENFSIF_EVENT_SLOTS_KEPT : 0)) {
		flags = READ_ONCE(page->flags);
		*wake = !(flags & lost);
		/* the frontend clears them; one too many does no harm */
		WRITE_ONCE(page->flags, flags | lost);
		return false;
	}
	virt_mb();	/* the slot was read before it is written anew */
	page->in[events->prod % XENFSIF_EVENT_SLOTS] = *event;
	virt_wmb();	/* the event is there before the index says so */
	WRITE_ONCE(page->in_prod, ++events->prod);
	*wake = true;
	return true;
}

/* Returns whether it was sent.  share->lock is held: the irq stays. */
static bool post(struct xenfsd_share *share, struct xenfsif_event *event)
{
	struct xenfsd_events *events;
	bool sent = false, wake = false;

	lockdep_assert_held(&share->lock);
	if (!share->conn)
		return false;
	events = &share->conn->events;
	spin_lock(&events->lock);
	if (events->page) {
		event->id = ++events->id;
		sent = post_locked(events, event, &wake);
	}
	spin_unlock(&events->lock);
	if (wake)
		notify_remote_via_irq(events->irq);
	return sent;
}

/**
 * xenfsd_notify() - tell a guest that a file has changed of which it has pages
 * @node: the file's
 *
 * Context: process context, may sleep.
 */
void xenfsd_notify(struct xenfsd_node *node)
{
	struct xenfsd_share *share = node->session->share;
	struct xenfsif_event event = {
		.type = XENFSIF_EVT_NOTIFY,
		.node = node->id,
		.generation = node->generation,
	};
	bool sent;

	mutex_lock(&share->lock);
	sent = post(share, &event);
	mutex_unlock(&share->lock);
	if (sent)
		xenfsd_count(share, notices);
	else
		xenfsd_count(share, events_lost);
}

/**
 * xenfsd_recall() - ask a guest for pages on loan
 * @share: the share
 * @count: how many
 *
 * An event that is lost counts as one that was sent: the guest sees that it has
 * lost some, and a guest that leaves its event page full is late as any other.
 *
 * Context: does not wait; called from reclaim.
 * Return: whether the guest could be asked; not while it connects or disconnects.
 */
bool xenfsd_recall(struct xenfsd_share *share, u64 count)
{
	struct xenfsif_event event = {
		.type = XENFSIF_EVT_RECALL,
		.count = count,
	};
	bool sent;

	/* Whoever holds the lock may be connecting or disconnecting: never mind. */
	if (!mutex_trylock(&share->lock))
		return false;
	if (share->account)
		event.count = xenfsd_account_recall(share->account, count,
						    atomic_read(&share->nr_loans));
	sent = event.count && post(share, &event);
	mutex_unlock(&share->lock);
	if (!event.count)
		return true;
	if (sent)
		xenfsd_count(share, recalls);
	else
		xenfsd_count(share, events_lost);
	trace_xenfsd_recall(share, count, sent);
	return true;
}

/**
 * xenfsd_recall_again() - a guest that is late wants a loan: ask for its debt
 * @share: the share
 *
 * It may not know that it is asked for anything.  Once a term.
 *
 * Context: process context; does not wait.
 */
void xenfsd_recall_again(struct xenfsd_share *share)
{
	unsigned long last = READ_ONCE(share->asked_again);

	xenfsd_count(share, overdue_denied);
	if (time_before(jiffies, last + XENFSD_RECALL_TERM) ||
	    cmpxchg(&share->asked_again, last, jiffies) != last)
		return;
	/* a notice was just being sent: the next one who wants a loan asks */
	if (!xenfsd_recall(share, 0))
		WRITE_ONCE(share->asked_again, last);
}
