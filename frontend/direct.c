// SPDX-License-Identifier: GPL-2.0
/*
 * Writes that go to the server at once: O_DIRECT, O_APPEND, and those that the
 * page cache cannot take.
 *
 * What is written is copied first: user memory may be of a kind that cannot be
 * granted (a lent page), and may change while the server looks at it.  Little
 * travels through the data area, more in pages that are granted for the time of
 * the request.  Those belong to the request until its answer: if its task is
 * killed before, the transport frees them then.  A reference that was given back
 * earlier might be used for another page, and the server write that.
 *
 * Cost of n octets: n / 1 MiB round trips, three copies (one here, two in dom0), no
 * hypercall here but the notification.
 */
#include <linux/slab.h>
#include <linux/uio.h>
#include <xen/page.h>
#include <xenfs_check.h>

#include "xenfs.h"

#define INLINE_MAX	(4 * PAGE_SIZE)

struct chunk {
	struct inode *inode;		/* held while the WRITE is under way */
	struct xenfsif_segment seg;
	unsigned int nr;
	struct page *pages[XENFSIF_READ_REFS_MAX];
	u32 refs[XENFSIF_READ_REFS_MAX];
	void *buf;
};

static void chunk_free(struct chunk *c)
{
	while (c->nr--) {
		/* puts the page, or keeps it as long as it is mapped */
		if (c->refs[c->nr])
			gnttab_end_foreign_access(c->refs[c->nr],
						  c->pages[c->nr]);
		else
			__free_page(c->pages[c->nr]);
	}
	kfree(c->buf);
	kvfree(c);
}

/* Take up to @len octets.  Fewer if memory or grants are short. */
static struct chunk *chunk_make(struct xenfs_mount *m, struct iov_iter *from,
				size_t len)
{
	struct chunk *c = kvzalloc(sizeof(*c), GFP_KERNEL);
	struct xenfs_conn *conn;
	size_t n = 0, part;
	u64 epoch;
	int ref;

	if (!c)
		return ERR_PTR(-ENOMEM);
	if (len <= INLINE_MAX)
		goto in_line;
	conn = xenfs_mount_conn(m, &epoch);
	if (IS_ERR(conn)) {
		kvfree(c);
		return ERR_CAST(conn);
	}
	while (n < len && c->nr < conn->max_read_refs) {
		struct page *page = alloc_page(GFP_KERNEL);

		if (!page)
			break;
		ref = gnttab_grant_foreign_access(conn->backend_id,
						  xen_page_to_gfn(page), 1);
		if (ref < 0) {
			__free_page(page);
			break;
		}
		c->pages[c->nr] = page;
		c->refs[c->nr++] = ref;
		part = copy_page_from_iter(page, 0, min(len - n, PAGE_SIZE), from);
		n += part;
		if (part < PAGE_SIZE)
			break;
	}
	xenfs_conn_put(conn);
	/* a page of which nothing is used would have no segment */
	if (n && n <= (c->nr - 1) * PAGE_SIZE) {
		gnttab_end_foreign_access(c->refs[c->nr - 1], c->pages[c->nr - 1]);
		c->nr--;
	}
	c->seg.len = n;
	if (n)
		return c;
	if (c->nr) {
		chunk_free(c);
		return ERR_PTR(-EFAULT);
	}
	len = INLINE_MAX;	/* no grants, or no memory for pages */
in_line:
	c->buf = kmalloc(len, GFP_KERNEL);
	if (!c->buf) {
		chunk_free(c);
		return ERR_PTR(-ENOMEM);
	}
	c->seg.len = copy_from_iter(c->buf, len, from);
	if (c->seg.len)
		return c;
	chunk_free(c);
	return ERR_PTR(-EFAULT);
}

static void chunk_hold(struct chunk *c, struct inode *inode)
{
	ihold(inode);
	xenfs_linger_begin(xenfs_mount_of(inode));
	c->inode = inode;
}

static void chunk_drop(struct chunk *c)
{
	struct inode *inode = c->inode;
	struct xenfs_mount *m = xenfs_mount_of(inode);

	chunk_free(c);
	iput(inode);
	xenfs_linger_end(m);
}

/* The task was killed; the WRITE may have been carried out just now. */
static void chunk_release(void *arg)
{
	struct chunk *c = arg;

	xenfs_inode_doubt(c->inode);
	chunk_drop(c);
}

/* What was written at @pos goes to a folio of the page cache, too. */
static void update_folio(struct folio *folio, const struct chunk *c, loff_t pos,
			 size_t len)
{
	loff_t begin = max(pos, folio_pos(folio));
	loff_t end = min_t(loff_t, pos + len, folio_pos(folio) + PAGE_SIZE);

	while (begin < end) {
		size_t at = begin - pos, off = begin - folio_pos(folio);
		size_t n = min_t(size_t, end - begin,
				 PAGE_SIZE - offset_in_page(at));

		if (c->buf)
			memcpy_to_page(folio_page(folio, 0), off, c->buf + at, n);
		else
			memcpy_page(folio_page(folio, 0), off,
				    c->pages[at / PAGE_SIZE], offset_in_page(at),
				    n);
		begin += n;
	}
}

/*
 * A folio of the range may have been filled before the write, and, by a mapping,
 * have become dirty since: it is to be written with the new octets.
 */
static void update_cached(struct address_space *mapping, const struct chunk *c,
			  loff_t pos, size_t len)
{
	pgoff_t index, last = (pos + len - 1) >> PAGE_SHIFT;
	struct folio *folio;

	if (!mapping->nrpages || !len)
		return;
	for (index = pos >> PAGE_SHIFT; index <= last; index++) {
		folio = xenfs_find_folio(mapping, index);
		if (!folio)
			continue;
		/* it may be on its way from the server */
		folio_lock(folio);
		if (folio->mapping == mapping && folio_test_uptodate(folio))
			update_folio(folio, c, pos, len);
		folio_unlock(folio);
		folio_put(folio);
	}
}

/*
 * One WRITE.  Returns how much was written.  The chunk is not the caller's any
 * more.
 */
static ssize_t send_chunk(struct file *file, struct chunk *c, loff_t *pos,
			  bool append)
{
	struct inode *inode = file_inode(file);
	ssize_t written;
	u32 head = sizeof(c->seg) + c->nr * sizeof(u32);
	struct xenfsif_attr attr;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_WRITE,
		.req.u.write.nsegs = 1,
		.req.u.write.nrefs = c->nr,
		.req.u.write.flags = append ? XENFSIF_WRITE_APPEND : 0,
		.out = &attr,
		.out_len = sizeof(attr),
		.once = append,
		.release = chunk_release,
		.release_arg = c,
	};
	int err;

	c->seg.offset = append ? 0 : *pos;
	op.in[0].iov_base = &c->seg;
	op.in[0].iov_len = sizeof(c->seg);
	if (c->nr) {
		op.in[1].iov_base = c->refs;
		op.in[1].iov_len = head - sizeof(c->seg);
	} else {
		op.in[1].iov_base = c->buf;
		op.in[1].iov_len = c->seg.len;
	}
	chunk_hold(c, inode);
	err = xenfs_call_file(file, &op, &op.req.u.write.fh);
	if (op.left) {
		xenfs_inode_doubt(inode);
		return err;
	}
	if (!err && (!xenfsif_attr_ok(&attr) ||
		     op.rsp.u.written.len > c->seg.len ||
		     op.rsp.u.written.offset > XENFSIF_MAX_OFFSET -
					       op.rsp.u.written.len))
		err = -EIO;
	if (err) {
		xenfs_inode_doubt(inode);
		chunk_drop(c);
		return err;
	}
	if (append)
		*pos = op.rsp.u.written.offset;
	written = op.rsp.u.written.len;
	/* before anybody can see the new size, and write the folios with it */
	xenfs_zero_tail(inode, i_size_read(inode), *pos);
	update_cached(inode->i_mapping, c, *pos, written);
	xenfs_inode_modified(inode, &attr, op.rsp.version, &op);
	xenfs_inode_grow(inode, *pos + written);
	/* one that was filled from a lent page ended with the old size */
	update_cached(inode->i_mapping, c, *pos, written);
	chunk_drop(c);
	return written;
}

/* Write back, then drop, what the page cache has of a range. */
static int clean_range(struct address_space *mapping, loff_t pos, size_t len)
{
	int err;

	if (!mapping->nrpages)
		return 0;
	err = filemap_write_and_wait_range(mapping, pos, pos + len - 1);
	if (err)
		return err;
	invalidate_inode_pages2_range(mapping, pos >> PAGE_SHIFT,
				      (pos + len - 1) >> PAGE_SHIFT);
	return 0;
}

/**
 * xenfs_write_direct() - write to the server, and wait
 * @iocb: the file and the position, which becomes that behind the last octet
 * @from: what to write
 * @append: at the end of the file, wherever the server says that this is
 *
 * Context: i_rwsem is held.
 * Return: how much was written, or an errno.
 */
ssize_t xenfs_write_direct(struct kiocb *iocb, struct iov_iter *from, bool append)
{
	struct file *file = iocb->ki_filp;
	struct address_space *mapping = file->f_mapping;
	struct inode *inode = mapping->host;
	struct xenfs_mount *m = xenfs_mount_of(inode);
	loff_t pos = iocb->ki_pos;
	ssize_t done = 0, ret;
	struct chunk *c;
	size_t len;

	/* an append goes behind what is dirty here */
	if (append)
		ret = filemap_write_and_wait(mapping);
	else
		ret = clean_range(mapping, pos, iov_iter_count(from));
	/* the error of an earlier write is not this one's */
	if (ret && !READ_ONCE(XENFS_I(inode)->write_through))
		return ret;

	while (iov_iter_count(from)) {
		c = chunk_make(m, from, iov_iter_count(from));
		if (IS_ERR(c)) {
			ret = PTR_ERR(c);
			break;
		}
		len = c->seg.len;
		ret = send_chunk(file, c, &pos, append);
		if (ret >= 0 && ret < len)
			iov_iter_revert(from, len - ret);
		if (ret <= 0)
			break;
		pos += ret;
		done += ret;
		xenfs_count(m, writes_direct);
		/* the rest of an append would be another one */
		if (append && fatal_signal_pending(current))
			break;
	}
	if (done) {
		iocb->ki_pos = pos;
		WRITE_ONCE(XENFS_I(inode)->write_through, false);
	}
	return done ? done : ret;
}
