/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the backend needs of the kernel, as the newest kernel offers it.  All
 * that differs between 6.1 and today is here; see Kbuild.probes for why.
 */
#ifndef _XENFS_COMPAT_BACKEND_H
#define _XENFS_COMPAT_BACKEND_H

#include <linux/dcache.h>
#include <linux/exportfs.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/pagemap.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <linux/shmem_fs.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <linux/xattr.h>

/* Newer kernels need no telling that a group's lock is taken in memory reclaim. */
#ifndef FSNOTIFY_GROUP_NOFS
#define FSNOTIFY_GROUP_NOFS	0
#endif

#ifndef EXPORT_FH_CONNECTABLE
#define EXPORT_FH_CONNECTABLE	1
#endif

#ifdef XENFS_HAVE_MNT_IDMAP
#define xenfs_idmap	mnt_idmap	/* struct xenfs_idmap: what it returns */
#else
#define xenfs_idmap	user_namespace
#define mnt_idmap(mnt)	mnt_user_ns(mnt)
#endif

/* As lookup_one_unlocked(), for a name that is not NUL-terminated. */
static inline struct dentry *xenfs_lookup_one(const struct vfsmount *mnt,
					      const char *name, int len,
					      struct dentry *base)
{
#ifdef XENFS_HAVE_LOOKUP_ONE_QSTR
	return lookup_one_unlocked(mnt_idmap(mnt), &QSTR_LEN(name, len), base);
#else
	return lookup_one_unlocked(mnt_idmap(mnt), name, base, len);
#endif
}

static inline struct timespec64 xenfs_inode_mtime(const struct inode *inode)
{
#ifdef XENFS_HAVE_INODE_SET_MTIME
	return inode_get_mtime(inode);
#else
	return inode->i_mtime;
#endif
}

static inline struct timespec64 xenfs_inode_ctime(const struct inode *inode)
{
#ifdef XENFS_HAVE_INODE_GET_CTIME
	return inode_get_ctime(inode);
#else
	return inode->i_ctime;
#endif
}

/* The inode beneath an overlay that carries a file's attributes. */
static inline struct inode *xenfs_real_inode(struct dentry *dentry)
{
#ifdef XENFS_HAVE_D_REAL_TYPE
	return d_inode(d_real(dentry, D_REAL_METADATA));
#else
	return d_real_inode(dentry);
#endif
}

/* The folio at an index with a reference, or NULL. */
static inline struct folio *xenfs_get_folio(struct address_space *mapping,
					    pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	return IS_ERR(folio) ? NULL : folio;
}

/* A page of a tmpfs file, brought back from swap if need be. */
static inline struct folio *xenfs_shmem_folio(struct address_space *mapping,
					      pgoff_t index)
{
#ifdef XENFS_HAVE_SHMEM_READ_FOLIO
	return shmem_read_folio_gfp(mapping, index, mapping_gfp_mask(mapping));
#else
	struct page *page = shmem_read_mapping_page_gfp(mapping, index,
						mapping_gfp_mask(mapping));

	return IS_ERR(page) ? ERR_CAST(page) : page_folio(page);
#endif
}

/* As vfs_getxattr(), access control lists included. */
static inline ssize_t xenfs_getxattr(const struct path *path, const char *name,
				     void *value, size_t size)
{
#ifdef XENFS_HAVE_GET_INODE_ACL
	if (!strcmp(name, XATTR_NAME_POSIX_ACL_ACCESS) ||
	    !strcmp(name, XATTR_NAME_POSIX_ACL_DEFAULT)) {
		struct posix_acl *acl;
		ssize_t len;

		acl = vfs_get_acl(mnt_idmap(path->mnt), path->dentry, name);
		if (IS_ERR(acl))
			return PTR_ERR(acl);
#ifdef XENFS_HAVE_ACL_TO_XATTR_ALLOC
		{
			size_t got;
			void *p = posix_acl_to_xattr(&init_user_ns, acl, &got,
						     GFP_KERNEL);

			if (!p)
				len = -ENOMEM;
			else if (size && got > size)
				len = -ERANGE;
			else
				len = got;
			if (len > 0 && size)
				memcpy(value, p, got);
			kfree(p);
		}
#else
		len = posix_acl_to_xattr(&init_user_ns, acl,
					 size ? value : NULL, size);
#endif
		posix_acl_release(acl);
		return len;
	}
#endif
	return vfs_getxattr(mnt_idmap(path->mnt), path->dentry, name, value,
			    size);
}

#ifdef XENFS_HAVE_GET_INODE_ACL
/* Sets an access control list, or with no value removes it. */
static inline int xenfs_set_acl(const struct path *path, const char *name,
				const void *value, size_t size)
{
	struct posix_acl *acl = posix_acl_from_xattr(&init_user_ns, value, size);
	int err;

	if (IS_ERR(acl))
		return PTR_ERR(acl);
	err = vfs_set_acl(mnt_idmap(path->mnt), path->dentry, name, acl);
	posix_acl_release(acl);
	return err;
}
#endif

/* As vfs_setxattr(), access control lists included. */
static inline int xenfs_setxattr(const struct path *path, const char *name,
				 const void *value, size_t size, int flags)
{
#ifdef XENFS_HAVE_GET_INODE_ACL
	if (!strcmp(name, XATTR_NAME_POSIX_ACL_ACCESS) ||
	    !strcmp(name, XATTR_NAME_POSIX_ACL_DEFAULT))
		return xenfs_set_acl(path, name, value, size);
#endif
	return vfs_setxattr(mnt_idmap(path->mnt), path->dentry, name, value,
			    size, flags);
}

/* As vfs_removexattr(), access control lists included. */
static inline int xenfs_removexattr(const struct path *path, const char *name)
{
#ifdef XENFS_HAVE_GET_INODE_ACL
	if (!strcmp(name, XATTR_NAME_POSIX_ACL_ACCESS) ||
	    !strcmp(name, XATTR_NAME_POSIX_ACL_DEFAULT))
		return vfs_remove_acl(mnt_idmap(path->mnt), path->dentry, name);
#endif
	return vfs_removexattr(mnt_idmap(path->mnt), path->dentry, name);
}

/* A file without a name in a directory, open. */
static inline struct file *xenfs_tmpfile_open(const struct path *dir,
					      umode_t mode, int flags,
					      const struct cred *cred)
{
#ifdef XENFS_HAVE_KERNEL_TMPFILE_OPEN
	return kernel_tmpfile_open(mnt_idmap(dir->mnt), dir, mode, flags, cred);
#else
	return vfs_tmpfile_open(mnt_idmap(dir->mnt), dir, mode, flags, cred);
#endif
}

/* What linux/fileattr.h, which needs linux/fs.h, calls it. */
#ifndef XENFS_HAVE_FILE_KATTR
#define file_kattr fileattr
#endif

/*
 * A shrinker without reclaim by memory control group or node.  count() and
 * scan() are as in struct shrinker.
 */
#ifdef XENFS_HAVE_SHRINKER_ALLOC
static inline struct shrinker *
xenfs_shrinker_new(unsigned long (*count)(struct shrinker *, struct shrink_control *),
		   unsigned long (*scan)(struct shrinker *, struct shrink_control *),
		   const char *name)
{
	struct shrinker *shrinker = shrinker_alloc(0, "%s", name);

	if (!shrinker)
		return NULL;
	shrinker->count_objects = count;
	shrinker->scan_objects = scan;
	shrinker_register(shrinker);
	return shrinker;
}

static inline void xenfs_shrinker_free(struct shrinker *shrinker)
{
	shrinker_free(shrinker);
}
#else
static inline struct shrinker *
xenfs_shrinker_new(unsigned long (*count)(struct shrinker *, struct shrink_control *),
		   unsigned long (*scan)(struct shrinker *, struct shrink_control *),
		   const char *name)
{
	struct shrinker *shrinker = kzalloc(sizeof(*shrinker), GFP_KERNEL);

	if (!shrinker)
		return NULL;
	shrinker->count_objects = count;
	shrinker->scan_objects = scan;
	shrinker->seeks = DEFAULT_SEEKS;
	if (register_shrinker(shrinker, "%s", name)) {
		kfree(shrinker);
		return NULL;
	}
	return shrinker;
}

static inline void xenfs_shrinker_free(struct shrinker *shrinker)
{
	unregister_shrinker(shrinker);
	kfree(shrinker);
}
#endif

#endif /* _XENFS_COMPAT_BACKEND_H */
