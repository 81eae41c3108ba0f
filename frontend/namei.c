// SPDX-License-Identifier: GPL-2.0
/*
 * Names: making, giving and taking them away.
 *
 * Each is one request, which dom0's VFS carries out as a whole.  The locks that
 * are held here (i_rwsem of the directories) order only what this guest does:
 * what was looked up before may be another file by now, and the server's word
 * is the last.
 *
 * None of these requests is sent twice.  After an error, or if the task is
 * killed, it is not known what the name stands for: its dentry loses its stamp,
 * and who uses the name next asks.
 *
 * Link counts are changed here so that the VFS and inotify see a file go; how
 * many there are in truth the server says when it is next asked.  A file that
 * is open stays usable without a name: the server keeps it open as well.
 */
#include <linux/namei.h>
#include <xenfs_check.h>

#include "xenfs.h"

static struct kvec name_of(const struct dentry *dentry)
{
	return (struct kvec) { (void *)dentry->d_name.name,
			       dentry->d_name.len };
}

static void doubt(struct inode *dir, struct dentry *dentry)
{
	xenfs_dentry_doubt(dentry);
	xenfs_inode_doubt(dir);
}

/* The directory's names and times are others now. */
static void dir_changed(struct inode *dir, const struct xenfs_op *op)
{
	xenfs_inode_modified(dir, NULL, 0, op);
}

/* A name of the file was taken away. */
static void link_gone(struct inode *inode, const struct xenfs_op *op)
{
	struct xenfs_inode *xi = XENFS_I(inode);

	spin_lock(&xi->lock);
	if (S_ISDIR(inode->i_mode))
		clear_nlink(inode);
	else if (inode->i_nlink)
		drop_nlink(inode);
	spin_unlock(&xi->lock);
	xenfs_inode_modified(inode, NULL, 0, op);
}

/* Send what makes a file in a directory. */
static int send_new(struct inode *dir, struct xenfs_op *op,
		    struct xenfs_entry_answer *answer)
{
	op->once = true;
	return xenfs_call_entry(dir, op, answer);
}

/*
 * Let the dentry, which is negative or being looked up, stand for the inode.
 * Returns as d_splice_alias(): the dentry to use instead, NULL, or an error.
 */
static struct dentry *name_inode(struct inode *dir, struct dentry *dentry, struct inode *inode,
				 const struct xenfs_op *op)
{
	struct dentry *alias;

	d_drop(dentry);
	xenfs_dentry_made(dir, dentry, op->rsp.before, op);
	alias = d_splice_alias(inode, dentry);
	if (!IS_ERR_OR_NULL(alias))
		xenfs_dentry_made(dir, alias, op->rsp.before, op);
	return alias;
}

/* Make a file and let the dentry stand for it.  Returns as ->mkdir(). */
static struct dentry *make(struct inode *dir, struct dentry *dentry,
			   struct xenfs_op *op)
{
	struct xenfs_entry_answer answer;
	struct inode *inode;
	int err;

	if (dentry->d_name.len > XENFSIF_NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	op->in[0] = name_of(dentry);
	op->req.u.make.name_len = dentry->d_name.len;
	err = send_new(dir, op, &answer);
	if (err) {
		doubt(dir, dentry);
		return ERR_PTR(err);
	}
	dir_changed(dir, op);
	inode = xenfs_iget(dir->i_sb, op, &answer.entry, answer.handle);
	if (IS_ERR(inode)) {
		/* made it is: whoever looks the name up finds it */
		d_drop(dentry);
		return NULL;
	}
	return name_inode(dir, dentry, inode, op);
}

static int make_no_alias(struct inode *dir, struct dentry *dentry,
			 struct xenfs_op *op)
{
	struct dentry *alias = make(dir, dentry, op);

	if (!IS_ERR_OR_NULL(alias))
		dput(alias);
	return PTR_ERR_OR_ZERO(alias);
}

struct dentry *xenfs_mkdir(struct xenfs_idmap *idmap, struct inode *dir,
			   struct dentry *dentry, umode_t mode)
{
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_MKDIR,
		.req.u.make.mode = mode & 07777,
	};

	return make(dir, dentry, &op);
}

int xenfs_mknod(struct xenfs_idmap *idmap, struct inode *dir,
		struct dentry *dentry, umode_t mode, dev_t rdev)
{
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_MKNOD,
		.req.u.make.mode = mode & (S_IFMT | 07777),
	};

	if (S_ISCHR(mode) || S_ISBLK(mode)) {
		op.req.u.make.rdev_major = MAJOR(rdev);
		op.req.u.make.rdev_minor = MINOR(rdev);
	}
	return make_no_alias(dir, dentry, &op);
}

/*
 * For mknod(), and for those in the kernel who make a file first and open it
 * afterwards.  They have looked the name up: it is new in any case.
 */
int xenfs_create(struct xenfs_idmap *idmap, struct inode *dir,
		 struct dentry *dentry, umode_t mode, bool excl)
{
	return xenfs_mknod(idmap, dir, dentry, (mode & 07777) | S_IFREG, 0);
}

int xenfs_symlink(struct xenfs_idmap *idmap, struct inode *dir,
		  struct dentry *dentry, const char *target)
{
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_SYMLINK,
		.in[1] = { (void *)target, strlen(target) },
	};

	if (op.in[1].iov_len > XENFSIF_SYMLINK_MAX)
		return -ENAMETOOLONG;
	return make_no_alias(dir, dentry, &op);
}

/* Let the VFS open what is under the name, or say that there is nothing. */
static int open_by_lookup(struct inode *dir, struct dentry *dentry,
			  struct file *file)
{
	d_drop(dentry);
	return finish_no_open(file, xenfs_lookup(dir, dentry, 0));
}

static u32 create_flags(const struct file *file, unsigned int flags)
{
	u32 ret = 0;

	if (file->f_mode & FMODE_READ)
		ret |= XENFSIF_OPEN_READ;
	if (file->f_mode & FMODE_WRITE)
		ret |= XENFSIF_OPEN_WRITE;
	if (!ret)
		ret = XENFSIF_OPEN_READ;	/* open(2) with access mode 3 */
	if (flags & O_NOATIME)
		ret |= XENFSIF_OPEN_NOATIME;
	if (flags & O_EXCL)
		ret |= XENFSIF_CREATE_EXCL;
	return ret;
}

/**
 * xenfs_atomic_open() - open a file by a name for which there is no inode
 * @dir: the directory; its i_rwsem is held, shared without O_CREAT
 * @dentry: the name; negative, or being looked up
 * @file: to be opened
 * @flags: O_*
 * @mode: of the file if it is made
 *
 * With O_CREAT one round trip, which makes the file if there is none and opens
 * it.  Where the server does not open it (not a regular file, not permitted)
 * the VFS goes on with what the name stands for and finds out why.  It also
 * truncates a file that was there: CREATE never does.
 *
 * Without O_CREAT, which the VFS takes away when the caller may not create, at
 * most that of a lookup.
 */
int xenfs_atomic_open(struct inode *dir, struct dentry *dentry,
		      struct file *file, unsigned int flags, umode_t mode)
{
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_CREATE,
		.req.u.create.flags = create_flags(file, flags),
		.req.u.create.mode = mode & 07777,
		.in[0] = name_of(dentry),
	};
	struct xenfs_entry_answer answer;
	struct dentry *alias;
	struct inode *inode;
	u64 fh;
	int err;

	if (!(flags & O_CREAT)) {
		if (d_in_lookup(dentry))
			return open_by_lookup(dir, dentry, file);
		/* negative, and just confirmed */
		return finish_no_open(file, NULL);
	}

	if (dentry->d_name.len > XENFSIF_NAME_MAX)
		return -ENAMETOOLONG;
	err = send_new(dir, &op, &answer);
	if (err) {
		doubt(dir, dentry);
		return err;
	}
	fh = op.rsp.u.open.fh;
	if (op.rsp.u.open.created) {
		file->f_mode |= FMODE_CREATED;
		dir_changed(dir, &op);
	}

	inode = xenfs_iget(dir->i_sb, &op, &answer.entry, answer.handle);
	if (IS_ERR(inode)) {
		err = PTR_ERR(inode);
		goto release_fh;
	}
	alias = name_inode(dir, dentry, inode, &op);
	if (IS_ERR(alias)) {
		err = PTR_ERR(alias);
		goto release_fh;
	}
	if (!fh)
		return finish_no_open(file, alias);
	err = xenfs_finish_open(dir, alias ? alias : dentry, file, &op);
	dput(alias);
	return err;

release_fh:
	if (fh)
		xenfs_release_fh(XENFS_M(dir->i_sb), op.epoch, fh);
	/* the session ended, and the open file with it, but not the name */
	return err == XENFS_LOST ? open_by_lookup(dir, dentry, file) : err;
}

/**
 * xenfs_tmpfile() - make a file without a name and open it
 * @idmap: not used: the server knows no mapped mounts
 * @dir: the directory whose filesystem it is to be on
 * @file: to be opened; f_path.dentry is for the file
 * @mode: of the file
 *
 * One round trip.
 */
int xenfs_tmpfile(struct xenfs_idmap *idmap, struct inode *dir,
		  struct file *file, umode_t mode)
{
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_TMPFILE,
		.req.u.create.flags = create_flags(file, file->f_flags),
		.req.u.create.mode = mode & 07777,
	};
	struct xenfs_entry_answer answer;
	struct inode *inode;
	u64 fh;
	int err;

	err = send_new(dir, &op, &answer);
	if (err)
		return err;
	fh = op.rsp.u.open.fh;
	if (!fh || !S_ISREG(answer.entry.attr.mode)) {
		xenfs_forget(XENFS_M(dir->i_sb), op.epoch, answer.entry.node,
			     answer.entry.generation);
		err = -EIO;
		goto release_fh;
	}
	inode = xenfs_iget(dir->i_sb, &op, &answer.entry, answer.handle);
	if (IS_ERR(inode)) {
		/* without a name there is no finding it in another session */
		err = PTR_ERR(inode) == XENFS_LOST ? -EIO : PTR_ERR(inode);
		goto release_fh;
	}
	xenfs_d_tmpfile(file, inode);
	return xenfs_finish_open(dir, file->f_path.dentry, file, &op);

release_fh:
	if (fh)
		xenfs_release_fh(XENFS_M(dir->i_sb), op.epoch, fh);
	return err;
}

/**
 * xenfs_link() - give a file one more name
 * @old_dentry: the file; may have no name so far
 * @dir: the directory
 * @dentry: the name
 *
 * One round trip.
 */
int xenfs_link(struct dentry *old_dentry, struct inode *dir,
	       struct dentry *dentry)
{
	struct inode *inode = d_inode(old_dentry);
	struct xenfsif_attr attr;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_LINK,
		.in[0] = name_of(dentry),
		.out = &attr,
		.out_len = sizeof(attr),
		.as_caller = true,
		.once = true,
	};
	const struct xenfs_second second = {
		.inode = dir,
		.node = &op.req.u.link.dir,
		.generation = &op.req.u.link.dir_generation,
	};
	int err;

	if (dentry->d_name.len > XENFSIF_NAME_MAX)
		return -ENAMETOOLONG;
	err = xenfs_call_two(inode, &op, &second);
	if (err) {
		doubt(dir, dentry);
		xenfs_inode_doubt(inode);
		return err;
	}
	dir_changed(dir, &op);
	xenfs_inode_modified(inode, xenfsif_attr_ok(&attr) ? &attr : NULL,
			     op.rsp.version, &op);
	ihold(inode);
	xenfs_dentry_made(dir, dentry, op.rsp.second, &op);
	d_instantiate(dentry, inode);
	return 0;
}

static int take_away(struct inode *dir, struct dentry *dentry, u16 opcode)
{
	struct xenfsif_attr attr;
	struct xenfs_op op = {
		.req.op = opcode,
		.in[0] = name_of(dentry),
		.out = &attr,
		.out_len = sizeof(attr),
		.as_caller = true,
		.once = true,
	};
	int err;

	op.about[2] = d_inode(dentry);
	err = xenfs_call(dir, &op);
	if (err) {
		doubt(dir, dentry);
		xenfs_inode_doubt(d_inode(dentry));
		return err;
	}
	xenfs_inode_modified(dir, xenfsif_attr_ok(&attr) ? &attr : NULL,
			     op.rsp.version, &op);
	link_gone(d_inode(dentry), &op);
	/* the VFS makes it negative: that is confirmed by this */
	xenfs_dentry_made(dir, dentry, op.rsp.before, &op);
	return 0;
}

int xenfs_unlink(struct inode *dir, struct dentry *dentry)
{
	return take_away(dir, dentry, XENFSIF_OP_UNLINK);
}

int xenfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	return take_away(dir, dentry, XENFSIF_OP_RMDIR);
}

/* A dentry that was in @from stands in @to, of version @word, now. */
static void moved(struct dentry *dentry, struct inode *from, struct inode *to,
		  u64 word, const struct xenfs_op *op)
{
	if (xenfs_dentry_holds(from, dentry))
		xenfs_dentry_made(to, dentry, word, op);
	else
		xenfs_dentry_doubt(dentry);
}

/**
 * xenfs_rename() - give a file another name
 * @idmap: not used: the server knows no mapped mounts
 * @old_dir: the directory of the old name
 * @old_dentry: the old name
 * @new_dir: the directory of the new name
 * @new_dentry: the new name, and what it stands for so far
 * @flags: RENAME_*
 *
 * One round trip.  A whiteout that it leaves behind is found by the next
 * lookup.
 */
int xenfs_rename(struct xenfs_idmap *idmap, struct inode *old_dir,
		 struct dentry *old_dentry, struct inode *new_dir,
		 struct dentry *new_dentry, unsigned int flags)
{
	struct inode *victim = d_inode(new_dentry);
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_RENAME,
		.req.u.rename.flags = flags,
		.req.u.rename.name_len = old_dentry->d_name.len,
		.in[0] = name_of(old_dentry),
		.in[1] = name_of(new_dentry),
		.as_caller = true,
		.once = true,
	};
	const struct xenfs_second second = {
		.inode = new_dir,
		.node = &op.req.u.rename.dir,
		.generation = &op.req.u.rename.dir_generation,
	};
	int err;

	BUILD_BUG_ON(XENFSIF_RENAME_NOREPLACE != RENAME_NOREPLACE ||
		     XENFSIF_RENAME_EXCHANGE != RENAME_EXCHANGE ||
		     XENFSIF_RENAME_WHITEOUT != RENAME_WHITEOUT);
	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT))
		return -EINVAL;
	if (new_dentry->d_name.len > XENFSIF_NAME_MAX)
		return -ENAMETOOLONG;
	op.about[2] = d_inode(old_dentry);
	op.about[3] = victim;
	err = xenfs_call_two(old_dir, &op, &second);
	if (err) {
		doubt(old_dir, old_dentry);
		doubt(new_dir, new_dentry);
		xenfs_inode_doubt(d_inode(old_dentry));
		if (victim)
			xenfs_inode_doubt(victim);
		return err;
	}
	dir_changed(old_dir, &op);
	if (new_dir != old_dir)
		dir_changed(new_dir, &op);
	xenfs_inode_modified(d_inode(old_dentry), NULL, 0, &op);
	if (victim && (flags & RENAME_EXCHANGE))
		xenfs_inode_modified(victim, NULL, 0, &op);
	else if (victim)
		link_gone(victim, &op);
	/*
	 * The VFS moves the dentries: under the new name it is confirmed then, if
	 * it was this file that was renamed.  That is known if the old name is
	 * true still: a change before that would have made it untrue, and after
	 * it is what we asked for.
	 */
	moved(old_dentry, old_dir, new_dir, op.rsp.second, &op);
	if (flags & RENAME_EXCHANGE)
		moved(new_dentry, new_dir, old_dir, op.rsp.before, &op);
	return 0;
}
