/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changing directories, in the manner of the newest kernel: a directory is
 * locked and a name looked up in it in one step, xenfs_start_*(), and all is
 * undone by xenfs_end_*().  The caller may search the directory: that is checked.
 * See Kbuild.probes for what differs.
 */
#ifndef _XENFS_COMPAT_BACKEND_DIROP_H
#define _XENFS_COMPAT_BACKEND_DIROP_H

#include "backend.h"
#include "filelock.h"

#ifdef XENFS_HAVE_DELEGATED_INODE
#define xenfs_break_deleg_wait(di)	break_deleg_wait(di)
#define xenfs_deleg(di)			(di)
#else
struct delegated_inode {
	struct inode *di_inode;
};

static inline bool is_delegated(struct delegated_inode *di)
{
	return di->di_inode;
}

#define xenfs_break_deleg_wait(di)	break_deleg_wait(&(di)->di_inode)
#define xenfs_deleg(di)			(&(di)->di_inode)
#endif

/*
 * Whether a change is to be tried again: a delegation was in its way and has
 * been waited for.  Nothing may be locked.  *err is that of the change, and then
 * that of the wait.
 */
static inline bool xenfs_retry_deleg(struct delegated_inode *di, int *err)
{
	if (!is_delegated(di))
		return false;
	*err = xenfs_break_deleg_wait(di);
	return !*err;
}

/* Locks a directory and finds a name in it, which may be negative. */
static inline struct dentry *xenfs_start_creating(const struct path *dir,
						  const char *name, int len)
{
#ifdef XENFS_HAVE_START_CREATING
	return start_creating(mnt_idmap(dir->mnt), dir->dentry,
			      &QSTR_LEN(name, len));
#else
	struct inode *inode = d_inode(dir->dentry);
	struct dentry *dentry;

	inode_lock_nested(inode, I_MUTEX_PARENT);
	dentry = lookup_one(mnt_idmap(dir->mnt), name, dir->dentry, len);
	if (IS_ERR(dentry))
		inode_unlock(inode);
	return dentry;
#endif
}

/* Undoes both; nothing is undone of an error. */
static inline void xenfs_end_dirop(struct dentry *dentry)
{
#ifdef XENFS_HAVE_START_CREATING
	end_dirop(dentry);
#else
	if (!IS_ERR(dentry)) {
		inode_unlock(d_inode(dentry->d_parent));
		dput(dentry);
	}
#endif
}

/* The same for a name that must be there, or the answer is -ENOENT. */
static inline struct dentry *xenfs_start_removing(const struct path *dir,
						  const char *name, int len)
{
#ifdef XENFS_HAVE_START_CREATING
	return start_removing(mnt_idmap(dir->mnt), dir->dentry,
			      &QSTR_LEN(name, len));
#else
	struct dentry *dentry = xenfs_start_creating(dir, name, len);

	if (!IS_ERR(dentry) && d_is_negative(dentry)) {
		xenfs_end_dirop(dentry);
		dentry = ERR_PTR(-ENOENT);
	}
	return dentry;
#endif
}

static inline int xenfs_create(const struct path *dir, struct dentry *dentry,
			       umode_t mode, struct delegated_inode *di)
{
#ifdef XENFS_HAVE_DELEGATED_INODE
	return vfs_create(mnt_idmap(dir->mnt), dentry, mode, di);
#else
	return vfs_create(mnt_idmap(dir->mnt), d_inode(dir->dentry), dentry,
			  mode, true);
#endif
}

static inline int xenfs_mknod(const struct path *dir, struct dentry *dentry,
			      umode_t mode, dev_t dev,
			      struct delegated_inode *di)
{
#ifdef XENFS_HAVE_DELEGATED_INODE
	return vfs_mknod(mnt_idmap(dir->mnt), d_inode(dir->dentry), dentry,
			 mode, dev, di);
#else
	return vfs_mknod(mnt_idmap(dir->mnt), d_inode(dir->dentry), dentry,
			 mode, dev);
#endif
}

static inline int xenfs_symlink(const struct path *dir, struct dentry *dentry,
				const char *target, struct delegated_inode *di)
{
#ifdef XENFS_HAVE_DELEGATED_INODE
	return vfs_symlink(mnt_idmap(dir->mnt), d_inode(dir->dentry), dentry,
			   target, di);
#else
	return vfs_symlink(mnt_idmap(dir->mnt), d_inode(dir->dentry), dentry,
			   target);
#endif
}

/*
 * Makes a directory of a dentry from xenfs_start_creating().  Returns the dentry
 * that the file system has put in its place, or it; after an error all is
 * undone already, as xenfs_end_dirop() would.
 */
static inline struct dentry *xenfs_mkdir(const struct path *dir,
					 struct dentry *dentry, umode_t mode,
					 struct delegated_inode *di)
{
#ifdef XENFS_HAVE_DELEGATED_INODE
	return vfs_mkdir(mnt_idmap(dir->mnt), d_inode(dir->dentry), dentry,
			 mode, di);
#else
	struct dentry *found;
	int err;

	err = vfs_mkdir(mnt_idmap(dir->mnt), d_inode(dir->dentry), dentry, mode);
	if (!err && d_unhashed(dentry)) {
		found = lookup_one(mnt_idmap(dir->mnt), dentry->d_name.name,
				   dentry->d_parent, dentry->d_name.len);
		err = PTR_ERR_OR_ZERO(found);
		if (!err) {
			dput(dentry);
			dentry = found;
		}
	}
	if (err) {
		xenfs_end_dirop(dentry);
		return ERR_PTR(err);
	}
	return dentry;
#endif
}

static inline int xenfs_link(struct dentry *old, const struct path *dir,
			     struct dentry *dentry, struct delegated_inode *di)
{
	return vfs_link(old, mnt_idmap(dir->mnt), d_inode(dir->dentry), dentry,
			xenfs_deleg(di));
}

static inline int xenfs_unlink(const struct path *dir, struct dentry *dentry,
			       struct delegated_inode *di)
{
	return vfs_unlink(mnt_idmap(dir->mnt), d_inode(dir->dentry), dentry,
			  xenfs_deleg(di));
}

static inline int xenfs_rmdir(const struct path *dir, struct dentry *dentry,
			      struct delegated_inode *di)
{
#ifdef XENFS_HAVE_DELEGATED_INODE
	return vfs_rmdir(mnt_idmap(dir->mnt), d_inode(dir->dentry), dentry, di);
#else
	return vfs_rmdir(mnt_idmap(dir->mnt), d_inode(dir->dentry), dentry);
#endif
}

/*
 * Locks two directories of one mount for a rename and finds a name in each:
 * rd->old_dentry, rd->new_dentry.  What vfs_rename() does not check of them is
 * checked.  The directories are in @old and @new; @di must stay as long as @rd.
 */
static inline int xenfs_start_renaming(struct renamedata *rd,
				       const struct path *old,
				       const char *old_name, int old_len,
				       const struct path *new,
				       const char *new_name, int new_len,
				       unsigned int flags,
				       struct delegated_inode *di)
{
#ifdef XENFS_HAVE_START_RENAMING
	*rd = (struct renamedata) {
		.mnt_idmap = mnt_idmap(old->mnt),
		.old_parent = old->dentry,
		.new_parent = new->dentry,
		.delegated_inode = di,
		.flags = flags,
	};
	return start_renaming(rd, 0, &QSTR_LEN(old_name, old_len),
			      &QSTR_LEN(new_name, new_len));
#else
	struct dentry *trap, *old_dentry, *new_dentry;
	int err;

	trap = lock_rename(old->dentry, new->dentry);
	if (IS_ERR(trap))
		return PTR_ERR(trap);

	old_dentry = lookup_one(mnt_idmap(old->mnt), old_name, old->dentry,
				old_len);
	err = PTR_ERR(old_dentry);
	if (IS_ERR(old_dentry))
		goto unlock;
	err = -ENOENT;
	if (d_is_negative(old_dentry))
		goto put_old;

	new_dentry = lookup_one(mnt_idmap(new->mnt), new_name, new->dentry,
				new_len);
	err = PTR_ERR(new_dentry);
	if (IS_ERR(new_dentry))
		goto put_old;
	err = -EEXIST;
	if (flags & RENAME_NOREPLACE && d_is_positive(new_dentry))
		goto put_new;
	err = -ENOENT;
	if (flags & RENAME_EXCHANGE && d_is_negative(new_dentry))
		goto put_new;

	err = -EINVAL;		/* a directory into itself */
	if (old_dentry == trap)
		goto put_new;
	if (!(flags & RENAME_EXCHANGE))
		err = -ENOTEMPTY;
	if (new_dentry == trap)
		goto put_new;

	*rd = (struct renamedata) {
#ifdef XENFS_HAVE_MNT_IDMAP
		.old_mnt_idmap = mnt_idmap(old->mnt),
		.new_mnt_idmap = mnt_idmap(new->mnt),
#else
		.old_mnt_userns = mnt_idmap(old->mnt),
		.new_mnt_userns = mnt_idmap(new->mnt),
#endif
		.old_dir = d_inode(old->dentry),
		.old_dentry = old_dentry,
		.new_dir = d_inode(new->dentry),
		.new_dentry = new_dentry,
		.delegated_inode = xenfs_deleg(di),
		.flags = flags,
	};
	return 0;

put_new:
	dput(new_dentry);
put_old:
	dput(old_dentry);
unlock:
	unlock_rename(old->dentry, new->dentry);
	return err;
#endif
}

static inline void xenfs_end_renaming(struct renamedata *rd,
				      const struct path *old,
				      const struct path *new)
{
#ifdef XENFS_HAVE_START_RENAMING
	end_renaming(rd);
#else
	dput(rd->old_dentry);
	dput(rd->new_dentry);
	unlock_rename(old->dentry, new->dentry);
#endif
}

#endif /* _XENFS_COMPAT_BACKEND_DIROP_H */
