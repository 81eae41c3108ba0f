// SPDX-License-Identifier: GPL-2.0
/*
 * Open files: OPEN, RELEASE and finding an open file by the guest's fh.
 *
 * An open file belongs to one node of its session and holds it.  The session's
 * table holds one reference, each request that uses the file another.  The low
 * half of an fh is an index, the high half comes from the share's words, so
 * that an fh that was closed is not taken for its successor.
 *
 * Files are opened under the credentials of the caller of OPEN; dentry_open()
 * takes write access, but checks neither type nor permission, so that is done
 * here.  O_APPEND is never set: each WRITE says whether it appends.  An inode
 * that may only be appended to can be opened for writing, therefore, and every
 * operation that uses the file looks at that again.
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

/* So many groups of its opener make an open file count twice. */
#define GROUPS_WEIGHT	128

/**
 * xenfsd_may_open() - whether the caller may open a file
 * @session: the session
 * @path: of the file
 * @flags: XENFSIF_OPEN_*
 *
 * Context: runs as the caller.
 * Return: 0 or a negative errno.
 */
int xenfsd_may_open(struct xenfsd_session *session, const struct path *path,
		    u32 flags)
{
	struct inode *inode = d_inode(path->dentry);
	int mask = 0, err;

	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		break;
	case S_IFDIR:
		if (flags & XENFSIF_OPEN_EXEC)
			return -EACCES;
		if (flags & XENFSIF_OPEN_WRITE)
			return -EISDIR;
		break;
	default:
		return -ENXIO;
	}
	if (flags & XENFSIF_OPEN_WRITE) {
		if (!session->config.rw)
			return -EROFS;
		mask |= MAY_WRITE;
	}
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
	err = inode_permission(mnt_idmap(path->mnt), inode, mask | MAY_OPEN);
	/* not where the owner could not change the mode back, either */
	if (err == -EACCES && flags & XENFSIF_OPEN_AGAIN && !(mask & MAY_EXEC) &&
	    session->config.rw && !IS_IMMUTABLE(inode) && !IS_APPEND(inode) &&
	    inode_owner_or_capable(mnt_idmap(path->mnt), inode))
		err = 0;
	return err;
}

/**
 * xenfsd_open_flags() - O_* for XENFSIF_OPEN_*
 * @path: of the file
 * @flags: XENFSIF_OPEN_*
 *
 * What is opened for writing is opened for reading as well, if the caller may
 * read it: the guest fills pages of which it writes a part.
 *
 * Context: runs as the caller.
 */
int xenfsd_open_flags(const struct path *path, u32 flags)
{
	int o_flags = O_LARGEFILE;

	if (!(flags & XENFSIF_OPEN_WRITE))
		o_flags |= O_RDONLY;
	else if (flags & (XENFSIF_OPEN_READ | XENFSIF_OPEN_EXEC) ||
		 !inode_permission(mnt_idmap(path->mnt), d_inode(path->dentry),
				   MAY_READ))
		o_flags |= O_RDWR;
	else
		o_flags |= O_WRONLY;
	if (flags & XENFSIF_OPEN_NOATIME)
		o_flags |= O_NOATIME;
	return o_flags;
}

/* An open file keeps its opener's groups: whose are many counts for more. */
static int weight(const struct cred *cred)
{
	return 1 + cred->group_info->ngroups / GROUPS_WEIGHT;
}

static void uncount(struct xenfsd_share *share, const struct cred *cred)
{
	atomic_dec(&share->nr_open);
	atomic_sub(weight(cred), &share->open_weight);
}

/**
 * xenfsd_openfile_reserve() - count one more open file
 * @session: the session
 *
 * Context: runs as the caller, and so does xenfsd_openfile_unreserve().
 * Return: 0, or -ENFILE if the guest has as many as it may.
 */
int xenfsd_openfile_reserve(struct xenfsd_session *session)
{
	struct xenfsd_share *share = session->share;

	atomic_inc(&share->nr_open);
	if (atomic_add_return(weight(current_cred()), &share->open_weight) <=
	    session->config.max_open)
		return 0;
	uncount(share, current_cred());
	return -ENFILE;
}

/* One less: there will be no file. */
void xenfsd_openfile_unreserve(struct xenfsd_session *session)
{
	uncount(session->share, current_cred());
}

static void openfile_free(struct kref *ref)
{
	struct xenfsd_openfile *of = container_of(ref, struct xenfsd_openfile, ref);

	xenfsd_locks_drop(of);
	if (of->file->f_mode & FMODE_WRITE)
		xenfsd_node_count_writer(of->node, -1);
	uncount(of->node->session->share, of->file->f_cred);
	/* Not fput(): a file system that hangs is to hold up this thread only. */
	__fput_sync(of->file);
	xenfsd_node_put(of->node);
	kfree(of);
}

/* May wait for a file system. */
void xenfsd_openfile_put(struct xenfsd_openfile *of)
{
	kref_put(&of->ref, openfile_free);
}

/**
 * xenfsd_openfile_get() - an open file of a node
 * @node: held
 * @fh: as the guest sent it
 *
 * Return: the open file with a reference, or ERR_PTR(-EBADF) if there is none,
 * or one of another node.
 */
struct xenfsd_openfile *xenfsd_openfile_get(struct xenfsd_node *node, u64 fh)
{
	struct xarray *files = &node->session->files;
	struct xenfsd_openfile *of;

	xa_lock(files);
	of = xa_load(files, (u32)fh);
	if (of && of->fh == fh && of->node == node)
		kref_get(&of->ref);
	else
		of = ERR_PTR(-EBADF);
	xa_unlock(files);
	return of;
}

/* The open file of the request's node; see xenfsd_openfile_get(). */
struct xenfsd_openfile *xenfsd_openfile_find(struct xenfsd_request *rq, u64 fh)
{
	return xenfsd_openfile_get(rq->node, fh);
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

/* Takes over the file, and the reservation. */
static struct xenfsd_openfile *openfile_new(struct xenfsd_node *node,
					    const struct path *path,
					    struct file *file)
{
	struct address_space *mapping;
	struct xenfsd_openfile *of;

	of = kzalloc(sizeof(*of), GFP_KERNEL);
	if (!of) {
		uncount(node->session->share, file->f_cred);
		__fput_sync(file);
		return NULL;
	}
	kref_init(&of->ref);
	mutex_init(&of->lock);
	INIT_LIST_HEAD(&of->lock_uses);
	kref_get(&node->ref);
	of->node = node;
	of->file = file;
	if (file->f_mode & FMODE_WRITE)
		xenfsd_node_count_writer(node, 1);
	mapping = xenfsd_lend_mapping(path);
	if (mapping) {
		file_ra_state_init(&of->ra, mapping);
		of->ra.ra_pages = max_t(unsigned int, of->ra.ra_pages, LEND_RA_PAGES);
	}
	return of;
}

/**
 * xenfsd_openfile_add() - give a file to the guest
 * @node: the file's
 * @path: of the node
 * @file: open; taken over, and closed after an error
 * @fh: set to its number
 *
 * There is a reservation for it, which is taken over, too.
 *
 * Context: may wait for a file system.
 * Return: 0, -ENOMEM or -ENOTCONN.
 */
int xenfsd_openfile_add(struct xenfsd_node *node, const struct path *path,
			struct file *file, u64 *fh)
{
	struct xenfsd_openfile *of = openfile_new(node, path, file);
	int err;

	if (!of)
		return -ENOMEM;
	kref_get(&of->ref);
	err = enter(node->session, of);
	if (err)
		xenfsd_openfile_put(of);
	else
		*fh = of->fh;
	xenfsd_openfile_put(of);
	return err;
}

int xenfsd_op_open(struct xenfsd_request *rq)
{
	u32 flags = rq->req.u.open.flags;
	struct file *file;
	int err, o_flags;

	err = xenfsd_may_open(rq->session, &rq->path, flags);
	if (err)
		return err;
	o_flags = xenfsd_open_flags(&rq->path, flags);
	if (d_is_dir(rq->path.dentry))
		o_flags |= O_DIRECTORY;

	err = xenfsd_openfile_reserve(rq->session);
	if (err)
		return err;
	file = dentry_open(&rq->path, o_flags, current_cred());
	if (IS_ERR(file)) {
		xenfsd_openfile_unreserve(rq->session);
		return PTR_ERR(file);
	}
	/* The first writer makes the page cache lose huge pages of that kind. */
	if (IS_ENABLED(CONFIG_READ_ONLY_THP_FOR_FS) &&
	    file->f_mode & FMODE_WRITE)
		xenfsd_frames_doubt(rq->node);
	rq->rsp.frames = xenfsd_node_frames(rq->node, &rq->path);
	err = xenfsd_attr_fill(&rq->path, rq->out, &rq->rsp.version);
	if (err) {
		__fput_sync(file);
		xenfsd_openfile_unreserve(rq->session);
		return err;
	}
	err = xenfsd_openfile_add(rq->node, &rq->path, file, &rq->rsp.u.open.fh);
	if (!err)
		rq->rsp.out_len = sizeof(struct xenfsif_attr);
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
