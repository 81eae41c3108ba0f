/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the frontend needs of kernels older than the newest.  The code is
 * written for the newest API; this header gives older kernels its names.
 * XENFS_HAVE_* come from compat/Kbuild.probes.
 */
#ifndef _XENFS_COMPAT_FRONTEND_H
#define _XENFS_COMPAT_FRONTEND_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <linux/slab.h>
#include <linux/splice.h>
#include <linux/uio.h>
#include <linux/writeback.h>

#ifdef XENFS_HAVE_MNT_IDMAP
#define xenfs_idmap mnt_idmap
#else
#define xenfs_idmap user_namespace
#endif

static inline void xenfs_fillattr(struct xenfs_idmap *idmap, u32 mask,
				  struct inode *inode, struct kstat *stat)
{
#ifdef XENFS_HAVE_FILLATTR_MASK
	generic_fillattr(idmap, mask, inode, stat);
#else
	generic_fillattr(idmap, inode, stat);
#endif
}

#ifndef XENFS_HAVE_INODE_SET_MTIME
static inline void inode_set_atime(struct inode *inode, time64_t sec, long nsec)
{
	inode->i_atime.tv_sec = sec;
	inode->i_atime.tv_nsec = nsec;
}

static inline void inode_set_mtime(struct inode *inode, time64_t sec, long nsec)
{
	inode->i_mtime.tv_sec = sec;
	inode->i_mtime.tv_nsec = nsec;
}

static inline struct timespec64 inode_get_mtime(const struct inode *inode)
{
	return inode->i_mtime;
}
#endif

#ifndef XENFS_HAVE_VM_FLAGS_SET
static inline void vm_flags_set(struct vm_area_struct *vma, unsigned long flags)
{
	vma->vm_flags |= flags;
}
#endif

/*
 * Before 6.5 the generic function reads into the pipe through ->read_iter,
 * whose copy_to_iter() copies into pages of the pipe's own: the same thing.
 */
#ifndef XENFS_HAVE_COPY_SPLICE_READ
#define copy_splice_read generic_file_splice_read
#endif

#ifdef XENFS_HAVE_D_ALLOC_PARALLEL_SELF
#define XENFS_DECLARE_LOOKUP_WAIT(name)
#define xenfs_d_alloc_parallel(parent, name, wait) d_alloc_parallel(parent, name)
#else
#define XENFS_DECLARE_LOOKUP_WAIT(name) DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name)
#define xenfs_d_alloc_parallel(parent, name, wait) \
	d_alloc_parallel(parent, name, &(wait))
#endif

#ifndef XENFS_HAVE_SET_DEFAULT_D_OP
static inline void set_default_d_op(struct super_block *sb,
				    const struct dentry_operations *ops)
{
	sb->s_d_op = ops;
}
#endif

#ifdef XENFS_HAVE_D_REVALIDATE_NAME
#define XENFS_D_REVALIDATE(func)					\
	static int func##_op(struct inode *dir, const struct qstr *name,	\
			     struct dentry *dentry, unsigned int flags)	\
	{								\
		return func(dir, name, dentry, flags);			\
	}
#else
/*
 * Without the directory and the name they are taken from the dentry: a
 * concurrent rename makes the answer "invalid" at worst, and the caller looks
 * the name up again.
 */
#define XENFS_D_REVALIDATE(func)					\
	static int func##_op(struct dentry *dentry, unsigned int flags)	\
	{								\
		struct name_snapshot name;				\
		struct dentry *parent;					\
		struct inode *dir;					\
		int ret;						\
									\
		if (flags & LOOKUP_RCU) {				\
			/* rmdir may take the inode away any moment */	\
			dir = d_inode_rcu(READ_ONCE(dentry->d_parent));	\
			return dir ? func(dir, NULL, dentry, flags) :	\
				     -ECHILD;				\
		}							\
		parent = dget_parent(dentry);				\
		take_dentry_name_snapshot(&name, dentry);		\
		ret = func(d_inode(parent), &name.name, dentry, flags);	\
		release_dentry_name_snapshot(&name);			\
		dput(parent);						\
		return ret;						\
	}
#endif

/* The locked folio of a page, made if there is none, or an ERR_PTR. */
static inline struct folio *xenfs_grab_folio(struct address_space *mapping,
					     pgoff_t index, gfp_t gfp)
{
	struct folio *folio = __filemap_get_folio(mapping, index, FGP_LOCK |
						  FGP_WRITE | FGP_CREAT, gfp);

	return folio ? folio : ERR_PTR(-ENOMEM);	/* 6.1 has NULL */
}

/* The folio of a page with a reference, or NULL. */
static inline struct folio *xenfs_find_folio(struct address_space *mapping,
					     pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	return IS_ERR(folio) ? NULL : folio;
}

/* Copy to a folio of one page; stops at a fault. */
static inline size_t xenfs_copy_to_folio(struct folio *folio, size_t offset,
					 size_t len, struct iov_iter *from)
{
#ifdef XENFS_HAVE_COPY_FOLIO_FROM_ITER
	return copy_folio_from_iter_atomic(folio, offset, len, from);
#else
	return copy_page_from_iter_atomic(folio_page(folio, 0), offset, len,
					  from);
#endif
}

/*
 * Call @fn for each dirty folio that @wbc wants written: locked, not dirty any
 * more.  @fn unlocks it.
 */
#ifdef XENFS_HAVE_WRITEBACK_ITER
static inline int
xenfs_walk_dirty(struct address_space *mapping, struct writeback_control *wbc,
		 int (*fn)(struct folio *, struct writeback_control *, void *),
		 void *data)
{
	struct folio *folio = NULL;
	int err = 0;

	while ((folio = writeback_iter(mapping, wbc, folio, &err)))
		err = fn(folio, wbc, data);
	return err;
}
#else
struct xenfs_walk_fn {
	int (*fn)(struct folio *folio, struct writeback_control *wbc, void *data);
	void *data;
};

static inline int xenfs_walk_page(struct page *page,
				  struct writeback_control *wbc, void *data)
{
	struct xenfs_walk_fn *walk = data;

	return walk->fn(page_folio(page), wbc, walk->data);
}

static inline int
xenfs_walk_dirty(struct address_space *mapping, struct writeback_control *wbc,
		 int (*fn)(struct folio *, struct writeback_control *, void *),
		 void *data)
{
	struct xenfs_walk_fn walk = { fn, data };

	return write_cache_pages(mapping, wbc, xenfs_walk_page, &walk);
}
#endif

#ifndef XENFS_HAVE_SPLICE_COPY
static inline ssize_t splice_copy_file_range(struct file *in, loff_t pos_in,
					     struct file *out, loff_t pos_out,
					     size_t len)
{
	return generic_copy_file_range(in, pos_in, out, pos_out, len, 0);
}
#endif

/* Before 6.15 mkdir() does not tell which dentry stands for the directory. */
#ifdef XENFS_HAVE_MKDIR_DENTRY
#define XENFS_MKDIR(func)						\
	static struct dentry *func##_op(struct mnt_idmap *idmap,		\
					struct inode *dir,		\
					struct dentry *dentry, umode_t mode) \
	{								\
		return func(idmap, dir, dentry, mode);			\
	}
#else
#define XENFS_MKDIR(func)						\
	static int func##_op(struct xenfs_idmap *idmap, struct inode *dir, \
			     struct dentry *dentry, umode_t mode)	\
	{								\
		struct dentry *alias = func(idmap, dir, dentry, mode);	\
									\
		if (!IS_ERR_OR_NULL(alias))				\
			dput(alias);					\
		return PTR_ERR_OR_ZERO(alias);				\
	}
#endif

/* Let the dentry of a file that is being opened stand for one without names. */
static inline void xenfs_d_tmpfile(struct file *file, struct inode *inode)
{
#ifdef XENFS_HAVE_D_MARK_TMPFILE
	d_mark_tmpfile(file, inode);
	d_instantiate(file->f_path.dentry, inode);
#else
	set_nlink(inode, 1);	/* it takes one away, and warns if there is none */
	d_tmpfile(file, inode);
#endif
}

/* Before 7.0 a filesystem has to say that it grants no leases. */
#ifdef XENFS_HAVE_SIMPLE_NOSETLEASE
#define XENFS_NO_LEASES	.setlease = simple_nosetlease,
#else
#define XENFS_NO_LEASES
#endif

/* Before 6.2 ACLs are nothing but extended attributes. */
#ifdef XENFS_HAVE_GET_INODE_ACL
#define XENFS_ACL_OPERATIONS						\
	.get_acl	= xenfs_get_acl,				\
	.set_acl	= xenfs_set_acl,
#else
#define XENFS_ACL_OPERATIONS
#endif

/* The external form of an ACL, to be freed, and its size; or NULL. */
static inline void *xenfs_acl_to_xattr(const struct posix_acl *acl, size_t *size)
{
#ifdef XENFS_HAVE_ACL_TO_XATTR_ALLOC
	return posix_acl_to_xattr(&init_user_ns, acl, size, GFP_KERNEL);
#else
	void *value;

	*size = posix_acl_xattr_size(acl->a_count);
	value = kmalloc(*size, GFP_KERNEL);
	if (value && posix_acl_to_xattr(&init_user_ns, acl, value, *size) < 0) {
		kfree(value);
		value = NULL;
	}
	return value;
#endif
}

#ifndef XENFS_HAVE_FILE_KATTR
#define file_kattr fileattr
#endif

#endif /* _XENFS_COMPAT_FRONTEND_H */
