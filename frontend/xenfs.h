/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xenfs_front: the guest's side of XenFS.
 *
 * Objects and who holds whom:
 *
 *   struct xenfs_device   one xenbus device; binds a tag to a connection while
 *                         it is connected (device.c)
 *   struct xenfs_conn     one session of rings (conn.c, transport.c,
 *                         receive.c)
 *   struct xenfs_mount    one superblock; bound to a tag, outlives devices
 *                         (mount.c, super.c)
 *   struct xenfs_inode    one file; knows its node in the mount's current
 *                         session and how to find it in the next (inode.c,
 *                         attr.c, forget.c, reclaim.c)
 *   struct xenfs_run      up to 64 neighbouring lent pages of a file (lent.c,
 *                         evict.c)
 *   struct xenfs_giveback lent pages on their way back (giveback.c)
 *
 * Locks, outermost first; nothing is sent while any from (*) on is held:
 *
 *   i_rwsem, mmap_lock                      (VFS, mm)
 *   a folio's lock                          READ is waited for with it
 *   xenfs_inode.lend_mutex                  one LEND of a file at a time
 *   xenfs_inode.reclaim_mutex               one at a time
 *   xenfs_file.lock                         opening again
 *   mapping->invalidate_lock (*)            lent pages against faults
 *   xenfs_lock                              lists of devices and mounts
 *   xenfs_inode.lent.xa_lock
 *   xenfs_mount.lru_lock, xenfs_mount.mapped_lock
 *   xenfs_mount.inodes.xa_lock
 *   inode->i_lock
 *   xenfs_inode.lock, xenfs_mount.lock      leaves
 *   xenfs_queue.lock, xenfs_conn.event_lock irqs off
 *   xenfs_mount.recall_lock                 irqs off
 */
#ifndef _XENFS_H
#define _XENFS_H

#undef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/refcount.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/writeback.h>
#include <linux/xarray.h>

#include "frontend.h"
#include "stats.h"
#include "transport.h"

#define XENFS_MAGIC		0x58465331	/* "XFS1" */

#define XENFS_RUN_PAGES		64u
#define XENFS_RUN_SHIFT		6

/* Files up to here are copied, not lent, under share=auto. */
#define XENFS_AUTO_COPY_MAX	(4 * PAGE_SIZE)

enum xenfs_share_policy {
	XENFS_SHARE_AUTO,
	XENFS_SHARE_ALWAYS,
	XENFS_SHARE_NEVER,
};

/**
 * struct xenfs_options - what a mount was given
 * @share: when to borrow pages, when to copy
 * @ac: how long attributes and names are believed, in jiffies
 * @readahead: the largest window of a sequential reader, in pages
 * @window: how many lent pages the mount keeps at most
 * @idle: for how long it keeps what nobody uses, in jiffies; 0: for ever
 */
struct xenfs_options {
	enum xenfs_share_policy share;
	unsigned long ac;
	unsigned int readahead;
	unsigned int window;
	unsigned long idle;
};

enum xenfs_mount_state {
	XENFS_MOUNT_UP,		/* there is a session */
	XENFS_MOUNT_WAITING,	/* the backend parts but the device remains */
	XENFS_MOUNT_GONE,	/* the device was removed: fail, do not wait */
};

/**
 * struct xenfs_mount - a superblock's own data
 * @ref: the superblock's, and one of each batch of pages to be returned and of
 *       all that lingers
 * @sb: the superblock
 * @tag: the share
 * @opt: mount options; all of them change on remount
 * @link: in xenfs_mounts, under xenfs_lock
 * @lock: protects @state and @conn
 * @state: see there
 * @conn: the current session's connection; NULL unless UP
 * @epoch: number of the session, grows by one with each while there is none,
 *         under @inodes.xa_lock; never 0 when mounted
 * @stopping: being unmounted
 * @state_wait: those who wait for a change of @state
 * @max_lend: pages that a LEND may name in the current session; 0: none lends
 * @max_size: how large a file can be, 0: not known
 * @root_dev: the device of the root in the backend domain
 * @inodes: node id in the current session -> inode
 * @lru_lock: protects @lru and @nr_lent
 * @lru: runs of lent pages, most recently used first
 * @nr_lent: lent pages, mapped
 * @nr_returning: batches of pages on their way back
 * @returning_wait: those who wait for @nr_returning to become 0
 * @forget_lock: protects @forgets
 * @forgets: struct xenfs_forget of nodes to be given back
 * @forget_work: sends them
 * @recall_lock: protects @recalls, @nr_recalls and @recall_pages; irqs off
 * @recalls: files of which the server wants pages back
 * @nr_recalls: how many
 * @recall_pages: how many pages it wants back of any file
 * @recall_work: gives them back
 * @mapped_lock: protects @mapped
 * @mapped: struct xenfs_inode that are mapped, or were lately (mapped.c)
 * @mapped_work: revalidates them
 * @idle_work: gives back lent pages that are not used
 * @devs_lock: protects @devs
 * @devs: anonymous devices for filesystems beneath the root's
 * @changes: grows with each change that this guest makes
 * @evicted: the latest of those made to inodes that are not cached any more
 * @listings: octets of the listings that directories keep (readdir.c)
 * @writable: the server lets this guest change files
 * @nr_lingering: files that were closed while something of them is dirty
 * @lingering_wait: those who wait for @nr_lingering to become 0
 * @nr_writes: WRITEs of writeback under way
 * @writes_wait: those who wait for one of them to end
 * @table: the session's table of words, or NULL
 * @table_work: makes it grow
 * @by_time: the server has no table: what it said is believed for @opt.ac
 * @stats: counters
 */
struct xenfs_mount {
	refcount_t ref;
	struct super_block *sb;
	char tag[XENFSIF_TAG_MAX + 1];
	struct xenfs_options opt;
	struct list_head link;

	spinlock_t lock;
	enum xenfs_mount_state state;
	struct xenfs_conn *conn;
	u64 epoch;
	bool stopping;
	wait_queue_head_t state_wait;

	unsigned int max_lend;
	u64 max_size;
	u64 root_dev;
	struct xarray inodes;

	spinlock_t lru_lock;
	struct list_head lru;
	unsigned int nr_lent;
	atomic_t nr_returning;
	wait_queue_head_t returning_wait;

	spinlock_t forget_lock;
	struct list_head forgets;
	struct work_struct forget_work;

	spinlock_t recall_lock;
	struct list_head recalls;
	unsigned int nr_recalls;
	unsigned int recall_pages;
	struct work_struct recall_work;
	spinlock_t mapped_lock;
	struct list_head mapped;
	struct delayed_work mapped_work;
	struct delayed_work idle_work;

	struct mutex devs_lock;
	struct list_head devs;

	atomic64_t changes;
	atomic64_t evicted;
	atomic_long_t listings;
	bool writable;
	atomic_t nr_lingering;
	wait_queue_head_t lingering_wait;
	atomic_t nr_writes;
	wait_queue_head_t writes_wait;

	struct xenfs_table __rcu *table;
	struct work_struct table_work;
	bool by_time;

	struct xenfs_stats __percpu *stats;
};

struct xenfs_forget {
	struct list_head link;
	u64 epoch;
	struct xenfsif_forget f;
};

#define XENFS_ACCESS_SLOTS	4

/**
 * struct xenfs_access - what a caller may do with a file
 * @cred: the caller; a reference
 * @mark: for xenfs_holds()
 * @epoch: in which session
 * @mask: what was asked
 * @allowed: what was granted
 */
struct xenfs_access {
	const struct cred *cred;
	u64 mark;
	u64 epoch;
	u8 mask;
	u8 allowed;
};

/**
 * struct xenfs_inode - a file
 * @vfs: the inode
 * @lock: protects all from node to access; i_size changes under it
 * @node: in session @epoch, with @generation
 * @nlookup: how often the server gave the node to us
 * @version: the version word that the cached attributes belong to
 * @frames: the frames word that the lent pages belong to
 * @stamp: when the attributes were last known to be true
 * @stamp_epoch: in which session that was; 0: not believed any more
 * @attr_epoch: in which session @version was learned
 * @modified: value of xenfs_mount.changes when this guest changed it last
 * @nr_dirty: folios that are dirty or under writeback
 * @writers: struct xenfs_file opened for writing, the newest first
 * @write_through: an error came late: the next writes are to learn at once
 * @doubted: the same of when it was last not known what this guest has changed
 * @salt: changes then
 * @nr_doubts: requests that change the file, and whose tasks have left
 * @nr_errors: how many such errors there were
 * @last_error: the last of them
 * @handle: persistent handle, or NULL
 * @dev: st_dev for stat, 0 for the superblock's
 * @forget: allocated with the inode, so that eviction needs no memory
 * @access_next: which of @access to replace next
 * @lend_mutex: one LEND at a time
 * @reclaim_mutex: one RECLAIM at a time
 * @lent: struct xenfs_run by page index / 64; its xa_lock protects the runs
 *        and their slots
 * @mapped: in xenfs_mount.mapped
 * @mapped_at: when it was mapped last, in jiffies
 * @xattrs: what is known of extended attributes (xattrcache.c)
 * @listing: a directory's, whole (readdir.c), or NULL
 * @lend_small: small as it is, for it is mapped shared
 * @lend_never: the server said that this file's pages cannot be lent
 */
struct xenfs_inode {
	struct inode vfs;

	spinlock_t lock;
	u64 node;
	u64 generation;
	u64 epoch;
	u64 nlookup;
	u64 version;
	u64 frames;
	unsigned long stamp;
	u64 stamp_epoch;
	u64 attr_epoch;
	u64 modified;
	u64 doubted;
	unsigned int nr_dirty;
	struct list_head writers;
	bool write_through;
	u32 salt;
	atomic_t nr_doubts;
	unsigned int nr_errors;
	int last_error;
	u64 attributes;
	struct timespec64 btime;
	bool has_btime;
	u32 handle_type;
	u32 handle_len;
	u8 *handle;
	dev_t dev;
	struct xenfs_forget *forget;
	unsigned int access_next;
	struct xenfs_access access[XENFS_ACCESS_SLOTS];

	struct mutex lend_mutex;
	struct mutex reclaim_mutex;
	struct xarray lent;
	bool lend_small;
	bool lend_never;

	struct list_head mapped;
	unsigned long mapped_at;
	struct list_head xattrs;
	struct xenfs_listing *listing;
};

/**
 * struct xenfs_slot - one lent page
 * @page: the page, or NULL: then the rest means nothing
 * @ref: its grant
 * @handle: its mapping
 */
struct xenfs_slot {
	struct page *page;
	grant_ref_t ref;
	grant_handle_t handle;
};

/**
 * struct xenfs_run - lent pages among neighbours
 * @lru: in m->lru
 * @inode: the file; not held: eviction of the inode frees its runs
 * @start: index of the first slot, a multiple of %XENFS_RUN_PAGES
 * @epoch: the session in which all of them were lent
 * @nr: how many slots
 * @used: how many of them hold a page
 * @accessed: since the LRU last looked
 * @seen: when it last was found accessed, in jiffies
 * @slots: the pages
 */
struct xenfs_run {
	struct list_head lru;
	struct inode *inode;
	pgoff_t start;
	u64 epoch;
	u16 nr;
	u16 used;
	bool accessed;
	unsigned long seen;
	struct xenfs_slot slots[] __counted_by(nr);
};

/**
 * struct xenfs_file - an open file
 * @ref: the struct file's; writeback's while it writes through it
 * @inode: the file
 * @cred: as whom it was opened
 * @writer: in xenfs_inode.writers, under its lock, if opened for writing
 * @closed: no struct file any more, but something is dirty; holds the inode
 * @work: lets go of a file that lingered
 * @lock: opening again in a new session; protects @fh and @epoch
 * @fh: the server's number
 * @epoch: of which session; 0: not open there
 * @flags: XENFSIF_OPEN_*
 * @errors_told: of xenfs_inode.nr_errors, what close or fsync has told; its lock
 * @next: page after the last that was read, to tell sequential readers
 * @window: pages that the next LEND asks for
 * @dir: a directory's: what was fetched and not yet listed (readdir.c)
 */
struct xenfs_file {
	refcount_t ref;
	struct inode *inode;
	const struct cred *cred;
	struct list_head writer;
	bool closed;
	struct work_struct work;
	struct mutex lock;
	u64 fh;
	u64 epoch;
	u32 flags;
	unsigned int errors_told;
	pgoff_t next;
	unsigned int window;
	struct xenfs_dirbuf *dir;
};

/**
 * struct xenfs_second - a second file that an operation is about
 * @inode: the inode
 * @xf: it is opened too, or NULL
 * @node: takes the number of its node
 * @generation: takes the node's generation
 * @fh: takes the server's number of @xf
 */
struct xenfs_second {
	struct inode *inode;
	struct xenfs_file *xf;
	u64 *node;
	u64 *generation;
	u64 *fh;
};

/* What the server answers where it gives a file. */
struct xenfs_entry_answer {
	struct xenfsif_entry entry;
	u8 handle[XENFSIF_HANDLE_MAX];
};

#define XENFS_DIRTY_RANGES	8u

/* Octets [from, to) of a folio. */
struct xenfs_range {
	u16 from;
	u16 to;
};

static inline struct xenfs_inode *XENFS_I(const struct inode *inode)
{
	return container_of(inode, struct xenfs_inode, vfs);
}

static inline struct xenfs_mount *XENFS_M(const struct super_block *sb)
{
	return sb->s_fs_info;
}

static inline struct xenfs_mount *xenfs_mount_of(const struct inode *inode)
{
	return XENFS_M(inode->i_sb);
}

/* Whether there is a private folio of a page. */
static inline bool xenfs_has_private(struct address_space *mapping,
				     pgoff_t index)
{
	void *entry;

	if (!mapping->nrpages)
		return false;
	entry = xa_load(&mapping->i_pages, index);
	/* the page cache leaves marks of what it has evicted */
	return entry && !xa_is_value(entry);
}

/**
 * xenfs_run_slot() - the slot of a page
 * @run: the run that it would be in, or NULL
 * @index: the page
 *
 * Context: under the xa_lock of the index.
 * Return: the slot, or NULL if the run has none for it.
 */
static inline struct xenfs_slot *xenfs_run_slot(struct xenfs_run *run,
						pgoff_t index)
{
	if (!run || index - run->start >= run->nr)
		return NULL;
	return &run->slots[index - run->start];
}

/*
 * Whether the task was killed and is not to wait for the server.  While it exits
 * the signal is not pending any more.
 */
static inline bool xenfs_dying(void)
{
	return fatal_signal_pending(current) ||
	       (current->flags & PF_EXITING &&
		(current->signal->group_exit_code & 0x7f) == SIGKILL);
}

/* main.c */
extern struct workqueue_struct *xenfs_wq;
extern struct workqueue_struct *xenfs_return_wq;
extern struct workqueue_struct *xenfs_write_wq;
extern struct workqueue_struct *xenfs_done_wq;
extern struct mutex xenfs_lock;
bool xenfs_user_can_map_grants(void);

/* device.c */
int __init xenfs_device_init(void);
void xenfs_device_exit(void);
struct xenfs_conn *xenfs_device_find(const char *tag, int *err);
void xenfs_device_offer(char *buf, size_t size);
bool xenfs_device_error(const char *tag, char *buf, size_t size);
bool xenfs_device_pending(const char *tag);
extern wait_queue_head_t xenfs_device_wait;

/* mount.c */
struct xenfs_mount *xenfs_mount_create(const char *tag);
void xenfs_mount_put(struct xenfs_mount *m);
int xenfs_mount_start(struct xenfs_mount *m, struct xenfs_conn *conn,
		      struct xenfsif_entry *root, u8 *handle);
void xenfs_mount_quiesce(struct xenfs_mount *m);
void xenfs_mount_stop(struct xenfs_mount *m);
void xenfs_mount_connected(const char *tag, struct xenfs_conn *conn);
void xenfs_mount_disconnected(struct xenfs_conn *conn, bool gone);
void xenfs_mount_gone(const char *tag);
struct xenfs_conn *xenfs_mount_conn(struct xenfs_mount *m, u64 *epoch);
struct xenfs_conn *xenfs_mount_conn_of(struct xenfs_mount *m, u64 epoch);
void xenfs_linger_begin(struct xenfs_mount *m);
void xenfs_linger_end(struct xenfs_mount *m);
u64 xenfs_mark(const struct inode *inode, u64 word);
bool xenfs_holds(const struct inode *inode, u64 mark, u64 epoch);
int xenfs_call(struct inode *inode, struct xenfs_op *op);
int xenfs_call_file(struct file *file, struct xenfs_op *op, u64 *fh_arg);
int xenfs_call_two(struct inode *inode, struct xenfs_op *op,
		   const struct xenfs_second *second);
int xenfs_call_files(struct file *file, struct xenfs_op *op, u64 *fh_arg,
		     const struct xenfs_second *second);
int xenfs_call_mount(struct xenfs_mount *m, struct xenfs_op *op);
int xenfs_call_fh(struct xenfs_file *xf, struct xenfs_op *op, u64 *fh_arg);

/* table.c */
void xenfs_table_new(struct xenfs_mount *m, const struct xenfs_conn *conn,
		     u64 epoch);
void xenfs_table_end(struct xenfs_mount *m, const struct xenfs_conn *conn);
void xenfs_table_work(struct work_struct *work);
void xenfs_table_want(struct xenfs_mount *m, u64 node);
u64 xenfs_table_word(const struct inode *inode, u64 epoch);

/* super.c */
int __init xenfs_super_init(void);
void xenfs_super_exit(void);

/* inode.c */
int __init xenfs_inode_init(void);
void xenfs_inode_exit(void);
struct inode *xenfs_iget(struct super_block *sb, const struct xenfs_op *op,
			 const struct xenfsif_entry *entry, const u8 *handle);
void xenfs_inode_rebind(struct inode *inode, const struct xenfs_op *op,
			const struct xenfsif_entry *entry, const u8 *handle);
struct inode *xenfs_alloc_inode(struct super_block *sb);
void xenfs_free_inode(struct inode *inode);
int xenfs_drop_inode(struct inode *inode);
void xenfs_evict_inode(struct inode *inode);
void xenfs_inode_free_devs(struct xenfs_mount *m);

/* attr.c */
void xenfs_inode_set_attr_locked(struct inode *inode,
				 const struct xenfsif_attr *a, u64 epoch);
void xenfs_inode_expire_locked(struct inode *inode);
bool xenfs_attr_holds_locked(struct inode *inode);
bool xenfs_inode_content_changed(const struct inode *inode,
				 const struct xenfsif_attr *a);
int xenfs_inode_update(struct inode *inode, const struct xenfsif_attr *attr,
		       u64 version, u64 frames, const struct xenfs_op *op);
void xenfs_inode_modified(struct inode *inode, const struct xenfsif_attr *attr,
			  u64 version, const struct xenfs_op *op);
void xenfs_inode_expire(struct inode *inode);
void xenfs_inode_doubt(struct inode *inode);
void xenfs_doubt_begin(struct inode *inode);
void xenfs_doubt_end(struct inode *inode);
int xenfs_revalidate(struct inode *inode, bool force);
int xenfs_getattr(struct xenfs_idmap *idmap, const struct path *path,
		  struct kstat *stat, u32 mask, unsigned int flags);

/* forget.c */
void xenfs_forget_queue(struct xenfs_mount *m, struct xenfs_forget *forget);
void xenfs_forget(struct xenfs_mount *m, u64 epoch, u64 node, u64 generation);
void xenfs_forget_unused(struct super_block *sb);
void xenfs_forget_work(struct work_struct *work);

/* dentry.c */
extern const struct dentry_operations xenfs_dentry_ops;
extern const struct inode_operations xenfs_dir_iops;
extern const struct inode_operations xenfs_file_iops;
extern const struct inode_operations xenfs_symlink_iops;
extern const struct inode_operations xenfs_special_iops;
void xenfs_dentry_learned(const struct inode *dir, struct dentry *dentry,
			  const struct xenfs_op *op);
void xenfs_dentry_made(const struct inode *dir, struct dentry *dentry, u64 word,
		       const struct xenfs_op *op);
void xenfs_dentry_doubt(struct dentry *dentry);
bool xenfs_dentry_holds(struct inode *dir, const struct dentry *dentry);
int xenfs_call_entry(struct inode *dir, struct xenfs_op *op,
		     struct xenfs_entry_answer *answer);
struct dentry *xenfs_lookup(struct inode *dir, struct dentry *dentry,
			    unsigned int flags);

/* namei.c */
struct dentry *xenfs_mkdir(struct xenfs_idmap *idmap, struct inode *dir,
			   struct dentry *dentry, umode_t mode);
int xenfs_mknod(struct xenfs_idmap *idmap, struct inode *dir,
		struct dentry *dentry, umode_t mode, dev_t rdev);
int xenfs_create(struct xenfs_idmap *idmap, struct inode *dir,
		 struct dentry *dentry, umode_t mode, bool excl);
int xenfs_symlink(struct xenfs_idmap *idmap, struct inode *dir,
		  struct dentry *dentry, const char *target);
int xenfs_atomic_open(struct inode *dir, struct dentry *dentry,
		      struct file *file, unsigned int flags, umode_t mode);
int xenfs_tmpfile(struct xenfs_idmap *idmap, struct inode *dir,
		  struct file *file, umode_t mode);
int xenfs_link(struct dentry *old_dentry, struct inode *dir,
	       struct dentry *dentry);
int xenfs_unlink(struct inode *dir, struct dentry *dentry);
int xenfs_rmdir(struct inode *dir, struct dentry *dentry);
int xenfs_rename(struct xenfs_idmap *idmap, struct inode *old_dir,
		 struct dentry *old_dentry, struct inode *new_dir,
		 struct dentry *new_dentry, unsigned int flags);

/* readdir.c */
extern const struct file_operations xenfs_dir_fops;
void xenfs_listing_drop(struct inode *inode);

/* access.c */
bool xenfs_may_read(struct inode *inode);
int xenfs_permission(struct xenfs_idmap *idmap, struct inode *inode, int mask);
void xenfs_access_drop(struct inode *inode);

/* file.c */
extern const struct file_operations xenfs_file_fops;
int xenfs_open(struct inode *inode, struct file *file);
void xenfs_write_error(struct inode *inode, int err);
int xenfs_release(struct inode *inode, struct file *file);
void xenfs_release_fh(struct xenfs_mount *m, u64 epoch, u64 fh);
int xenfs_fsync(struct file *file, loff_t start, loff_t end, int datasync);
int xenfs_reopen(struct xenfs_file *xf, struct xenfs_conn *conn, u64 epoch,
		 u64 *fh);
int xenfs_finish_open(struct inode *dir, struct dentry *dentry,
		      struct file *file, const struct xenfs_op *op);
struct xenfs_file *xenfs_file_writer(struct inode *inode);
void xenfs_file_put(struct xenfs_file *xf);
void xenfs_files_settle(struct inode *inode);
bool xenfs_file_in_session(struct xenfs_file *xf, u64 epoch, u64 *fh,
			   struct xenfs_op *op);

/* setattr.c */
int xenfs_setattr(struct xenfs_idmap *idmap, struct dentry *dentry,
		  struct iattr *iattr);

/* space.c */
long xenfs_fallocate(struct file *file, int mode, loff_t offset, loff_t len);
ssize_t xenfs_copy_file_range(struct file *in, loff_t pos_in, struct file *out,
			      loff_t pos_out, size_t len, unsigned int flags);
loff_t xenfs_remap_file_range(struct file *in, loff_t pos_in, struct file *out,
			      loff_t pos_out, loff_t len, unsigned int flags);

/* dirty.c */
bool xenfs_dirty_add(struct inode *inode, struct folio *folio,
		     unsigned int from, unsigned int to);
unsigned int xenfs_dirty_take(struct inode *inode, struct folio *folio,
			      struct xenfs_range *ranges);
void xenfs_dirty_done(struct inode *inode, unsigned int nr);
void xenfs_dirty_invalidate(struct folio *folio, size_t offset, size_t length);
bool xenfs_dirty_release(struct folio *folio, gfp_t gfp);

/* write.c */
ssize_t xenfs_write_iter(struct kiocb *iocb, struct iov_iter *from);
int xenfs_make_private(struct file *file, pgoff_t index);
void xenfs_inode_grow(struct inode *inode, loff_t size);
void xenfs_zero_tail(struct inode *inode, loff_t old_size, loff_t new_size);

/* direct.c */
ssize_t xenfs_write_direct(struct kiocb *iocb, struct iov_iter *from, bool append);

/* writeback.c */
int xenfs_writepages(struct address_space *mapping, struct writeback_control *wbc);
int __init xenfs_writeback_init(void);
void xenfs_writeback_exit(void);

/* read.c */
ssize_t xenfs_read_iter(struct kiocb *iocb, struct iov_iter *to);

/* lent.c */
bool xenfs_borrows(const struct inode *inode);
unsigned int xenfs_lent_get(struct inode *inode, pgoff_t index,
			    struct page **pages, unsigned int max);
int xenfs_lent_fetch(struct file *file, pgoff_t index, unsigned int count);
unsigned int xenfs_lent_count(struct inode *inode, pgoff_t first, pgoff_t last);

/* evict.c */
unsigned int xenfs_lent_drop(struct inode *inode, pgoff_t first, pgoff_t last,
			     const char *why);
void xenfs_lent_evict(struct inode *inode);
void xenfs_lent_drop_old(struct xenfs_mount *m);
void xenfs_lent_shrink(struct xenfs_mount *m, unsigned int nr, const char *why);
void xenfs_lent_idle_later(struct xenfs_mount *m);
void xenfs_lent_idle_work(struct work_struct *work);
int xenfs_lent_revalidate(struct inode *inode);

/* giveback.c */
struct xenfs_giveback *xenfs_giveback_alloc(struct xenfs_mount *m,
					    struct xenfs_conn *conn);
void xenfs_giveback_session(struct xenfs_giveback *g, u64 epoch);
void xenfs_giveback_add(struct xenfs_giveback *g, struct page *page,
			grant_ref_t ref, grant_handle_t handle);
void xenfs_giveback_start(struct xenfs_giveback *g);
bool xenfs_giveback_wait(struct xenfs_mount *m, unsigned long timeout);

/* mmap.c */
int xenfs_mmap(struct file *file, struct vm_area_struct *vma);

/* mapped.c */
void xenfs_mapped_watch(struct inode *inode);
void xenfs_mapped_forget(struct inode *inode);
void xenfs_mapped_work(struct work_struct *work);

/* folio.c */
int xenfs_folio_fill(struct file *file, struct folio *folio);
extern const struct address_space_operations xenfs_aops;

/* xattrcache.c */
#define XENFS_XATTR_KEEP	1024u
bool xenfs_xattr_known(struct inode *inode, const char *prefix, const char *name,
		       void *value, size_t size, ssize_t *result);
void xenfs_xattr_keep(struct inode *inode, const char *prefix, const char *name,
		      const void *value, int result, const struct xenfs_op *op);
void xenfs_xattr_drop(struct inode *inode);

/* xattr.c */
extern const struct xattr_handler *xenfs_xattr_handlers[];
ssize_t xenfs_listxattr(struct dentry *dentry, char *list, size_t size);
struct posix_acl *xenfs_get_acl(struct xenfs_idmap *idmap,
				struct dentry *dentry, int type);
int xenfs_set_acl(struct xenfs_idmap *idmap, struct dentry *dentry,
		  struct posix_acl *acl, int type);

/* fileattr.c */
int xenfs_fileattr_get(struct dentry *dentry, struct file_kattr *fa);
int xenfs_fileattr_set(struct xenfs_idmap *idmap, struct dentry *dentry,
		       struct file_kattr *fa);

/* lock.c */
int xenfs_lock_op(struct file *file, int cmd, struct file_lock *fl);
int xenfs_flock_op(struct file *file, int cmd, struct file_lock *fl);

/* export.c */
extern const struct export_operations xenfs_export_ops;

/* recall.c */
void xenfs_recall_event(void *arg, const struct xenfsif_event *event);
void xenfs_recall_work(struct work_struct *work);
void xenfs_recall_free(struct xenfs_mount *m);

/* reclaim.c */
int xenfs_reclaim(struct inode *inode, struct xenfs_conn *conn, u64 epoch);
void xenfs_bind(struct inode *inode, u64 epoch);

/* stats.c */
void xenfs_stats_show(struct seq_file *m, struct xenfs_mount *mount);

#endif /* _XENFS_H */
