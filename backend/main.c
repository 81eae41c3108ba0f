// SPDX-License-Identifier: GPL-2.0
/*
 * xenfs_back, the server half of XenFS: shares directory trees with guests by
 * lending them the pages of this domain's page cache.
 *
 * This file holds the module.  A share (share.c) begins when xenbus finds a
 * device of type "xenfs" (xenbus.c); everything else follows from there.
 *
 * The module can be removed when no device is bound to it, no thread is left
 * and no loan is stuck: each holds a reference to it.
 */
#define pr_fmt(fmt) "xenfs_back: " fmt

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <xen/xen.h>

#include "loan.h"
#include "share.h"
#include "watch.h"

/* Follows frontends, makes threads, and waits for loans that are stuck. */
struct workqueue_struct *xenfsd_wq;

/* What waits for no file system, and by which guests give memory back. */
struct workqueue_struct *xenfsd_control_wq;

/* Releases what may take long: with it nothing else is to be held up. */
struct workqueue_struct *xenfsd_release_wq;

static void destroy_wqs(void)
{
	if (xenfsd_control_wq)
		destroy_workqueue(xenfsd_control_wq);
	if (xenfsd_release_wq)
		destroy_workqueue(xenfsd_release_wq);
	if (xenfsd_wq)
		destroy_workqueue(xenfsd_wq);
}

static int make_wqs(void)
{
	xenfsd_wq = alloc_workqueue("xenfs_back", WQ_UNBOUND, 0);
	xenfsd_release_wq = alloc_workqueue("xenfs_release", WQ_UNBOUND,
					    WQ_MAX_ACTIVE);
	xenfsd_control_wq = alloc_workqueue("xenfs_control",
					    WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (xenfsd_wq && xenfsd_release_wq && xenfsd_control_wq)
		return 0;
	destroy_wqs();
	return -ENOMEM;
}

/* All shares that have a device, for the shrinker and debugfs. */
DEFINE_MUTEX(xenfsd_shares_lock);
LIST_HEAD(xenfsd_shares);

static int __init xenfsd_init(void)
{
	int err;

	BUILD_BUG_ON(sizeof(struct xenfsif_request) != 128);
	BUILD_BUG_ON(sizeof(struct xenfsif_response) != 128);
	BUILD_BUG_ON(PAGE_SIZE != XENFSIF_PAGE_SIZE);

	if (!xen_domain())
		return -ENODEV;

	err = make_wqs();
	if (err)
		return err;

	err = xenfsd_watches_init();
	if (err)
		goto destroy_wqs;
	err = xenfsd_loans_init();
	if (err)
		goto exit_watches;
	xenfsd_debugfs_init();

	err = xenfsd_shrinker_init();
	if (err)
		goto exit_debugfs;

	err = xenbus_register_backend(&xenfsd_driver);
	if (err)
		goto exit_shrinker;
	return 0;

exit_shrinker:
	xenfsd_shrinker_exit();
exit_debugfs:
	xenfsd_debugfs_exit();
	xenfsd_stuck_exit();
	xenfsd_loans_exit();
exit_watches:
	xenfsd_watches_exit();
destroy_wqs:
	destroy_wqs();
	return err;
}
module_init(xenfsd_init);

static void __exit xenfsd_exit(void)
{
	xenbus_unregister_driver(&xenfsd_driver);
	xenfsd_shrinker_exit();
	/*
	 * No device is left, so nothing new is queued but by what is queued
	 * already: a share's last reference may be dropped by a session's
	 * release or a connection's work, and freed by a work of its own.
	 */
	xenfsd_shares_wait();
	drain_workqueue(xenfsd_wq);
	xenfsd_stuck_exit();
	xenfsd_debugfs_exit();
	destroy_wqs();
	rcu_barrier();
	xenfsd_watches_exit();
	xenfsd_loans_exit();
}
module_exit(xenfsd_exit);

MODULE_DESCRIPTION("XenFS: file system shared between domains, backend");
MODULE_LICENSE("GPL");
MODULE_ALIAS("xen-backend:xenfs");
