/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * XenFS: what a message must look like before anything of it is used.
 *
 * Pure functions over private copies of what the peer sent: no locks, no
 * allocation, no side effects.  Both modules compile them, and so do the
 * user-space unit tests, which feed them hostile input.  What the fields mean
 * stands in xen/io/xenfsif.h; nothing here is a protocol fact of its own.
 */
#ifndef _XENFS_CHECK_H
#define _XENFS_CHECK_H

#include <xen/io/xenfsif.h>

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/stat.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#endif

#define XENFSIF_MAX_ERRNO	4095

static inline bool xenfsif_all_zero(const uint64_t *p, unsigned int n)
{
	uint64_t any = 0;

	while (n--)
		any |= *p++;
	return !any;
}

/**
 * xenfsif_range_ok() - whether a range of octets lies in an area
 * @off: where it begins
 * @len: how long it is; an empty range is allowed anywhere up to @area_len
 * @area_len: length of the area
 */
static inline bool xenfsif_range_ok(uint32_t off, uint32_t len,
				    uint32_t area_len)
{
	return off <= area_len && len <= area_len - off;
}

/**
 * xenfsif_file_range_ok() - whether a range of a file can exist
 * @offset: where it begins
 * @len: how long it is
 */
static inline bool xenfsif_file_range_ok(uint64_t offset, uint64_t len)
{
	return offset <= XENFSIF_MAX_OFFSET &&
	       len <= XENFSIF_MAX_OFFSET - offset;
}

/**
 * xenfsif_name_ok() - whether octets are one component of a path
 * @name: not NUL-terminated
 * @len: its length
 */
static inline bool xenfsif_name_ok(const char *name, uint32_t len)
{
	if (len == 0 || len > XENFSIF_NAME_MAX)
		return false;
	if (memchr(name, '/', len) || memchr(name, '\0', len))
		return false;
	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return false;
	return true;
}

/**
 * xenfsif_xattr_name_ok() - whether octets can be an attribute's full name
 * @name: not NUL-terminated
 * @len: its length
 */
static inline bool xenfsif_xattr_name_ok(const char *name, uint32_t len)
{
	return len > 0 && len <= XENFSIF_XATTR_NAME_MAX &&
	       !memchr(name, '\0', len);
}

/**
 * xenfsif_symlink_ok() - whether octets can be a symbolic link's target
 * @target: not NUL-terminated
 * @len: its length
 */
static inline bool xenfsif_symlink_ok(const char *target, uint32_t len)
{
	return len > 0 && len <= XENFSIF_SYMLINK_MAX &&
	       !memchr(target, '\0', len);
}

/**
 * xenfsif_tag_ok() - whether a string can be a share's tag
 * @tag: NUL-terminated
 */
static inline bool xenfsif_tag_ok(const char *tag)
{
	uint32_t n;

	if (tag[0] == '-' || tag[0] == '.')
		return false;
	for (n = 0; tag[n]; n++) {
		char c = tag[n];

		if (n == XENFSIF_TAG_MAX)
			return false;
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-')
			return false;
	}
	return n > 0;
}

/* The part of a request's in range that its operation may use. */
static inline uint32_t xenfsif_in_args_len(const struct xenfsif_request *req)
{
	return req->in_len - 4 * req->ngroups;
}

/**
 * xenfsif_check_request() - check all of a request that can be checked alone
 * @req: a private copy
 * @area_len: length of the queue's data area
 *
 * What is left to the caller: the contents of the in range (names, references),
 * node, generation and open file, and that CONNECT came first.
 *
 * Return: 0, -EINVAL, or -EOPNOTSUPP for an unknown opcode.
 */
static inline int xenfsif_check_request(const struct xenfsif_request *req,
					uint32_t area_len)
{
	uint32_t in, out = req->out_len;
	bool needs_node = true;

	if (req->op == 0 || req->op > XENFSIF_OP_MAX)
		return -EOPNOTSUPP;
	if (req->flags || req->reserved || req->umask > 0777)
		return -EINVAL;
	if (!xenfsif_range_ok(req->in_off, req->in_len, area_len) ||
	    !xenfsif_range_ok(req->out_off, req->out_len, area_len))
		return -EINVAL;
	if (req->in_len && req->out_len &&
	    req->in_off < req->out_off + req->out_len &&
	    req->out_off < req->in_off + req->in_len)
		return -EINVAL;
	if (req->out_len > XENFSIF_OUT_MAX)
		return -EINVAL;
	if (req->ngroups > XENFSIF_GROUPS_MAX ||
	    req->ngroups > req->in_len / 4)
		return -EINVAL;
	if (req->uid == 0xffffffffu || req->gid == 0xffffffffu)
		return -EINVAL;
	in = xenfsif_in_args_len(req);

	switch (req->op) {
	case XENFSIF_OP_CONNECT:
		needs_node = false;
		if (!xenfsif_all_zero(req->u.connect.reserved, 5) || in ||
		    out < sizeof(struct xenfsif_entry) + XENFSIF_HANDLE_MAX)
			return -EINVAL;
		break;
	case XENFSIF_OP_DISCONNECT:
	case XENFSIF_OP_SYNCFS:
		needs_node = false;
		if (!xenfsif_all_zero(req->u.args, 6) || in || out)
			return -EINVAL;
		break;
	case XENFSIF_OP_TABLE:
		needs_node = false;
		if (!xenfsif_all_zero(req->u.table.reserved, 5) || in ||
		    req->u.table.count == 0 ||
		    req->u.table.count > XENFSIF_TABLE_MAX ||
		    out < 4 * req->u.table.count)
			return -EINVAL;
		break;
	case XENFSIF_OP_LOOKUP:
		if (!xenfsif_all_zero(req->u.args, 6) ||
		    in < 1 || in > XENFSIF_NAME_MAX ||
		    out < sizeof(struct xenfsif_entry) + XENFSIF_HANDLE_MAX)
			return -EINVAL;
		break;
	case XENFSIF_OP_FORGET:
		needs_node = false;
		if (req->u.forget.reserved0 ||
		    !xenfsif_all_zero(req->u.forget.reserved, 5) || out ||
		    req->u.forget.count == 0 ||
		    req->u.forget.count > in / sizeof(struct xenfsif_forget) ||
		    in != req->u.forget.count * sizeof(struct xenfsif_forget))
			return -EINVAL;
		break;
	case XENFSIF_OP_RECLAIM:
		needs_node = req->u.reclaim.name_len != 0;
		if (req->u.reclaim.reserved0 ||
		    !xenfsif_all_zero(req->u.reclaim.reserved, 4) ||
		    req->u.reclaim.name_len > XENFSIF_NAME_MAX ||
		    req->u.reclaim.handle_len > XENFSIF_HANDLE_MAX ||
		    in != req->u.reclaim.name_len + req->u.reclaim.handle_len ||
		    in == 0 ||
		    out < sizeof(struct xenfsif_entry) + XENFSIF_HANDLE_MAX)
			return -EINVAL;
		break;
	case XENFSIF_OP_ACCESS:
		if (req->u.access.reserved0 ||
		    !xenfsif_all_zero(req->u.access.reserved, 5) || in || out ||
		    req->u.access.mask & ~(XENFSIF_MAY_EXEC | XENFSIF_MAY_WRITE |
					   XENFSIF_MAY_READ))
			return -EINVAL;
		break;
	case XENFSIF_OP_CANCEL:
		needs_node = false;
		if (!xenfsif_all_zero(req->u.cancel.reserved, 5) || in || out)
			return -EINVAL;
		break;
	case XENFSIF_OP_GETATTR:
		if (!xenfsif_all_zero(req->u.args, 6) || in ||
		    out < sizeof(struct xenfsif_attr))
			return -EINVAL;
		break;
	case XENFSIF_OP_READDIR:
		if (req->u.readdir.reserved0 ||
		    !xenfsif_all_zero(req->u.readdir.reserved, 3) || in ||
		    req->u.readdir.flags & ~XENFSIF_READDIR_PLUS ||
		    req->u.readdir.cookie > XENFSIF_MAX_OFFSET ||
		    out < XENFSIF_DIR_OUT_MIN)
			return -EINVAL;
		break;
	case XENFSIF_OP_READLINK:
		if (!xenfsif_all_zero(req->u.args, 6) || in ||
		    out < XENFSIF_SYMLINK_MAX)
			return -EINVAL;
		break;
	case XENFSIF_OP_OPEN:
		if (req->u.open.reserved0 ||
		    !xenfsif_all_zero(req->u.open.reserved, 5) || in ||
		    req->u.open.flags & ~(XENFSIF_OPEN_READ | XENFSIF_OPEN_WRITE |
					  XENFSIF_OPEN_EXEC |
					  XENFSIF_OPEN_NOATIME |
					  XENFSIF_OPEN_AGAIN) ||
		    out < sizeof(struct xenfsif_attr))
			return -EINVAL;
		break;
	case XENFSIF_OP_RELEASE:
		needs_node = false;
		if (!xenfsif_all_zero(req->u.release.reserved, 5) || in || out)
			return -EINVAL;
		break;
	case XENFSIF_OP_STATFS:
		if (!xenfsif_all_zero(req->u.args, 6) || in ||
		    out < sizeof(struct xenfsif_statfs))
			return -EINVAL;
		break;
	case XENFSIF_OP_GETXATTR:
	case XENFSIF_OP_LISTXATTR:
		if (req->u.xattr.reserved0 ||
		    !xenfsif_all_zero(req->u.xattr.reserved, 5) ||
		    req->u.xattr.size > XENFSIF_XATTR_SIZE_MAX ||
		    req->u.xattr.size > out)
			return -EINVAL;
		if (req->op == XENFSIF_OP_GETXATTR ?
		    in < 1 || in > XENFSIF_XATTR_NAME_MAX : in)
			return -EINVAL;
		break;
	case XENFSIF_OP_LEND:
		if (!xenfsif_all_zero(req->u.lend.reserved, 3) || in ||
		    req->u.lend.flags & ~XENFSIF_LEND_AHEAD ||
		    req->u.lend.count == 0 ||
		    req->u.lend.count > XENFSIF_LEND_MAX ||
		    out < 4 * req->u.lend.count ||
		    req->u.lend.index > XENFSIF_MAX_OFFSET / XENFSIF_PAGE_SIZE)
			return -EINVAL;
		break;
	case XENFSIF_OP_RETURN:
		needs_node = false;
		if (req->u.ret.reserved0 ||
		    !xenfsif_all_zero(req->u.ret.reserved, 5) || out ||
		    req->u.ret.count == 0 ||
		    req->u.ret.count > in / 4 || in != 4 * req->u.ret.count)
			return -EINVAL;
		break;
	case XENFSIF_OP_REVALIDATE:
		if (!xenfsif_all_zero(req->u.args, 6) || in ||
		    out < sizeof(struct xenfsif_detached))
			return -EINVAL;
		break;
	case XENFSIF_OP_READ:
		if (req->u.read.reserved0 ||
		    !xenfsif_all_zero(req->u.read.reserved, 2) ||
		    !xenfsif_file_range_ok(req->u.read.offset,
					   req->u.read.len))
			return -EINVAL;
		if (req->u.read.nrefs == 0) {
			if (in || req->u.read.first || req->u.read.len > out)
				return -EINVAL;
			break;
		}
		if (out || req->u.read.nrefs > XENFSIF_READ_REFS_MAX ||
		    in != 4 * req->u.read.nrefs ||
		    req->u.read.first >= XENFSIF_PAGE_SIZE ||
		    req->u.read.len > req->u.read.nrefs * XENFSIF_PAGE_SIZE -
				      req->u.read.first)
			return -EINVAL;
		break;
	case XENFSIF_OP_SEEK:
		if (req->u.seek.reserved0 ||
		    !xenfsif_all_zero(req->u.seek.reserved, 3) || in || out ||
		    req->u.seek.offset > XENFSIF_MAX_OFFSET ||
		    (req->u.seek.whence != XENFSIF_SEEK_DATA &&
		     req->u.seek.whence != XENFSIF_SEEK_HOLE))
			return -EINVAL;
		break;
	case XENFSIF_OP_WRITE:
		if (req->u.write.reserved0 ||
		    !xenfsif_all_zero(req->u.write.reserved, 3) ||
		    req->u.write.flags & ~(XENFSIF_WRITE_APPEND |
					   XENFSIF_WRITE_DSYNC |
					   XENFSIF_WRITE_SYNC) ||
		    req->u.write.nsegs == 0 ||
		    req->u.write.nsegs > XENFSIF_WRITE_SEGS_MAX ||
		    (req->u.write.flags & XENFSIF_WRITE_APPEND &&
		     req->u.write.nsegs != 1) ||
		    req->u.write.nrefs > XENFSIF_READ_REFS_MAX ||
		    in < req->u.write.nsegs * sizeof(struct xenfsif_segment) ||
		    out < sizeof(struct xenfsif_attr))
			return -EINVAL;
		if (req->u.write.nrefs &&
		    in != req->u.write.nsegs * sizeof(struct xenfsif_segment) +
			  4 * req->u.write.nrefs)
			return -EINVAL;
		break;
	case XENFSIF_OP_SETATTR:
		if (!xenfsif_all_zero(req->u.fh.reserved, 5) ||
		    in != sizeof(struct xenfsif_setattr) ||
		    out < sizeof(struct xenfsif_attr))
			return -EINVAL;
		break;
	case XENFSIF_OP_CREATE:
	case XENFSIF_OP_TMPFILE:
		if (!xenfsif_all_zero(req->u.create.reserved, 5) ||
		    req->u.create.flags & ~(XENFSIF_OPEN_READ | XENFSIF_OPEN_WRITE |
					    XENFSIF_OPEN_NOATIME |
					    XENFSIF_CREATE_EXCL) ||
		    req->u.create.mode & ~07777u ||
		    (req->op == XENFSIF_OP_CREATE ?
		     in < 1 || in > XENFSIF_NAME_MAX : in) ||
		    out < sizeof(struct xenfsif_entry) + XENFSIF_HANDLE_MAX)
			return -EINVAL;
		break;
	case XENFSIF_OP_MKDIR:
	case XENFSIF_OP_MKNOD:
	case XENFSIF_OP_SYMLINK:
		if (!xenfsif_all_zero(req->u.make.reserved, 4) ||
		    req->u.make.name_len < 1 ||
		    req->u.make.name_len > XENFSIF_NAME_MAX ||
		    req->u.make.name_len > in ||
		    out < sizeof(struct xenfsif_entry) + XENFSIF_HANDLE_MAX)
			return -EINVAL;
		if (req->op == XENFSIF_OP_SYMLINK ?
		    in == req->u.make.name_len ||
		    in - req->u.make.name_len > XENFSIF_SYMLINK_MAX ||
		    req->u.make.mode :
		    in != req->u.make.name_len)
			return -EINVAL;
		if (req->op == XENFSIF_OP_MKNOD) {
			bool dev = S_ISCHR(req->u.make.mode) ||
				   S_ISBLK(req->u.make.mode);

			if (req->u.make.mode & ~(uint32_t)(S_IFMT | 07777) ||
			    (!dev && !S_ISFIFO(req->u.make.mode) &&
			     !S_ISSOCK(req->u.make.mode) &&
			     !S_ISREG(req->u.make.mode)))
				return -EINVAL;
			if (dev)
				break;
		} else if (req->u.make.mode & ~07777u) {
			return -EINVAL;
		}
		if (req->u.make.rdev_major || req->u.make.rdev_minor)
			return -EINVAL;
		break;
	case XENFSIF_OP_LINK:
		if (!xenfsif_all_zero(req->u.link.reserved, 4) ||
		    req->u.link.dir == 0 || in < 1 || in > XENFSIF_NAME_MAX ||
		    out < sizeof(struct xenfsif_attr))
			return -EINVAL;
		break;
	case XENFSIF_OP_UNLINK:
	case XENFSIF_OP_RMDIR:
		if (!xenfsif_all_zero(req->u.args, 6) ||
		    in < 1 || in > XENFSIF_NAME_MAX ||
		    out < sizeof(struct xenfsif_attr))
			return -EINVAL;
		break;
	case XENFSIF_OP_RENAME:
		if (!xenfsif_all_zero(req->u.rename.reserved, 3) ||
		    req->u.rename.dir == 0 ||
		    req->u.rename.flags & ~(XENFSIF_RENAME_NOREPLACE |
					    XENFSIF_RENAME_EXCHANGE |
					    XENFSIF_RENAME_WHITEOUT) ||
		    (req->u.rename.flags & XENFSIF_RENAME_EXCHANGE &&
		     req->u.rename.flags != XENFSIF_RENAME_EXCHANGE) ||
		    req->u.rename.name_len < 1 ||
		    req->u.rename.name_len > XENFSIF_NAME_MAX ||
		    req->u.rename.name_len >= in ||
		    in - req->u.rename.name_len > XENFSIF_NAME_MAX || out)
			return -EINVAL;
		break;
	case XENFSIF_OP_FALLOCATE:
		if (req->u.fallocate.reserved0 ||
		    !xenfsif_all_zero(req->u.fallocate.reserved, 2) || in ||
		    !xenfsif_file_range_ok(req->u.fallocate.offset,
					   req->u.fallocate.len) ||
		    out < sizeof(struct xenfsif_attr))
			return -EINVAL;
		break;
	case XENFSIF_OP_COPY_RANGE:
		if (!xenfsif_all_zero(req->u.fh.reserved, 5) ||
		    in != sizeof(struct xenfsif_copy_range) ||
		    out < sizeof(struct xenfsif_attr))
			return -EINVAL;
		break;
	case XENFSIF_OP_SETXATTR:
		if (req->u.setxattr.reserved0 ||
		    !xenfsif_all_zero(req->u.setxattr.reserved, 4) || out ||
		    req->u.setxattr.flags & ~(XENFSIF_XATTR_CREATE |
					      XENFSIF_XATTR_REPLACE) ||
		    req->u.setxattr.size > XENFSIF_XATTR_SIZE_MAX ||
		    req->u.setxattr.name_len < 1 ||
		    req->u.setxattr.name_len > XENFSIF_XATTR_NAME_MAX ||
		    in != req->u.setxattr.name_len + req->u.setxattr.size)
			return -EINVAL;
		break;
	case XENFSIF_OP_REMOVEXATTR:
		if (!xenfsif_all_zero(req->u.args, 6) || out ||
		    in < 1 || in > XENFSIF_XATTR_NAME_MAX)
			return -EINVAL;
		break;
	case XENFSIF_OP_FSYNC:
		if (req->u.fsync.reserved0 || req->u.fsync.datasync > 1 ||
		    !xenfsif_all_zero(req->u.fsync.reserved, 4) || in || out)
			return -EINVAL;
		break;
	case XENFSIF_OP_LOCK:
		if (req->u.lock.reserved0 ||
		    !xenfsif_all_zero(req->u.lock.reserved, 2) ||
		    req->u.lock.kind > XENFSIF_LOCK_FLOCK ||
		    req->u.lock.type > XENFSIF_LOCK_UNLOCK ||
		    req->u.lock.flags & ~(XENFSIF_LOCK_WAIT |
					  XENFSIF_LOCK_TEST) ||
		    in != sizeof(struct xenfsif_lock_range))
			return -EINVAL;
		if (req->u.lock.flags & XENFSIF_LOCK_TEST &&
		    (req->u.lock.kind != XENFSIF_LOCK_POSIX ||
		     out < sizeof(struct xenfsif_lock_range)))
			return -EINVAL;
		break;
	case XENFSIF_OP_FILEATTR:
		if (req->u.fileattr.reserved0 ||
		    !xenfsif_all_zero(req->u.fileattr.reserved, 5) ||
		    req->u.fileattr.flags & ~(XENFSIF_FILEATTR_SET |
					      XENFSIF_FILEATTR_XFLAGS) ||
		    in != (req->u.fileattr.flags & XENFSIF_FILEATTR_SET ?
			   sizeof(struct xenfsif_fileattr) : 0) ||
		    out < sizeof(struct xenfsif_fileattr))
			return -EINVAL;
		break;
	default:
		return -EOPNOTSUPP;
	}

	if (needs_node ? req->node == 0 : req->node || req->generation)
		return -EINVAL;
	return 0;
}

/**
 * xenfsif_segment() - take a segment of a WRITE out of its in range
 * @in: what the range holds, a private copy; need not be aligned
 * @i: which
 */
static inline struct xenfsif_segment xenfsif_segment(const void *in, uint32_t i)
{
	struct xenfsif_segment seg;

	memcpy(&seg, (const char *)in + i * sizeof(seg), sizeof(seg));
	return seg;
}

/**
 * xenfsif_check_segments() - check what stands in a WRITE's in range
 * @req: the request, checked
 * @in: a private copy of its in range, without the groups
 *
 * Return: 0 or -EINVAL.
 */
static inline int xenfsif_check_segments(const struct xenfsif_request *req,
					 const void *in)
{
	uint32_t head = req->u.write.nsegs * sizeof(struct xenfsif_segment);
	uint64_t octets = 0, pages = 0;
	uint32_t i;

	for (i = 0; i < req->u.write.nsegs; i++) {
		struct xenfsif_segment seg = xenfsif_segment(in, i);

		if (seg.len == 0 || seg.first >= XENFSIF_PAGE_SIZE ||
		    !xenfsif_file_range_ok(seg.offset, seg.len))
			return -EINVAL;
		if (req->u.write.flags & XENFSIF_WRITE_APPEND && seg.offset)
			return -EINVAL;
		if (!req->u.write.nrefs && seg.first)
			return -EINVAL;
		octets += seg.len;
		pages += ((uint64_t)seg.first + seg.len + XENFSIF_PAGE_SIZE - 1) /
			 XENFSIF_PAGE_SIZE;
	}
	if (req->u.write.nrefs)
		return pages == req->u.write.nrefs ? 0 : -EINVAL;
	return octets == xenfsif_in_args_len(req) - head ? 0 : -EINVAL;
}

/**
 * xenfsif_check_setattr() - check what stands in a SETATTR's in range
 * @set: a private copy
 *
 * Return: 0 or -EINVAL.
 */
static inline int xenfsif_check_setattr(const struct xenfsif_setattr *set)
{
	const uint32_t a = XENFSIF_SETATTR_ATIME | XENFSIF_SETATTR_ATIME_NOW;
	const uint32_t m = XENFSIF_SETATTR_MTIME | XENFSIF_SETATTR_MTIME_NOW;

	if (set->mask == 0 ||
	    set->mask & ~((XENFSIF_SETATTR_TOUCH << 1) - 1) ||
	    (set->mask & a) == a || (set->mask & m) == m ||
	    (set->mask & XENFSIF_SETATTR_TOUCH &&
	     set->mask & (XENFSIF_SETATTR_ATIME | XENFSIF_SETATTR_MTIME)))
		return -EINVAL;
	if (set->mode & ~07777u || set->size > XENFSIF_MAX_OFFSET ||
	    set->atime_nsec >= 1000000000u || set->mtime_nsec >= 1000000000u)
		return -EINVAL;
	if ((set->mask & XENFSIF_SETATTR_UID && set->uid == 0xffffffffu) ||
	    (set->mask & XENFSIF_SETATTR_GID && set->gid == 0xffffffffu))
		return -EINVAL;
	return 0;
}

/**
 * xenfsif_attr_ok() - whether attributes can be those of a file
 * @attr: a private copy
 */
static inline bool xenfsif_attr_ok(const struct xenfsif_attr *attr)
{
	if (attr->size > XENFSIF_MAX_OFFSET ||
	    attr->atime_nsec >= 1000000000u || attr->mtime_nsec >= 1000000000u ||
	    attr->ctime_nsec >= 1000000000u || attr->btime_nsec >= 1000000000u)
		return false;
	if (attr->mode & ~(uint32_t)(S_IFMT | 07777))
		return false;
	if (attr->blksize == 0 || attr->uid == 0xffffffffu ||
	    attr->gid == 0xffffffffu)
		return false;
	switch (attr->mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
	case S_IFLNK:
	case S_IFBLK:
	case S_IFCHR:
	case S_IFIFO:
	case S_IFSOCK:
		return true;
	}
	return false;
}

/**
 * xenfsif_entry_ok() - whether an entry and its handle are well-formed
 * @entry: a private copy
 * @len: octets from the entry's beginning to the end of what was written
 */
static inline bool xenfsif_entry_ok(const struct xenfsif_entry *entry,
				    uint32_t len)
{
	return len >= sizeof(*entry) && entry->node != 0 &&
	       entry->handle_len <= XENFSIF_HANDLE_MAX &&
	       entry->handle_len <= len - sizeof(*entry) &&
	       xenfsif_attr_ok(&entry->attr);
}

/**
 * xenfsif_check_response() - check a response against its request
 * @rsp: a private copy
 * @req: the frontend's own copy of the request
 *
 * What is left to the caller: the contents of the out range.
 *
 * Return: 0, or -EIO if the response is malformed.
 */
static inline int xenfsif_check_response(const struct xenfsif_response *rsp,
					 const struct xenfsif_request *req)
{
	uint32_t out = rsp->out_len;
	bool ok = true;

	if (rsp->id != req->id || rsp->seq != req->seq)
		return -EIO;
	if (rsp->status > 0 || rsp->status < -XENFSIF_MAX_ERRNO)
		return -EIO;
	if (out > req->out_len)
		return -EIO;
	if (rsp->status)
		return 0;

	switch (req->op) {
	case XENFSIF_OP_CONNECT:
		ok = out >= sizeof(struct xenfsif_entry) &&
		     rsp->u.connect.max_size <= XENFSIF_MAX_OFFSET &&
		     rsp->u.connect.max_lend >= 1 &&
		     rsp->u.connect.max_read_refs >= 1;
		break;
	case XENFSIF_OP_LOOKUP:
	case XENFSIF_OP_RECLAIM:
	case XENFSIF_OP_MKDIR:
	case XENFSIF_OP_MKNOD:
	case XENFSIF_OP_SYMLINK:
		ok = out >= sizeof(struct xenfsif_entry);
		break;
	case XENFSIF_OP_CREATE:
	case XENFSIF_OP_TMPFILE:
		ok = out >= sizeof(struct xenfsif_entry) &&
		     rsp->u.open.created <= 1;
		break;
	case XENFSIF_OP_WRITE:
		ok = out >= sizeof(struct xenfsif_attr) &&
		     rsp->u.written.offset <= XENFSIF_MAX_OFFSET &&
		     rsp->u.written.len <=
			     (uint64_t)XENFSIF_MAX_OFFSET - rsp->u.written.offset;
		break;
	case XENFSIF_OP_COPY_RANGE:
		ok = out >= sizeof(struct xenfsif_attr) &&
		     rsp->u.written.len <= XENFSIF_MAX_OFFSET &&
		     rsp->u.written.offset <= 1;
		break;
	case XENFSIF_OP_LOCK:
		ok = !(req->u.lock.flags & XENFSIF_LOCK_TEST) ||
		     out >= sizeof(struct xenfsif_lock_range);
		break;
	case XENFSIF_OP_FILEATTR:
		ok = out >= sizeof(struct xenfsif_fileattr);
		break;
	case XENFSIF_OP_ACCESS:
		ok = !(rsp->u.access.allowed & ~req->u.access.mask) &&
		     rsp->u.access.rofs <= 1;
		break;
	case XENFSIF_OP_GETATTR:
	case XENFSIF_OP_OPEN:
	case XENFSIF_OP_SETATTR:
	case XENFSIF_OP_LINK:
	case XENFSIF_OP_UNLINK:
	case XENFSIF_OP_RMDIR:
	case XENFSIF_OP_FALLOCATE:
		ok = out >= sizeof(struct xenfsif_attr);
		break;
	case XENFSIF_OP_READDIR:
		ok = rsp->u.readdir.count <= out && rsp->u.readdir.eof <= 1 &&
		     (rsp->u.readdir.count || rsp->u.readdir.eof);
		break;
	case XENFSIF_OP_TABLE:
		ok = rsp->u.readdir.count <= req->u.table.count &&
		     out == 4 * rsp->u.readdir.count;
		break;
	case XENFSIF_OP_READLINK:
		ok = rsp->u.data.len <= out && rsp->u.data.len > 0 &&
		     rsp->u.data.len <= XENFSIF_SYMLINK_MAX;
		break;
	case XENFSIF_OP_STATFS:
		ok = out >= sizeof(struct xenfsif_statfs);
		break;
	case XENFSIF_OP_GETXATTR:
	case XENFSIF_OP_LISTXATTR:
		ok = rsp->u.data.len <= XENFSIF_XATTR_SIZE_MAX &&
		     (req->u.xattr.size == 0 ||
		      (rsp->u.data.len <= out &&
		       rsp->u.data.len <= req->u.xattr.size));
		break;
	case XENFSIF_OP_LEND:
		ok = rsp->u.lend.count <= req->u.lend.count &&
		     rsp->u.lend.lent <= rsp->u.lend.count &&
		     out >= 4 * rsp->u.lend.count &&
		     rsp->u.lend.size <= XENFSIF_MAX_OFFSET;
		break;
	case XENFSIF_OP_REVALIDATE:
		ok = rsp->u.readdir.eof <= 1 &&
		     rsp->u.readdir.count <=
			     out / sizeof(struct xenfsif_detached) &&
		     (rsp->u.readdir.count || rsp->u.readdir.eof);
		break;
	case XENFSIF_OP_READ:
		ok = rsp->u.data.len <= req->u.read.len &&
		     (req->u.read.nrefs || rsp->u.data.len <= out);
		break;
	case XENFSIF_OP_SEEK:
		ok = rsp->u.seek.offset <= XENFSIF_MAX_OFFSET;
		break;
	}
	return ok ? 0 : -EIO;
}

static inline uint32_t xenfsif_align8(uint32_t n)
{
	return (n + 7) & ~7u;
}

/**
 * xenfsif_dirent_size() - length of a directory record
 * @name_len: length of the name
 * @has_entry: whether an entry follows
 * @handle_len: length of the entry's handle, if so
 */
static inline uint32_t xenfsif_dirent_size(uint32_t name_len, bool has_entry,
					   uint32_t handle_len)
{
	uint32_t n = xenfsif_align8(sizeof(struct xenfsif_dirent) + name_len);

	if (has_entry)
		n += xenfsif_align8(sizeof(struct xenfsif_entry) + handle_len);
	return n;
}

/**
 * struct xenfsif_dirent_view - one checked record of a listing
 * @d: the record
 * @name: its name, d->name_len octets; "." and ".." are possible
 * @entry: its entry, or NULL
 * @handle: the entry's handle, entry->handle_len octets
 */
struct xenfsif_dirent_view {
	const struct xenfsif_dirent *d;
	const char *name;
	const struct xenfsif_entry *entry;
	const uint8_t *handle;
};

/**
 * xenfsif_dirent_next() - check and take the next record of a listing
 * @buf: a private copy of the listing, aligned to 8
 * @len: its length
 * @pos: where the record begins; advanced behind it
 * @view: filled in
 *
 * Return: 1 if there was a record, 0 at the end, -EIO if it is malformed.
 */
static inline int xenfsif_dirent_next(const void *buf, uint32_t len,
				      uint32_t *pos,
				      struct xenfsif_dirent_view *view)
{
	const char *p = (const char *)buf + *pos;
	uint32_t left, off;

	if (*pos >= len)
		return 0;
	left = len - *pos;
	if (left < sizeof(struct xenfsif_dirent))
		return -EIO;

	view->d = (const struct xenfsif_dirent *)p;
	view->name = p + sizeof(struct xenfsif_dirent);
	view->entry = NULL;
	view->handle = NULL;
	if (view->d->reclen > left || view->d->reclen % 8 ||
	    view->d->has_entry > 1 || view->d->cookie > XENFSIF_MAX_OFFSET ||
	    view->d->name_len == 0 || view->d->name_len > XENFSIF_NAME_MAX)
		return -EIO;
	off = xenfsif_align8(sizeof(struct xenfsif_dirent) + view->d->name_len);
	if (off > view->d->reclen)
		return -EIO;
	/* "." and ".." are names here, but never come with an entry */
	if (!xenfsif_name_ok(view->name, view->d->name_len) &&
	    (view->d->has_entry || view->name[0] != '.' ||
	     view->d->name_len > 2 ||
	     (view->d->name_len == 2 && view->name[1] != '.')))
		return -EIO;
	if (view->d->has_entry) {
		view->entry = (const struct xenfsif_entry *)(p + off);
		if (view->d->reclen - off < sizeof(struct xenfsif_entry) ||
		    !xenfsif_entry_ok(view->entry, view->d->reclen - off))
			return -EIO;
		view->handle = (const uint8_t *)(view->entry + 1);
		off = xenfsif_dirent_size(view->d->name_len, true,
					  view->entry->handle_len);
	}
	if (off != view->d->reclen)
		return -EIO;
	*pos += view->d->reclen;
	return 1;
}

#endif /* _XENFS_CHECK_H */
