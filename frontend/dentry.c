// SPDX-License-Identifier: GPL-2.0
/*
 * Names: lookup, their validity, and the targets of symbolic links.
 *
 * A dentry remembers in d_time what xenfs_mark() said of its directory when the
 * server last confirmed it, and in d_fsdata in which session.  A name, or its
 * absence, is believed for as long as xenfs_holds() says; but each name of a path
 * that led to a file that is no more is confirmed.  So are, where that goes by
 * time, the last name of an open(), so that a file which was replaced in dom0 is
 * opened anew, and one that is in the way of what is to be made, which may be
 * gone.
 */
#include <linux/namei.h>
#include <linux/slab.h>
#include <xenfs_check.h>

#include "xenfs.h"

/*
 * The server has just confirmed the name, in session @epoch; before it did, the
 * directory had version @word.
 */
static void stamp(const struct inode *dir, struct dentry *dentry, u64 word,
		  u64 epoch)
{
	WRITE_ONCE(dentry->d_fsdata, NULL);
	/* whoever sees the new mark does not see the old epoch with it */
	smp_wmb();
	WRITE_ONCE(dentry->d_time, xenfs_mark(dir, word));
	/* nor the new epoch with the old mark */
	smp_wmb();
	WRITE_ONCE(dentry->d_fsdata, (void *)(unsigned long)epoch);
}

/* As stamp(), if what is counted in @changed was not so since @op was sent. */
static void stamp_unless(const u64 *changed, const struct inode *dir,
			 struct dentry *dentry, u64 word,
			 const struct xenfs_op *op)
{
	bool late = READ_ONCE(*changed) > op->as_of;

	stamp(dir, dentry, word, late ? 0 : op->epoch);
	/*
	 * It may have been while the stamp was made: then that goes again.
	 * Pairs with xenfs_inode_doubt(), of which the stamp may have the salt.
	 */
	smp_mb();
	if (!late && READ_ONCE(*changed) > op->as_of)
		stamp(dir, dentry, 0, 0);
}

/*
 * The server has answered what stands under a name.  If this guest has changed
 * the directory since it was asked, as somebody who was killed may have, the
 * answer may be from before, and is not believed beyond this once.
 */
void xenfs_dentry_learned(const struct inode *dir, struct dentry *dentry,
			  const struct xenfs_op *op)
{
	stamp_unless(&XENFS_I(dir)->modified, dir, dentry, op->rsp.before, op);
}

/*
 * The caller, who has the directory locked, has had the name made or removed;
 * before that the directory had version @word.  Only who was killed can have
 * changed it since.
 */
void xenfs_dentry_made(const struct inode *dir, struct dentry *dentry, u64 word,
		       const struct xenfs_op *op)
{
	stamp_unless(&XENFS_I(dir)->doubted, dir, dentry, word, op);
}

/* It is not known any more what the name stands for. */
void xenfs_dentry_doubt(struct dentry *dentry)
{
	/* no session has this number */
	WRITE_ONCE(dentry->d_fsdata, NULL);
}

/* Whether a name that was confirmed once may still be believed. */
bool xenfs_dentry_holds(struct inode *dir, const struct dentry *dentry)
{
	u64 epoch = (unsigned long)READ_ONCE(dentry->d_fsdata);
	u64 mark;

	/* pairs with both of stamp() ... */
	smp_rmb();
	mark = READ_ONCE(dentry->d_time);
	/* ... as the same epoch before and after means that the mark is of it */
	smp_rmb();
	return epoch == (unsigned long)READ_ONCE(dentry->d_fsdata) &&
	       xenfs_holds(dir, mark, epoch);
}

/**
 * xenfs_call_entry() - send what is answered with a file of a directory
 * @dir: the directory
 * @op: LOOKUP, or what makes a file; whose it is and where the answer goes is
 *      set here
 * @answer: filled in on success
 *
 * One round trip; two if the guest has used its budget of nodes up.
 *
 * Context: as xenfs_call().
 * Return: as xenfs_call(), or -EIO if the answer makes no sense.
 */
int xenfs_call_entry(struct inode *dir, struct xenfs_op *op,
		     struct xenfs_entry_answer *answer)
{
	int err;

	op->out = answer;
	op->out_len = sizeof(*answer);
	op->as_caller = true;
	err = xenfs_call(dir, op);
	if (err == -ENFILE) {
		/* the budget of nodes: give back those that only caches hold */
		xenfs_forget_unused(dir->i_sb);
		err = xenfs_call(dir, op);
	}
	if (err)
		return err;
	return xenfsif_entry_ok(&answer->entry, op->rsp.out_len) ? 0 : -EIO;
}

/* One round trip.  -ENOENT leaves the answer empty. */
static int ask(struct inode *dir, const struct qstr *name,
	       struct xenfs_entry_answer *answer, struct xenfs_op *op)
{
	*op = (struct xenfs_op) {
		.req.op = XENFSIF_OP_LOOKUP,
		.in[0] = { (void *)name->name, name->len },
	};

	if (name->len > XENFSIF_NAME_MAX)
		return -ENAMETOOLONG;
	return xenfs_call_entry(dir, op, answer);
}

/**
 * xenfs_lookup() - find a name in a directory
 * @dir: the directory; its i_rwsem is held
 * @dentry: the name; not hashed
 * @flags: not used
 *
 * One round trip.
 */
struct dentry *xenfs_lookup(struct inode *dir, struct dentry *dentry,
			    unsigned int flags)
{
	struct xenfs_entry_answer answer;
	struct inode *inode;
	struct dentry *ret;
	struct xenfs_op op;
	int err;

	do {
		inode = NULL;
		err = ask(dir, &dentry->d_name, &answer, &op);
		if (err && err != -ENOENT)
			return ERR_PTR(err);
		if (!err) {
			inode = xenfs_iget(dir->i_sb, &op, &answer.entry,
					   answer.handle);
			err = PTR_ERR_OR_ZERO(inode);
		}
	} while (err == XENFS_LOST);
	if (err && err != -ENOENT)
		return ERR_PTR(err);

	xenfs_dentry_learned(dir, dentry, &op);
	ret = d_splice_alias(inode, dentry);
	if (!IS_ERR_OR_NULL(ret))
		xenfs_dentry_learned(dir, ret, &op);
	return ret;
}

/* Whether @inode is what the server has under the name now. */
static int same_file(struct inode *dir, struct inode *inode,
		     const struct xenfs_entry_answer *answer,
		     const struct xenfs_op *op)
{
	struct inode *now;
	bool same;

	xenfs_bind(inode, op->epoch);
	now = xenfs_iget(dir->i_sb, op, &answer->entry, answer->handle);
	same = now == inode;

	if (IS_ERR(now))
		return PTR_ERR(now) == XENFS_LOST ? 0 : PTR_ERR(now);
	iput(now);
	return same;
}

static int revalidate(struct inode *dir, const struct qstr *name,
		      struct dentry *dentry, unsigned int flags)
{
	struct xenfs_mount *m = XENFS_M(dentry->d_sb);
	struct inode *inode = d_inode_rcu(dentry);
	struct xenfs_entry_answer answer;
	struct xenfs_op op;
	bool confirm;
	int err;

	confirm = flags & LOOKUP_REVAL ||
		  (inode && READ_ONCE(m->by_time) && (flags & LOOKUP_EXCL ||
			     (flags & LOOKUP_OPEN && S_ISREG(inode->i_mode))));
	if (!confirm && xenfs_dentry_holds(dir, dentry))
		return 1;
	if (flags & LOOKUP_RCU)
		return -ECHILD;
	/* CREATE will find out: no need to ask before */
	if (!inode && (flags & LOOKUP_OPEN) && (flags & LOOKUP_CREATE))
		return 0;

	err = ask(dir, name, &answer, &op);
	switch (err) {
	case 0:
		if (!inode) {
			/* the reference that came with it is not wanted */
			xenfs_forget(m, op.epoch, answer.entry.node,
				     answer.entry.generation);
			return 0;
		}
		err = same_file(dir, inode, &answer, &op);
		if (err == 1)
			xenfs_dentry_learned(dir, dentry, &op);
		return err;
	case -ENOENT:
		if (inode)
			return 0;
		xenfs_dentry_learned(dir, dentry, &op);
		return 1;
	case -ESTALE:
	case -ENOTDIR:
		return 0;
	default:
		return err;
	}
}
XENFS_D_REVALIDATE(revalidate)

const struct dentry_operations xenfs_dentry_ops = {
	.d_revalidate	= revalidate_op,
};

static const char *get_link(struct dentry *dentry, struct inode *inode,
			    struct delayed_call *done)
{
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_READLINK,
		.out_len = XENFSIF_SYMLINK_MAX,
		.as_caller = true,
	};
	char *target;
	int err;

	if (!dentry)
		return ERR_PTR(-ECHILD);
	target = kmalloc(XENFSIF_SYMLINK_MAX + 1, GFP_KERNEL);
	if (!target)
		return ERR_PTR(-ENOMEM);
	op.out = target;
	err = xenfs_call(inode, &op);
	if (!err && !xenfsif_symlink_ok(target, op.rsp.u.data.len))
		err = -EIO;
	if (err) {
		kfree(target);
		return ERR_PTR(err);
	}
	target[op.rsp.u.data.len] = 0;
	/* a link never leads elsewhere: keep it as long as the inode */
	if (!READ_ONCE(xenfs_mount_of(inode)->by_time)) {
		char *kept = kmemdup(target, op.rsp.u.data.len + 1, GFP_KERNEL);

		if (kept && cmpxchg_release(&inode->i_link, NULL, kept))
			kfree(kept);
	}
	set_delayed_call(done, kfree_link, target);
	return target;
}

XENFS_MKDIR(xenfs_mkdir)

const struct inode_operations xenfs_dir_iops = {
	.lookup		= xenfs_lookup,
	.create		= xenfs_create,
	.atomic_open	= xenfs_atomic_open,
	.tmpfile	= xenfs_tmpfile,
	.mkdir		= xenfs_mkdir_op,
	.mknod		= xenfs_mknod,
	.symlink	= xenfs_symlink,
	.link		= xenfs_link,
	.unlink		= xenfs_unlink,
	.rmdir		= xenfs_rmdir,
	.rename		= xenfs_rename,
	.permission	= xenfs_permission,
	.getattr	= xenfs_getattr,
	.setattr	= xenfs_setattr,
	.listxattr	= xenfs_listxattr,
	.fileattr_get	= xenfs_fileattr_get,
	.fileattr_set	= xenfs_fileattr_set,
	XENFS_ACL_OPERATIONS
};

const struct inode_operations xenfs_file_iops = {
	.permission	= xenfs_permission,
	.getattr	= xenfs_getattr,
	.setattr	= xenfs_setattr,
	.listxattr	= xenfs_listxattr,
	.fileattr_get	= xenfs_fileattr_get,
	.fileattr_set	= xenfs_fileattr_set,
	XENFS_ACL_OPERATIONS
};

const struct inode_operations xenfs_symlink_iops = {
	.get_link	= get_link,
	.getattr	= xenfs_getattr,
	.setattr	= xenfs_setattr,
	.listxattr	= xenfs_listxattr,
};

const struct inode_operations xenfs_special_iops = {
	.permission	= xenfs_permission,
	.getattr	= xenfs_getattr,
	.setattr	= xenfs_setattr,
	.listxattr	= xenfs_listxattr,
	XENFS_ACL_OPERATIONS
};
