// SPDX-License-Identifier: GPL-2.0
/*
 * Private folios: pages of the guest's own, in the page cache as of any
 * filesystem.  They hold what is not lent: small files, files that cannot be
 * lent, pages for which there was no grant, and in PV guests what user space
 * maps.
 *
 * A folio is filled from the lent page of the same index if there is one, else
 * by READ: into the data area when it is little (no grant, no hypercall on
 * either side but the notification), else into the folios themselves, granted
 * for the time of the request.
 *
 * Called with the folio and, by the page cache, invalidate_lock held, shared: a
 * request is waited for with it, but nothing that answers it needs that lock.
 *
 * A grant's page has an additional reference from before it is granted until
 * Xen says that access has ended: a backend that holds on to it keeps the page,
 * never gets it when it is another's.
 */
#include <linux/highmem.h>
#include <linux/slab.h>
#include <xen/page.h>

#include "xenfs.h"

#define SMALL_READ_PAGES	4u

/* One READ into granted folios, all of them locked. */
struct read_op {
	struct xenfs_op op;
	struct xenfs_mount *m;
	unsigned int nr;
	struct folio *folios[XENFSIF_READ_REFS_MAX];
	u32 refs[XENFSIF_READ_REFS_MAX];
};

static void end_folio(struct folio *folio, bool ok)
{
	if (ok)
		folio_mark_uptodate(folio);
	folio_unlock(folio);
}

/* Fill from the lent page of the same index.  False: there is none. */
static bool fill_from_lent(struct inode *inode, struct folio *folio)
{
	size_t valid = i_size_read(inode) - min_t(loff_t, i_size_read(inode),
						  folio_pos(folio));
	struct page *page;

	if (!xenfs_lent_get(inode, folio->index, &page, 1))
		return false;
	copy_highpage(folio_page(folio, 0), page);
	put_page(page);
	/* what lies behind the end of the file is not for anybody's eyes */
	if (valid < PAGE_SIZE)
		folio_zero_segment(folio, valid, PAGE_SIZE);
	xenfs_count(xenfs_mount_of(inode), pages_from_lent);
	return true;
}

/* READ up to SMALL_READ_PAGES through the data area, and wait. */
static int read_small(struct file *file, struct folio **folios, unsigned int nr)
{
	struct inode *inode = file_inode(file);
	u32 len = nr * PAGE_SIZE, got, i;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_READ,
		.req.u.read.offset = folio_pos(folios[0]),
		.req.u.read.len = len,
		.out_len = len,
	};
	u8 *buf;
	int err;

	buf = kmalloc(len, GFP_NOFS);
	if (!buf)
		return -ENOMEM;
	op.out = buf;
	err = xenfs_call_file(file, &op, &op.req.u.read.fh);
	got = err ? 0 : op.rsp.u.data.len;
	memset(buf + got, 0, len - got);
	for (i = 0; i < nr; i++) {
		if (!err)
			memcpy_to_page(folio_page(folios[i], 0), 0,
				       buf + i * PAGE_SIZE, PAGE_SIZE);
		end_folio(folios[i], !err);
	}
	if (!err)
		xenfs_count_add(xenfs_mount_of(inode), pages_copied, nr);
	kfree(buf);
	return err;
}

static void read_done(struct xenfs_op *op, int err)
{
	struct read_op *r = container_of(op, struct read_op, op);
	u32 got = err ? 0 : op->rsp.u.data.len;
	unsigned int i;

	for (i = 0; i < r->nr; i++) {
		u32 begin = i * PAGE_SIZE;

		/* puts the page, or keeps it as long as it is mapped */
		gnttab_end_foreign_access(r->refs[i],
					  folio_page(r->folios[i], 0));
		if (!err && got < begin + PAGE_SIZE)
			folio_zero_segment(r->folios[i],
					   got > begin ? got - begin : 0,
					   PAGE_SIZE);
		end_folio(r->folios[i], !err);
	}
	if (!err)
		xenfs_count_add(r->m, pages_copied, r->nr);
	kvfree(r);
}

/* Send a READ into granted folios; the answer unlocks them. */
static int send_read(struct file *file, struct folio **folios, unsigned int nr)
{
	struct inode *inode = file_inode(file);
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_conn *conn;
	struct read_op *r;
	unsigned int i;
	u64 epoch;
	int err, ref;

	r = kvzalloc(sizeof(*r), GFP_NOFS);
	if (!r)
		return -ENOMEM;
	conn = xenfs_mount_conn(m, &epoch);
	if (IS_ERR(conn)) {
		err = PTR_ERR(conn);
		goto free_op;
	}
	r->m = m;
	r->op.req.op = XENFSIF_OP_READ;
	r->op.done = read_done;
	err = -E2BIG;
	if (nr > conn->max_read_refs)
		goto put_conn;
	/* a file that is known in another session only is a synchronous READ's */
	err = -ESTALE;
	if (READ_ONCE(XENFS_I(inode)->epoch) != epoch)
		goto put_conn;
	err = xenfs_reopen(file->private_data, conn, epoch,
			   &r->op.req.u.read.fh);
	if (!err && !xenfs_file_in_session(file->private_data, epoch,
					   &r->op.req.u.read.fh, &r->op))
		err = -ESTALE;
	if (err)
		goto put_conn;
	r->op.req.u.read.offset = folio_pos(folios[0]);

	for (i = 0; i < nr; i++) {
		struct page *page = folio_page(folios[i], 0);

		ref = gnttab_grant_foreign_access(conn->backend_id,
						  xen_page_to_gfn(page), 0);
		if (ref < 0)
			break;
		get_page(page);
		r->folios[i] = folios[i];
		r->refs[i] = ref;
	}
	err = -ENOSPC;
	if (i < nr)
		goto end_access;
	r->nr = nr;
	r->op.req.u.read.len = nr * PAGE_SIZE;
	r->op.req.u.read.nrefs = nr;
	r->op.in[0].iov_base = r->refs;
	r->op.in[0].iov_len = nr * sizeof(u32);
	err = xenfs_conn_submit(conn, &r->op);
	if (err)
		goto end_access;
	xenfs_conn_put(conn);
	return 0;

end_access:
	while (i--)
		gnttab_end_foreign_access(r->refs[i], folio_page(folios[i], 0));
put_conn:
	xenfs_conn_put(conn);
free_op:
	kvfree(r);
	return err;
}

/* Fill neighbouring locked folios and unlock them, some time. */
static void fill(struct file *file, struct folio **folios, unsigned int nr)
{
	unsigned int i, n;

	if (nr > SMALL_READ_PAGES && !send_read(file, folios, nr))
		return;
	/* little, or out of grants: in small portions, one after the other */
	for (i = 0; i < nr; i += n) {
		n = min(nr - i, SMALL_READ_PAGES);
		if (read_small(file, folios + i, n) == -ENOMEM) {
			unsigned int j;

			for (j = i; j < i + n; j++)
				end_folio(folios[j], false);
		}
	}
}

/**
 * xenfs_folio_fill() - make a folio up to date that somebody is about to change
 * @file: an open file, not necessarily for reading
 * @folio: locked, in the page cache; stays locked
 *
 * One round trip if the page is not lent.
 *
 * Return: 0 or an errno, -EBADF if the server does not let the file be read.
 */
int xenfs_folio_fill(struct file *file, struct folio *folio)
{
	struct inode *inode = folio->mapping->host;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_READ,
		.req.u.read.offset = folio_pos(folio),
		.req.u.read.len = PAGE_SIZE,
		.out_len = PAGE_SIZE,
	};
	int err;

	if (fill_from_lent(inode, folio)) {
		folio_mark_uptodate(folio);
		return 0;
	}
	op.out = kmalloc(PAGE_SIZE, GFP_NOFS);
	if (!op.out)
		return -ENOMEM;
	err = xenfs_call_file(file, &op, &op.req.u.read.fh);
	if (!err) {
		u32 got = op.rsp.u.data.len;

		memset(op.out + got, 0, PAGE_SIZE - got);
		memcpy_to_page(folio_page(folio, 0), 0, op.out, PAGE_SIZE);
		folio_mark_uptodate(folio);
		xenfs_count(xenfs_mount_of(inode), pages_copied);
	}
	kfree(op.out);
	return err;
}

static int read_folio(struct file *file, struct folio *folio)
{
	struct inode *inode = folio->mapping->host;
	int err;

	if (fill_from_lent(inode, folio)) {
		end_folio(folio, true);
		return 0;
	}
	err = read_small(file, &folio, 1);
	if (err == -ENOMEM)
		end_folio(folio, false);
	return err;
}

static void readahead(struct readahead_control *rac)
{
	struct folio *folios[64], *folio;
	struct file *file = rac->file;
	struct inode *inode = rac->mapping->host;
	unsigned int n = 0;

	if (!file)
		return;
	while ((folio = readahead_folio(rac))) {
		if (fill_from_lent(inode, folio)) {
			end_folio(folio, true);
			if (n)
				fill(file, folios, n);
			n = 0;
			continue;
		}
		folios[n++] = folio;
		if (n == ARRAY_SIZE(folios)) {
			fill(file, folios, n);
			n = 0;
		}
	}
	if (n)
		fill(file, folios, n);
}

const struct address_space_operations xenfs_aops = {
	.read_folio		= read_folio,
	.readahead		= readahead,
	.writepages		= xenfs_writepages,
	.dirty_folio		= filemap_dirty_folio,
	.invalidate_folio	= xenfs_dirty_invalidate,
	.release_folio		= xenfs_dirty_release,
	.migrate_folio		= filemap_migrate_folio,
};
