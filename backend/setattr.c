// SPDX-License-Identifier: GPL-2.0
/*
 * SETATTR: chmod(), chown(), utimensat(), truncate() and ftruncate(), as the
 * VFS does each of them.
 *
 * A file system does not expect a change of size together with others.  If a
 * request has both, the size is changed first (that sets times, which the others
 * may set to something else), after it was seen that the caller may make the
 * others, too; all with the inode locked.
 */
#include <linux/fs.h>
#include <linux/fsnotify.h>
#include <linux/mount.h>
#include <linux/uidgid.h>

#include "backend-dirop.h"
#include "node.h"
#include "request.h"
#include "share.h"

/* A SETATTR on its way. */
struct setting {
	struct xenfsd_request *rq;
	struct file *file;	/* open for writing, or NULL */
	struct iattr size;	/* ia_valid is 0 if it is not to be changed */
	struct iattr others;	/* likewise */
};

static void set_size(struct setting *s, const struct xenfsif_setattr *set)
{
	if (!(set->mask & XENFSIF_SETATTR_SIZE))
		return;
	/*
	 * Whoever may change the size causes that s*id bits and capabilities
	 * are dropped, owner or not: therefore FORCE, as in do_truncate().
	 */
	s->size.ia_valid = ATTR_SIZE | ATTR_KILL_PRIV | ATTR_FORCE;
	s->size.ia_size = set->size;
	if (s->file) {
		s->size.ia_valid |= ATTR_FILE;
		s->size.ia_file = s->file;
	}
	/* ftruncate() sets the times even if the size was that before. */
	if (s->file || set->mask & XENFSIF_SETATTR_MTIME_NOW)
		s->size.ia_valid |= ATTR_MTIME | ATTR_CTIME;
}

static int set_owner(struct iattr *attr, const struct xenfsif_setattr *set)
{
	if (set->mask & XENFSIF_SETATTR_UID) {
		kuid_t uid = make_kuid(&init_user_ns, set->uid);

		if (!uid_valid(uid))
			return -EINVAL;
		attr->ia_vfsuid = VFSUIDT_INIT(uid);
		attr->ia_valid |= ATTR_UID;
	}
	if (set->mask & XENFSIF_SETATTR_GID) {
		kgid_t gid = make_kgid(&init_user_ns, set->gid);

		if (!gid_valid(gid))
			return -EINVAL;
		attr->ia_vfsgid = VFSGIDT_INIT(gid);
		attr->ia_valid |= ATTR_GID;
	}
	return 0;
}

static void set_times(struct iattr *attr, const struct xenfsif_setattr *set)
{
	const u32 atime = XENFSIF_SETATTR_ATIME | XENFSIF_SETATTR_ATIME_NOW;
	u32 mtime = XENFSIF_SETATTR_MTIME | XENFSIF_SETATTR_MTIME_NOW;

	/* With a size that is part of its change: it takes no owner. */
	if (set->mask & XENFSIF_SETATTR_SIZE)
		mtime = XENFSIF_SETATTR_MTIME;
	if (set->mask & XENFSIF_SETATTR_TOUCH) {
		attr->ia_valid |= ATTR_ATIME | ATTR_MTIME | ATTR_TOUCH;
		return;
	}
	if (set->mask & atime)
		attr->ia_valid |= ATTR_ATIME | ATTR_TIMES_SET;
	if (set->mask & mtime)
		attr->ia_valid |= ATTR_MTIME | ATTR_TIMES_SET;
	if (set->mask & XENFSIF_SETATTR_ATIME) {
		attr->ia_valid |= ATTR_ATIME_SET;
		attr->ia_atime.tv_sec = set->atime_sec;
		attr->ia_atime.tv_nsec = set->atime_nsec;
	}
	if (set->mask & XENFSIF_SETATTR_MTIME) {
		attr->ia_valid |= ATTR_MTIME_SET;
		attr->ia_mtime.tv_sec = set->mtime_sec;
		attr->ia_mtime.tv_nsec = set->mtime_nsec;
	}
}

static int set_others(struct setting *s, const struct xenfsif_setattr *set)
{
	int err;

	if (set->mask & XENFSIF_SETATTR_MODE) {
		s->others.ia_valid |= ATTR_MODE;
		s->others.ia_mode = set->mode;
	}
	err = set_owner(&s->others, set);
	if (err)
		return err;
	set_times(&s->others, set);
	if (s->others.ia_valid)
		s->others.ia_valid |= ATTR_CTIME;
	return 0;
}

/*
 * What depends on the inode as it is: the type in the mode, and what a new owner
 * does to s*id bits and capabilities (as in chown_common(), or with a new mode
 * as in nfsd).
 */
static void complete_locked(struct setting *s, struct xenfs_idmap *idmap,
			    struct inode *inode)
{
	struct iattr *attr = &s->others;

	if (s->size.ia_valid)
		s->size.ia_valid |= setattr_should_drop_suidgid(idmap, inode);

	if (attr->ia_valid & ATTR_MODE)
		attr->ia_mode = (attr->ia_mode & S_IALLUGO) |
				(inode->i_mode & ~S_IALLUGO);
	if (S_ISDIR(inode->i_mode) || !(attr->ia_valid & (ATTR_UID | ATTR_GID)))
		return;
	attr->ia_valid |= ATTR_KILL_PRIV;
	if (!(attr->ia_valid & ATTR_MODE)) {
		attr->ia_valid |= ATTR_KILL_SUID |
				  setattr_should_drop_sgid(idmap, inode);
		return;
	}
	attr->ia_mode &= ~S_ISUID;
	if (attr->ia_mode & 0010)
		attr->ia_mode &= ~S_ISGID;
}

/* Whether the caller may change the others, before the size is changed. */
static int may_set_others(struct xenfs_idmap *idmap, struct dentry *dentry,
			  const struct iattr *others)
{
	struct inode *inode = d_inode(dentry);
	struct iattr attr = *others;
	int err;

	if (attr.ia_valid & ATTR_TOUCH && !inode_owner_or_capable(idmap, inode)) {
		err = inode_permission(idmap, inode, MAY_WRITE);
		if (err)
			return err;
	}
	if (IS_IMMUTABLE(inode) || IS_APPEND(inode))
		return -EPERM;
	/* That would drop them. */
	attr.ia_valid &= ~(ATTR_KILL_PRIV | ATTR_KILL_SUID | ATTR_KILL_SGID);
	return setattr_prepare(idmap, dentry, &attr);
}

static int change_locked(struct setting *s, struct delegated_inode *di)
{
	const struct path *path = &s->rq->path;
	struct xenfs_idmap *idmap = mnt_idmap(path->mnt);
	struct iattr size, others;
	int err = 0;

	complete_locked(s, idmap, d_inode(path->dentry));
	/* notify_change() changes them, and may have to be called again. */
	size = s->size;
	others = s->others;

	if (size.ia_valid) {
		if (others.ia_valid)
			err = may_set_others(idmap, path->dentry, &others);
		if (!err)
			err = notify_change(idmap, path->dentry, &size, NULL);
	}
	if (!err && others.ia_valid)
		err = notify_change(idmap, path->dentry, &others,
				    xenfs_deleg(di));
	return err;
}

/*
 * What notify_change() tells nobody, other guests are to hear: a truncation
 * that failed half-way, and the ctime of a file whose access time alone was set.
 */
static void tell_unheard(const struct setting *s, int err)
{
	const unsigned int told = ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_MTIME;
	struct dentry *dentry = s->rq->path.dentry;

	if (err ? s->size.ia_valid :
		  s->others.ia_valid & ATTR_ATIME && !(s->others.ia_valid & told))
		fsnotify_dentry(dentry, FS_MODIFY | FS_ATTRIB);
}

static int change(struct setting *s)
{
	struct xenfsd_change change = {};
	struct delegated_inode di = {};
	struct xenfsd_request *rq = s->rq;
	struct inode *inode = d_inode(rq->path.dentry);
	const struct setting unchanged = *s;
	int err;

	do {
		*s = unchanged;
		inode_lock(inode);
		xenfsd_change_begin(&change, rq->node);
		err = change_locked(s, &di);
		tell_unheard(s, err);
		/* The size may have changed though the others could not. */
		xenfsd_change_end(&change, !err || s->size.ia_valid);
		inode_unlock(inode);
		xenfsd_change_put(&change);
	} while (xenfs_retry_deleg(&di, &err));
	if (s->size.ia_valid)
		xenfsd_frames_doubt(rq->node);
	return err;
}

/* As vfs_truncate(). */
static int change_size_by_path(struct setting *s)
{
	const struct path *path = &s->rq->path;
	struct inode *inode = d_inode(path->dentry);
	int err;

	err = inode_permission(mnt_idmap(path->mnt), inode, MAY_WRITE);
	if (err)
		return err;
	if (IS_APPEND(inode))
		return -EPERM;
	err = xenfsd_node_get_write(s->rq->node);
	if (err)
		return err;
	/* With write access nobody can take a lease any more. */
	err = break_lease(inode, O_WRONLY);
	if (!err)
		err = change(s);
	xenfsd_node_put_write(s->rq->node);
	return err;
}

static int change_all(struct setting *s)
{
	struct inode *inode = d_inode(s->rq->path.dentry);

	if (!s->size.ia_valid)
		return change(s);
	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode))
		return -EINVAL;
	if (!s->file)
		return change_size_by_path(s);
	return IS_APPEND(inode) ? -EPERM : change(s);
}

static int setattr(struct xenfsd_request *rq, struct file *file)
{
	struct setting s = { .rq = rq };
	struct xenfsif_setattr set;
	int err;

	memcpy(&set, rq->in, sizeof(set));
	err = xenfsif_check_setattr(&set);
	if (err)
		return err;
	/* An open file helps only who could write to it. */
	if (file && file->f_mode & FMODE_WRITE)
		s.file = file;
	set_size(&s, &set);
	err = set_others(&s, &set);
	if (err)
		return err;

	err = mnt_want_write(rq->path.mnt);
	if (err)
		return err;
	err = change_all(&s);
	mnt_drop_write(rq->path.mnt);
	return err;
}

int xenfsd_op_setattr(struct xenfsd_request *rq)
{
	struct xenfsd_openfile *of = NULL;
	int err;

	if (rq->req.u.fh.fh) {
		of = xenfsd_openfile_find(rq, rq->req.u.fh.fh);
		if (IS_ERR(of))
			return PTR_ERR(of);
	}
	err = setattr(rq, of ? of->file : NULL);
	if (of)
		xenfsd_openfile_put(of);
	return err ?: xenfsd_attr_answer(rq);
}
