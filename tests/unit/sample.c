// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include <stdlib.h>

#include "sample.h"

#define ENTRY_ROOM (sizeof(struct xenfsif_entry) + XENFSIF_HANDLE_MAX)
#define ATTR_ROOM sizeof(struct xenfsif_attr)

const struct sample_op sample_ops[] = {
	{ XENFSIF_OP_CONNECT, "CONNECT", 8, false, 0, ENTRY_ROOM },
	{ XENFSIF_OP_DISCONNECT, "DISCONNECT", 0, false, 0, 0 },
	{ XENFSIF_OP_LOOKUP, "LOOKUP", 0, true, 1, ENTRY_ROOM, true },
	{ XENFSIF_OP_FORGET, "FORGET", 4, false, sizeof(struct xenfsif_forget), 0 },
	{ XENFSIF_OP_RECLAIM, "RECLAIM", 12, true, 9, ENTRY_ROOM },
	{ XENFSIF_OP_ACCESS, "ACCESS", 4, true, 0, 0 },
	{ XENFSIF_OP_CANCEL, "CANCEL", 8, false, 0, 0 },
	{ XENFSIF_OP_GETATTR, "GETATTR", 0, true, 0, sizeof(struct xenfsif_attr) },
	{ XENFSIF_OP_READDIR, "READDIR", 20, true, 0, 1024 },
	{ XENFSIF_OP_READLINK, "READLINK", 0, true, 0, XENFSIF_SYMLINK_MAX },
	{ XENFSIF_OP_OPEN, "OPEN", 4, true, 0, sizeof(struct xenfsif_attr) },
	{ XENFSIF_OP_RELEASE, "RELEASE", 8, false, 0, 0 },
	{ XENFSIF_OP_STATFS, "STATFS", 0, true, 0, sizeof(struct xenfsif_statfs) },
	{ XENFSIF_OP_GETXATTR, "GETXATTR", 4, true, 6, 16, true },
	{ XENFSIF_OP_LISTXATTR, "LISTXATTR", 4, true, 0, 16 },
	{ XENFSIF_OP_LEND, "LEND", 24, true, 0, 4 },
	{ XENFSIF_OP_RETURN, "RETURN", 4, false, 4, 0 },
	{ XENFSIF_OP_REVALIDATE, "REVALIDATE", 0, true, 0, sizeof(struct xenfsif_detached) },
	{ XENFSIF_OP_READ, "READ", 28, true, 0, 4096 },
	{ XENFSIF_OP_SEEK, "SEEK", 20, true, 0, 0 },
	{ XENFSIF_OP_SYNCFS, "SYNCFS", 0, false, 0, 0 },
	{ XENFSIF_OP_TABLE, "TABLE", 8, false, 0, 4 },
	{ XENFSIF_OP_WRITE, "WRITE", 20, true, sizeof(struct xenfsif_segment) + 4, ATTR_ROOM, true },
	{ XENFSIF_OP_SETATTR, "SETATTR", 8, true, sizeof(struct xenfsif_setattr), ATTR_ROOM },
	{ XENFSIF_OP_CREATE, "CREATE", 8, true, 1, ENTRY_ROOM, true },
	{ XENFSIF_OP_MKDIR, "MKDIR", 16, true, 3, ENTRY_ROOM },
	{ XENFSIF_OP_SYMLINK, "SYMLINK", 16, true, 5, ENTRY_ROOM, true },
	{ XENFSIF_OP_MKNOD, "MKNOD", 16, true, 3, ENTRY_ROOM },
	{ XENFSIF_OP_LINK, "LINK", 16, true, 1, ATTR_ROOM, true },
	{ XENFSIF_OP_UNLINK, "UNLINK", 0, true, 1, ATTR_ROOM, true },
	{ XENFSIF_OP_RMDIR, "RMDIR", 0, true, 1, ATTR_ROOM, true },
	{ XENFSIF_OP_RENAME, "RENAME", 24, true, 5, 0, true },
	{ XENFSIF_OP_TMPFILE, "TMPFILE", 8, true, 0, ENTRY_ROOM },
	{ XENFSIF_OP_FALLOCATE, "FALLOCATE", 28, true, 0, ATTR_ROOM },
	{ XENFSIF_OP_COPY_RANGE, "COPY_RANGE", 8, true, sizeof(struct xenfsif_copy_range), ATTR_ROOM },
	{ XENFSIF_OP_SETXATTR, "SETXATTR", 12, true, 16, 0 },
	{ XENFSIF_OP_REMOVEXATTR, "REMOVEXATTR", 0, true, 6, 0, true },
	{ XENFSIF_OP_FSYNC, "FSYNC", 12, true, 0, 0 },
	{ XENFSIF_OP_LOCK, "LOCK", 28, true, sizeof(struct xenfsif_lock_range),
	  sizeof(struct xenfsif_lock_range) },
	{ XENFSIF_OP_FILEATTR, "FILEATTR", 4, true, 0, sizeof(struct xenfsif_fileattr) },
};

const unsigned int sample_nops = sizeof(sample_ops) / sizeof(sample_ops[0]);

const struct sample_op *sample_find(uint16_t op)
{
	for (unsigned int i = 0; i < sample_nops; i++)
		if (sample_ops[i].op == op)
			return &sample_ops[i];
	abort();
}

/* Fails the test with the operation's name, which a bare assert would not tell. */
void sample_expect(uint16_t op, int got, int want, const char *what)
{
	if (got != want)
		fail_msg("%s: %s: %d instead of %d", sample_find(op)->name, what,
			 got, want);
}

/* The smallest request of its kind that is right. */
struct xenfsif_request sample_request(const struct sample_op *op)
{
	struct xenfsif_request req = {
		.id = 7, .seq = 9, .ack = 8, .op = op->op,
		.uid = 1000, .gid = 1000, .umask = 022,
		.node = op->node ? 42 : 0, .generation = op->node ? 3 : 0,
		.in_off = 0, .in_len = op->in,
		.out_off = 4096, .out_len = op->out,
	};

	switch (op->op) {
	case XENFSIF_OP_CONNECT:
		req.u.connect.session = 77;
		break;
	case XENFSIF_OP_FORGET:
		req.u.forget.count = 1;
		break;
	case XENFSIF_OP_RECLAIM:
		req.u.reclaim.name_len = 1;
		req.u.reclaim.handle_len = 8;
		req.u.reclaim.handle_type = 1;
		break;
	case XENFSIF_OP_ACCESS:
		req.u.access.mask = XENFSIF_MAY_READ;
		break;
	case XENFSIF_OP_CANCEL:
		req.u.cancel.target = 5;
		break;
	case XENFSIF_OP_OPEN:
		req.u.open.flags = XENFSIF_OPEN_READ;
		break;
	case XENFSIF_OP_GETXATTR:
	case XENFSIF_OP_LISTXATTR:
		req.u.xattr.size = op->out;
		break;
	case XENFSIF_OP_LEND:
		req.u.lend.count = 1;
		break;
	case XENFSIF_OP_TABLE:
		req.u.table.count = 1;
		break;
	case XENFSIF_OP_RETURN:
		req.u.ret.count = 1;
		break;
	case XENFSIF_OP_READ:
		req.u.read.len = op->out;
		break;
	case XENFSIF_OP_SEEK:
		req.u.seek.whence = XENFSIF_SEEK_DATA;
		break;
	case XENFSIF_OP_WRITE:
		req.u.write.fh = 11;
		req.u.write.nsegs = 1;
		break;
	case XENFSIF_OP_CREATE:
	case XENFSIF_OP_TMPFILE:
		req.u.create.flags = XENFSIF_OPEN_WRITE;
		req.u.create.mode = 0644;
		break;
	case XENFSIF_OP_MKDIR:
		req.u.make.mode = 0755;
		req.u.make.name_len = 3;
		break;
	case XENFSIF_OP_SYMLINK:
		req.u.make.name_len = 3;
		break;
	case XENFSIF_OP_MKNOD:
		req.u.make.mode = S_IFIFO | 0644;
		req.u.make.name_len = 3;
		break;
	case XENFSIF_OP_LINK:
		req.u.link.dir = 43;
		break;
	case XENFSIF_OP_RENAME:
		req.u.rename.dir = 43;
		req.u.rename.name_len = 3;
		break;
	case XENFSIF_OP_FALLOCATE:
		req.u.fallocate.len = 4096;
		break;
	case XENFSIF_OP_SETXATTR:
		req.u.setxattr.name_len = 6;
		req.u.setxattr.size = 10;
		break;
	case XENFSIF_OP_LOCK:
		req.u.lock.flags = XENFSIF_LOCK_TEST;
		break;
	}
	return req;
}

/* A successful response that fills the out range. */
struct xenfsif_response sample_response(const struct xenfsif_request *req)
{
	struct xenfsif_response rsp = {
		.id = req->id, .seq = req->seq, .out_len = req->out_len,
		.version = 1, .frames = 1,
	};

	switch (req->op) {
	case XENFSIF_OP_CONNECT:
		rsp.u.connect.features = XENFSIF_FEATURE_LEND;
		rsp.u.connect.max_lend = XENFSIF_LEND_MAX;
		rsp.u.connect.max_read_refs = XENFSIF_READ_REFS_MAX;
		break;
	case XENFSIF_OP_ACCESS:
		rsp.u.access.allowed = req->u.access.mask;
		break;
	case XENFSIF_OP_READDIR:
		rsp.u.readdir.count = req->out_len;
		break;
	case XENFSIF_OP_READLINK:
	case XENFSIF_OP_GETXATTR:
	case XENFSIF_OP_LISTXATTR:
		rsp.u.data.len = req->out_len;
		break;
	case XENFSIF_OP_OPEN:
		rsp.u.open.fh = 11;
		break;
	case XENFSIF_OP_CREATE:
	case XENFSIF_OP_TMPFILE:
		rsp.u.open.fh = 11;
		rsp.u.open.created = 1;
		break;
	case XENFSIF_OP_WRITE:
		rsp.u.written.len = 4;
		rsp.u.written.offset = 100;
		break;
	case XENFSIF_OP_COPY_RANGE:
		rsp.u.written.len = 4096;
		break;
	case XENFSIF_OP_LEND:
		rsp.u.lend.size = 1 << 20;
		rsp.u.lend.count = req->u.lend.count;
		rsp.u.lend.lent = req->u.lend.count;
		break;
	case XENFSIF_OP_REVALIDATE:
		rsp.u.readdir.count = req->out_len / sizeof(struct xenfsif_detached);
		break;
	case XENFSIF_OP_TABLE:
		rsp.u.readdir.count = req->u.table.count;
		break;
	case XENFSIF_OP_READ:
		rsp.u.data.len = req->u.read.len;
		break;
	}
	return rsp;
}

struct xenfsif_attr sample_attr(void)
{
	return (struct xenfsif_attr){
		.ino = 12, .size = 4096, .blocks = 8, .mode = S_IFREG | 0644,
		.nlink = 1, .blksize = 4096,
	};
}

struct xenfsif_entry sample_entry(void)
{
	return (struct xenfsif_entry){
		.node = 42, .generation = 3, .version = 1, .frames = 1,
		.attr = sample_attr(), .handle_type = 1, .handle_len = 8,
	};
}

/* xorshift64*: not for secrets. */
uint64_t random_next(struct random *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * 0x2545f4914f6cdd1dull;
}

uint32_t random_below(struct random *r, uint32_t limit)
{
	return (uint32_t)(random_next(r) >> 32) % limit;
}

/* Numbers that break things: near 0, near powers of two, near the top. */
uint64_t random_hostile(struct random *r)
{
	uint64_t base = 0;

	switch (random_below(r, 5)) {
	case 0:
		return random_next(r);
	case 1:
		return random_below(r, 300);
	case 2:
		base = 1ull << random_below(r, 64);
		break;
	case 3:
		base = 0xffffffffull;
		break;
	case 4:
		base = random_below(r, 2) ? UINT64_MAX : XENFSIF_MAX_OFFSET;
		break;
	}
	return base + random_below(r, 9) - 4;
}
