// SPDX-License-Identifier: GPL-2.0
/*
 * READDIR: names, and with PLUS nodes and attributes.
 *
 * First the file system's own iteration fills a private list of names, as many
 * as will fit into the answer; then, with the directory unlocked, each name is
 * looked up and the answer is written.  An entry that does not fit in the end
 * is no loss: the cookie of the one before leads to it, and the next READDIR
 * seeks there.
 *
 * The cookie of an entry is the offset of the one that follows it, which is
 * known when that one comes, or from the position at the end.
 */
#include <linux/fs.h>

#include "backend.h"
#include "node.h"
#include "request.h"
#include "share.h"

/* One name in the list. */
struct name {
	u64 ino;
	u64 next;		/* the cookie */
	u16 len;
	u8 type;
	char name[];
};

#define NAME_SIZE(len)	ALIGN(sizeof(struct name) + (len), 8)

/* What a handle mostly takes; a longer one costs a shorter listing. */
#define HANDLE_GUESS	32

struct collection {
	struct dir_context ctx;
	void *list;		/* of struct name */
	u32 list_len;
	u32 list_size;
	u32 answer_len;		/* what the names so far will take */
	u32 answer_size;
	struct name *last;
	bool plus;
	bool full;
	u64 root_ino;		/* for ".." in the export's root; else 0 */
};

static bool is_dot_name(const char *name, int len)
{
	return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

static bool collect(struct dir_context *ctx, const char *name, int len,
		    loff_t offset, u64 ino, unsigned int type)
{
	struct collection *c = container_of(ctx, struct collection, ctx);
	bool dots = len > 0 && len <= 2 && is_dot_name(name, len);
	struct name *entry = c->list + c->list_len;
	u32 size;

	if (c->last)
		c->last->next = offset;
	/* Nobody could ask for it by this name. */
	if (!dots && (len < 0 || !xenfsif_name_ok(name, len)))
		return true;

	size = xenfsif_dirent_size(len, c->plus && !dots, HANDLE_GUESS);
	if (size > c->answer_size - c->answer_len ||
	    NAME_SIZE(len) > c->list_size - c->list_len) {
		c->full = true;
		return false;
	}
	entry->ino = dots && len == 2 && c->root_ino ? c->root_ino : ino;
	entry->next = offset;
	entry->len = len;
	entry->type = type;
	memcpy(entry->name, name, len);
	c->list_len += NAME_SIZE(len);
	c->answer_len += size;
	c->last = entry;
	return true;
}

/* Fills the list from a cookie on.  Returns 1 at the end, 0, or an error. */
static int collect_names(struct file *file, u64 cookie, struct collection *c)
{
	loff_t pos;
	u32 before;
	int err;

	/* To zero always: some file systems read the directory anew then. */
	if (!cookie || cookie != file->f_pos) {
		pos = vfs_llseek(file, cookie, SEEK_SET);
		if (pos < 0)
			return pos;
	}
	do {
		before = c->list_len;
		err = iterate_dir(file, &c->ctx);
		if (c->last && !c->full)
			c->last->next = c->ctx.pos;
		if (err)	/* names are an answer: the next one tells */
			return c->last ? 0 : err;
	} while (!c->full && c->list_len != before);
	return !c->full;
}

/*
 * Adds an entry behind a record's name, unless the file cannot be looked up,
 * described or given a node: then the record goes without.  Returns the
 * record's length, or 0 if it does not fit.
 */
static u32 add_entry(struct xenfsd_request *rq, struct xenfsif_dirent *d,
		     const char *name, u32 room)
{
	struct xenfsd_session *session = rq->session;
	u32 bare = xenfsif_dirent_size(d->name_len, false, 0);
	u8 handle[XENFSIF_HANDLE_MAX] __aligned(8);
	struct xenfsif_entry *entry;
	struct xenfsd_node *node;
	struct path found;
	u32 len = bare;

	if (room < xenfsif_dirent_size(d->name_len, true, 0))
		return 0;
	if (xenfsd_lookup_name(session, &rq->path, name, d->name_len, &found))
		return bare;
	node = xenfsd_node_of(session, &found, false);
	if (IS_ERR(node))
		goto put_found;

	entry = (void *)d + bare;
	if (!xenfsd_entry_fill(node, &found, entry, handle)) {
		u32 with = xenfsif_dirent_size(d->name_len, true, entry->handle_len);

		len = with <= room ? with : 0;
	}
	if (len > bare) {
		void *end = entry + 1;

		memset(end, 0, (void *)d + len - end);
		memcpy(end, handle, entry->handle_len);
		d->has_entry = 1;
		d->ino = entry->attr.ino;
		d->type = (entry->attr.mode & S_IFMT) >> 12;
	} else {
		xenfsd_node_forget(session, node->id, node->generation, 1);
	}
	xenfsd_node_put(node);
put_found:
	path_put(&found);
	return len;
}

/* Writes the answer; returns whether all names were taken. */
static bool write_answer(struct xenfsd_request *rq, const struct collection *c)
{
	u32 size = rq->req.out_len, used = 0, done = 0;

	while (done < c->list_len) {
		const struct name *n = c->list + done;
		struct xenfsif_dirent *d = rq->out + used;
		u32 len = xenfsif_dirent_size(n->len, false, 0);

		if (len > size - used)
			break;
		memset(d, 0, len);
		d->ino = n->ino;
		d->cookie = n->next;
		d->name_len = n->len;
		d->type = n->type;
		memcpy(d + 1, n->name, n->len);
		if (c->plus && !is_dot_name(n->name, n->len)) {
			len = add_entry(rq, d, n->name, size - used);
			if (!len)
				break;
		}
		d->reclen = len;
		used += len;
		done += NAME_SIZE(n->len);
		if (fatal_signal_pending(current))
			break;
		cond_resched();
	}
	rq->rsp.u.readdir.count = used;
	rq->rsp.out_len = used;
	return done >= c->list_len;
}

int xenfsd_op_readdir(struct xenfsd_request *rq)
{
	const struct xenfsif_readdir *args = &rq->req.u.readdir;
	struct collection c = {
		.ctx.actor = collect,
		.plus = args->flags & XENFSIF_READDIR_PLUS,
		.answer_size = rq->req.out_len,
		.list_size = XENFSD_OUT_SIZE,
	};
	struct xenfsd_openfile *of;
	bool all;
	int err;

	err = xenfsd_request_scratch(rq);
	if (err)
		return err;
	c.list = rq->scratch;

	of = xenfsd_openfile_find(rq, args->fh);
	if (IS_ERR(of))
		return PTR_ERR(of);
	err = -ENOTDIR;
	if (!d_is_dir(rq->path.dentry))
		goto put_file;

	/* What lies above the root is not the guest's business. */
	if (rq->path.dentry == rq->session->root.dentry)
		c.root_ino = d_inode(rq->path.dentry)->i_ino;

	mutex_lock(&of->lock);
	err = collect_names(of->file, args->cookie, &c);
	mutex_unlock(&of->lock);
	if (err < 0)
		goto put_file;

	/* One that cannot even search the directory looks nothing up. */
	if (c.plus && inode_permission(mnt_idmap(rq->path.mnt),
				       d_inode(rq->path.dentry), MAY_EXEC))
		c.plus = false;
	all = write_answer(rq, &c);
	rq->rsp.u.readdir.eof = err && all;
	err = rq->rsp.out_len || rq->rsp.u.readdir.eof ? 0 : -EINVAL;
put_file:
	xenfsd_openfile_put(of);
	return err;
}
