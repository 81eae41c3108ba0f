// SPDX-License-Identifier: GPL-2.0
/*
 * dircheck DIR [COMMAND] - telldir and seekdir. Lists a directory, remembering
 * each position; seeks to positions in another order and wants the same
 * entries. With COMMAND, instead of that, lists once more, runs COMMAND half-way,
 * and wants every entry that was there before and is there after exactly once.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	long position;		/* telldir() before it */
	char *name;
	unsigned int seen;
};

struct listing {
	struct entry *list;
	size_t n;
};

static void die(const char *what, const char *name)
{
	fprintf(stderr, "dircheck: %s: %s (%s)\n", what, name, strerror(errno));
	exit(1);
}

static struct listing list(DIR *d)
{
	struct listing l = { 0 };
	struct dirent *e;

	rewinddir(d);
	for (;;) {
		long position = telldir(d);

		errno = 0;
		e = readdir(d);
		if (!e)
			break;
		l.list = realloc(l.list, (l.n + 1) * sizeof(*l.list));
		l.list[l.n++] = (struct entry){ position, strdup(e->d_name), 0 };
	}
	if (errno)
		die("readdir", "");
	return l;
}

static void seek(DIR *d, const struct listing *l)
{
	/* a step that visits all of them in another order */
	for (size_t i = 0, at = 0; i < l->n && i < 3000; i++) {
		struct dirent *e;

		seekdir(d, l->list[at].position);
		e = readdir(d);
		if (!e || strcmp(e->d_name, l->list[at].name))
			die("another entry after seekdir", l->list[at].name);
		at = (at + 7919) % l->n;
	}
}

static struct entry *find(struct listing *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->list[i].name, name))
			return &l->list[i];
	return NULL;
}

static void change(DIR *d, struct listing *before, const char *command)
{
	struct listing after;
	struct dirent *e;
	size_t n = 0;

	rewinddir(d);
	while ((e = readdir(d))) {
		struct entry *known = find(before, e->d_name);

		if (known)
			known->seen++;
		if (++n == before->n / 2 && system(command))
			die("the command failed", command);
	}
	rewinddir(d);
	after = list(d);
	for (size_t i = 0; i < before->n; i++) {
		struct entry *b = &before->list[i];

		if (b->seen > 1)
			die("listed twice", b->name);
		if (b->seen == 0 && find(&after, b->name))
			die("not listed", b->name);
	}
}

int main(int argc, char **argv)
{
	struct listing l;
	DIR *d;

	if (argc < 2)
		return 2;
	d = opendir(argv[1]);
	if (!d)
		die("opendir", argv[1]);
	l = list(d);
	if (argc > 2)
		change(d, &l, argv[2]);
	else
		seek(d, &l);
	printf("%zu\n", l.n);
	return 0;
}
