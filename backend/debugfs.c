// SPDX-License-Identifier: GPL-2.0
/*
 * The inside of shares, for a developer: /sys/kernel/debug/xenfs_back/D-N/
 *
 *	config	what the share was configured with
 *	rings	indices of each ring, threads, requests that are set aside
 *	nodes	number, references, loans and name of each node
 *	open	open files, whether for writing
 *	loans	reference, node, index and frame of each loan
 *
 * The files of a share are removed before its device lets go of it; they take
 * the locks that protect what they show, and show what there is.
 */
#include <linux/debugfs.h>
#include <linux/mm.h>
#include <linux/seq_file.h>

#include "conn.h"
#include "loan.h"
#include "node.h"
#include "share.h"

static struct dentry *debugfs_root;

static int config_show(struct seq_file *m, void *v)
{
	static const char * const squashes[] = { "none", "root", "all" };
	struct xenfsd_share *share = m->private;
	const struct xenfsd_config *config = &share->config;

	mutex_lock(&share->lock);
	seq_printf(m, "tag %s\npath %s\nopen %d\nconnected %d\n", share->tag,
		   config->path ?: "", share->open, !!share->conn);
	seq_printf(m, "mode %s\ndevices %d\n", config->rw ? "rw" : "ro",
		   config->devices);
	seq_printf(m, "squash %s\nanonuid %u\nanongid %u\nsubmounts %s\n",
		   squashes[config->squash],
		   from_kuid(&init_user_ns, config->anonuid),
		   from_kgid(&init_user_ns, config->anongid),
		   config->cross ? "cross" : "hide");
	seq_printf(m, "max-pages %u\nmax-nodes %u\nmax-open %u\nmax-requests %u\n",
		   config->max_pages, config->max_nodes, config->max_open,
		   config->max_requests);
	mutex_unlock(&share->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(config);

static void show_queue(struct seq_file *m, struct xenfsd_queue *queue)
{
	spin_lock(&queue->ring_lock);
	if (queue->connected)
		seq_printf(m, "queue %u: size %u req_prod %u req_cons %u rsp_prod %u req_event %u rsp_event %u threads %u idle %d eoi_due %d aside %u\n",
			   queue->id, RING_SIZE(&queue->ring),
			   READ_ONCE(queue->ring.sring->req_prod),
			   queue->ring.req_cons, queue->ring.rsp_prod_pvt,
			   READ_ONCE(queue->ring.sring->req_event),
			   READ_ONCE(queue->ring.sring->rsp_event),
			   queue->nr_threads, atomic_read(&queue->nr_idle),
			   READ_ONCE(queue->eoi_irq) != 0,
			   queue->aside_prod - queue->aside_cons);
	spin_unlock(&queue->ring_lock);
}

static int rings_show(struct seq_file *m, void *v)
{
	struct xenfsd_share *share = m->private;
	unsigned int i;

	mutex_lock(&share->lock);
	for (i = 0; share->conn && i < share->conn->nr_queues; i++)
		show_queue(m, &share->conn->queues[i]);
	mutex_unlock(&share->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(rings);

static int nodes_show(struct seq_file *m, void *v)
{
	struct xenfsd_share *share = m->private;
	struct xenfsd_session *session = xenfsd_session_current(share);
	struct xenfsd_node *node;
	unsigned long id;

	if (!session)
		return 0;
	spin_lock(&session->lock);
	xa_for_each(&session->nodes, id, node) {
		if (seq_has_overflowed(m))
			break;	/* called again with a larger buffer */
		seq_printf(m, "%u:%llx refs %u lookups %llu loans %u version %llx frames %llx writers %d changes %u %pd3\n",
			   node->id, node->generation, kref_read(&node->ref),
			   node->nlookup, READ_ONCE(node->nr_loans),
			   READ_ONCE(node->version), READ_ONCE(node->frames),
			   READ_ONCE(node->own_writers),
			   READ_ONCE(node->own_changes),
			   node->path.dentry);
	}
	spin_unlock(&session->lock);
	xenfsd_session_put(session);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(nodes);

static int open_show(struct seq_file *m, void *v)
{
	struct xenfsd_share *share = m->private;
	struct xenfsd_session *session = xenfsd_session_current(share);
	struct xenfsd_openfile *of;
	unsigned long index;

	if (!session)
		return 0;
	xa_lock(&session->files);
	xa_for_each(&session->files, index, of)
		seq_printf(m, "%llx node %u refs %u %s %pD3\n", of->fh,
			   of->node->id, kref_read(&of->ref),
			   of->file->f_mode & FMODE_WRITE ? "rw" : "ro",
			   of->file);
	xa_unlock(&session->files);
	xenfsd_session_put(session);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(open);

static int loans_show(struct seq_file *m, void *v)
{
	struct xenfsd_share *share = m->private;
	struct xenfsd_session *session = xenfsd_session_current(share);
	struct xenfsd_loan *loan;
	unsigned long ref;

	if (!session)
		return 0;
	spin_lock(&session->loan_lock);
	xa_for_each(&session->loans, ref, loan) {
		if (seq_has_overflowed(m))
			break;
		seq_printf(m, "%u node %u index %lu frame %lx%s\n", loan->ref,
			   loan->node->id, loan->index, page_to_pfn(loan->page),
			   loan->detached ? " detached" : "");
	}
	spin_unlock(&session->loan_lock);
	xenfsd_session_put(session);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(loans);

void xenfsd_debugfs_add(struct xenfsd_share *share)
{
	char name[24];

	snprintf(name, sizeof(name), "%u-%u", share->domid, share->devid);
	share->debugfs = debugfs_create_dir(name, debugfs_root);
	debugfs_create_file("config", 0400, share->debugfs, share, &config_fops);
	debugfs_create_file("rings", 0400, share->debugfs, share, &rings_fops);
	debugfs_create_file("nodes", 0400, share->debugfs, share, &nodes_fops);
	debugfs_create_file("open", 0400, share->debugfs, share, &open_fops);
	debugfs_create_file("loans", 0400, share->debugfs, share, &loans_fops);
}

void xenfsd_debugfs_remove(struct xenfsd_share *share)
{
	debugfs_remove(share->debugfs);
	share->debugfs = NULL;
}

void xenfsd_debugfs_init(void)
{
	debugfs_root = debugfs_create_dir("xenfs_back", NULL);
}

void xenfsd_debugfs_exit(void)
{
	debugfs_remove(debugfs_root);
}
