// SPDX-License-Identifier: GPL-2.0
/*
 * xenfs_deaf - for tests: while it is loaded, this guest's frontend does not hear
 * when dom0 asks for pages back.
 *
 * A kprobe makes the function that takes events return at once, for RECALL and
 * for what tells that events were lost.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <xen/xen.h>
#include <xen/interface/io/ring.h>
#include <xen/io/xenfsif.h>

static atomic_t ignored;

/* Entered in place of the function, whose return address lies on the stack. */
static noinline notrace void return_at_once(void)
{
	barrier();
}

/* xenfs_recall_event(void *arg, const struct xenfsif_event *event) */
static int skip_recall(struct kprobe *p, struct pt_regs *regs)
{
	const struct xenfsif_event *event =
		(const struct xenfsif_event *)regs_get_kernel_argument(regs, 1);

	if (event->type != XENFSIF_EVT_RECALL && event->type)
		return 0;
	atomic_inc(&ignored);
	instruction_pointer_set(regs, (unsigned long)return_at_once);
	return 1;
}

static struct kprobe probe = {
	.symbol_name = "xenfs_recall_event",
	.pre_handler = skip_recall,
};

static int __init deaf_init(void)
{
	return register_kprobe(&probe);
}
module_init(deaf_init);

static void __exit deaf_exit(void)
{
	unregister_kprobe(&probe);
	pr_info("%d events were ignored\n", atomic_read(&ignored));
}
module_exit(deaf_exit);

MODULE_DESCRIPTION("XenFS: a frontend that ignores recalls, for tests");
MODULE_LICENSE("GPL");
