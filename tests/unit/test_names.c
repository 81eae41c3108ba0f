// SPDX-License-Identifier: GPL-2.0
/*
 * Names, tags, targets and ranges.
 */
#include "unit.h"

#include <stdlib.h>

#include "sample.h"

static void file_names(void **state)
{
	static const struct { const char *name; uint32_t len; bool ok; } cases[] = {
		{ "a", 1, true }, { "", 0, false }, { ".", 1, false }, { "..", 2, false },
		{ "...", 3, true }, { ".a", 2, true }, { "..a", 3, true }, { "a..", 3, true },
		{ "a/b", 3, false }, { "/", 1, false }, { "a/", 2, false },
		{ "a\0b", 3, false }, { "\0", 1, false }, { ".\0", 2, false },
		{ "\xff\xfe", 2, true }, { "\n", 1, true }, { "..", 1, false }, { " ", 1, true },
	};
	char *longest = malloc(256);	/* ASan watches its end */

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (xenfsif_name_ok(cases[i].name, cases[i].len) != cases[i].ok)
			fail_msg("name %zu, '%s'", i, cases[i].name);
	memset(longest, 'n', 256);
	assert_true(xenfsif_name_ok(longest, 255));
	assert_false(xenfsif_name_ok(longest, 256));
	assert_false(xenfsif_name_ok(longest, UINT32_MAX));
	free(longest);
}

static void names_are_read_no_further_than_their_length(void **state)
{
	char *one = malloc(1);

	(void)state;
	*one = '.';
	assert_false(xenfsif_name_ok(one, 1));
	*one = 'x';
	assert_true(xenfsif_name_ok(one, 1));
	assert_true(xenfsif_xattr_name_ok(one, 1));
	assert_true(xenfsif_symlink_ok(one, 1));
	free(one);
}

static void attribute_names(void **state)
{
	char longest[256];

	(void)state;
	memset(longest, 'n', sizeof(longest));
	assert_true(xenfsif_xattr_name_ok("user.a/b", 8));
	assert_false(xenfsif_xattr_name_ok("user.a\0b", 8));
	assert_false(xenfsif_xattr_name_ok("", 0));
	assert_true(xenfsif_xattr_name_ok(longest, 255));
	assert_false(xenfsif_xattr_name_ok(longest, 256));
}

static void link_targets(void **state)
{
	char *longest = malloc(4096);

	(void)state;
	memset(longest, 't', 4096);
	assert_true(xenfsif_symlink_ok("../../etc/passwd", 16));
	assert_false(xenfsif_symlink_ok("a\0b", 3));
	assert_false(xenfsif_symlink_ok("", 0));
	assert_true(xenfsif_symlink_ok(longest, 4095));
	assert_false(xenfsif_symlink_ok(longest, 4096));
	free(longest);
}

static void tags(void **state)
{
	static const struct { const char *tag; bool ok; } cases[] = {
		{ "home", true }, { "a", true }, { "A-z_0.9", true }, { "", false },
		{ "-a", false }, { ".a", false }, { "..", false }, { "a b", false },
		{ "a/b", false }, { "a,b", false }, { "\xc3\xa9", false }, { "a\n", false },
		{ "az", true }, { "AZ", true }, { "09", true }, { "_", true }, { "0", true }, { "a@b", false }, { "a[b", false },
		{ "a`b", false }, { "a{b", false }, { "a:b", false }, { "a/", false },
	};
	char longest[66];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (xenfsif_tag_ok(cases[i].tag) != cases[i].ok)
			fail_msg("tag '%s'", cases[i].tag);
	memset(longest, 't', 65);
	longest[65] = '\0';
	assert_false(xenfsif_tag_ok(longest));
	longest[64] = '\0';
	assert_true(xenfsif_tag_ok(longest));
}

static void ranges(void **state)
{
	(void)state;
	assert_true(xenfsif_range_ok(0, 0, 0));
	assert_true(xenfsif_range_ok(0, 10, 10));
	assert_true(xenfsif_range_ok(10, 0, 10));
	assert_false(xenfsif_range_ok(11, 0, 10));
	assert_false(xenfsif_range_ok(1, 10, 10));
	assert_false(xenfsif_range_ok(UINT32_MAX, 2, 10));
	assert_false(xenfsif_range_ok(2, UINT32_MAX, 10));
	assert_false(xenfsif_range_ok(2, UINT32_MAX, UINT32_MAX));
	assert_true(xenfsif_range_ok(0, UINT32_MAX, UINT32_MAX));

	assert_true(xenfsif_file_range_ok(0, XENFSIF_MAX_OFFSET));
	assert_true(xenfsif_file_range_ok(XENFSIF_MAX_OFFSET, 0));
	assert_false(xenfsif_file_range_ok(XENFSIF_MAX_OFFSET, 1));
	assert_false(xenfsif_file_range_ok(XENFSIF_MAX_OFFSET + 1, 0));
	assert_false(xenfsif_file_range_ok(1, UINT64_MAX));
	assert_false(xenfsif_file_range_ok(UINT64_MAX, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_names),
		cmocka_unit_test(names_are_read_no_further_than_their_length),
		cmocka_unit_test(attribute_names),
		cmocka_unit_test(link_targets),
		cmocka_unit_test(tags),
		cmocka_unit_test(ranges),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
