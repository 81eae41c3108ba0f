// SPDX-License-Identifier: GPL-2.0
/*
 * xenfsif_check_request(): what the backend lets in.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "sample.h"

static int check(const struct xenfsif_request *req)
{
	return xenfsif_check_request(req, SAMPLE_AREA);
}

static void expect(const struct xenfsif_request *req, int want, const char *what)
{
	sample_expect(req->op, check(req), want, what);
}

static void every_operation_has_a_sample(void **state)
{
	uint16_t next = 1;

	(void)state;
	EACH_OP(op) {
		struct xenfsif_request req = sample_request(op);

		assert_int_equal(op->op, next);
		expect(&req, 0, "the sample");
		/* The numbers between them are reserved. */
		do {
			req.op = ++next;
			assert_true(next <= XENFSIF_OP_MAX + 1);
		} while ((next >= 23 && next <= 31) || next == 49);
	}
	assert_int_equal(next, XENFSIF_OP_MAX + 1);
}

static void layout_is_what_the_document_draws(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct xenfsif_request), 128);
	assert_int_equal(sizeof(struct xenfsif_response), 128);
	assert_int_equal(offsetof(struct xenfsif_request, op), 24);
	assert_int_equal(offsetof(struct xenfsif_request, umask), 40);
	assert_int_equal(offsetof(struct xenfsif_request, node), 48);
	assert_int_equal(offsetof(struct xenfsif_request, in_off), 64);
	assert_int_equal(offsetof(struct xenfsif_request, u), 80);
	assert_int_equal(offsetof(struct xenfsif_response, status), 16);
	assert_int_equal(offsetof(struct xenfsif_response, u), 56);
	assert_int_equal(sizeof(struct xenfsif_event), 64);
	assert_int_equal(sizeof(struct xenfsif_event_page), XENFSIF_PAGE_SIZE);
	assert_int_equal(sizeof(struct xenfsif_dirent), 24);
	assert_int_equal(sizeof(struct xenfsif_entry) % 8, 0);
	assert_int_equal(sizeof(struct xenfsif_detached), 16);
	assert_int_equal(sizeof(struct xenfsif_segment), 16);
	assert_int_equal(sizeof(struct xenfsif_setattr), 48);
	assert_int_equal(sizeof(struct xenfsif_copy_range), 56);
	assert_int_equal(sizeof(struct xenfsif_lock_range), 24);
	assert_int_equal(sizeof(struct xenfsif_fileattr), 24);
}

static void unknown_opcodes_are_not_supported(void **state)
{
	static const uint16_t ops[] = {
		0, 23, 24, 25, 26, 27, 28, 29, 30, 31, 49, XENFSIF_OP_MAX + 1, 0xffff,
	};
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_SYNCFS));

	(void)state;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		req.op = ops[i];
		assert_int_equal(check(&req), -EOPNOTSUPP);
	}
}

static void reserved_octets_must_be_zero(void **state)
{
	(void)state;
	EACH_OP(op) {
		for (unsigned int i = op->used; i < 48; i++) {
			struct xenfsif_request req = sample_request(op);

			((uint8_t *)&req.u)[i] = 1u << (i % 8);
			expect(&req, -EINVAL, "a reserved octet of the arguments");
		}
	}
}

static void reserved_fields_of_the_head_must_be_zero(void **state)
{
	(void)state;
	EACH_OP(op) {
		struct xenfsif_request req = sample_request(op);

		req.flags = 0x8000;
		expect(&req, -EINVAL, "flags");
		req = sample_request(op);
		req.reserved = 1;
		expect(&req, -EINVAL, "reserved");
		req = sample_request(op);
		req.umask = 01000;
		expect(&req, -EINVAL, "umask beyond 0777");
		req.umask = 0777;
		expect(&req, 0, "umask 0777");
		req.uid = UINT32_MAX;
		expect(&req, -EINVAL, "uid -1");
		req = sample_request(op);
		req.gid = UINT32_MAX;
		expect(&req, -EINVAL, "gid -1");
	}
}

static void a_node_is_named_if_and_only_if_the_operation_has_one(void **state)
{
	(void)state;
	EACH_OP(op) {
		struct xenfsif_request req = sample_request(op);

		if (op->node) {
			req.node = 0;
			expect(&req, -EINVAL, "no node");
			continue;
		}
		req.node = 1;
		expect(&req, -EINVAL, "a node");
		req.node = 0;
		req.generation = 1;
		expect(&req, -EINVAL, "a generation without a node");
	}
}

static void ranges_stay_in_the_area(void **state)
{
	(void)state;
	EACH_OP(op) {
		struct xenfsif_request req = sample_request(op);

		if (op->in) {
			req.in_off = SAMPLE_AREA - op->in;
			expect(&req, 0, "in at the area's end");
			req.in_off++;
			expect(&req, -EINVAL, "in beyond the area");
			req.in_off = UINT32_MAX - op->in + 1;
			expect(&req, -EINVAL, "in that wraps to 0");
			req.in_off = UINT32_MAX;
			expect(&req, -EINVAL, "in at the top");
		} else {
			req.in_off = SAMPLE_AREA;
			expect(&req, 0, "an empty in at the area's end");
			req.in_off++;
			expect(&req, -EINVAL, "an empty in beyond the area");
		}
		req = sample_request(op);
		if (op->out) {
			req.out_off = SAMPLE_AREA - op->out;
			expect(&req, 0, "out at the area's end");
			req.out_off++;
			expect(&req, -EINVAL, "out beyond the area");
			req.out_off = UINT32_MAX - op->out + 1;
			expect(&req, -EINVAL, "out that wraps to 0");
			req = sample_request(op);
			req.out_len = UINT32_MAX - req.out_off + 1;
			expect(&req, -EINVAL, "out_len that wraps to 0");
			req = sample_request(op);
			req.out_len--;
			if (op->op != XENFSIF_OP_READ)
				expect(&req, -EINVAL, "less room than the least");
		}
	}
}

static void operations_without_an_out_range_want_none(void **state)
{
	(void)state;
	EACH_OP(op) {
		struct xenfsif_request req = sample_request(op);

		if (op->out)
			continue;
		req.out_len = 64;
		expect(&req, -EINVAL, "an out range");
	}
}

static void operations_without_an_in_range_want_none(void **state)
{
	(void)state;
	EACH_OP(op) {
		struct xenfsif_request req = sample_request(op);

		if (op->in)
			continue;
		req.in_len = 4;
		expect(&req, -EINVAL, "an in range");
	}
}

static void an_empty_area_takes_what_needs_none(void **state)
{
	(void)state;
	EACH_OP(op) {
		struct xenfsif_request req = sample_request(op);

		req.out_off = 0;
		assert_int_equal(xenfsif_check_request(&req, 0),
				 op->in || op->out ? -EINVAL : 0);
	}
}

static void ranges_do_not_overlap(void **state)
{
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_LOOKUP));

	(void)state;
	req.in_off = 1000;
	req.in_len = 100;
	req.out_off = 1100;
	expect(&req, 0, "out right behind in");
	req.out_off = 1099;
	expect(&req, -EINVAL, "out begins in in");
	req.out_off = 1000;
	expect(&req, -EINVAL, "both at one place");
	req.out_off = 1000 - req.out_len;
	expect(&req, 0, "out right before in");
	req.out_off++;
	expect(&req, -EINVAL, "out ends in in");
	req.out_off = 1050 - req.out_len / 2;
	expect(&req, -EINVAL, "in lies within out");
}

static void out_is_limited(void **state)
{
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_GETATTR));

	(void)state;
	req.out_len = XENFSIF_OUT_MAX;
	expect(&req, 0, "the largest out");
	req.out_len++;
	expect(&req, -EINVAL, "one more");
}

static void groups_lie_in_the_in_range(void **state)
{
	(void)state;
	EACH_OP(op) {
		struct xenfsif_request req = sample_request(op);

		req.out_off = SAMPLE_AREA - req.out_len;
		req.ngroups = 3;
		req.in_len = op->in + 12;
		expect(&req, 0, "three groups");
		req.in_len = 11;
		expect(&req, -EINVAL, "three groups less an octet");
		req.in_len = op->in + 13;
		expect(&req, op->longer ? 0 : -EINVAL, "an octet behind three groups");
		/* 4 * ngroups wraps to 0 */
		req = sample_request(op);
		req.ngroups = 0x40000000;
		expect(&req, -EINVAL, "2^30 groups");
		req.ngroups = 0x40000001;
		req.in_len = op->in + 4;
		expect(&req, -EINVAL, "2^30 + 1 groups");
	}
}

static void groups_are_limited(void **state)
{
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_SYNCFS));

	(void)state;
	req.ngroups = XENFSIF_GROUPS_MAX;
	req.in_len = 4 * XENFSIF_GROUPS_MAX;
	expect(&req, 0, "65,536 groups");
	req.ngroups++;
	req.in_len += 4;
	assert_int_equal(xenfsif_check_request(&req, 2 * SAMPLE_AREA), -EINVAL);
}

static void names_are_1_to_255_octets(void **state)
{
	static const uint16_t ops[] = {
		XENFSIF_OP_LOOKUP, XENFSIF_OP_GETXATTR, XENFSIF_OP_CREATE, XENFSIF_OP_LINK,
		XENFSIF_OP_UNLINK, XENFSIF_OP_RMDIR, XENFSIF_OP_REMOVEXATTR,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		struct xenfsif_request req = sample_request(sample_find(ops[i]));

		req.in_len = 255;
		expect(&req, 0, "255 octets");
		req.in_len = 256;
		expect(&req, -EINVAL, "256 octets");
		req.in_len = 1;
		expect(&req, 0, "one octet");
		req.in_len = 0;
		expect(&req, -EINVAL, "no name");
		req.in_len = 4;
		req.ngroups = 1;
		expect(&req, -EINVAL, "groups and no name");
	}
}

static void counts_match_the_in_range(void **state)
{
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_FORGET));

	(void)state;
	req.u.forget.count = 0;
	expect(&req, -EINVAL, "FORGET of none");
	req.in_len = 0;
	expect(&req, -EINVAL, "FORGET of none, rightly counted");
	req.in_len = sizeof(struct xenfsif_forget);
	req.u.forget.count = 2;
	expect(&req, -EINVAL, "FORGET of more than there are");
	req.u.forget.count = 1;
	req.in_len *= 2;
	expect(&req, -EINVAL, "FORGET of less than there are");
	/* count * 24 wraps to 24: 0x80000000 * 24 = 12 * 2^32 */
	req = sample_request(sample_find(XENFSIF_OP_FORGET));
	req.u.forget.count = 0x80000001;
	expect(&req, -EINVAL, "FORGET with a count that wraps");

	req = sample_request(sample_find(XENFSIF_OP_RETURN));
	req.u.ret.count = 0;
	expect(&req, -EINVAL, "RETURN of none");
	req.in_len = 0;
	expect(&req, -EINVAL, "RETURN of none, rightly counted");
	req.in_len = 4;
	req.u.ret.count = 2;
	expect(&req, -EINVAL, "RETURN of more than there are");
	req.u.ret.count = 0x40000001;
	expect(&req, -EINVAL, "RETURN with a count that wraps");
	req.u.ret.count = 1;
	req.in_len = 8;
	expect(&req, -EINVAL, "RETURN of less than there are");
}

static void reclaim_by_name_or_by_handle(void **state)
{
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_RECLAIM));

	(void)state;
	req.u.reclaim.handle_len = 0;
	req.in_len = 1;
	expect(&req, 0, "by name alone");
	req.u.reclaim.name_len = 0;
	req.u.reclaim.handle_len = 8;
	req.in_len = 8;
	expect(&req, -EINVAL, "by handle, with a parent");
	req.node = 0;
	expect(&req, -EINVAL, "by handle, with a parent's generation");
	req.generation = 0;
	expect(&req, 0, "by handle alone");
	req.u.reclaim.handle_len = 0;
	req.in_len = 0;
	expect(&req, -EINVAL, "by nothing");

	req = sample_request(sample_find(XENFSIF_OP_RECLAIM));
	req.u.reclaim.name_len = 255;
	req.u.reclaim.handle_len = 128;
	req.in_len = 383;
	expect(&req, 0, "the longest of both");
	req = sample_request(sample_find(XENFSIF_OP_RECLAIM));
	req.u.reclaim.name_len = 256;
	req.in_len = 264;
	expect(&req, -EINVAL, "a long name");
	req = sample_request(sample_find(XENFSIF_OP_RECLAIM));
	req.u.reclaim.handle_len = 129;
	req.in_len = 130;
	expect(&req, -EINVAL, "a long handle");
	/* the sum wraps to in_len */
	req = sample_request(sample_find(XENFSIF_OP_RECLAIM));
	req.u.reclaim.name_len = UINT32_MAX;
	req.u.reclaim.handle_len = 10;
	expect(&req, -EINVAL, "lengths whose sum wraps");
}

static void lend_asks_for_what_fits(void **state)
{
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_LEND));

	(void)state;
	req.u.lend.flags = XENFSIF_LEND_AHEAD;
	req.u.lend.count = XENFSIF_LEND_MAX;
	req.out_len = 4 * XENFSIF_LEND_MAX;
	expect(&req, 0, "the largest LEND");
	req.out_len--;
	expect(&req, -EINVAL, "too little room");
	req.u.lend.count++;
	req.out_len = XENFSIF_OUT_MAX;
	expect(&req, -EINVAL, "a page too many");
	req.u.lend.count = 0;
	expect(&req, -EINVAL, "none");
	req.u.lend.count = 0x40000001;
	req.out_len = 4;
	expect(&req, -EINVAL, "a count that wraps");
	req = sample_request(sample_find(XENFSIF_OP_LEND));
	req.u.lend.flags = 2;
	expect(&req, -EINVAL, "an unknown flag");
	req.u.lend.flags = 0;
	req.u.lend.index = XENFSIF_MAX_OFFSET / 4096;
	expect(&req, 0, "the last page that there can be");
	req.u.lend.index++;
	expect(&req, -EINVAL, "the page behind it");
}

static void read_into_the_area(void **state)
{
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_READ));

	(void)state;
	req.u.read.len++;
	expect(&req, -EINVAL, "more than there is room for");
	req.u.read.len = 0;
	expect(&req, 0, "nothing");
	req.u.read.first = 1;
	expect(&req, -EINVAL, "first without references");
	req = sample_request(sample_find(XENFSIF_OP_READ));
	req.in_len = 4;
	expect(&req, -EINVAL, "references that are not counted");
	req = sample_request(sample_find(XENFSIF_OP_READ));
	req.u.read.offset = XENFSIF_MAX_OFFSET - 4096;
	expect(&req, 0, "up to the last octet");
	req.u.read.offset++;
	expect(&req, -EINVAL, "beyond the last octet");
	req.u.read.offset = UINT64_MAX;
	expect(&req, -EINVAL, "an offset of -1");
}

static void read_into_granted_pages(void **state)
{
	struct xenfsif_request good = sample_request(sample_find(XENFSIF_OP_READ)), req;

	(void)state;
	good.out_len = 0;
	good.in_len = 8;
	good.u.read.nrefs = 2;
	good.u.read.len = 8192;
	expect(&good, 0, "two pages");

	req = good;
	req.u.read.first = 1;
	expect(&req, -EINVAL, "more than fits behind first");
	req.u.read.len = 8191;
	expect(&req, 0, "what fits behind first");
	req.u.read.first = 4096;
	req.u.read.len = 1;
	expect(&req, -EINVAL, "first beyond the page");
	req = good;
	req.u.read.len = 8193;
	expect(&req, -EINVAL, "more than fits");
	req = good;
	req.out_len = 1;
	expect(&req, -EINVAL, "an out range as well");
	req = good;
	req.in_len = 4;
	expect(&req, -EINVAL, "less references than counted");
	req = good;
	req.u.read.nrefs = XENFSIF_READ_REFS_MAX;
	req.in_len = 4 * XENFSIF_READ_REFS_MAX;
	expect(&req, 0, "the most pages");
	req.u.read.nrefs++;
	req.in_len += 4;
	expect(&req, -EINVAL, "one more");
	/* nrefs * 4096 wraps to 4096 */
	req = good;
	req.u.read.nrefs = 0x100001;
	req.in_len = 4 * 0x100001u;
	assert_int_equal(xenfsif_check_request(&req, UINT32_MAX), -EINVAL);
}

static void flags_and_small_values(void **state)
{
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_ACCESS));

	(void)state;
	req.u.access.mask = 7;
	expect(&req, 0, "all of ACCESS");
	req.u.access.mask = 8;
	expect(&req, -EINVAL, "an unknown bit of ACCESS");

	req = sample_request(sample_find(XENFSIF_OP_OPEN));
	req.u.open.flags = 31;
	expect(&req, 0, "all flags of OPEN");
	req.u.open.flags = 32;
	expect(&req, -EINVAL, "an unknown flag of OPEN");

	req = sample_request(sample_find(XENFSIF_OP_READDIR));
	req.u.readdir.flags = XENFSIF_READDIR_PLUS;
	req.u.readdir.cookie = XENFSIF_MAX_OFFSET;
	expect(&req, 0, "the last cookie");
	req.u.readdir.cookie++;
	expect(&req, -EINVAL, "a cookie that no seekdir can have");
	req.u.readdir.cookie = 0;
	req.u.readdir.flags = 2;
	expect(&req, -EINVAL, "an unknown flag of READDIR");

	req = sample_request(sample_find(XENFSIF_OP_SEEK));
	req.u.seek.whence = XENFSIF_SEEK_HOLE;
	req.u.seek.offset = XENFSIF_MAX_OFFSET;
	expect(&req, 0, "SEEK_HOLE");
	req.u.seek.offset++;
	expect(&req, -EINVAL, "SEEK beyond the last octet");
	for (uint32_t whence = 0; whence < 8; whence++) {
		req.u.seek.offset = 0;
		req.u.seek.whence = whence;
		expect(&req, whence == 3 || whence == 4 ? 0 : -EINVAL, "whence");
	}

	req = sample_request(sample_find(XENFSIF_OP_GETXATTR));
	req.u.xattr.size = 0;
	expect(&req, 0, "GETXATTR of the length");
	req.u.xattr.size = XENFSIF_XATTR_SIZE_MAX;
	req.out_len = XENFSIF_XATTR_SIZE_MAX;
	expect(&req, 0, "the longest value");
	req.u.xattr.size++;
	req.out_len++;
	expect(&req, -EINVAL, "a longer value");
	req.u.xattr.size = 17;
	req.out_len = 16;
	expect(&req, -EINVAL, "a value with too little room");
}

/*
 * What the backend relies on once a request is let in, computed anew in 64
 * bits, where nothing wraps.
 */
static void assert_safe(const struct xenfsif_request *req)
{
	uint64_t in_end = (uint64_t)req->in_off + req->in_len;
	uint64_t out_end = (uint64_t)req->out_off + req->out_len;
	uint64_t groups = 4ull * req->ngroups;

	assert_true(req->op >= 1 && req->op <= XENFSIF_OP_MAX);
	assert_true(in_end <= SAMPLE_AREA && out_end <= SAMPLE_AREA);
	assert_true(!req->in_len || !req->out_len || in_end <= req->out_off ||
		    out_end <= req->in_off);
	assert_true(groups <= req->in_len && req->ngroups <= XENFSIF_GROUPS_MAX);
	switch (req->op) {
	case XENFSIF_OP_FORGET:
		assert_true(groups + 24ull * req->u.forget.count == req->in_len);
		break;
	case XENFSIF_OP_RETURN:
		assert_true(groups + 4ull * req->u.ret.count == req->in_len);
		break;
	case XENFSIF_OP_RECLAIM:
		assert_true(groups + req->u.reclaim.name_len + (uint64_t)req->u.reclaim.handle_len ==
			    req->in_len);
		break;
	case XENFSIF_OP_LEND:
		assert_true(4ull * req->u.lend.count <= req->out_len);
		break;
	case XENFSIF_OP_READ:
		assert_true(req->u.read.offset <= XENFSIF_MAX_OFFSET);
		assert_true(req->u.read.offset + req->u.read.len <= XENFSIF_MAX_OFFSET);
		if (req->u.read.nrefs)
			assert_true(req->u.read.first + (uint64_t)req->u.read.len <=
				    4096ull * req->u.read.nrefs);
		else
			assert_true(req->u.read.len <= req->out_len);
		break;
	case XENFSIF_OP_GETXATTR:
	case XENFSIF_OP_LISTXATTR:
		assert_true(req->u.xattr.size <= req->out_len);
		break;
	case XENFSIF_OP_WRITE:
		assert_true(req->u.write.nsegs >= 1 &&
			    req->u.write.nsegs <= XENFSIF_WRITE_SEGS_MAX);
		assert_true(req->u.write.nrefs <= XENFSIF_READ_REFS_MAX);
		assert_true(groups + 16ull * req->u.write.nsegs + 4ull * req->u.write.nrefs <=
			    req->in_len);
		break;
	case XENFSIF_OP_SYMLINK:
		assert_true(groups + req->u.make.name_len < req->in_len);
		break;
	case XENFSIF_OP_MKDIR:
	case XENFSIF_OP_MKNOD:
		assert_true(groups + req->u.make.name_len == req->in_len);
		break;
	case XENFSIF_OP_RENAME:
		assert_true(groups + req->u.rename.name_len < req->in_len);
		assert_true(req->in_len - groups - req->u.rename.name_len <= 255);
		break;
	case XENFSIF_OP_FALLOCATE:
		assert_true(req->u.fallocate.offset <= XENFSIF_MAX_OFFSET);
		assert_true(req->u.fallocate.offset + req->u.fallocate.len <=
			    XENFSIF_MAX_OFFSET);
		break;
	case XENFSIF_OP_SETXATTR:
		assert_true(groups + req->u.setxattr.name_len +
			    (uint64_t)req->u.setxattr.size == req->in_len);
		break;
	}
	switch (req->op) {
	case XENFSIF_OP_WRITE:
	case XENFSIF_OP_SETATTR:
	case XENFSIF_OP_LINK:
	case XENFSIF_OP_UNLINK:
	case XENFSIF_OP_RMDIR:
	case XENFSIF_OP_FALLOCATE:
	case XENFSIF_OP_COPY_RANGE:
		assert_true(req->out_len >= sizeof(struct xenfsif_attr));
		break;
	case XENFSIF_OP_CREATE:
	case XENFSIF_OP_TMPFILE:
	case XENFSIF_OP_MKDIR:
	case XENFSIF_OP_MKNOD:
	case XENFSIF_OP_SYMLINK:
		assert_true(req->out_len >= sizeof(struct xenfsif_entry) + XENFSIF_HANDLE_MAX);
		break;
	}
}

/* One to three fields of a good request are replaced by awkward numbers. */
static void mutate(struct random *r, struct xenfsif_request *req)
{
	uint32_t *words = (uint32_t *)req;

	for (uint32_t n = 1 + random_below(r, 3); n; n--) {
		uint32_t at = random_below(r, 32);

		if (at >= 20 && random_below(r, 2))
			((uint64_t *)req)[at / 2] = random_hostile(r);
		else
			words[at] = (uint32_t)random_hostile(r);
	}
}

static void a_million_hostile_requests(void **state)
{
	struct random r = { 0x9e3779b97f4a7c15ull };
	unsigned int let_in = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000000; i++) {
		struct xenfsif_request req;

		if (i % 8 == 0) {
			for (unsigned int k = 0; k < sizeof(req) / 8; k++)
				((uint64_t *)&req)[k] = random_hostile(&r);
			req.op = random_below(&r, XENFSIF_OP_MAX + 3);
		} else {
			req = sample_request(&sample_ops[random_below(&r, sample_nops)]);
			mutate(&r, &req);
		}
		if (check(&req) == 0) {
			let_in++;
			assert_safe(&req);
		}
	}
	/* Or the test would only have shown that garbage is refused. */
	assert_true(let_in > 10000 && let_in < 900000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_has_a_sample),
		cmocka_unit_test(layout_is_what_the_document_draws),
		cmocka_unit_test(unknown_opcodes_are_not_supported),
		cmocka_unit_test(reserved_octets_must_be_zero),
		cmocka_unit_test(reserved_fields_of_the_head_must_be_zero),
		cmocka_unit_test(a_node_is_named_if_and_only_if_the_operation_has_one),
		cmocka_unit_test(ranges_stay_in_the_area),
		cmocka_unit_test(operations_without_an_out_range_want_none),
		cmocka_unit_test(operations_without_an_in_range_want_none),
		cmocka_unit_test(an_empty_area_takes_what_needs_none),
		cmocka_unit_test(ranges_do_not_overlap),
		cmocka_unit_test(out_is_limited),
		cmocka_unit_test(groups_lie_in_the_in_range),
		cmocka_unit_test(groups_are_limited),
		cmocka_unit_test(names_are_1_to_255_octets),
		cmocka_unit_test(counts_match_the_in_range),
		cmocka_unit_test(reclaim_by_name_or_by_handle),
		cmocka_unit_test(lend_asks_for_what_fits),
		cmocka_unit_test(read_into_the_area),
		cmocka_unit_test(read_into_granted_pages),
		cmocka_unit_test(flags_and_small_values),
		cmocka_unit_test(a_million_hostile_requests),
	};

	return cmocka_run_group_tests_name("requests", tests, NULL, NULL);
}
