/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A share: one directory tree that this domain exports to one guest over one
 * xenbus device; and the session in which the guest uses it.
 *
 * Who holds what:
 *
 *	xenbus device --> share <-- conn <-- thread
 *	                    ^         (a request belongs to its thread)
 *	                    |
 *	                 session <-- request, node, owner of locks
 *	                    ^
 *	                    | (tables)
 *	                  node <-- guest's references, request, openfile, loan
 *
 * A share outlives its device for as long as a thread is caught in a file
 * system that does not answer.  Everything that the guest can see is cut off
 * long before that: the rings are unmapped and the loans ended when the device
 * goes.
 *
 * Lock order, outermost first:
 *
 *	share->lock		mutex	the life of the share: device, connection
 *	lock_owner->lock	mutex	taking and giving back POSIX locks
 *	session->table_lock	mutex	growth of the table of words
 *	openfile->lock		mutex	position of an open directory
 *	queue->gate		rwsem	memory that the guest shares with us
 *	  (file systems' and the memory manager's locks; a folio's lock)
 *	share->session_lock	spin	which session is current
 *	session->lock		spin	nodes: table, references, names
 *	session->owner_lock	spin	owners of POSIX locks, and what they use
 *	session->loan_lock	spin	loans
 *	watch->lock		spin	nodes of an inode
 *	node->word_lock		spin	a node's words
 *	session->notify_lock	spin	nodes to be told of
 *	account->lock		spin	what is pinned
 *	conn->lock		spin	requests being executed
 *	queue->ring_lock	spin	the ring's indices
 *	events->lock		spin	the event page
 *
 * No file system is called with queue->gate held, and nothing waits for the
 * guest under any of these.
 */
#ifndef _XENFSD_SHARE_H
#define _XENFSD_SHARE_H

#include <linux/types.h>
#include <linux/errseq.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/path.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <xen/xenbus.h>
#include <xenfs_check.h>

#include "stats.h"

struct seq_file;
struct xenfsd_account;
struct xenfsd_conn;
struct xenfsd_node;

enum xenfsd_squash {
	XENFSD_SQUASH_NONE,
	XENFSD_SQUASH_ROOT,
	XENFSD_SQUASH_ALL,
};

/* What the toolstack wrote, checked. */
struct xenfsd_config {
	char *path;
	enum xenfsd_squash squash;
	kuid_t anonuid;
	kgid_t anongid;
	bool rw;		/* the guest may change files */
	bool devices;		/* and make device nodes */
	bool cross;		/* enter what is mounted beneath the root */
	u32 max_pages;
	u32 max_nodes;
	u32 max_open;		/* and as many locks */
	u32 max_requests;
};

struct xenfsd_share {
	struct kref ref;
	domid_t domid;
	u32 devid;
	char *nodename;			/* the backend's directory in xenstore */
	char tag[XENFSIF_TAG_MAX + 1];	/* "?" until it is read */
	struct dentry *debugfs;
	struct list_head link;		/* xenfsd_shares, for the shrinker */

	struct work_struct work;	/* follows the frontend's state */
	enum xenbus_state frontend;	/* as last seen by xenwatch */

	struct mutex lock;		/* protects from here ... */
	struct xenbus_device *dev;	/* NULL once it is removed */
	struct xenfsd_conn *conn;	/* NULL unless connected */
	struct xenfsd_account *account;
	char *error;
	bool open;			/* config and root are valid */
	struct xenfsd_config config;	/* constant while open */
	struct path root;		/* constant while open ... to here */

	spinlock_t session_lock;
	struct xenfsd_session *session;

	atomic64_t words;		/* source of version words, generations */
	atomic_t nr_nodes;
	atomic_t nr_open;
	atomic_t open_weight;		/* of them all, see openfile.c */
	atomic_t nr_locks;
	atomic_t nr_lock_uses;
	atomic_t nr_lock_waiters;
	atomic_t nr_loans;
	atomic_t nr_threads;
	unsigned long reclaimed;	/* when xenbus last asked for memory */
	unsigned long asked_again;	/* when a debt was last asked for again */
	struct xenfsd_stats stats;
};

/*
 * A session is what CONNECT begins: the nodes, open files and loans that the
 * guest knows by number.  It ends by DISCONNECT, by another CONNECT or with the
 * connection.  Requests that are under way then keep it, and what they use,
 * until they are done; what they still add to its tables is released with it.
 */
struct xenfsd_session {
	struct kref ref;
	struct xenfsd_share *share;
	u64 id;				/* the guest's number for it */
	struct path root;
	struct xenfsd_config config;	/* path is NULL */
	struct xenfsd_account *account;
	struct work_struct release;
	struct work_struct bury;

	spinlock_t lock;		/* nodes, by_inode, gone, names, wb_err */
	bool dead;			/* lock and loan_lock; either to read */
	struct xarray nodes;		/* id -> node */
	struct rhashtable by_inode;
	struct list_head gone;		/* nodes to be freed */
	struct xenfsd_node *root_node;
	errseq_t wb_err;		/* what SYNCFS has told of errors */

	struct xarray files;		/* low half of fh -> openfile */
	u32 next_file;

	spinlock_t owner_lock;		/* owners; what they use, see lock.c */
	struct rhashtable owners;	/* of POSIX locks, by their numbers */

	spinlock_t loan_lock;		/* loans, nodes' lists of loans */
	struct xarray loans;		/* grant reference -> loan */

	spinlock_t notify_lock;		/* to_notify */
	struct list_head to_notify;	/* nodes, a reference each */
	struct delayed_work notify_work;

	bool remote;			/* files change unseen: no table */
	struct mutex table_lock;	/* table; ended */
	struct xarray table;		/* index -> struct xenfsd_table_page */
	u32 table_pages;
	bool table_ended;
};

/* main.c */
extern struct workqueue_struct *xenfsd_wq;
extern struct workqueue_struct *xenfsd_control_wq;
extern struct workqueue_struct *xenfsd_release_wq;
extern struct mutex xenfsd_shares_lock;
extern struct list_head xenfsd_shares;

/* share.c */
struct xenfsd_share *xenfsd_share_new(struct xenbus_device *dev);
struct xenfsd_share *xenfsd_share_get(struct xenfsd_share *share);
void xenfsd_share_put(struct xenfsd_share *share);
void xenfsd_shares_wait(void);
void xenfsd_share_frontend_is(struct xenfsd_share *share,
			      enum xenbus_state state);
void xenfsd_share_remove(struct xenfsd_share *share);
void xenfsd_share_distrust(struct xenfsd_share *share, const char *why);
u64 xenfsd_share_word(struct xenfsd_share *share);

/* session.c */
struct xenfsd_session *xenfsd_session_begin(struct xenfsd_share *share, u64 id);
struct xenfsd_session *xenfsd_session_current(struct xenfsd_share *share);
void xenfsd_session_end(struct xenfsd_share *share);
void xenfsd_session_abandon(struct xenfsd_share *share);
void xenfsd_session_put(struct xenfsd_session *session);

/* table.c */
void xenfsd_table_init(struct xenfsd_session *session);
u64 *xenfsd_table_word(struct xenfsd_session *session, u32 id);
void xenfsd_table_end(struct xenfsd_session *session);
void xenfsd_table_free(struct xenfsd_session *session);

/* config.c */
int xenfsd_config_read(struct xenfsd_share *share, struct xenfsd_config *config,
		       const char **why);
void xenfsd_config_free(struct xenfsd_config *config);

/* xenbus.c */
extern struct xenbus_driver xenfsd_driver;

/* sysfs.c */
extern const struct attribute_group *xenfsd_groups[];

/* debugfs.c */
void xenfsd_debugfs_init(void);
void xenfsd_debugfs_exit(void);
void xenfsd_debugfs_add(struct xenfsd_share *share);
void xenfsd_debugfs_remove(struct xenfsd_share *share);

/* shrink.c */
int xenfsd_shrinker_init(void);
void xenfsd_shrinker_exit(void);
void xenfsd_reclaim_share(struct xenfsd_share *share);

#endif /* _XENFSD_SHARE_H */
