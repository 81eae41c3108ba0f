/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nodes and open files: what a guest names by number.
 */
#ifndef _XENFSD_NODE_H
#define _XENFSD_NODE_H

#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/path.h>
#include <linux/rhashtable.h>
#include <linux/time64.h>
#include <xenfs_check.h>

struct xenfsd_request;
struct xenfsd_session;

/* What of an inode tells whether it changed, see node.c. */
struct xenfsd_sample {
	struct timespec64 ctime;
	struct timespec64 mtime;
	loff_t size;
	u64 change;
	const struct inode *real;
	u32 nlink;
	uid_t uid;
	gid_t gid;
	umode_t mode;
};

/*
 * One inode of the export, known to the guest.  It holds one of the inode's
 * names, the one it was last found by.
 *
 * A node lives while anything refers to it: the guest (all of its lookups
 * count as one reference), a request, an open file or a loan.  While it lives
 * a lookup of the same inode finds it again, under the same number.
 */
struct xenfsd_node {
	struct kref ref;
	struct xenfsd_session *session;
	u32 id;
	u64 generation;
	struct inode *inode;		/* pinned by path */
	struct rhash_head hash;

	/* session->lock */
	struct path path;
	u64 nlookup;			/* the guest's references */

	spinlock_t word_lock;		/* the words, sample, walked */
	u64 version;
	u64 frames;
	struct xenfsd_sample sample;
	u64 walked;			/* version when frames was computed */
	bool walk_again;		/* the clock was too coarse to tell */

	/* session->loan_lock */
	struct list_head loans;
	unsigned int nr_loans;
};

struct xenfsd_openfile {
	struct kref ref;
	u64 fh;
	struct xenfsd_node *node;
	struct file *file;
	struct mutex lock;		/* the file's position */
	struct file_ra_state ra;	/* for lending */
};

/* node.c */
struct xenfsd_node *xenfsd_node_of(struct xenfsd_session *session,
				   const struct path *path);
struct xenfsd_node *xenfsd_node_find(struct xenfsd_session *session, u64 id,
				     u64 generation);
void xenfsd_node_put(struct xenfsd_node *node);
void xenfsd_node_put_later(struct xenfsd_node *node);
void xenfsd_node_forget(struct xenfsd_session *session, u64 id, u64 generation,
			u64 nlookup);
void xenfsd_node_path(struct xenfsd_node *node, struct path *path);
bool xenfsd_node_confined(struct xenfsd_session *session,
			  const struct path *path);
u64 xenfsd_node_version(struct xenfsd_node *node, const struct path *path);
void xenfsd_nodes_release(struct xenfsd_session *session);
int xenfsd_nodes_init(struct xenfsd_session *session);
void xenfsd_nodes_destroy(struct xenfsd_session *session);

/* frames.c */
u64 xenfsd_node_frames(struct xenfsd_node *node, const struct path *path);
bool xenfsd_frames_detached(const struct page *page,
			    const struct address_space *mapping);

/* handle.c */
int xenfsd_handle_encode(const struct path *path, u8 *handle, u32 *len);
struct dentry *xenfsd_handle_decode(struct xenfsd_request *rq,
				    struct vfsmount *mnt, const void *handle,
				    u32 len, u32 type);

/* lookup.c */
int xenfsd_lookup_name(struct xenfsd_session *session, const struct path *dir,
		       const char *name, u32 len, struct path *found);
int xenfsd_entry_fill(struct xenfsd_node *node, const struct path *path,
		      struct xenfsif_entry *entry, u8 *handle);

/* attr.c */
int xenfsd_attr_fill(const struct path *path, struct xenfsif_attr *attr);

/* openfile.c */
struct xenfsd_openfile *xenfsd_openfile_find(struct xenfsd_request *rq, u64 fh);
void xenfsd_openfile_put(struct xenfsd_openfile *of);
void xenfsd_openfiles_release(struct xenfsd_session *session);

#endif /* _XENFSD_NODE_H */
