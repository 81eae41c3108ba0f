// SPDX-License-Identifier: GPL-2.0
/*
 * Open files: OPEN, RELEASE and finding an open file by the guest's fh.
 *
 * An open file belongs to one node of its session and holds it.  The session's
 * table holds one reference, each request that uses the file another.  The low
 * half of an fh is an index, the high half comes from the share's words, so
 * that an fh that was closed is not taken for its successor.
 *
 * All files are opened for reading only, under the credentials of the caller of
 * OPEN; dentry_open() checks neither type nor permission, so that is done here.
 */
#include <linux/file.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#include "backend.h"
#include "loan.h"
#include "node.h"
#include "request.h"
#include "share.h"

/* For a window of LEND to be read at once. */
#define LEND_RA_PAGES	512

static int may_open(const struct path *path, u32 flags)
{
	struct inode *inode = d_inode(path->dentry);
	int mask = 0;

	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		break;
	case S_IFDIR:
		if (flags & XENFSIF_OPEN_EXEC)
			return -EACCES;
		break;
	default:
		return -ENXIO;
	}
	if (flags & XENFSIF_OPEN_WRITE)
		return S_ISDIR(inode->i_mode) ? -EISDIR : -EROFS;

	if (flags & XENFSIF_OPEN_EXEC) {
		if (path->mnt->mnt_flags & MNT_NOEXEC ||
		    inode->i_sb->s_iflags & SB_I_NOEXEC)
			return -EACCES;
		mask |= MAY_EXEC;
	}
	if (flags & XENFSIF_OPEN_READ || !mask)
		mask |= MAY_READ;
	if (flags & XENFSIF_OPEN_NOATIME &&
	    !inode_owner_or_capable(mnt_idmap(path->mnt), inode))
		return -EPERM;
	return inode_permission(mnt_idmap(path->mnt), inode, mask | MAY_OPEN);
}

static void openfile_free(struct kref *ref)
{
	struct xenfsd_openfile *of = container_of(ref, struct xenfsd_openfile, ref);

	/* Not fput(): a file system that hangs is to hold up this thread only. */
	__fput_sync(of->file);
	atomic_dec(&of->node->session->share->nr_open);
	xenfsd_node_put(of->node);
	kfree(of);
}

/* May wait for a file system. */
void xenfsd_openfile_put(struct xenfsd_openfile *of)
{
	kref_put(&of->ref, openfile_free);
}

/**
 * xenfsd_openfile_find() - the open file that a request names
 * @rq: its node is set
 * @fh: as the guest sent it
 *
 * Return: the open file with a reference, or ERR_PTR(-EBADF) if there is none,
 * or one of another node.
 */
struct xenfsd_openfile *xenfsd_openfile_find(struct xenfsd_request *rq, u64 fh)
{
	struct xarray *files = &rq->session->files;
	struct xenfsd_openfile *of;

	xa_lock(files);
	of = xa_load(files, (u32)fh);
	if (of && of->fh == fh && of->node == rq->node)
		kref_get(&of->ref);
	else
		of = ERR_PTR(-EBADF);
	xa_unlock(files);
	return of;
}

/* Gives an open file its number; the table takes over the reference. */
static int enter(struct xenfsd_session *session, struct xenfsd_openfile *of)
{
	bool dead;
	u32 index;
	int err;

	err = xa_alloc_cyclic(&session->files, &index, NULL, xa_limit_32b,
			      &session->next_file, GFP_KERNEL);
	if (err < 0)
		return err;
	of->fh = index | xenfsd_share_word(session->share) << 32;

	spin_lock(&session->lock);
	dead = session->dead;
	if (!dead)
		xa_store(&session->files, index, of, GFP_ATOMIC);
	spin_unlock(&session->lock);
	if (dead) {
		xa_erase(&session->files, index);
		return -ENOTCONN;
	}
	return 0;
}

static struct xenfsd_openfile *openfile_new(struct xenfsd_request *rq)
{
	u32 flags = rq->req.u.open.flags;
	struct xenfsd_openfile *of;
	struct address_space *mapping;
	int err, o_flags = O_RDONLY | O_LARGEFILE;

	if (flags & XENFSIF_OPEN_NOATIME)
		o_flags |= O_NOATIME;
	if (d_is_dir(rq->path.dentry))
		o_flags |= O_DIRECTORY;

	of = kzalloc(sizeof(*of), GFP_KERNEL);
	if (!of)
		return ERR_PTR(-ENOMEM);
	of->file = dentry_open(&rq->path, o_flags, current_cred());
	if (IS_ERR(of->file)) {
		err = PTR_ERR(of->file);
		kfree(of);
		return ERR_PTR(err);
	}
	kref_init(&of->ref);
	mutex_init(&of->lock);
	kref_get(&rq->node->ref);
	of->node = rq->node;
	mapping = xenfsd_lend_mapping(&rq->path);
	if (mapping) {
		file_ra_state_init(&of->ra, mapping);
		of->ra.ra_pages = max_t(unsigned int, of->ra.ra_pages, LEND_RA_PAGES);
	}
	return of;
}

int xenfsd_op_open(struct xenfsd_request *rq)
{
	struct xenfsd_session *session = rq->session;
	struct xenfsd_share *share = rq->share;
	struct xenfsd_openfile *of;
	int err;

	err = may_open(&rq->path, rq->req.u.open.flags);
	if (err)
		return err;

	if (atomic_inc_return(&share->nr_open) > session->config.max_open) {
		atomic_dec(&share->nr_open);
		return -ENFILE;
	}
	of = openfile_new(rq);
	if (IS_ERR(of)) {
		atomic_dec(&share->nr_open);
		return PTR_ERR(of);
	}

	rq->rsp.frames = xenfsd_node_frames(rq->node, &rq->path);
	err = xenfsd_attr_fill(&rq->path, rq->out);
	if (!err) {
		kref_get(&of->ref);
		err = enter(session, of);
		if (err)
			xenfsd_openfile_put(of);
	}
	if (!err) {
		rq->rsp.u.open.fh = of->fh;
		rq->rsp.out_len = sizeof(struct xenfsif_attr);
	}
	xenfsd_openfile_put(of);
	return err;
}

int xenfsd_op_release(struct xenfsd_request *rq)
{
	struct xarray *files = &rq->session->files;
	u64 fh = rq->req.u.release.fh;
	struct xenfsd_openfile *of;

	xa_lock(files);
	of = xa_load(files, (u32)fh);
	if (of && of->fh == fh)
		__xa_erase(files, (u32)fh);
	else
		of = NULL;
	xa_unlock(files);
	if (!of)
		return -EBADF;
	xenfsd_openfile_put(of);
	return 0;
}

/**
 * xenfsd_openfiles_release() - close all that the guest has open
 * @session: dead; nothing is opened any more
 *
 * Context: may wait for a file system.
 */
void xenfsd_openfiles_release(struct xenfsd_session *session)
{
	struct xenfsd_openfile *of;
	unsigned long index;

	xa_for_each(&session->files, index, of) {
		/* A RELEASE under way may be faster. */
		if (xa_cmpxchg(&session->files, index, of, NULL, 0) == of)
			xenfsd_openfile_put(of);
		cond_resched();
	}
}
