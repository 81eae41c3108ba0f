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
struct xenfsd_watch;

/* What of an inode tells whether it changed, see version.c. */
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
	struct xenfsd_watch *watch;	/* NULL: changes may go unseen */
	struct list_head watched;	/* watch->nodes, watch->lock */
	struct list_head notify;	/* session->to_notify, notify_lock */

	/* session->lock */
	struct path path;
	u64 nlookup;			/* the guest's references */

	spinlock_t word_lock;		/* from here ... */
	u64 version;
	u64 *word;			/* in the table, or NULL */
	bool told;			/* an event made the version */
	bool notified;			/* in session->to_notify */
	bool asked;			/* since it was told of a change */
	u64 frames;
	struct xenfsd_sample sample;
	u64 changes;			/* that were seen, or told by an event */
	u64 walked;			/* of these, when frames was computed */
	bool walk_again;		/* the clock was too coarse to tell */
	bool own_only;			/* nobody else writes, see version.c */
	unsigned int doubts;		/* own changes that may have detached pages */
	unsigned int walked_doubts;	/* likewise, when frames was computed */
	unsigned int own_changes;	/* the session's, under way */
	int own_writers;		/* the session's; ... to here */

	/* session->loan_lock */
	struct list_head loans;		/* in the end a link in session->gone */
	unsigned int nr_loans;
};

struct xenfsd_openfile {
	struct kref ref;
	u64 fh;
	struct xenfsd_node *node;
	struct file *file;
	struct mutex lock;		/* the file's position */
	struct file_ra_state ra;	/* for lending */
	struct list_head lock_uses;	/* session->owner_lock */
	atomic_t flocked;		/* 1 while it has an flock() lock */
};

/*
 * A change that a request makes to inodes: up to four, in a rename.  See
 * version.c.
 */
struct xenfsd_change {
	unsigned int n;
	struct xenfsd_node *nodes[4];
	struct path paths[4];
};

/* node.c */
bool xenfsd_nodes_room(struct xenfsd_session *session);
struct xenfsd_node *xenfsd_node_of(struct xenfsd_session *session,
				   const struct path *path, bool made);
struct xenfsd_node *xenfsd_node_find(struct xenfsd_session *session, u64 id,
				     u64 generation);
void xenfsd_node_put(struct xenfsd_node *node);
void xenfsd_node_put_nowait(struct xenfsd_node *node);
void xenfsd_nodes_bury(struct work_struct *work);
void xenfsd_node_put_later(struct xenfsd_node *node);
void xenfsd_node_forget(struct xenfsd_session *session, u64 id, u64 generation,
			u64 nlookup);
struct xenfsd_node *xenfsd_node_of_inode(struct xenfsd_session *session,
					 struct inode *inode);
void xenfsd_nodes_release(struct xenfsd_session *session);
int xenfsd_nodes_init(struct xenfsd_session *session);
void xenfsd_nodes_destroy(struct xenfsd_session *session);

/* place.c */
bool xenfsd_node_confined(struct xenfsd_session *session,
			  const struct path *path);
void xenfsd_node_path(struct xenfsd_node *node, struct path *path);
int xenfsd_node_locate(struct xenfsd_session *session, u64 id, u64 generation,
		       struct xenfsd_node **node, struct path *path);
void xenfsd_node_renamed(struct xenfsd_node *node, const struct path *path);

/* version.c */
void xenfsd_notify_work(struct work_struct *work);
void xenfsd_node_changed(struct xenfsd_node *node);
void xenfsd_node_publish(struct xenfsd_node *node, u64 *word);
void xenfsd_node_unpublish(struct xenfsd_node *node);
u64 xenfsd_node_version(struct xenfsd_node *node, const struct path *path);
int xenfsd_node_get_write(struct xenfsd_node *node);
void xenfsd_node_put_write(struct xenfsd_node *node);
void xenfsd_node_count_writer(struct xenfsd_node *node, int n);
void xenfsd_change_begin(struct xenfsd_change *change, struct xenfsd_node *node);
void xenfsd_change_begin_inode(struct xenfsd_change *change,
			       struct xenfsd_session *session,
			       struct inode *inode);
void xenfsd_change_end(struct xenfsd_change *change, bool changed);
void xenfsd_change_put(struct xenfsd_change *change);

/* frames.c */
u64 xenfsd_node_frames(struct xenfsd_node *node, const struct path *path);
bool xenfsd_frames_detached(const struct page *page,
			    const struct address_space *mapping);
void xenfsd_frames_doubt(struct xenfsd_node *node);

/* handle.c */
int xenfsd_handle_encode(const struct path *path, u8 *handle, u32 *len);
struct dentry *xenfsd_handle_decode(struct xenfsd_request *rq,
				    struct vfsmount *mnt, const void *handle,
				    u32 len, u32 type);

/* lookup.c */
bool xenfsd_is_remote(const struct vfsmount *mnt);
int xenfsd_lookup_name(struct xenfsd_session *session, const struct path *dir,
		       const char *name, u32 len, struct path *found);
int xenfsd_entry_fill(struct xenfsd_node *node, const struct path *path,
		      struct xenfsif_entry *entry, u8 *handle);
struct xenfsd_node *xenfsd_answer_with(struct xenfsd_request *rq,
				       const struct path *path, bool made);

/* attr.c */
int xenfsd_attr_fill(const struct path *path, struct xenfsif_attr *attr,
		     u64 *version);
int xenfsd_attr_answer(struct xenfsd_request *rq);

/* openfile.c */
int xenfsd_may_open(struct xenfsd_session *session, const struct path *path,
		    u32 flags);
int xenfsd_open_flags(const struct path *path, u32 flags);
int xenfsd_openfile_reserve(struct xenfsd_session *session);
void xenfsd_openfile_unreserve(struct xenfsd_session *session);
int xenfsd_openfile_add(struct xenfsd_node *node, const struct path *path,
			struct file *file, u64 *fh);
struct xenfsd_openfile *xenfsd_openfile_get(struct xenfsd_node *node, u64 fh);
struct xenfsd_openfile *xenfsd_openfile_find(struct xenfsd_request *rq, u64 fh);
void xenfsd_openfile_put(struct xenfsd_openfile *of);
void xenfsd_openfiles_release(struct xenfsd_session *session);

/* lockowner.c */
int xenfsd_locks_init(struct xenfsd_session *session);
void xenfsd_locks_destroy(struct xenfsd_session *session);
void xenfsd_locks_drop(struct xenfsd_openfile *of);

#endif /* _XENFSD_NODE_H */
