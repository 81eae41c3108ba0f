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
#include <linux/posix_acl.h>

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
		int ret;						\
									\
		if (flags & LOOKUP_RCU) {				\
			parent = READ_ONCE(dentry->d_parent);		\
			return d_inode_rcu(parent) ?			\
			       func(d_inode_rcu(parent), NULL, dentry,	\
				    flags) : -ECHILD;			\
		}							\
		parent = dget_parent(dentry);				\
		take_dentry_name_snapshot(&name, dentry);		\
		ret = func(d_inode(parent), &name.name, dentry, flags);	\
		release_dentry_name_snapshot(&name);			\
		dput(parent);						\
		return ret;						\
	}
#endif

#endif /* _XENFS_COMPAT_FRONTEND_H */
