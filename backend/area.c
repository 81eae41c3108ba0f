// SPDX-License-Identifier: GPL-2.0
/*
 * A queue's data area: pages of the guest, mapped here one by one.
 *
 * They need not be contiguous in our address space, since all that is done
 * with them is copying (the functions below, under the queue's gate).  What is
 * in them may change at any time.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <xen/grant_table.h>
#include <xen/page.h>
#include <xen/xenbus.h>

#include "conn.h"

static void area_free(struct xenfsd_area *area)
{
	kvfree(area->handles);
	kvfree(area->pages);
	area->handles = NULL;
	area->pages = NULL;
	area->nr_pages = 0;
}

static void set_unmap(struct gnttab_unmap_grant_ref *op,
		      struct xenfsd_area *area, unsigned int i)
{
	gnttab_set_unmap_op(op, (unsigned long)page_address(area->pages[i]),
			    GNTMAP_host_map, area->handles[i]);
}

/* Unmaps those pages that are mapped. */
static void unmap_pages(struct xenfsd_area *area)
{
	unsigned int i;

	for (i = 0; i < area->nr_pages; i++) {
		struct gnttab_unmap_grant_ref op;

		if (area->handles[i] == INVALID_GRANT_HANDLE)
			continue;
		set_unmap(&op, area, i);
		/* The pages are ours alone: this cannot fail for a reader. */
		WARN_ON_ONCE(gnttab_unmap_refs(&op, NULL, &area->pages[i], 1));
		area->handles[i] = INVALID_GRANT_HANDLE;
	}
}

static int map_pages(struct xenfsd_area *area, domid_t domid,
		     const grant_ref_t *refs)
{
	struct gnttab_map_grant_ref *ops;
	unsigned int i;
	int err;

	ops = kvcalloc(area->nr_pages, sizeof(*ops), GFP_KERNEL);
	if (!ops)
		return -ENOMEM;

	for (i = 0; i < area->nr_pages; i++) {
		gnttab_set_map_op(&ops[i],
				  (unsigned long)page_address(area->pages[i]),
				  GNTMAP_host_map, refs[i], domid);
		/* for when the hypercall as a whole fails */
		ops[i].status = GNTST_general_error;
	}
	err = gnttab_map_refs(ops, NULL, area->pages, area->nr_pages);
	for (i = 0; i < area->nr_pages; i++) {
		if (ops[i].status == GNTST_okay)
			area->handles[i] = ops[i].handle;
		else if (!err)
			err = -EFAULT;
	}
	kvfree(ops);
	if (err)
		unmap_pages(area);
	return err;
}

/* Copies the list of references: it is read once. */
static int read_list(struct xenbus_device *dev, grant_ref_t list,
		     grant_ref_t *refs, unsigned int n)
{
	void *addr;
	int err;

	err = xenbus_map_ring_valloc(dev, &list, 1, &addr);
	if (err)
		return err;
	memcpy(refs, addr, n * sizeof(*refs));
	xenbus_unmap_ring_vfree(dev, addr);
	return 0;
}

/**
 * xenfsd_area_map() - map a queue's data area
 * @area: filled in; unmapped and empty after an error
 * @dev: whose frontend granted it
 * @list: grant reference of the page that holds the pages' references
 * @nr_pages: how many there are, 1..XENFSD_MAX_AREA_PAGES
 *
 * Return: 0 or a negative errno.
 */
int xenfsd_area_map(struct xenfsd_area *area, struct xenbus_device *dev,
		    grant_ref_t list, unsigned int nr_pages)
{
	grant_ref_t *refs;
	unsigned int i;
	int err = -ENOMEM;

	refs = kvcalloc(nr_pages, sizeof(*refs), GFP_KERNEL);
	area->pages = kvcalloc(nr_pages, sizeof(*area->pages), GFP_KERNEL);
	area->handles = kvcalloc(nr_pages, sizeof(*area->handles), GFP_KERNEL);
	if (!refs || !area->pages || !area->handles)
		goto free_area;
	for (i = 0; i < nr_pages; i++)
		area->handles[i] = INVALID_GRANT_HANDLE;

	err = read_list(dev, list, refs, nr_pages);
	if (err)
		goto free_area;
	err = gnttab_alloc_pages(nr_pages, area->pages);
	if (err)
		goto free_area;
	area->nr_pages = nr_pages;
	err = map_pages(area, dev->otherend_id, refs);
	if (err)
		goto free_pages;
	kvfree(refs);
	return 0;

free_pages:
	gnttab_free_pages(nr_pages, area->pages);
free_area:
	kvfree(refs);
	area_free(area);
	return err;
}

/**
 * xenfsd_area_unmap() - unmap a data area
 * @area: may be empty
 *
 * Context: the queue's gate is held for writing, or nobody else knows the area.
 */
void xenfsd_area_unmap(struct xenfsd_area *area)
{
	if (!area->nr_pages)
		return;
	unmap_pages(area);
	gnttab_free_pages(area->nr_pages, area->pages);
	area_free(area);
}

/**
 * xenfsd_area_read() - copy out of the area
 * @area: mapped
 * @to: private memory
 * @off: where to begin
 * @len: how much; off + len is within the area
 */
void xenfsd_area_read(struct xenfsd_area *area, void *to, u32 off, u32 len)
{
	while (len) {
		u32 in_page = offset_in_page(off);
		u32 n = min_t(u32, len, PAGE_SIZE - in_page);

		memcpy(to, page_address(area->pages[off >> PAGE_SHIFT]) + in_page, n);
		to += n;
		off += n;
		len -= n;
	}
}

/**
 * xenfsd_area_write() - copy into the area
 * @area: mapped
 * @off: where to begin
 * @from: private memory
 * @len: how much; off + len is within the area
 */
void xenfsd_area_write(struct xenfsd_area *area, u32 off, const void *from,
		       u32 len)
{
	while (len) {
		u32 in_page = offset_in_page(off);
		u32 n = min_t(u32, len, PAGE_SIZE - in_page);

		memcpy(page_address(area->pages[off >> PAGE_SHIFT]) + in_page, from, n);
		from += n;
		off += n;
		len -= n;
	}
}
