// SPDX-License-Identifier: GPL-2.0
/*
 * Recalls: the server wants lent pages back.
 *
 * The event comes in an interrupt, the pages go back on the workqueue.  What is
 * recalled of any file adds up to one number; a file's own recalls wait in a
 * short list, and when that is full the server gets as many pages of any file:
 * it asked for memory, and a backend cannot fill ours.
 *
 * Lock: m->recall_lock, irqs off, a leaf.
 */
#include <linux/slab.h>

#include "xenfs.h"
#include "trace.h"

#define RECALLS_MAX	64u

struct recall {
	struct list_head link;
	u64 node;
	u64 generation;
	pgoff_t first;
	pgoff_t last;
};

static void add_recall(struct xenfs_mount *m, const struct xenfsif_event *event)
{
	u64 count = min_t(u64, event->count, INT_MAX);
	struct recall *r = NULL;
	unsigned long flags;

	spin_lock_irqsave(&m->recall_lock, flags);
	if (event->node && m->nr_recalls < RECALLS_MAX)
		r = kmalloc(sizeof(*r), GFP_ATOMIC);
	if (r) {
		r->node = event->node;
		r->generation = event->generation;
		r->first = event->index;
		r->last = event->index + event->count - 1;
		if (r->last < r->first)
			r->last = ULONG_MAX;
		list_add_tail(&r->link, &m->recalls);
		m->nr_recalls++;
	} else {
		m->recall_pages = min_t(u64, m->recall_pages + count, INT_MAX);
	}
	spin_unlock_irqrestore(&m->recall_lock, flags);
	queue_work(xenfs_wq, &m->recall_work);
}

/**
 * xenfs_recall_event() - take an event of the server's
 * @arg: the mount
 * @event: a private copy
 *
 * Context: interrupt.
 */
void xenfs_recall_event(void *arg, const struct xenfsif_event *event)
{
	struct xenfs_mount *m = arg;
	/* a recall may be among those lost: as much as one asks for */
	const struct xenfsif_event share_of_all = {
		.count = READ_ONCE(m->nr_lent) / 8 + 1,
	};

	if (event->type == XENFSIF_EVT_RECALL && event->count)
		add_recall(m, event);
	else if (event->type == XENFS_EVENTS_LOST)
		add_recall(m, &share_of_all);
	if (event->type == XENFSIF_EVT_NOTIFY ||
	    event->type == XENFS_EVENTS_LOST)
		mod_delayed_work(xenfs_wq, &m->mapped_work, 0);
	/* others are for protocol features that this end did not ask for */
}

static struct inode *find_node(struct xenfs_mount *m, const struct recall *r)
{
	struct inode *inode;

	xa_lock(&m->inodes);
	inode = xa_load(&m->inodes, r->node);
	if (inode && XENFS_I(inode)->generation != r->generation)
		inode = NULL;
	if (inode)
		inode = igrab(inode);
	xa_unlock(&m->inodes);
	return inode;
}

static void recall_file(struct xenfs_mount *m, const struct recall *r)
{
	struct inode *inode = find_node(m, r);

	if (!inode)
		return;		/* given up already, and its pages with it */
	xenfs_lent_drop(inode, r->first, r->last, "recalled");
	iput(inode);
}

void xenfs_recall_work(struct work_struct *work)
{
	struct xenfs_mount *m = container_of(work, struct xenfs_mount,
					     recall_work);
	struct recall *r, *next;
	unsigned int pages;
	LIST_HEAD(list);

	spin_lock_irq(&m->recall_lock);
	list_splice_init(&m->recalls, &list);
	m->nr_recalls = 0;
	pages = m->recall_pages;
	m->recall_pages = 0;
	spin_unlock_irq(&m->recall_lock);

	/* an unmount waits for this work before it evicts inodes */
	list_for_each_entry_safe(r, next, &list, link) {
		recall_file(m, r);
		kfree(r);
	}
	if (pages)
		xenfs_lent_shrink(m, pages, "recalled");
}

/* Free what is recalled of a mount that is gone. */
void xenfs_recall_free(struct xenfs_mount *m)
{
	struct recall *r, *next;

	list_for_each_entry_safe(r, next, &m->recalls, link)
		kfree(r);
}
