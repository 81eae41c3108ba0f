// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings of files.
 *
 * PVH and HVM: a fault on a lent page enters it, and its neighbours of the same
 * run that are lent too, into the page table, read-only.  The area is
 * VM_MIXEDMAP, because it holds private folios as well.  A write to a private
 * mapping copies, as ever.  Nothing is entered outside a fault: at ->mmap the
 * protection still has the write bit, and Xen discards what a PVH guest stores
 * into a frame that was granted read-only, silently.
 *
 * What may be executed is never a lent page: Xen enters granted frames into a
 * PVH guest's second-level tables as not executable, and kills the domain that
 * fetches an instruction there.  An area with VM_EXEC is served from private
 * folios; one that mprotect() makes so loses its lent pages first.
 *
 * PV: Xen refuses granted frames in user page tables, so a mapping holds private
 * folios only, which folio.c fills from lent pages where there are any.
 *
 * Stores: one to a shared mapping finds its page write-protected, or not there.
 * page_mkwrite() makes a private folio of a lent page, which drops the loan and
 * its entries, and lets the fault come again; of a private folio it notes that
 * all of it is dirty.  An area whose pages may be written never has a writable
 * entry for a lent page: having page_mkwrite() keeps the write bit out of
 * vm_page_prot, and page_mkwrite() never lets one be written.
 *
 * The fault holds invalidate_lock shared from before it looks at the index
 * until the entries are made; xenfs_lent_drop() holds it exclusively from
 * before it takes a page out of the index until it has unmapped it.  So an
 * entry is either made before and removed by the drop, or not made.  Nothing is
 * sent with the lock held: borrow, then look again.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "xenfs.h"

#define FAULT_AROUND	16u

/* Enter lent pages around the fault; the one at its address is among them. */
static vm_fault_t insert_around(struct vm_fault *vmf, struct inode *inode)
{
	struct vm_area_struct *vma = vmf->vma;
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct page *pages[FAULT_AROUND];
	pgoff_t first, last, index;
	vm_fault_t ret = VM_FAULT_NOPAGE;
	unsigned int n, i, inserted = 0;
	int err;

	/* an aligned block, as far as it lies in the area and in the file */
	first = round_down(vmf->pgoff, FAULT_AROUND);
	first = max(first, vma->vm_pgoff);
	last = round_down(vmf->pgoff, FAULT_AROUND) + FAULT_AROUND - 1;
	last = min(last, vma->vm_pgoff + vma_pages(vma) - 1);
	last = min_t(pgoff_t, last, (i_size_read(inode) - 1) >> PAGE_SHIFT);

	for (index = first; index <= last; index += max(n, 1u)) {
		n = xenfs_lent_get(inode, index, pages, last - index + 1);
		for (i = 0; i < n; i++) {
			unsigned long addr = vma->vm_start +
				((index + i - vma->vm_pgoff) << PAGE_SHIFT);

			/* a private folio beside it is newer */
			err = xenfs_has_private(&inode->i_data, index + i) ?
			      -EBUSY : vm_insert_page(vma, addr, pages[i]);
			if (!err)
				inserted++;
			else if (err != -EBUSY && index + i == vmf->pgoff)
				ret = vmf_error(err);
			put_page(pages[i]);
		}
	}
	xenfs_count_add(m, faults_inserted, inserted);
	return ret;
}

/* Serve a fault by a lent page.  0: there is none at its address. */
static vm_fault_t fault_lent(struct vm_fault *vmf, struct inode *inode)
{
	struct address_space *mapping = inode->i_mapping;
	struct page *page;
	vm_fault_t ret = 0;

	filemap_invalidate_lock_shared(mapping);
	if (xenfs_has_private(mapping, vmf->pgoff) ||
	    !xenfs_lent_get(inode, vmf->pgoff, &page, 1))
		goto unlock;
	if (vmf->cow_page) {
		/* a private copy is wanted: it is made from this page */
		lock_page(page);
		vmf->page = page;
		ret = VM_FAULT_LOCKED;
	} else {
		put_page(page);
		ret = insert_around(vmf, inode);
	}
	xenfs_count(xenfs_mount_of(inode), faults_lent);
unlock:
	filemap_invalidate_unlock_shared(mapping);
	return ret;
}

/*
 * A private folio is filled from a lent page where there is one: borrow a run
 * before the page cache takes its locks.  Refused or failed: it is read.
 */
static vm_fault_t fault_private(struct vm_fault *vmf)
{
	struct file *file = vmf->vma->vm_file;
	struct inode *inode = file_inode(file);

	if (xenfs_borrows(inode) &&
	    !xenfs_has_private(&inode->i_data, vmf->pgoff))
		xenfs_lent_fetch(file, vmf->pgoff, XENFS_RUN_PAGES);
	return filemap_fault(vmf);
}

/*
 * A shared mapping is to be stored to.  0: the page is a private folio.
 *
 * A program that stores to page after page would wait for each: where neither a
 * folio nor a loan is there, readahead sees by the folios before it how many to
 * fetch.  (Borrowing them would cost unmapping each of them again.)
 */
static vm_fault_t make_private(struct vm_fault *vmf)
{
	struct file *file = vmf->vma->vm_file;
	struct inode *inode = file_inode(file);
	int err;

	if (vmf->pgoff >= DIV_ROUND_UP((u64)i_size_read(inode), PAGE_SIZE))
		return VM_FAULT_SIGBUS;
	if (!xenfs_has_private(&inode->i_data, vmf->pgoff) &&
	    !xenfs_lent_count(inode, vmf->pgoff, vmf->pgoff))
		page_cache_sync_readahead(&inode->i_data, &file->f_ra, file,
					  vmf->pgoff, 1);
	err = xenfs_make_private(file, vmf->pgoff);
	if (err == -EINTR)
		return VM_FAULT_NOPAGE;
	return err ? vmf_error(err) : 0;
}

static vm_fault_t fault(struct vm_fault *vmf)
{
	struct file *file = vmf->vma->vm_file;
	struct inode *inode = file_inode(file);
	vm_fault_t ret;
	int err;

	if (vmf->vma->vm_flags & VM_EXEC)
		return fault_private(vmf);
	for (;;) {
		if (vmf->pgoff >= DIV_ROUND_UP((u64)i_size_read(inode),
					       PAGE_SIZE))
			return VM_FAULT_SIGBUS;
		/* a lent page would only be replaced at once */
		if ((vmf->flags & FAULT_FLAG_WRITE) &&
		    (vmf->vma->vm_flags & VM_SHARED))
			return make_private(vmf) ?: filemap_fault(vmf);
		ret = fault_lent(vmf, inode);
		if (ret)
			return ret;
		if (!xenfs_borrows(inode) ||
		    xenfs_has_private(&inode->i_data, vmf->pgoff))
			return filemap_fault(vmf);
		err = xenfs_lent_fetch(file, vmf->pgoff, XENFS_RUN_PAGES);
		if (!err)
			return filemap_fault(vmf);
		if (err < 0)
			return fatal_signal_pending(current) ?
			       VM_FAULT_NOPAGE : vmf_error(err);
		/* lent now, if nobody has taken it back in the meantime */
	}
}

/*
 * Part of an area changes its protection, with mmap_lock held for writing.  If
 * it becomes executable, no lent page may be left in it: from here to the end of
 * mprotect() no fault can enter one, for the area is locked as well, and after
 * it fault() looks at VM_EXEC.
 */
static int mprotect(struct vm_area_struct *vma, unsigned long start,
		    unsigned long end, unsigned long flags)
{
	loff_t from;

	if (!(flags & VM_EXEC) || (vma->vm_flags & VM_EXEC))
		return 0;
	vm_flags_set(vma, 0);	/* locks the area against faults without mmap_lock */
	from = (loff_t)vma->vm_pgoff << PAGE_SHIFT;
	from += start - vma->vm_start;
	unmap_mapping_range(vma->vm_file->f_mapping, from, end - start, 0);
	return 0;
}

/* The first store to a page of a shared mapping since it was clean. */
static vm_fault_t page_mkwrite(struct vm_fault *vmf)
{
	struct folio *folio = page_folio(vmf->page);
	struct file *file = vmf->vma->vm_file;
	struct inode *inode = file_inode(file);
	vm_fault_t ret;

	sb_start_pagefault(inode->i_sb);
	if (folio->mapping != inode->i_mapping) {
		/* lent, or truncated meanwhile: the fault comes again */
		ret = make_private(vmf) ?: VM_FAULT_NOPAGE;
		goto end_pagefault;
	}
	folio_lock(folio);
	if (folio->mapping != inode->i_mapping ||
	    folio_pos(folio) >= i_size_read(inode)) {
		folio_unlock(folio);
		ret = VM_FAULT_NOPAGE;
		goto end_pagefault;
	}
	xenfs_dirty_add(inode, folio, 0, PAGE_SIZE);
	folio_mark_dirty(folio);
	ret = VM_FAULT_LOCKED;
end_pagefault:
	sb_end_pagefault(inode->i_sb);
	return ret;
}

static const struct vm_operations_struct lent_vm_ops = {
	.fault		= fault,
	.mprotect	= mprotect,
	.page_mkwrite	= page_mkwrite,
};

static const struct vm_operations_struct private_vm_ops = {
	.fault		= fault_private,
	.map_pages	= filemap_map_pages,
	.page_mkwrite	= page_mkwrite,
};

/* From now on the file's pages are borrowed, if they can be mapped at all. */
static void lend_small(struct inode *inode)
{
	if (xenfs_borrows(inode))
		return;
	WRITE_ONCE(XENFS_I(inode)->lend_small, true);
	/* what is clean need not be copied; what is mapped or dirty stays */
	if (xenfs_borrows(inode))
		invalidate_mapping_pages(inode->i_mapping, 0, -1);
}

/**
 * xenfs_mmap() - map a file
 * @file: the file
 * @vma: the area
 *
 * Cost of touching n pages in order, cold, on PVH: n / 64 round trips and map
 * hypercalls, n / 16 faults; warm: the faults alone.
 */
int xenfs_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct inode *inode = file_inode(file);
	int err;

	err = xenfs_revalidate(inode, false);
	if (err)
		return err;
	file_accessed(file);
	if (xenfs_user_can_map_grants() && vma->vm_flags & VM_MAYSHARE)
		lend_small(inode);
	if (xenfs_user_can_map_grants() && xenfs_borrows(inode)) {
		vm_flags_set(vma, VM_MIXEDMAP);
		vma->vm_ops = &lent_vm_ops;
	} else {
		vma->vm_ops = &private_vm_ops;
	}
	xenfs_mapped_watch(inode);
	return 0;
}
