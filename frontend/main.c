// SPDX-License-Identifier: GPL-2.0
/*
 * xenfs_front: mounts directory trees of another domain, reading dom0's own
 * page-cache pages.  Module entry and exit; see xenfs.h for the objects.
 */
#include <linux/module.h>
#include <xen/xen.h>
#include <xen/features.h>
#include <asm/xen/hypervisor.h>

#include "xenfs.h"

struct workqueue_struct *xenfs_wq;

/* Returns lent pages: few at once, so that thousands do not contend for slots. */
struct workqueue_struct *xenfs_return_wq;

/* Writes again what failed; its works wait for sessions to begin. */
struct workqueue_struct *xenfs_write_wq;

/* Calls asynchronous operations back: nothing that waits for an answer. */
struct workqueue_struct *xenfs_done_wq;

/* Protects the lists of devices (device.c) and of mounts (mount.c). */
DEFINE_MUTEX(xenfs_lock);

/**
 * xenfs_user_can_map_grants() - whether user space may map lent pages
 *
 * A PV guest's page tables are Xen's to check, and it refuses foreign frames
 * in those of user space; Linux does not notice and faults for ever.
 */
bool xenfs_user_can_map_grants(void)
{
	return xen_feature(XENFEAT_auto_translated_physmap);
}

static int __init xenfs_init(void)
{
	int err;

	if (!xen_domain())
		return -ENODEV;

	xenfs_wq = alloc_workqueue("xenfs_front", WQ_UNBOUND | WQ_MEM_RECLAIM,
				   0);
	if (!xenfs_wq)
		return -ENOMEM;
	xenfs_return_wq = alloc_workqueue("xenfs_return",
					  WQ_UNBOUND | WQ_MEM_RECLAIM, 4);
	if (!xenfs_return_wq) {
		err = -ENOMEM;
		goto destroy_wq;
	}
	xenfs_write_wq = alloc_workqueue("xenfs_write",
					 WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!xenfs_write_wq) {
		err = -ENOMEM;
		goto destroy_return_wq;
	}
	xenfs_done_wq = alloc_workqueue("xenfs_done",
					WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!xenfs_done_wq) {
		err = -ENOMEM;
		goto destroy_write_wq;
	}
	err = xenfs_transport_init();
	if (err)
		goto destroy_done_wq;
	err = xenfs_writeback_init();
	if (err)
		goto exit_transport;
	err = xenfs_inode_init();
	if (err)
		goto exit_writeback;
	err = xenfs_super_init();
	if (err)
		goto exit_inode;
	err = xenfs_device_init();
	if (err)
		goto exit_super;
	return 0;

exit_super:
	xenfs_super_exit();
exit_inode:
	xenfs_inode_exit();
exit_writeback:
	xenfs_writeback_exit();
exit_transport:
	xenfs_transport_exit();
destroy_done_wq:
	destroy_workqueue(xenfs_done_wq);
destroy_write_wq:
	destroy_workqueue(xenfs_write_wq);
destroy_return_wq:
	destroy_workqueue(xenfs_return_wq);
destroy_wq:
	destroy_workqueue(xenfs_wq);
	return err;
}

static void __exit xenfs_exit(void)
{
	/*
	 * No mount and no batch of lent pages exists: each holds the module.
	 * The devices go first, and with them the last source of work.
	 */
	xenfs_device_exit();
	xenfs_super_exit();
	destroy_workqueue(xenfs_done_wq);
	destroy_workqueue(xenfs_write_wq);
	destroy_workqueue(xenfs_return_wq);
	destroy_workqueue(xenfs_wq);
	xenfs_inode_exit();
	xenfs_writeback_exit();
	xenfs_transport_exit();
}

module_init(xenfs_init);
module_exit(xenfs_exit);

MODULE_DESCRIPTION("XenFS: files of another domain, shared by its page cache");
MODULE_AUTHOR("The XenFS authors");
MODULE_LICENSE("GPL");
MODULE_ALIAS("xen:xenfs");
/* No MODULE_ALIAS_FS("xenfs"): the kernel's own xenfs has it, for /proc/xen. */
MODULE_ALIAS_FS("xenfs_front");
