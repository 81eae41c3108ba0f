// SPDX-License-Identifier: GPL-2.0
/*
 * The tools' parser of a share's specification.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/spec.h"
#include "sample.h"

static struct spec spec;
static char error[SPEC_ERROR_MAX];

static int begin(void **state)
{
	(void)state;
	spec_init(&spec);
	error[0] = '\0';
	return 0;
}

static int end(void **state)
{
	(void)state;
	spec_free(&spec);
	return 0;
}

static void parses(const char *text)
{
	spec_free(&spec);
	if (spec_parse(&spec, text, error))
		fail_msg("'%s' is refused: %s", text, error);
}

/* The text is refused, and the message says @hint. */
static void refused(const char *text, const char *hint)
{
	spec_free(&spec);
	error[0] = '\0';
	if (!spec_parse(&spec, text, error))
		fail_msg("'%s' is taken", text);
	if (!strstr(error, hint))
		fail_msg("'%s': the message '%s' does not say '%s'", text, error, hint);
}

static void all_keys(void **state)
{
	(void)state;
	parses("tag=home,path=/srv/home,mode=rw,devices=yes,squash=all,anonuid=1,anongid=2,"
	       "submounts=cross,max-pages=0,max-nodes=10,max-open=20,max-requests=64");
	assert_string_equal(spec.value[SPEC_TAG], "home");
	assert_string_equal(spec.value[SPEC_PATH], "/srv/home");
	assert_string_equal(spec.value[SPEC_MODE], "rw");
	assert_string_equal(spec.value[SPEC_DEVICES], "yes");
	assert_string_equal(spec.value[SPEC_SQUASH], "all");
	assert_string_equal(spec.value[SPEC_ANONUID], "1");
	assert_string_equal(spec.value[SPEC_ANONGID], "2");
	assert_string_equal(spec.value[SPEC_SUBMOUNTS], "cross");
	assert_string_equal(spec.value[SPEC_MAX_PAGES], "0");
	assert_string_equal(spec.value[SPEC_MAX_NODES], "10");
	assert_string_equal(spec.value[SPEC_MAX_OPEN], "20");
	assert_string_equal(spec.value[SPEC_MAX_REQUESTS], "64");
	assert_string_equal(spec_key_name(SPEC_MAX_PAGES), "max-pages");
}

static void defaults(void **state)
{
	(void)state;
	parses("tag=a,path=/");
	assert_int_equal(spec_complete(&spec, error), 0);
	assert_string_equal(spec.value[SPEC_MODE], "ro");
	assert_string_equal(spec.value[SPEC_DEVICES], "no");
	assert_string_equal(spec.value[SPEC_SQUASH], "root");
	assert_string_equal(spec.value[SPEC_ANONUID], "65534");
	assert_string_equal(spec.value[SPEC_SUBMOUNTS], "hide");
	assert_null(spec.value[SPEC_MAX_PAGES]);
	assert_null(spec.value[SPEC_MAX_REQUESTS]);
}

/* What the backend reads is not in all cases what a person writes. */
static void node_values(void **state)
{
	(void)state;
	parses("tag=a,path=/,mode=rw,devices=yes");
	assert_string_equal(spec_node_value(&spec, SPEC_DEVICES), "1");
	assert_string_equal(spec_node_value(&spec, SPEC_MODE), "rw");
	assert_string_equal(spec_node_value(&spec, SPEC_PATH), "/");
	assert_null(spec_node_value(&spec, SPEC_SQUASH));
	parses("devices=no");
	assert_string_equal(spec_node_value(&spec, SPEC_DEVICES), "0");
}

static void tag_and_path_are_required(void **state)
{
	(void)state;
	parses("path=/srv");
	assert_int_equal(spec_complete(&spec, error), -1);
	assert_non_null(strstr(error, "tag="));
	parses("tag=a");
	assert_int_equal(spec_complete(&spec, error), -1);
	assert_non_null(strstr(error, "path="));
	parses("");
	assert_int_equal(spec_complete(&spec, error), -1);
}

static void several_texts_add_up(void **state)
{
	(void)state;
	assert_int_equal(spec_parse(&spec, "tag=a", error), 0);
	assert_int_equal(spec_parse(&spec, "path=/x", error), 0);
	assert_int_equal(spec_parse(&spec, "tag=b", error), -1);
	assert_non_null(strstr(error, "'tag' is given twice"));
	assert_string_equal(spec.value[SPEC_TAG], "a");
}

static void blanks_and_a_last_comma(void **state)
{
	(void)state;
	parses("tag=a, path=/srv ,\tmode=ro,");
	assert_string_equal(spec.value[SPEC_PATH], "/srv ");
	assert_string_equal(spec.value[SPEC_MODE], "ro");
	refused("tag=a,,path=/", "not KEY=VALUE");
	refused(",", "not KEY=VALUE");
}

static void quoting(void **state)
{
	(void)state;
	parses("path=/srv/a\\,b,tag=t");
	assert_string_equal(spec.value[SPEC_PATH], "/srv/a,b");
	assert_string_equal(spec.value[SPEC_TAG], "t");
	parses("path=\"/srv/a,b\",tag=t");
	assert_string_equal(spec.value[SPEC_PATH], "/srv/a,b");
	parses("path=/srv/\"a,b\"/c,tag=t");
	assert_string_equal(spec.value[SPEC_PATH], "/srv/a,b/c");
	parses("path=\"/srv/say \\\"x\\\"\"");
	assert_string_equal(spec.value[SPEC_PATH], "/srv/say \"x\"");
	parses("path=/a\\\\b=c");
	assert_string_equal(spec.value[SPEC_PATH], "/a\\b=c");
	refused("path=/a\\", "last backslash");
	refused("path=\"/a", "not closed");
	refused("path=\"/a\\\"", "not closed");
	refused("path=\"/a,tag=b", "not closed");
}

static void unknown_keys_name_the_known(void **state)
{
	(void)state;
	refused("foo=1", "unknown key 'foo'");
	for (int k = 0; k < SPEC_NKEYS; k++)
		refused("foo=1", spec_key_name(k));
	refused("=1", "unknown key ''");
	refused("Tag=a", "unknown key 'Tag'");
	refused("tag =a", "unknown key 'tag '");
}

static void words_that_are_not_pairs(void **state)
{
	(void)state;
	refused("ro", "mode=ro");
	refused("rw", "mode=rw");
	refused("yes", "devices=yes");
	refused("devices", "devices=VALUE");
	refused("tag=a,cross", "submounts=cross");
	refused("all", "squash=all");
	refused("tag", "tag=VALUE");
	refused("home", "'home' is not KEY=VALUE");
}

static void wrong_values_say_what_is_right(void **state)
{
	(void)state;
	refused("mode=cow", "mode can be ro or rw");
	refused("mode=RW", "mode can be ro or rw");
	refused("mode=", "mode can be ro or rw");
	refused("devices=1", "devices can be no or yes");
	refused("devices=", "devices can be no or yes");
	refused("squash=rot", "none, root or all");
	refused("squash=ROOT", "none, root or all");
	refused("submounts=yes", "hide or cross");
	refused("tag=", "1 to 64 characters");
	refused("tag=-a", "1 to 64 characters");
	refused("tag=a b", "1 to 64 characters");
	refused("tag=a/b", "1 to 64 characters");
	refused("path=srv", "must begin with '/'");
	refused("path=", "must begin with '/'");
	refused("max-requests=0", "from 1 to 64");
	refused("max-requests=65", "from 1 to 64");
	refused("max-nodes=0", "from 1 to 4294967295");
	refused("anonuid=4294967295", "from 0 to 4294967294");
	refused("anonuid=-1", "from 0 to");
	refused("anonuid=nobody", "from 0 to");
	refused("max-pages=", "from 0 to");
	refused("max-pages=1k", "from 0 to");
	refused("max-pages= 1", "from 0 to");
	refused("max-pages=+1", "from 0 to");
	refused("max-pages=0x10", "from 0 to");
	refused("max-pages=4294967296", "from 0 to 4294967295");
	refused("max-pages=99999999999999999999999", "from 0 to");
	parses("max-pages=4294967295,anonuid=4294967294,anongid=0");
}

static void duplicates(void **state)
{
	(void)state;
	refused("tag=a,path=/,tag=a", "'tag' is given twice");
	refused("max-pages=1,max-pages=2", "'max-pages' is given twice");
}

static void long_paths(void **state)
{
	char *text = malloc(SPEC_PATH_MAX + 16);

	(void)state;
	strcpy(text, "path=/");
	memset(text + 6, 'p', SPEC_PATH_MAX);
	text[5 + SPEC_PATH_MAX] = '\0';
	parses(text);
	assert_int_equal(strlen(spec.value[SPEC_PATH]), SPEC_PATH_MAX);
	text[5 + SPEC_PATH_MAX] = 'p';
	text[6 + SPEC_PATH_MAX] = '\0';
	refused(text, "octets");
	free(text);
}

/* Messages quote the input; however long it is, they end. */
static void long_nonsense(void **state)
{
	char *text = malloc(100001);

	(void)state;
	memset(text, 'x', 100000);
	text[100000] = '\0';
	refused(text, "not KEY=VALUE");
	text[50000] = '=';
	refused(text, "unknown key");
	memcpy(text, "tag=", 4);
	refused(text, "1 to 64 characters");
	memcpy(text, "mode=", 5);
	refused(text, "mode can be ro or rw");
	free(text);
}

static void hostile_texts(void **state)
{
	static const char alphabet[] = "tag=path/,mode\"\\ ro squash-max 1290\t\xff";
	struct random r = { 0x2545f4914f6cdd1dull };
	unsigned int taken = 0;

	(void)state;
	for (unsigned int i = 0; i < 300000; i++) {
		size_t n = random_below(&r, 24), at = 0;
		char *text = malloc(n + 10);

		if (random_below(&r, 2)) {
			strcpy(text, random_below(&r, 2) ? "path=/" : "tag=");
			at = strlen(text);
			n += at;
		}
		for (; at < n; at++)
			text[at] = alphabet[random_below(&r, sizeof(alphabet) - 1)];
		text[at] = '\0';
		text = realloc(text, at + 1);
		spec_free(&spec);
		if (!spec_parse(&spec, text, error))
			taken++;
		else
			assert_true(strlen(error) > 0 && strlen(error) < SPEC_ERROR_MAX);
		free(text);
	}
	assert_true(taken > 1000 && taken < 290000);
}

#define SPEC_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPEC_TEST(all_keys),
		SPEC_TEST(defaults),
		SPEC_TEST(node_values),
		SPEC_TEST(tag_and_path_are_required),
		SPEC_TEST(several_texts_add_up),
		SPEC_TEST(blanks_and_a_last_comma),
		SPEC_TEST(quoting),
		SPEC_TEST(unknown_keys_name_the_known),
		SPEC_TEST(words_that_are_not_pairs),
		SPEC_TEST(wrong_values_say_what_is_right),
		SPEC_TEST(duplicates),
		SPEC_TEST(long_paths),
		SPEC_TEST(long_nonsense),
		SPEC_TEST(hostile_texts),
	};

	return cmocka_run_group_tests_name("share specifications", tests, NULL, NULL);
}
