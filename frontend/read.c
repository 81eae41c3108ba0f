// SPDX-License-Identifier: GPL-2.0
/*
 * read(2) and its kin.
 *
 * Each page comes from where it is: a private folio in the page cache if there
 * is one, else a lent page; else a window of pages is borrowed, and what cannot
 * be lent is read through the page cache.  Octets are copied with no lock held
 * and a reference on each page, which keeps a lent page mapped
 * (see giveback.c): the destination may fault, even on this very file.
 *
 * Cost of a sequential read of n pages, cold: n / window round trips and map
 * hypercalls, one copy; warm: one copy.
 */
#include <linux/highmem.h>
#include <linux/uio.h>

#include "xenfs.h"

#define READ_BATCH	16u

/* How many pages to ask for, knowing how the file was read up to now. */
static unsigned int next_window(struct file *file, pgoff_t index)
{
	struct xenfs_mount *m = xenfs_mount_of(file_inode(file));
	struct xenfs_file *xf = file->private_data;
	unsigned int limit = max(READ_ONCE(m->opt.readahead), XENFS_RUN_PAGES);

	/* racing readers of one open file spoil a guess, nothing more */
	if (index && index == READ_ONCE(xf->next))
		WRITE_ONCE(xf->window, min(max(xf->window * 2, XENFS_RUN_PAGES),
					   limit));
	else
		WRITE_ONCE(xf->window, XENFS_RUN_PAGES);
	return READ_ONCE(xf->window);
}

/*
 * Copy from up to READ_BATCH neighbouring lent pages, as far as no private folio
 * is in the place of one.  0: there are none.
 */
static ssize_t copy_lent(struct inode *inode, loff_t pos, size_t len,
			 struct iov_iter *to)
{
	struct page *pages[READ_BATCH];
	unsigned int want, n, i;
	size_t off = offset_in_page(pos);
	ssize_t copied = 0;
	bool fault = false, stop = false;

	want = min_t(size_t, DIV_ROUND_UP(off + len, PAGE_SIZE), READ_BATCH);
	n = xenfs_lent_get(inode, pos >> PAGE_SHIFT, pages, want);
	for (i = 0; i < n; i++) {
		size_t part = min(PAGE_SIZE - off, len - copied), done;
		void *from;

		if (xenfs_has_private(inode->i_mapping, (pos >> PAGE_SHIFT) + i))
			stop = true;
		if (!stop) {
			from = kmap_local_page(pages[i]);
			done = copy_to_iter(from + off, part, to);
			kunmap_local(from);
			copied += done;
			fault = done < part;
			stop = fault;
		}
		put_page(pages[i]);
		off = 0;
	}
	return fault && !copied ? -EFAULT : copied;
}

/*
 * Read through the page cache, but no further than the run that begins after
 * this one: there it may be possible to borrow again.
 */
static ssize_t read_private(struct kiocb *iocb, struct iov_iter *to, size_t len)
{
	size_t run = XENFS_RUN_PAGES << PAGE_SHIFT;
	size_t part = min_t(size_t, len, run - (iocb->ki_pos & (run - 1)));
	size_t count = iov_iter_count(to);
	int flags = iocb->ki_flags;
	ssize_t ret;

	iov_iter_truncate(to, part);
	count -= iov_iter_count(to);
	/* O_DIRECT asks not to be cached here; a copy has to be somewhere */
	iocb->ki_flags &= ~IOCB_DIRECT;
	ret = filemap_read(iocb, to, 0);
	iocb->ki_flags = flags;
	iov_iter_reexpand(to, iov_iter_count(to) + count);
	return ret;
}

/* One step of a read: at least one octet, 0 at the end, or an error. */
static ssize_t read_step(struct kiocb *iocb, struct iov_iter *to, size_t len)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file_inode(file);
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_file *xf = file->private_data;
	pgoff_t index = iocb->ki_pos >> PAGE_SHIFT;
	ssize_t ret;
	int err;

	if (xenfs_borrows(inode) && !xenfs_has_private(inode->i_mapping, index)) {
		ret = copy_lent(inode, iocb->ki_pos, len, to);
		if (!ret) {
			if (iocb->ki_flags & IOCB_NOWAIT)
				return -EAGAIN;
			err = xenfs_lent_fetch(file, index,
					       next_window(file, index));
			if (err < 0)
				return err;
			if (err > 0)
				ret = copy_lent(inode, iocb->ki_pos, len, to);
		}
		if (ret > 0) {
			iocb->ki_pos += ret;
			WRITE_ONCE(xf->next, (iocb->ki_pos - 1) / PAGE_SIZE + 1);
			xenfs_count_add(m, lent_bytes, ret);
		}
		if (ret)
			return ret;
	}
	ret = read_private(iocb, to, len);
	if (ret > 0)
		xenfs_count_add(m, private_bytes, ret);
	return ret;
}

ssize_t xenfs_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t done = 0, ret = 0;
	loff_t size;

	if (!iov_iter_count(to))
		return 0;
	if (!(iocb->ki_flags & IOCB_NOWAIT)) {
		ret = xenfs_revalidate(inode, false);
		if (ret)
			return ret;
	}

	while (iov_iter_count(to)) {
		size = i_size_read(inode);
		if (iocb->ki_pos >= size)
			break;
		ret = read_step(iocb, to, min_t(u64, iov_iter_count(to),
						size - iocb->ki_pos));
		if (ret <= 0)
			break;
		done += ret;
		cond_resched();
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
	}
	if (done)
		xenfs_count_add(xenfs_mount_of(inode), read_bytes, done);
	file_accessed(iocb->ki_filp);
	return done ? done : ret;
}
