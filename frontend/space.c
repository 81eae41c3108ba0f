// SPDX-License-Identifier: GPL-2.0
/*
 * What moves a file's content without the guest: fallocate(), copy_file_range(),
 * reflinks.  Executed in dom0; here what is dirty is sent before, and what is
 * cached of the range is dropped after.
 */
#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/highmem.h>
#include <linux/slab.h>
#include <xenfs_check.h>

#include "xenfs.h"

/*
 * Octets [from, to] of the page in which both lie are others now, the rest of it
 * is as it was, or was stored to meanwhile by a mapping.  If it is dirty it is
 * to be written with the new octets; if it is not, it is dropped.
 */
static void refresh(struct file *file, loff_t from, loff_t to)
{
	struct address_space *mapping = file->f_mapping;
	pgoff_t index = from >> PAGE_SHIFT;
	struct folio *folio = xenfs_find_folio(mapping, index);
	u32 len = to - from + 1;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_READ,
		.req.u.read.offset = from,
		.req.u.read.len = len,
		.out_len = len,
	};

	if (!folio)
		return;
	op.out = kmalloc(PAGE_SIZE, GFP_KERNEL);
	folio_lock(folio);
	if (op.out && folio->mapping == mapping && folio_test_uptodate(folio) &&
	    folio_test_dirty(folio) &&
	    !xenfs_call_file(file, &op, &op.req.u.read.fh)) {
		memset(op.out + op.rsp.u.data.len, 0, len - op.rsp.u.data.len);
		memcpy_to_page(folio_page(folio, 0), offset_in_page(from), op.out,
			       len);
	}
	folio_unlock(folio);
	folio_put(folio);
	kfree(op.out);
	/* leaves what is dirty */
	invalidate_inode_pages2_range(mapping, index, index);
}

/*
 * The content of [from, to] is another one now, the file perhaps of another
 * size.  What a mapping stores into the range meanwhile is lost, as it would be
 * had it come a little earlier; what it stores beside it is not.
 */
static void replaced(struct file *file, loff_t from, loff_t to, bool zeros,
		     const struct xenfsif_attr *attr, const struct xenfs_op *op)
{
	struct inode *inode = file_inode(file);
	loff_t old_size = i_size_read(inode);
	pgoff_t first = from >> PAGE_SHIFT, last = to >> PAGE_SHIFT;

	xenfs_inode_modified(inode, attr, op->rsp.version, op);
	if ((loff_t)attr->size > old_size) {
		xenfs_zero_tail(inode, old_size, attr->size);
		xenfs_inode_grow(inode, attr->size);
	}
	if (!zeros && offset_in_page(from)) {
		refresh(file, from, min(to, (loff_t)(from | (PAGE_SIZE - 1))));
		from = round_up(from, PAGE_SIZE);
	}
	if (!zeros && from <= to && offset_in_page(to + 1)) {
		refresh(file, round_down(to, PAGE_SIZE), to);
		to = round_down(to, PAGE_SIZE) - 1;
	}
	/* of a page of which a part becomes zeros it writes these zeros */
	if (from <= to)
		truncate_pagecache_range(inode, from, to);
	xenfs_lent_drop(inode, first, last, "replaced");
}

/**
 * xenfs_fallocate() - fallocate(2)
 * @file: the open file
 * @mode: FALLOC_FL_*
 * @offset: where the range begins
 * @len: how long it is
 *
 * One round trip.
 */
long xenfs_fallocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	const int moves = FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE;
	const int zeros = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE;
	struct inode *inode = file_inode(file);
	struct xenfsif_attr attr;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_FALLOCATE,
		.req.u.fallocate.offset = offset,
		.req.u.fallocate.len = len,
		.req.u.fallocate.mode = mode,
		.out = &attr,
		.out_len = sizeof(attr),
		.once = mode & moves,
	};
	loff_t end = mode & moves ? LLONG_MAX : offset + len - 1;
	loff_t size;
	long err;

	inode_lock(inode);
	err = xenfs_revalidate(inode, false);
	if (err)
		goto unlock;
	size = mode & FALLOC_FL_INSERT_RANGE ? i_size_read(inode) + len :
					       offset + len;
	if (!(mode & (FALLOC_FL_KEEP_SIZE | FALLOC_FL_COLLAPSE_RANGE)) &&
	    size > i_size_read(inode)) {
		err = inode_newsize_ok(inode, size);
		if (err)
			goto unlock;
	}
	err = filemap_write_and_wait(inode->i_mapping);
	if (err)
		goto unlock;
	err = xenfs_call_file(file, &op, &op.req.u.fallocate.fh);
	if (!err && !xenfsif_attr_ok(&attr))
		err = -EIO;
	if (err) {
		/* a part of it may have been done */
		xenfs_inode_doubt(inode);
		goto unlock;
	}
	if (mode & (moves | zeros)) {
		replaced(file, offset, end, mode & zeros, &attr, &op);
	} else {
		size = i_size_read(inode);
		xenfs_inode_modified(inode, &attr, op.rsp.version, &op);
		xenfs_zero_tail(inode, size, attr.size);
	}
	if (mode & FALLOC_FL_COLLAPSE_RANGE)
		truncate_setsize(inode, attr.size);
unlock:
	inode_unlock(inode);
	return err;
}

/* One COPY_RANGE.  Returns how much of it was done. */
static loff_t copy_range(struct file *in, loff_t pos_in, struct file *out,
			 loff_t pos_out, u64 len, unsigned int how)
{
	struct inode *inode = file_inode(out);
	struct xenfsif_copy_range range = {
		.src_offset = pos_in,
		.offset = pos_out,
		.len = len,
		.how = how,
	};
	struct xenfsif_attr attr;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_COPY_RANGE,
		.in[0] = { &range, sizeof(range) },
		.out = &attr,
		.out_len = sizeof(attr),
	};
	struct xenfs_second src = {
		.inode = file_inode(in),
		.xf = in->private_data,
		.node = &range.src_node,
		.generation = &range.src_generation,
		.fh = &range.src_fh,
	};
	int err;

	err = filemap_write_and_wait(in->f_mapping);
	if (!err && inode != file_inode(in))
		err = filemap_write_and_wait(inode->i_mapping);
	if (err)
		return err;
	err = xenfs_call_files(out, &op, &op.req.u.fh.fh, &src);
	if (!err && (!xenfsif_attr_ok(&attr) ||
		     (len && op.rsp.u.written.len > len) ||
		     op.rsp.u.written.len > XENFSIF_MAX_OFFSET - (u64)pos_out))
		err = -EIO;
	if (err) {
		/* a part of it may have been done */
		xenfs_inode_doubt(inode);
		return err;
	}
	if (how == XENFSIF_DEDUPE)
		return op.rsp.u.written.offset ? -EBADE : op.rsp.u.written.len;
	if (op.rsp.u.written.len)
		replaced(out, pos_out, pos_out + op.rsp.u.written.len - 1, false,
			 &attr, &op);
	return op.rsp.u.written.len;
}

/**
 * xenfs_copy_file_range() - copy_file_range(2)
 * @in: file to copy from
 * @pos_in: where it begins there
 * @out: file to copy to
 * @pos_out: where it begins there
 * @len: how much
 * @flags: 0
 *
 * One round trip; the content does not leave dom0.
 */
ssize_t xenfs_copy_file_range(struct file *in, loff_t pos_in, struct file *out,
			      loff_t pos_out, size_t len, unsigned int flags)
{
	struct inode *inode = file_inode(out);
	loff_t ret = -EXDEV;

	if (file_inode(in)->i_sb == inode->i_sb) {
		inode_lock(inode);
		ret = copy_range(in, pos_in, out, pos_out, len, XENFSIF_COPY);
		inode_unlock(inode);
	}
	if (ret == -EXDEV || ret == -EOPNOTSUPP)
		ret = splice_copy_file_range(in, pos_in, out, pos_out, len);
	return ret;
}

/**
 * xenfs_remap_file_range() - FICLONE, FICLONERANGE, FIDEDUPERANGE
 * @in: file to share content of
 * @pos_in: where it begins there
 * @out: file that is to share it
 * @pos_out: where it begins there
 * @len: how much; 0: to the end
 * @flags: REMAP_FILE_*
 *
 * One round trip.
 */
loff_t xenfs_remap_file_range(struct file *in, loff_t pos_in, struct file *out,
			      loff_t pos_out, loff_t len, unsigned int flags)
{
	struct inode *inode = file_inode(out);
	loff_t ret;

	if (flags & ~(REMAP_FILE_DEDUP | REMAP_FILE_ADVISORY))
		return -EINVAL;
	inode_lock(inode);
	ret = copy_range(in, pos_in, out, pos_out, len,
			 flags & REMAP_FILE_DEDUP ? XENFSIF_DEDUPE :
						    XENFSIF_CLONE);
	inode_unlock(inode);
	return ret;
}
