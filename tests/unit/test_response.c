// SPDX-License-Identifier: GPL-2.0
/*
 * xenfsif_check_response(), attributes and entries: what the frontend believes.
 */
#include "unit.h"

#include "sample.h"

static void expect(const struct xenfsif_response *rsp, const struct xenfsif_request *req,
		   int want, const char *what)
{
	sample_expect(req->op, xenfsif_check_response(rsp, req), want, what);
}

static struct xenfsif_request request_of(uint16_t op)
{
	return sample_request(sample_find(op));
}

static void samples_are_believed(void **state)
{
	(void)state;
	EACH_OP(op) {
		struct xenfsif_request req = sample_request(op);
		struct xenfsif_response rsp = sample_response(&req);

		expect(&rsp, &req, 0, "the sample");
	}
}

static void it_must_answer_the_request(void **state)
{
	(void)state;
	EACH_OP(op) {
		struct xenfsif_request req = sample_request(op);
		struct xenfsif_response rsp = sample_response(&req);

		rsp.id++;
		expect(&rsp, &req, -EIO, "another id");
		rsp = sample_response(&req);
		rsp.seq--;
		expect(&rsp, &req, -EIO, "another seq");
	}
}

static void status_is_an_errno(void **state)
{
	static const struct { int32_t status; int want; } cases[] = {
		{ -1, 0 }, { -4095, 0 }, { -4096, -EIO }, { 1, -EIO },
		{ INT32_MIN, -EIO }, { INT32_MAX, -EIO },
	};

	(void)state;
	EACH_OP(op) {
		struct xenfsif_request req = sample_request(op);
		struct xenfsif_response rsp = sample_response(&req);

		for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
			rsp.status = cases[k].status;
			expect(&rsp, &req, cases[k].want, "status");
		}
	}
}

static void out_len_fits_the_room(void **state)
{
	(void)state;
	EACH_OP(op) {
		struct xenfsif_request req = sample_request(op);
		struct xenfsif_response rsp = sample_response(&req);

		rsp.out_len = req.out_len + 1;
		expect(&rsp, &req, -EIO, "an octet too many");
		rsp.status = -ENOENT;
		expect(&rsp, &req, -EIO, "an octet too many, with an error");
		rsp = sample_response(&req);
		rsp.out_len = UINT32_MAX;
		expect(&rsp, &req, -EIO, "out_len -1");
	}
}

static void structures_come_whole(void **state)
{
	static const struct { uint16_t op; uint32_t size; } cases[] = {
		{ XENFSIF_OP_CONNECT, sizeof(struct xenfsif_entry) },
		{ XENFSIF_OP_LOOKUP, sizeof(struct xenfsif_entry) },
		{ XENFSIF_OP_RECLAIM, sizeof(struct xenfsif_entry) },
		{ XENFSIF_OP_GETATTR, sizeof(struct xenfsif_attr) },
		{ XENFSIF_OP_OPEN, sizeof(struct xenfsif_attr) },
		{ XENFSIF_OP_STATFS, sizeof(struct xenfsif_statfs) },
		{ XENFSIF_OP_WRITE, sizeof(struct xenfsif_attr) },
		{ XENFSIF_OP_SETATTR, sizeof(struct xenfsif_attr) },
		{ XENFSIF_OP_CREATE, sizeof(struct xenfsif_entry) },
		{ XENFSIF_OP_TMPFILE, sizeof(struct xenfsif_entry) },
		{ XENFSIF_OP_MKDIR, sizeof(struct xenfsif_entry) },
		{ XENFSIF_OP_MKNOD, sizeof(struct xenfsif_entry) },
		{ XENFSIF_OP_SYMLINK, sizeof(struct xenfsif_entry) },
		{ XENFSIF_OP_LINK, sizeof(struct xenfsif_attr) },
		{ XENFSIF_OP_UNLINK, sizeof(struct xenfsif_attr) },
		{ XENFSIF_OP_RMDIR, sizeof(struct xenfsif_attr) },
		{ XENFSIF_OP_FALLOCATE, sizeof(struct xenfsif_attr) },
		{ XENFSIF_OP_COPY_RANGE, sizeof(struct xenfsif_attr) },
		{ XENFSIF_OP_LOCK, sizeof(struct xenfsif_lock_range) },
		{ XENFSIF_OP_FILEATTR, sizeof(struct xenfsif_fileattr) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct xenfsif_request req = request_of(cases[i].op);
		struct xenfsif_response rsp = sample_response(&req);

		rsp.out_len = cases[i].size;
		expect(&rsp, &req, 0, "the whole structure");
		rsp.out_len--;
		expect(&rsp, &req, -EIO, "an octet less");
		rsp.status = -ENOENT;
		rsp.out_len = 0;
		expect(&rsp, &req, 0, "nothing, with an error");
	}
}

static void connect_must_offer_something(void **state)
{
	struct xenfsif_request req = request_of(XENFSIF_OP_CONNECT);
	struct xenfsif_response rsp = sample_response(&req);

	(void)state;
	rsp.u.connect.max_lend = 1;
	rsp.u.connect.max_read_refs = 1;
	expect(&rsp, &req, 0, "one of each");
	rsp.u.connect.max_lend = 0;
	expect(&rsp, &req, -EIO, "no pages a LEND");
	rsp = sample_response(&req);
	rsp.u.connect.max_read_refs = 0;
	expect(&rsp, &req, -EIO, "no references a READ");
}

static void access_grants_no_more_than_asked(void **state)
{
	struct xenfsif_request req = request_of(XENFSIF_OP_ACCESS);
	struct xenfsif_response rsp = sample_response(&req);

	(void)state;
	rsp.u.access.allowed = 0;
	expect(&rsp, &req, 0, "nothing allowed");
	rsp.u.access.allowed = XENFSIF_MAY_WRITE;
	expect(&rsp, &req, -EIO, "what was not asked for");
}

static void readdir_makes_progress(void **state)
{
	struct xenfsif_request req = request_of(XENFSIF_OP_READDIR);
	struct xenfsif_response rsp = sample_response(&req);

	(void)state;
	rsp.u.readdir.count++;
	expect(&rsp, &req, -EIO, "more than was written");
	rsp.u.readdir.count = 0;
	expect(&rsp, &req, -EIO, "nothing, but not the end");
	rsp.u.readdir.eof = 1;
	expect(&rsp, &req, 0, "the end");
	rsp.u.readdir.eof = 2;
	expect(&rsp, &req, -EIO, "eof 2");
}

static void data_fits_what_was_written(void **state)
{
	struct xenfsif_request req = request_of(XENFSIF_OP_READLINK);
	struct xenfsif_response rsp = sample_response(&req);

	(void)state;
	rsp.u.data.len = rsp.out_len + 1;
	expect(&rsp, &req, -EIO, "a target longer than what was written");
	rsp.u.data.len = 0;
	expect(&rsp, &req, -EIO, "an empty target");
	req.out_len = 8192;
	rsp = sample_response(&req);
	rsp.u.data.len = XENFSIF_SYMLINK_MAX + 1;
	expect(&rsp, &req, -EIO, "a target longer than PATH_MAX");

	req = request_of(XENFSIF_OP_GETXATTR);
	rsp = sample_response(&req);
	rsp.u.data.len++;
	expect(&rsp, &req, -EIO, "a value longer than what was written");
	req.u.xattr.size = 4;
	rsp = sample_response(&req);
	expect(&rsp, &req, -EIO, "a value longer than asked");
	req.u.xattr.size = 0;
	rsp.u.data.len = XENFSIF_XATTR_SIZE_MAX;
	expect(&rsp, &req, 0, "a length");
	rsp.u.data.len++;
	expect(&rsp, &req, -EIO, "a length that cannot be");

	req = request_of(XENFSIF_OP_READ);
	rsp = sample_response(&req);
	rsp.u.data.len++;
	expect(&rsp, &req, -EIO, "more than asked");
	rsp = sample_response(&req);
	rsp.out_len--;
	expect(&rsp, &req, -EIO, "more than was written");
	req.u.read.nrefs = 1;
	req.out_len = 0;
	rsp = sample_response(&req);
	expect(&rsp, &req, 0, "into granted pages");
	rsp.u.data.len++;
	expect(&rsp, &req, -EIO, "more than asked, into granted pages");

	req = request_of(XENFSIF_OP_SEEK);
	rsp = sample_response(&req);
	rsp.u.seek.offset = XENFSIF_MAX_OFFSET;
	expect(&rsp, &req, 0, "the last offset");
	rsp.u.seek.offset++;
	expect(&rsp, &req, -EIO, "a negative offset");
}

static void lend_gives_no_more_than_asked(void **state)
{
	struct xenfsif_request req = request_of(XENFSIF_OP_LEND);
	struct xenfsif_response rsp;

	(void)state;
	req.u.lend.count = 8;
	req.out_len = 32;
	rsp = sample_response(&req);
	expect(&rsp, &req, 0, "eight pages");
	rsp.u.lend.count = 9;
	expect(&rsp, &req, -EIO, "nine pages");
	rsp.u.lend.count = 4;
	expect(&rsp, &req, -EIO, "more lent than there are");
	rsp.u.lend.lent = 4;
	expect(&rsp, &req, 0, "four pages");
	rsp.out_len = 15;
	expect(&rsp, &req, -EIO, "references that were not written");
	rsp = sample_response(&req);
	rsp.u.lend.size = XENFSIF_MAX_OFFSET;
	expect(&rsp, &req, 0, "the largest size");
	rsp.u.lend.size = XENFSIF_MAX_OFFSET + 1;
	expect(&rsp, &req, -EIO, "a negative size");
}

static void what_was_written_lies_in_a_file(void **state)
{
	struct xenfsif_request req = request_of(XENFSIF_OP_WRITE);
	struct xenfsif_response rsp = sample_response(&req);

	(void)state;
	rsp.u.written.offset = XENFSIF_MAX_OFFSET;
	expect(&rsp, &req, -EIO, "beyond the last octet");
	rsp.u.written.offset -= 4;
	expect(&rsp, &req, 0, "up to the last octet");
	rsp.u.written.offset = UINT64_MAX;
	expect(&rsp, &req, -EIO, "an offset of -1");
	rsp.u.written.offset = 0;
	rsp.u.written.len = UINT64_MAX;
	expect(&rsp, &req, -EIO, "a length of -1");

	req = request_of(XENFSIF_OP_COPY_RANGE);
	rsp = sample_response(&req);
	rsp.u.written.offset = 1;
	expect(&rsp, &req, 0, "ranges that differ");
	rsp.u.written.offset = 2;
	expect(&rsp, &req, -EIO, "ranges that differ twice");
	rsp.u.written.offset = 0;
	rsp.u.written.len = XENFSIF_MAX_OFFSET + 1;
	expect(&rsp, &req, -EIO, "a negative length");

	req = request_of(XENFSIF_OP_CREATE);
	rsp = sample_response(&req);
	rsp.u.open.created = 2;
	expect(&rsp, &req, -EIO, "created 2");
}

static void revalidate_counts_what_was_written(void **state)
{
	struct xenfsif_request req = request_of(XENFSIF_OP_REVALIDATE);
	struct xenfsif_response rsp = sample_response(&req);

	(void)state;
	rsp.u.readdir.count++;
	expect(&rsp, &req, -EIO, "more than was written");
	rsp.u.readdir.count = 0;
	expect(&rsp, &req, -EIO, "none, but not all");
	rsp.u.readdir.eof = 1;
	expect(&rsp, &req, 0, "none, and that is all");
	rsp.u.readdir.count = 0x10000001;	/* times 16 wraps to 16 */
	expect(&rsp, &req, -EIO, "a count that wraps");
}

static void table_tells_no_more_than_asked(void **state)
{
	struct xenfsif_request req = request_of(XENFSIF_OP_TABLE);
	struct xenfsif_response rsp;

	(void)state;
	req.u.table.count = 2;
	req.out_len = 8;
	rsp = sample_response(&req);
	expect(&rsp, &req, 0, "all that was asked for");
	rsp.out_len = 4;
	expect(&rsp, &req, -EIO, "more than was written");
	rsp.u.readdir.count = 1;
	expect(&rsp, &req, 0, "a part of it");
	rsp.u.readdir.count = 0x40000001;	/* times 4 wraps to 4 */
	expect(&rsp, &req, -EIO, "a count that wraps");
	rsp.u.readdir.count = 3;
	rsp.out_len = 12;
	req.out_len = 12;
	expect(&rsp, &req, -EIO, "more than was asked for");
}

static void attributes_are_those_of_a_file(void **state)
{
	static const uint32_t types[] = {
		S_IFREG, S_IFDIR, S_IFLNK, S_IFBLK, S_IFCHR, S_IFIFO, S_IFSOCK,
	};
	struct xenfsif_attr attr = sample_attr();
	unsigned int known = 0;

	(void)state;
	assert_true(xenfsif_attr_ok(&attr));
	for (uint32_t type = 0; type < 16; type++) {
		attr.mode = type << 12 | 07777;
		known += xenfsif_attr_ok(&attr);
	}
	assert_int_equal(known, 7);
	for (int i = 0; i < 7; i++) {
		attr.mode = types[i];
		assert_true(xenfsif_attr_ok(&attr));
	}
	attr.mode = S_IFREG | 1u << 16;
	assert_false(xenfsif_attr_ok(&attr));
#define BAD(field, value)							\
	do {									\
		attr = sample_attr();						\
		attr.field = value;						\
		assert_false(xenfsif_attr_ok(&attr));				\
	} while (0)
	BAD(size, XENFSIF_MAX_OFFSET + 1);
	BAD(size, UINT64_MAX);
	BAD(atime_nsec, 1000000000);
	BAD(mtime_nsec, 1000000000);
	BAD(ctime_nsec, 1000000000);
	BAD(btime_nsec, 1000000000);
	BAD(blksize, 0);
	BAD(uid, UINT32_MAX);
	BAD(gid, UINT32_MAX);
	attr = sample_attr();
	attr.size = XENFSIF_MAX_OFFSET;
	attr.mtime_sec = INT64_MIN;
	attr.atime_nsec = 999999999;
	attr.mtime_nsec = 999999999;
	attr.ctime_nsec = 999999999;
	attr.btime_nsec = 999999999;
	assert_true(xenfsif_attr_ok(&attr));
}

static void an_entry_has_its_handle(void **state)
{
	struct xenfsif_entry entry = sample_entry();
	const uint32_t size = sizeof(entry);

	(void)state;
	assert_true(xenfsif_entry_ok(&entry, size + 8));
	assert_false(xenfsif_entry_ok(&entry, size + 7));
	assert_false(xenfsif_entry_ok(&entry, size));
	entry.handle_len = 0;
	assert_true(xenfsif_entry_ok(&entry, size));
	assert_false(xenfsif_entry_ok(&entry, size - 1));
	assert_false(xenfsif_entry_ok(&entry, 0));
	entry.handle_len = XENFSIF_HANDLE_MAX;
	assert_true(xenfsif_entry_ok(&entry, size + 1024));
	entry.handle_len++;
	assert_false(xenfsif_entry_ok(&entry, size + 1024));
	entry.handle_len = UINT32_MAX;
	assert_false(xenfsif_entry_ok(&entry, UINT32_MAX));
	entry = sample_entry();
	entry.node = 0;
	assert_false(xenfsif_entry_ok(&entry, size + 8));
	entry = sample_entry();
	entry.attr.mode = 0;
	assert_false(xenfsif_entry_ok(&entry, size + 8));
}

/* Whatever is believed lies within what the request made room for. */
static void a_million_hostile_responses(void **state)
{
	struct random r = { 0xd1b54a32d192ed03ull };
	unsigned int believed = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000000; i++) {
		struct xenfsif_request req = sample_request(&sample_ops[i % sample_nops]);
		struct xenfsif_response rsp = sample_response(&req);

		for (uint32_t n = 1 + random_below(&r, 3); n; n--)
			((uint32_t *)&rsp)[random_below(&r, 20)] = (uint32_t)random_hostile(&r);
		if (xenfsif_check_response(&rsp, &req) || rsp.status)
			continue;
		believed++;
		assert_true(rsp.out_len <= req.out_len);
		switch (req.op) {
		case XENFSIF_OP_LEND:
			assert_true(4ull * rsp.u.lend.count <= rsp.out_len);
			assert_true(rsp.u.lend.lent <= req.u.lend.count);
			break;
		case XENFSIF_OP_READDIR:
			assert_true(rsp.u.readdir.count <= rsp.out_len);
			break;
		case XENFSIF_OP_TABLE:
			assert_true(4ull * rsp.u.readdir.count <= rsp.out_len);
			break;
		case XENFSIF_OP_REVALIDATE:
			assert_true(16ull * rsp.u.readdir.count <= rsp.out_len);
			break;
		case XENFSIF_OP_READ:
		case XENFSIF_OP_READLINK:
		case XENFSIF_OP_GETXATTR:
		case XENFSIF_OP_LISTXATTR:
			assert_true(rsp.u.data.len <= rsp.out_len);
			break;
		}
	}
	assert_true(believed > 10000 && believed < 900000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_believed),
		cmocka_unit_test(it_must_answer_the_request),
		cmocka_unit_test(status_is_an_errno),
		cmocka_unit_test(out_len_fits_the_room),
		cmocka_unit_test(structures_come_whole),
		cmocka_unit_test(connect_must_offer_something),
		cmocka_unit_test(access_grants_no_more_than_asked),
		cmocka_unit_test(readdir_makes_progress),
		cmocka_unit_test(data_fits_what_was_written),
		cmocka_unit_test(lend_gives_no_more_than_asked),
		cmocka_unit_test(what_was_written_lies_in_a_file),
		cmocka_unit_test(revalidate_counts_what_was_written),
		cmocka_unit_test(table_tells_no_more_than_asked),
		cmocka_unit_test(attributes_are_those_of_a_file),
		cmocka_unit_test(an_entry_has_its_handle),
		cmocka_unit_test(a_million_hostile_responses),
	};

	return cmocka_run_group_tests_name("responses", tests, NULL, NULL);
}
