// SPDX-License-Identifier: GPL-2.0
/*
 * File handles: name_to_handle_at(), open_by_handle_at(), and NFS.
 *
 * A handle is the server's persistent one behind a word that says its type and
 * length.  The server decodes it, and refuses what is not beneath the root or
 * what the caller may not reach.
 *
 * A directory by its handle is of use only while it is in the dentry cache: the
 * protocol has no way to ask for a directory's parent, which the VFS must know.
 */
#include <linux/dcache.h>
#include <linux/exportfs.h>
#include <xenfs_check.h>

#include "xenfs.h"

#define FILEID_XENFS		0x58

#define LEN_MASK		0xffu
#define TYPE_SHIFT		8
#define TYPE_MAX		(U32_MAX >> TYPE_SHIFT)

static unsigned int handle_words(unsigned int len)
{
	return 1 + DIV_ROUND_UP(len, sizeof(u32));
}

/* Called with a @max_len of 0 to learn the length. */
static int encode_fh(struct inode *inode, u32 *fh, int *max_len,
		     struct inode *parent)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	unsigned int have = *max_len, words;
	int type = FILEID_INVALID;

	spin_lock(&xi->lock);
	if (!xi->handle_len || xi->handle_type > TYPE_MAX)
		goto unlock;	/* its filesystem has none */
	words = handle_words(xi->handle_len);
	*max_len = words;
	if (have < words)
		goto unlock;
	fh[0] = xi->handle_type << TYPE_SHIFT | xi->handle_len;
	fh[words - 1] = 0;
	memcpy(fh + 1, xi->handle, xi->handle_len);
	type = FILEID_XENFS;
unlock:
	spin_unlock(&xi->lock);
	return type;
}

/* One round trip. */
static struct dentry *fh_to_dentry(struct super_block *sb, struct fid *fid,
				   int fh_len, int fh_type)
{
	struct xenfs_entry_answer answer;
	const u32 *fh = (const u32 *)fid;
	struct inode *inode;
	struct xenfs_op op;
	u32 len;
	int err;

	if (fh_type != FILEID_XENFS || fh_len < 2)
		return NULL;
	len = fh[0] & LEN_MASK;
	if (len > XENFSIF_HANDLE_MAX || handle_words(len) != fh_len)
		return NULL;

	op = (struct xenfs_op) {
		.req.op = XENFSIF_OP_RECLAIM,
		.req.u.reclaim.handle_len = len,
		.req.u.reclaim.handle_type = fh[0] >> TYPE_SHIFT,
		.in[0] = { (void *)(fh + 1), len },
		.out = &answer,
		.out_len = sizeof(answer),
		.as_caller = true,
	};
	do {
		err = xenfs_call_mount(XENFS_M(sb), &op);
		if (err)
			return ERR_PTR(err == -ENOENT ? -ESTALE : err);
		if (!xenfsif_entry_ok(&answer.entry, op.rsp.out_len))
			return ERR_PTR(-EIO);
		inode = xenfs_iget(sb, &op, &answer.entry, answer.handle);
	} while (inode == ERR_PTR(XENFS_LOST));
	return d_obtain_alias(inode);
}

const struct export_operations xenfs_export_ops = {
	.encode_fh	= encode_fh,
	.fh_to_dentry	= fh_to_dentry,
	.flags		= EXPORT_OP_NOWCC | EXPORT_OP_REMOTE_FS |
			  EXPORT_OP_NOATOMIC_ATTR | EXPORT_OP_FLUSH_ON_CLOSE,
};
