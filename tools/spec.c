// SPDX-License-Identifier: GPL-2.0
/*
 * A share's specification, as a person writes it:
 *
 *	tag=home,path=/srv/home,mode=ro,squash=root
 *
 * Pairs KEY=VALUE, separated by commas; blanks before a key are skipped, and
 * so is an empty pair at the end. In a value, a backslash takes the next
 * character as it is, and a part in double quotes is taken without looking at
 * its commas:
 *
 *	path=/srv/a\,b		path="/srv/a,b"		path="/srv/say \"x\""
 *
 * The keys' names are those of the nodes that the backend reads (see
 * xen/io/xenfsif.h). This file is pure: no I/O, no globals; the unit tests
 * compile it as it is.
 */
#include "spec.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xenfs_check.h"

enum kind { KIND_TAG, KIND_PATH, KIND_WORD, KIND_NUMBER };

static const struct key {
	const char *name;
	enum kind kind;
	const char *words[4];	/* KIND_WORD: what is allowed */
	const char *nodes[4];	/* what the backend reads for each; NULL: the same */
	uint32_t min, max;	/* KIND_NUMBER */
	const char *preset;	/* when nothing is said; NULL: the backend's */
} keys[SPEC_NKEYS] = {
	[SPEC_TAG]	= { "tag", KIND_TAG },
	[SPEC_PATH]	= { "path", KIND_PATH },
	[SPEC_MODE]	= { "mode", KIND_WORD, { "ro", "rw" }, .preset = "ro" },
	[SPEC_DEVICES]	= { "devices", KIND_WORD, { "no", "yes" }, { "0", "1" },
			    .preset = "no" },
	[SPEC_SQUASH]	= { "squash", KIND_WORD, { "none", "root", "all" },
			    .preset = "root" },
	[SPEC_ANONUID]	= { "anonuid", KIND_NUMBER, .max = UINT32_MAX - 1,
			    .preset = "65534" },
	[SPEC_ANONGID]	= { "anongid", KIND_NUMBER, .max = UINT32_MAX - 1,
			    .preset = "65534" },
	[SPEC_SUBMOUNTS] = { "submounts", KIND_WORD, { "hide", "cross" },
			     .preset = "hide" },
	[SPEC_MAX_PAGES] = { "max-pages", KIND_NUMBER, .max = UINT32_MAX },
	[SPEC_MAX_NODES] = { "max-nodes", KIND_NUMBER, .min = 1, .max = UINT32_MAX },
	[SPEC_MAX_OPEN]	= { "max-open", KIND_NUMBER, .min = 1, .max = UINT32_MAX },
	[SPEC_MAX_REQUESTS] = { "max-requests", KIND_NUMBER, .min = 1, .max = 64 },
};

const char *spec_key_name(enum spec_key key)
{
	return keys[key].name;
}

/**
 * spec_node_value() - what is written for the backend to read
 * @spec: complete
 * @key: which
 *
 * Return: the value, or NULL where nothing was said.
 */
const char *spec_node_value(const struct spec *spec, enum spec_key key)
{
	const struct key *k = &keys[key];

	for (int i = 0; spec->value[key] && i < 4 && k->words[i]; i++)
		if (k->nodes[i] && !strcmp(k->words[i], spec->value[key]))
			return k->nodes[i];
	return spec->value[key];
}

void spec_init(struct spec *spec)
{
	memset(spec, 0, sizeof(*spec));
}

void spec_free(struct spec *spec)
{
	for (int i = 0; i < SPEC_NKEYS; i++)
		free(spec->value[i]);
	spec_init(spec);
}

__attribute__((format(printf, 2, 3)))
static int complain(char *error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(error, SPEC_ERROR_MAX, fmt, ap);
	va_end(ap);
	return -1;
}

/* Appends to "a, b or c" in a buffer of @size octets. */
static void join(char *s, size_t size, const char *item, bool first, bool last)
{
	size_t n = strlen(s);

	snprintf(s + n, size - n, "%s%s", first ? "" : last ? " or " : ", ", item);
}

static int unknown_key(char *error, const char *name)
{
	char all[256] = "";

	for (int i = 0; i < SPEC_NKEYS; i++)
		join(all, sizeof(all), keys[i].name, i == 0, i == SPEC_NKEYS - 1);
	return complain(error, "unknown key '%.64s'; a key is %s", name, all);
}

/* "ro" alone is a likely slip for "mode=ro": say so. */
static int no_value(char *error, const char *word)
{
	for (int i = 0; i < SPEC_NKEYS; i++) {
		if (!strcmp(keys[i].name, word))
			return complain(error, "'%s' needs a value: %s=VALUE", word, word);
		for (int w = 0; w < 4 && keys[i].words[w]; w++)
			if (!strcmp(keys[i].words[w], word))
				return complain(error, "'%s' is not KEY=VALUE; is %s=%s meant?",
						word, keys[i].name, word);
	}
	return complain(error, "'%.64s' is not KEY=VALUE", word);
}

static int check_word(const struct key *key, const char *value, char *error)
{
	char all[64] = "";
	int n = 0;

	while (n < 4 && key->words[n])
		n++;
	for (int i = 0; i < n; i++) {
		if (!strcmp(key->words[i], value))
			return 0;
		join(all, sizeof(all), key->words[i], i == 0, i == n - 1);
	}
	return complain(error, "%s='%.64s' is not allowed; %s can be %s",
			key->name, value, key->name, all);
}

static int check_number(const struct key *key, const char *value, char *error)
{
	size_t len = strlen(value);
	unsigned long long n = 0;
	bool ok = len > 0 && len <= 10;

	for (size_t i = 0; ok && i < len; i++) {
		ok = isdigit((unsigned char)value[i]);
		n = n * 10 + (unsigned long long)(value[i] - '0');
	}
	if (!ok || n < key->min || n > key->max)
		return complain(error, "%s='%.64s' is not allowed; %s is a number from %u to %u",
				key->name, value, key->name, key->min, key->max);
	return 0;
}

static int check_path(const char *value, char *error)
{
	if (value[0] != '/')
		return complain(error, "path='%.64s' is not absolute; it must begin with '/'", value);
	if (strlen(value) > SPEC_PATH_MAX)
		return complain(error, "the path has %zu octets; %d are possible",
				strlen(value), SPEC_PATH_MAX);
	return 0;
}

static int check_value(const struct key *key, const char *value, char *error)
{
	switch (key->kind) {
	case KIND_TAG:
		if (!xenfsif_tag_ok(value))
			return complain(error,
					"tag='%.80s' is not allowed; a tag has 1 to %u characters out of A-Z a-z 0-9 . _ -, and does not begin with . or -",
					value, XENFSIF_TAG_MAX);
		return 0;
	case KIND_PATH:
		return check_path(value, error);
	case KIND_WORD:
		return check_word(key, value, error);
	case KIND_NUMBER:
		return check_number(key, value, error);
	}
	return -1;
}

/*
 * Takes a value off *text, up to the next comma that is not quoted, into @out,
 * which has room for all of the text. Leaves *text at the comma or the end.
 */
static int take_value(const char **text, char *out, char *error)
{
	const char *p = *text;
	bool quoted = false;

	for (; *p && (quoted || *p != ','); p++) {
		if (*p == '"') {
			quoted = !quoted;
			continue;
		}
		if (*p == '\\') {
			if (!p[1])
				return complain(error, "nothing follows the last backslash");
			p++;
		}
		*out++ = *p;
	}
	if (quoted)
		return complain(error, "a double quote is not closed");
	*out = '\0';
	*text = p;
	return 0;
}

static int take_pair(struct spec *spec, const char **text, char *scratch, char *error)
{
	size_t len = strcspn(*text, "=,");
	int k;

	memcpy(scratch, *text, len);
	scratch[len] = '\0';
	if ((*text)[len] != '=')
		return no_value(error, scratch);
	for (k = 0; k < SPEC_NKEYS; k++)
		if (!strcmp(keys[k].name, scratch))
			break;
	if (k == SPEC_NKEYS)
		return unknown_key(error, scratch);
	if (spec->value[k])
		return complain(error, "'%s' is given twice", keys[k].name);

	*text += len + 1;
	if (take_value(text, scratch, error) || check_value(&keys[k], scratch, error))
		return -1;
	spec->value[k] = strdup(scratch);
	return spec->value[k] ? 0 : complain(error, "out of memory");
}

/**
 * spec_parse() - add what a text says to a specification
 * @spec: initialised, perhaps with the content of other texts
 * @text: pairs separated by commas
 * @error: on failure, what is wrong and what would be right
 *
 * Return: 0 or -1.
 */
int spec_parse(struct spec *spec, const char *text, char error[SPEC_ERROR_MAX])
{
	char *scratch = malloc(strlen(text) + 1);
	int ret = 0;

	if (!scratch)
		return complain(error, "out of memory");
	while (!ret) {
		text += strspn(text, " \t");
		if (!*text)
			break;
		ret = take_pair(spec, &text, scratch, error);
		if (!ret && *text == ',')
			text++;
	}
	free(scratch);
	return ret;
}

/**
 * spec_complete() - check that nothing is missing, and fill in the defaults
 * @spec: all that was said
 * @error: on failure, what is missing
 *
 * Keys without a default of their own stay NULL: the backend decides.
 *
 * Return: 0 or -1.
 */
int spec_complete(struct spec *spec, char error[SPEC_ERROR_MAX])
{
	for (int k = 0; k < SPEC_NKEYS; k++) {
		if (spec->value[k])
			continue;
		if (k == SPEC_TAG || k == SPEC_PATH)
			return complain(error, "%s=… is missing", keys[k].name);
		if (!keys[k].preset)
			continue;
		spec->value[k] = strdup(keys[k].preset);
		if (!spec->value[k])
			return complain(error, "out of memory");
	}
	return 0;
}
