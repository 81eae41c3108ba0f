// SPDX-License-Identifier: GPL-2.0
/*
 * xenfsif_dirent_next(): listings, well-formed and hostile. Every listing lies
 * in memory of exactly its length, so that ASan sees an octet too far.
 */
#include "unit.h"

#include <stdlib.h>

#include "sample.h"

/* Appends a record to a listing of *len octets. Return: where it begins. */
static uint32_t append(uint8_t **list, uint32_t *len, const char *name,
		       uint32_t name_len, int handle_len)
{
	bool has_entry = handle_len >= 0;
	uint32_t size = xenfsif_dirent_size(name_len, has_entry, has_entry ? handle_len : 0);
	struct xenfsif_dirent d = {
		.ino = 5, .cookie = *len ? *len : XENFSIF_MAX_OFFSET, .reclen = size, .name_len = name_len,
		.type = 8, .has_entry = has_entry,
	};
	uint32_t at = *len;

	*list = realloc(*list, at + size);
	memset(*list + at, 0, size);
	memcpy(*list + at, &d, sizeof(d));
	memcpy(*list + at + sizeof(d), name, name_len);
	if (has_entry) {
		struct xenfsif_entry entry = sample_entry();

		entry.handle_len = handle_len;
		memcpy(*list + at + xenfsif_align8(sizeof(d) + name_len), &entry, sizeof(entry));
	}
	*len = at + size;
	return at;
}

static int first(const uint8_t *list, uint32_t len)
{
	struct xenfsif_dirent_view view;
	uint32_t pos = 0;

	return xenfsif_dirent_next(list, len, &pos, &view);
}

static void a_listing_is_read_to_its_end(void **state)
{
	struct xenfsif_dirent_view view;
	uint8_t *list = NULL;
	uint32_t len = 0, pos = 0;
	char name[255];

	(void)state;
	memset(name, 'n', sizeof(name));
	append(&list, &len, ".", 1, -1);
	append(&list, &len, "..", 2, -1);
	append(&list, &len, "plain", 5, -1);
	append(&list, &len, "file", 4, 12);
	append(&list, &len, "bare", 4, 0);
	append(&list, &len, name, 255, XENFSIF_HANDLE_MAX);

	assert_int_equal(xenfsif_dirent_next(list, len, &pos, &view), 1);
	assert_memory_equal(view.name, ".", 1);
	assert_null(view.entry);
	assert_int_equal(xenfsif_dirent_next(list, len, &pos, &view), 1);
	assert_int_equal(view.d->name_len, 2);
	assert_int_equal(xenfsif_dirent_next(list, len, &pos, &view), 1);
	assert_memory_equal(view.name, "plain", 5);
	assert_null(view.entry);
	assert_null(view.handle);
	assert_int_equal(xenfsif_dirent_next(list, len, &pos, &view), 1);
	assert_memory_equal(view.name, "file", 4);
	assert_int_equal(view.entry->node, 42);
	assert_int_equal(view.entry->handle_len, 12);
	assert_ptr_equal(view.handle, view.entry + 1);
	assert_int_equal(xenfsif_dirent_next(list, len, &pos, &view), 1);
	assert_int_equal(view.entry->handle_len, 0);
	assert_int_equal(xenfsif_dirent_next(list, len, &pos, &view), 1);
	assert_int_equal(view.d->name_len, 255);
	assert_int_equal(view.entry->handle_len, 128);
	assert_int_equal(pos, len);
	assert_int_equal(xenfsif_dirent_next(list, len, &pos, &view), 0);
	free(list);
	assert_int_equal(first(NULL, 0), 0);
}

static void a_truncated_record_is_malformed(void **state)
{
	uint8_t *whole = NULL;
	uint32_t len = 0;

	(void)state;
	append(&whole, &len, "some-name", 9, 8);
	for (uint32_t cut = 1; cut < len; cut++) {
		uint8_t *part = malloc(cut);

		memcpy(part, whole, cut);
		assert_int_equal(first(part, cut), -EIO);
		free(part);
	}
	assert_int_equal(first(whole, len), 1);
	free(whole);
}

/* Sets one field of a good record and wants it refused. */
#define REFUSED(handle_len, field, value)					\
	do {									\
		uint8_t *list = NULL;						\
		uint32_t len = 0;						\
										\
		append(&list, &len, "name", 4, handle_len);			\
		append(&list, &len, "next", 4, handle_len);			\
		assert_int_equal(first(list, len), 1);				\
		((struct xenfsif_dirent *)list)->field = (value);		\
		if (first(list, len) != -EIO)					\
			fail_msg(#field " = " #value " is taken");		\
		free(list);							\
	} while (0)

static void each_field_is_checked(void **state)
{
	(void)state;
	REFUSED(8, reclen, 0);
	REFUSED(8, reclen, 8);
	REFUSED(8, reclen, 24);
	REFUSED(-1, reclen, 31);
	REFUSED(-1, reclen, 33);
	REFUSED(-1, reclen, 40);
	REFUSED(-1, reclen, 64);
	REFUSED(-1, reclen, 72);
	REFUSED(8, reclen, UINT32_MAX);
	REFUSED(8, reclen, 0xfffffff8);
	REFUSED(8, name_len, 0);
	REFUSED(8, name_len, 256);
	REFUSED(8, name_len, 65535);
	REFUSED(8, name_len, 9);
	REFUSED(-1, name_len, 9);
	REFUSED(8, has_entry, 2);
	REFUSED(8, has_entry, 255);
	REFUSED(8, has_entry, 0);
	REFUSED(-1, has_entry, 1);
	REFUSED(8, cookie, XENFSIF_MAX_OFFSET + 1);
	REFUSED(8, cookie, UINT64_MAX);
}

static void names_are_checked(void **state)
{
	static const struct { const char *name; uint32_t len; int handle_len, want; } cases[] = {
		{ ".", 1, -1, 1 }, { "..", 2, -1, 1 }, { "...", 3, 8, 1 },
		{ ".", 1, 8, -EIO }, { "..", 2, 8, -EIO }, { "a/b", 3, -1, -EIO },
		{ "/", 1, -1, -EIO }, { "./", 2, -1, -EIO }, { ".\0", 2, -1, -EIO },
		{ "a\0b", 3, 8, -EIO }, { "../x", 4, 8, -EIO }, { "../x", 4, -1, -EIO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t *list = NULL;
		uint32_t len = 0;

		append(&list, &len, cases[i].name, cases[i].len, cases[i].handle_len);
		if (first(list, len) != cases[i].want)
			fail_msg("case %zu, '%s'", i, cases[i].name);
		free(list);
	}
}

static void entries_are_checked(void **state)
{
	const uint32_t at = xenfsif_align8(sizeof(struct xenfsif_dirent) + 4);
	struct xenfsif_entry *entry;
	uint8_t *list = NULL;
	uint32_t len = 0;

	(void)state;
	append(&list, &len, "name", 4, 8);
	entry = (struct xenfsif_entry *)(list + at);
	entry->handle_len = 9;			/* does not fit */
	assert_int_equal(first(list, len), -EIO);
	entry->handle_len = 0;			/* leaves a gap */
	assert_int_equal(first(list, len), -EIO);
	entry->handle_len = 1;			/* padded to the same length */
	assert_int_equal(first(list, len), 1);
	entry->handle_len = UINT32_MAX;
	assert_int_equal(first(list, len), -EIO);
	entry->handle_len = UINT32_MAX - 6;	/* align8 of the sum wraps */
	assert_int_equal(first(list, len), -EIO);
	entry->handle_len = 8;
	entry->node = 0;
	assert_int_equal(first(list, len), -EIO);
	entry->node = 1;
	entry->attr.mode = 0xffffffff;
	assert_int_equal(first(list, len), -EIO);
	free(list);
}

/* Reads a listing to its end or first fault, touching all that was accepted. */
static uint32_t read_all(const uint8_t *list, uint32_t len)
{
	struct xenfsif_dirent_view view;
	uint32_t pos = 0, records = 0, before = 0, sum = 0;

	while (xenfsif_dirent_next(list, len, &pos, &view) == 1) {
		assert_true(pos > before && pos <= len);
		before = pos;
		records++;
		for (uint32_t i = 0; i < view.d->name_len; i++)
			sum += (uint8_t)view.name[i];
		if (view.entry)
			for (uint32_t i = 0; i < view.entry->handle_len; i++)
				sum += view.handle[i];
	}
	/* Use the sum, or the compiler reads nothing. */
	return sum == UINT32_MAX ? 0 : records;
}

static void a_million_hostile_records(void **state)
{
	struct random r = { 0x853c49e6748fea9bull };
	unsigned int accepted = 0;

	(void)state;
	for (unsigned int round = 0; round < 200000; round++) {
		uint8_t *list = NULL;
		uint32_t len = 0, at[5];

		for (int i = 0; i < 5; i++) {
			char name[255];
			uint32_t n = 1 + random_below(&r, random_below(&r, 8) ? 12 : 255);

			memset(name, 'a' + i, n);
			at[i] = append(&list, &len, name, n, (int)random_below(&r, 40) - 10);
		}
		for (uint32_t n = random_below(&r, 4); n; n--) {
			struct xenfsif_dirent *d = (void *)(list + at[random_below(&r, 5)]);

			switch (random_below(&r, 7)) {
			case 0:
				d->reclen = (uint32_t)random_hostile(&r);
				break;
			case 1:
				d->name_len = (uint16_t)random_hostile(&r);
				break;
			case 2:
				d->has_entry = random_below(&r, 3);
				break;
			case 3:
				d->reclen += 8 * (random_below(&r, 40) - 20);
				break;
			default:
				list[random_below(&r, len)] = (uint8_t)random_next(&r);
			}
		}
		if (random_below(&r, 4) == 0) {
			len = random_below(&r, len) + 1;
			list = realloc(list, len);
		}
		accepted += read_all(list, len);
		free(list);
	}
	assert_true(accepted > 200000 && accepted < 1000000);
}

static void a_million_octets_of_noise(void **state)
{
	struct random r = { 0xda942042e4dd58b5ull };

	(void)state;
	for (unsigned int round = 0; round < 4000; round++) {
		uint32_t len = 8 * (1 + random_below(&r, 64));
		uint64_t *list = malloc(len);

		for (uint32_t i = 0; i < len / 8; i++)
			list[i] = random_hostile(&r);
		read_all((uint8_t *)list, len);
		free(list);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listing_is_read_to_its_end),
		cmocka_unit_test(a_truncated_record_is_malformed),
		cmocka_unit_test(each_field_is_checked),
		cmocka_unit_test(names_are_checked),
		cmocka_unit_test(entries_are_checked),
		cmocka_unit_test(a_million_hostile_records),
		cmocka_unit_test(a_million_octets_of_noise),
	};

	return cmocka_run_group_tests_name("listings", tests, NULL, NULL);
}
