// SPDX-License-Identifier: GPL-2.0
/*
 * What the backend lets in of requests that change something; and what stands in
 * their in ranges: segments of a WRITE, attributes to be set.
 */
#include "unit.h"

#include <stdlib.h>

#include "sample.h"

static void expect(const struct xenfsif_request *req, int want, const char *what)
{
	sample_expect(req->op, xenfsif_check_request(req, SAMPLE_AREA), want, what);
}

static void write_counts_its_segments(void **state)
{
	struct xenfsif_request good = sample_request(sample_find(XENFSIF_OP_WRITE)), req;

	(void)state;
	req = good;
	req.u.write.flags = 7;
	expect(&req, 0, "all flags");
	req.u.write.flags = 8;
	expect(&req, -EINVAL, "an unknown flag");
	req = good;
	req.u.write.nsegs = 0;
	expect(&req, -EINVAL, "no segment");
	req.u.write.nsegs = 2;
	expect(&req, -EINVAL, "less segments than counted");
	req.in_len = 2 * sizeof(struct xenfsif_segment);
	expect(&req, 0, "two segments");
	req.u.write.flags = XENFSIF_WRITE_APPEND;
	expect(&req, -EINVAL, "two segments to append");
	req = good;
	req.u.write.nsegs = XENFSIF_WRITE_SEGS_MAX;
	req.in_len = XENFSIF_WRITE_SEGS_MAX * sizeof(struct xenfsif_segment) + 1000;
	expect(&req, 0, "the most segments");
	req.u.write.nsegs++;
	req.in_len += sizeof(struct xenfsif_segment);
	expect(&req, -EINVAL, "one more");
	/* nsegs * 16 wraps to 16 */
	req = good;
	req.u.write.nsegs = 0x10000001;
	expect(&req, -EINVAL, "a count that wraps");

	req = good;
	req.u.write.nrefs = 1;
	expect(&req, 0, "a reference");
	req.in_len++;
	expect(&req, -EINVAL, "an octet behind the references");
	req.in_len -= 2;
	expect(&req, -EINVAL, "less references than counted");
	req.u.write.nrefs = XENFSIF_READ_REFS_MAX;
	req.in_len = sizeof(struct xenfsif_segment) + 4 * XENFSIF_READ_REFS_MAX;
	expect(&req, 0, "the most references");
	req.u.write.nrefs++;
	req.in_len += 4;
	expect(&req, -EINVAL, "one more");
	/* 4 * nrefs wraps to 4 */
	req = good;
	req.u.write.nrefs = 0x40000001;
	expect(&req, -EINVAL, "a count of references that wraps");
}

static void create_and_tmpfile(void **state)
{
	static const uint16_t ops[] = { XENFSIF_OP_CREATE, XENFSIF_OP_TMPFILE };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct xenfsif_request req = sample_request(sample_find(ops[i]));

		req.u.create.flags = XENFSIF_OPEN_READ | XENFSIF_OPEN_WRITE |
				     XENFSIF_OPEN_NOATIME | XENFSIF_CREATE_EXCL;
		req.u.create.mode = 07777;
		expect(&req, 0, "all flags and modes");
		req.u.create.flags |= XENFSIF_OPEN_EXEC;
		expect(&req, -EINVAL, "to execute a new file");
		req.u.create.flags = 1u << 17;
		expect(&req, -EINVAL, "an unknown flag");
		req.u.create.flags = XENFSIF_OPEN_WRITE;
		req.u.create.mode = S_IFREG | 0644;
		expect(&req, -EINVAL, "a type in the mode");
	}
}

static void making_says_what_and_where(void **state)
{
	static const uint16_t ops[] = { XENFSIF_OP_MKDIR, XENFSIF_OP_MKNOD, XENFSIF_OP_SYMLINK };
	struct xenfsif_request req;

	(void)state;
	for (int i = 0; i < 3; i++) {
		const struct sample_op *op = sample_find(ops[i]);

		req = sample_request(op);
		req.u.make.name_len = 0;
		expect(&req, -EINVAL, "no name");
		req.u.make.name_len = op->in + 1;
		expect(&req, -EINVAL, "a name longer than in");
		req.u.make.name_len = UINT32_MAX;
		expect(&req, -EINVAL, "a name of -1 octets");
		req.in_len = op->in - 3 + 256;
		req.u.make.name_len = 256;
		expect(&req, -EINVAL, "256 octets");
		req.in_len--;
		req.u.make.name_len--;
		expect(&req, 0, "255 octets");
		req.u.make.mode |= 0x10000;
		expect(&req, -EINVAL, "a mode beyond 16 bits");
		req = sample_request(op);
		req.u.make.rdev_minor = 1;
		expect(&req, -EINVAL, "a device number");
	}
	req = sample_request(sample_find(XENFSIF_OP_MKDIR));
	req.u.make.mode = S_IFDIR | 0755;
	expect(&req, -EINVAL, "MKDIR with a type");

	req = sample_request(sample_find(XENFSIF_OP_SYMLINK));
	req.in_len = 3;
	expect(&req, -EINVAL, "SYMLINK to nothing");
	req.out_off = 8192;
	req.in_len = 3 + XENFSIF_SYMLINK_MAX;
	expect(&req, 0, "the longest target");
	req.in_len++;
	expect(&req, -EINVAL, "a longer target");
	req.in_len = 5;
	req.u.make.mode = 0777;
	expect(&req, -EINVAL, "SYMLINK with a mode");
}

static void mknod_has_a_type(void **state)
{
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_MKNOD));

	(void)state;
	for (uint32_t type = 0; type < 16; type++) {
		uint32_t mode = type << 12;
		bool dev = mode == S_IFCHR || mode == S_IFBLK;
		bool ok = dev || mode == S_IFREG || mode == S_IFIFO || mode == S_IFSOCK;

		req.u.make.mode = mode | 07777;
		req.u.make.rdev_major = 0;
		expect(&req, ok ? 0 : -EINVAL, "a type");
		req.u.make.rdev_major = 8;
		expect(&req, dev ? 0 : -EINVAL, "a type with a device number");
	}
}

static void link_and_rename_have_two_directories(void **state)
{
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_LINK));

	(void)state;
	req.u.link.dir = 0;
	expect(&req, -EINVAL, "LINK without a directory");

	req = sample_request(sample_find(XENFSIF_OP_RENAME));
	req.u.rename.dir = 0;
	expect(&req, -EINVAL, "RENAME without a directory");
	req.u.rename.dir = 43;
	for (uint32_t flags = 0; flags < 16; flags++) {
		bool ok = flags < 8 && (!(flags & XENFSIF_RENAME_EXCHANGE) ||
					flags == XENFSIF_RENAME_EXCHANGE);

		req.u.rename.flags = flags;
		expect(&req, ok ? 0 : -EINVAL, "flags of RENAME");
	}
	req.u.rename.flags = 0;
	req.u.rename.name_len = 0;
	expect(&req, -EINVAL, "no old name");
	req.u.rename.name_len = 5;
	expect(&req, -EINVAL, "no new name");
	req.u.rename.name_len = UINT32_MAX;
	expect(&req, -EINVAL, "an old name of -1 octets");
	req.u.rename.name_len = 255;
	req.in_len = 510;
	expect(&req, 0, "two long names");
	req.in_len++;
	expect(&req, -EINVAL, "a longer new name");
	req.u.rename.name_len = 256;
	expect(&req, -EINVAL, "a longer old name");
}

static void ranges_of_files_exist(void **state)
{
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_FALLOCATE));

	(void)state;
	req.u.fallocate.offset = XENFSIF_MAX_OFFSET - 4096;
	expect(&req, 0, "up to the last octet");
	req.u.fallocate.offset++;
	expect(&req, -EINVAL, "beyond the last octet");
	req.u.fallocate.offset = 0;
	req.u.fallocate.len = UINT64_MAX;
	expect(&req, -EINVAL, "a length of -1");
	req.u.fallocate.offset = UINT64_MAX;
	req.u.fallocate.len = 2;
	expect(&req, -EINVAL, "a range that wraps");
}

static void values_of_attributes_fit(void **state)
{
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_SETXATTR));

	(void)state;
	req.u.setxattr.flags = 3;
	expect(&req, 0, "both flags of SETXATTR");
	req.u.setxattr.flags = 4;
	expect(&req, -EINVAL, "an unknown flag of SETXATTR");
	req.u.setxattr.flags = 0;
	req.u.setxattr.name_len = 0;
	expect(&req, -EINVAL, "no name");
	req.u.setxattr.name_len = 6;
	req.u.setxattr.size = 9;
	expect(&req, -EINVAL, "a value shorter than in");
	req.u.setxattr.size = 0;
	req.in_len = 6;
	expect(&req, 0, "an empty value");
	req.u.setxattr.size = XENFSIF_XATTR_SIZE_MAX;
	req.in_len += XENFSIF_XATTR_SIZE_MAX;
	req.out_off = 0;
	expect(&req, 0, "the longest value");
	req.u.setxattr.size++;
	req.in_len++;
	expect(&req, -EINVAL, "a longer value");
	/* the sum wraps to in_len */
	req = sample_request(sample_find(XENFSIF_OP_SETXATTR));
	req.u.setxattr.name_len = 17;
	req.u.setxattr.size = UINT32_MAX;
	expect(&req, -EINVAL, "lengths whose sum wraps");
}

static void locks_and_flags(void **state)
{
	struct xenfsif_request req = sample_request(sample_find(XENFSIF_OP_LOCK));

	(void)state;
	req.u.lock.flags = XENFSIF_LOCK_WAIT | XENFSIF_LOCK_TEST;
	expect(&req, 0, "both flags of LOCK");
	req.u.lock.flags = 4;
	expect(&req, -EINVAL, "an unknown flag of LOCK");
	req.u.lock.flags = XENFSIF_LOCK_WAIT;
	req.out_len = 0;
	expect(&req, 0, "LOCK without an answer");
	req.u.lock.flags = XENFSIF_LOCK_TEST;
	expect(&req, -EINVAL, "TEST without room for the answer");
	req = sample_request(sample_find(XENFSIF_OP_LOCK));
	req.u.lock.kind = XENFSIF_LOCK_FLOCK;
	expect(&req, -EINVAL, "TEST of FLOCK");
	req.u.lock.flags = 0;
	expect(&req, 0, "FLOCK");
	req.u.lock.kind = 2;
	expect(&req, -EINVAL, "an unknown kind");
	req.u.lock.kind = 0;
	req.u.lock.type = XENFSIF_LOCK_UNLOCK;
	expect(&req, 0, "UNLOCK");
	req.u.lock.type++;
	expect(&req, -EINVAL, "an unknown type");

	req = sample_request(sample_find(XENFSIF_OP_FSYNC));
	req.u.fsync.datasync = 1;
	expect(&req, 0, "datasync");
	req.u.fsync.datasync = 2;
	expect(&req, -EINVAL, "datasync 2");

	req = sample_request(sample_find(XENFSIF_OP_FILEATTR));
	req.u.fileattr.flags = XENFSIF_FILEATTR_XFLAGS;
	expect(&req, 0, "xflags");
	req.u.fileattr.flags |= XENFSIF_FILEATTR_SET;
	expect(&req, -EINVAL, "SET without what to set");
	req.in_len = sizeof(struct xenfsif_fileattr);
	expect(&req, 0, "SET");
	req.u.fileattr.flags = 4;
	expect(&req, -EINVAL, "an unknown flag of FILEATTR");
}

/* A WRITE with segments behind each other, and a length to go with them. */
struct write {
	struct xenfsif_request req;
	struct xenfsif_segment segs[XENFSIF_WRITE_SEGS_MAX];
};

static struct write write_of(uint32_t nsegs, uint32_t nrefs, uint32_t content)
{
	struct write w = { .req = sample_request(sample_find(XENFSIF_OP_WRITE)) };

	w.req.u.write.nsegs = nsegs;
	w.req.u.write.nrefs = nrefs;
	w.req.in_len = nsegs * sizeof(w.segs[0]) + (nrefs ? 4 * nrefs : content);
	return w;
}

/* Checks a copy that ends where its allocation does, and is not aligned. */
static void segments(const struct write *w, int want, const char *what)
{
	size_t size = w->req.u.write.nsegs * sizeof(w->segs[0]);
	char *copy = malloc(size + 1);
	int got;

	memcpy(copy + 1, w->segs, size);
	got = xenfsif_check_segments(&w->req, copy + 1);
	free(copy);
	if (got != want)
		fail_msg("%s: %d instead of %d", what, got, want);
}

static void segments_in_the_area(void **state)
{
	struct write w = write_of(2, 0, 30);

	(void)state;
	w.segs[0] = (struct xenfsif_segment){ .offset = 100, .len = 10 };
	w.segs[1] = (struct xenfsif_segment){ .offset = 0, .len = 20 };
	segments(&w, 0, "two segments");
	w.segs[1].len = 19;
	segments(&w, -EINVAL, "less than there is content");
	w.segs[1].len = 21;
	segments(&w, -EINVAL, "more than there is content");
	w.segs[0].len = 0;
	w.segs[1].len = 30;
	segments(&w, -EINVAL, "an empty segment");
	w.segs[0].len = 10;
	w.segs[1].len = 20;
	w.segs[1].first = 1;
	segments(&w, -EINVAL, "first without references");
	w.segs[1].first = 0;
	/* the sum wraps to 30 */
	w.segs[0].len = UINT32_MAX;
	w.segs[1].len = 31;
	segments(&w, -EINVAL, "lengths whose sum wraps");
}

static void segments_of_granted_pages(void **state)
{
	struct write w = write_of(1, 2, 0);

	(void)state;
	w.segs[0].len = 8192;
	segments(&w, 0, "two pages");
	w.segs[0].len = 4097;
	segments(&w, 0, "a page and an octet");
	w.segs[0].len = 4096;
	segments(&w, -EINVAL, "a page that nothing uses");
	w.segs[0].first = 1;
	segments(&w, 0, "a page's worth over two");
	w.segs[0].len = 8192;
	segments(&w, -EINVAL, "three pages");
	w.segs[0].first = 4095;
	w.segs[0].len = 4097;
	segments(&w, 0, "the last octet of a page and the next");
	w.segs[0].first = 4096;
	w.segs[0].len = 4096;
	segments(&w, -EINVAL, "first beyond the page");
	w.segs[0].first = UINT32_MAX;
	w.segs[0].len = 1;
	segments(&w, -EINVAL, "first of -1");
	w.segs[0].first = 0;
	w.segs[0].len = UINT32_MAX;
	segments(&w, -EINVAL, "a length of -1");

	w = write_of(XENFSIF_WRITE_SEGS_MAX, XENFSIF_READ_REFS_MAX, 0);
	for (uint32_t i = 0; i < XENFSIF_WRITE_SEGS_MAX; i++)
		w.segs[i] = (struct xenfsif_segment){ .offset = i * 8192, .len = 8192 };
	segments(&w, 0, "the most of both");
	/* 2^32 pages and one are one in 32 bits */
	w = write_of(2, 1, 0);
	w.segs[0].len = 1;
	w.segs[1].len = UINT32_MAX;
	segments(&w, -EINVAL, "pages whose number wraps");
}

static void segments_lie_in_a_file(void **state)
{
	struct write w = write_of(1, 0, 10);

	(void)state;
	w.segs[0] = (struct xenfsif_segment){ .offset = XENFSIF_MAX_OFFSET - 10, .len = 10 };
	segments(&w, 0, "up to the last octet");
	w.segs[0].offset++;
	segments(&w, -EINVAL, "beyond the last octet");
	w.segs[0].offset = UINT64_MAX;
	segments(&w, -EINVAL, "an offset of -1");
	w.segs[0].offset = 0;
	w.req.u.write.flags = XENFSIF_WRITE_APPEND;
	segments(&w, 0, "to append");
	w.segs[0].offset = 1;
	segments(&w, -EINVAL, "to append at an offset");
}

static void setattr(const struct xenfsif_setattr *set, int want, const char *what)
{
	int got = xenfsif_check_setattr(set);

	if (got != want)
		fail_msg("%s: %d instead of %d", what, got, want);
}

static void attributes_to_set(void **state)
{
	struct xenfsif_setattr set = { .mask = 0 };

	(void)state;
	setattr(&set, -EINVAL, "nothing");
	set.mask = XENFSIF_SETATTR_TOUCH << 1;
	setattr(&set, -EINVAL, "an unknown bit");
	set.mask = XENFSIF_SETATTR_MODE | XENFSIF_SETATTR_UID | XENFSIF_SETATTR_GID |
		   XENFSIF_SETATTR_SIZE | XENFSIF_SETATTR_ATIME | XENFSIF_SETATTR_MTIME_NOW;
	set.mode = 07777;
	set.size = XENFSIF_MAX_OFFSET;
	set.atime_sec = INT64_MIN;
	set.atime_nsec = 999999999;
	setattr(&set, 0, "all of it");

#define BAD(field, value)							\
	do {									\
		struct xenfsif_setattr bad = set;				\
										\
		bad.field = value;						\
		setattr(&bad, -EINVAL, #field);					\
	} while (0)
	BAD(mode, 010000);
	BAD(mode, S_IFREG | 0644);
	BAD(size, XENFSIF_MAX_OFFSET + 1);
	BAD(size, UINT64_MAX);
	BAD(atime_nsec, 1000000000);
	BAD(mtime_nsec, UINT32_MAX);
	BAD(uid, UINT32_MAX);
	BAD(gid, UINT32_MAX);
	set.mask = XENFSIF_SETATTR_MODE;
	set.uid = UINT32_MAX;
	set.gid = UINT32_MAX;
	setattr(&set, 0, "an owner that is not meant");
}

static void times_are_set_in_one_way(void **state)
{
	struct xenfsif_setattr set = { .mask = 0 };

	(void)state;
	set.mask = XENFSIF_SETATTR_ATIME | XENFSIF_SETATTR_ATIME_NOW;
	setattr(&set, -EINVAL, "atime twice");
	set.mask = XENFSIF_SETATTR_MTIME | XENFSIF_SETATTR_MTIME_NOW;
	setattr(&set, -EINVAL, "mtime twice");
	set.mask = XENFSIF_SETATTR_TOUCH;
	setattr(&set, 0, "a touch");
	set.mask |= XENFSIF_SETATTR_ATIME_NOW | XENFSIF_SETATTR_MTIME_NOW;
	setattr(&set, 0, "a touch, said in full");
	set.mask = XENFSIF_SETATTR_TOUCH | XENFSIF_SETATTR_ATIME;
	setattr(&set, -EINVAL, "a touch with an atime");
	set.mask = XENFSIF_SETATTR_TOUCH | XENFSIF_SETATTR_MTIME;
	setattr(&set, -EINVAL, "a touch with an mtime");
}

/* Whatever is let in lies within what the pages or the area hold. */
static void a_million_hostile_segments(void **state)
{
	struct random r = { 0xbf58476d1ce4e5b9ull };
	unsigned int let_in = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000000; i++) {
		uint32_t nsegs = 1 + random_below(&r, 4), at, content = 0;
		struct write w = write_of(nsegs, 0, 0);
		uint64_t octets = 0, pages = 0;

		for (at = 0; at < nsegs; at++) {
			w.segs[at].offset = random_below(&r, 1u << 20);
			w.segs[at].len = 1 + random_below(&r, 10000);
			content += w.segs[at].len;
		}
		if (random_below(&r, 2)) {
			uint32_t nrefs = 0;

			for (at = 0; at < nsegs; at++) {
				w.segs[at].first = random_below(&r, 4096);
				nrefs += (w.segs[at].first + w.segs[at].len + 4095) / 4096;
			}
			w.req.u.write.nrefs = nrefs;
			w.req.in_len += 4 * nrefs;
		} else {
			w.req.in_len += content;
		}
		if (random_below(&r, 2))
			((uint32_t *)w.segs)[random_below(&r, 4 * nsegs)] =
				(uint32_t)random_hostile(&r);
		if (xenfsif_check_request(&w.req, SAMPLE_AREA) ||
		    xenfsif_check_segments(&w.req, w.segs))
			continue;
		let_in++;
		for (at = 0; at < nsegs; at++) {
			assert_true(w.segs[at].len >= 1 && w.segs[at].first <= 4095);
			assert_true(w.segs[at].offset <= XENFSIF_MAX_OFFSET - w.segs[at].len);
			octets += w.segs[at].len;
			pages += ((uint64_t)w.segs[at].first + w.segs[at].len + 4095) / 4096;
		}
		if (w.req.u.write.nrefs)
			assert_true(pages == w.req.u.write.nrefs);
		else
			assert_true(octets + 16ull * nsegs == w.req.in_len);
	}
	assert_true(let_in > 10000 && let_in < 990000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(write_counts_its_segments),
		cmocka_unit_test(create_and_tmpfile),
		cmocka_unit_test(making_says_what_and_where),
		cmocka_unit_test(mknod_has_a_type),
		cmocka_unit_test(link_and_rename_have_two_directories),
		cmocka_unit_test(ranges_of_files_exist),
		cmocka_unit_test(values_of_attributes_fit),
		cmocka_unit_test(locks_and_flags),
		cmocka_unit_test(segments_in_the_area),
		cmocka_unit_test(segments_of_granted_pages),
		cmocka_unit_test(segments_lie_in_a_file),
		cmocka_unit_test(attributes_to_set),
		cmocka_unit_test(times_are_set_in_one_way),
		cmocka_unit_test(a_million_hostile_segments),
	};

	return cmocka_run_group_tests_name("requests that change something", tests, NULL, NULL);
}
