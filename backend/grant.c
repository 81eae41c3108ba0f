// SPDX-License-Identifier: GPL-2.0
/*
 * Copying between our memory and pages that the guest has granted for one
 * request.
 *
 * The hypervisor copies; nothing of the guest's is ever mapped for content.  So
 * a file system that hangs holds nothing of the guest's, and a guest that dies
 * is gone at once.  In a PV domain that costs no more than mapping and unmapping
 * would, in others less.
 */
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <xen/grant_table.h>

#include "conn.h"
#include "request.h"
#include "share.h"

/**
 * xenfsd_buf_page() - the page of a buffer from kvmalloc()
 * @p: where in the buffer
 */
struct page *xenfsd_buf_page(const void *p)
{
	return is_vmalloc_addr(p) ? vmalloc_to_page(p) : virt_to_page(p);
}

/**
 * xenfsd_grant_copy() - execute grant copies, all of which must succeed
 * @rq: the request that carried the references
 * @ops: the copies
 * @n: how many
 * @errors: the counter of those that fail
 *
 * Context: may sleep; no file system is called under the gate.
 * Return: 0, -ENOTCONN if the guest is cut off, -EFAULT if a copy failed.
 */
int xenfsd_grant_copy(struct xenfsd_request *rq, struct gnttab_copy *ops,
		      unsigned int n, enum xenfsd_stat errors)
{
	struct xenfsd_queue *queue = rq->queue;
	unsigned int i;
	int err = 0;

	down_read(&queue->gate);
	if (queue->connected)
		gnttab_batch_copy(ops, n);
	else
		err = -ENOTCONN;
	up_read(&queue->gate);
	if (err)
		return err;

	for (i = 0; i < n; i++) {
		if (ops[i].status == GNTST_okay)
			continue;
		atomic64_inc(&rq->share->stats.count[errors]);
		err = -EFAULT;
	}
	return err;
}
