// SPDX-License-Identifier: GPL-2.0
/*
 * A table in columns as wide as their widest cell. Cells are added row by row;
 * numbers stand at the right of their column. Running out of memory ends the
 * program: there is nothing to undo.
 */
#include "table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cell {
	char *text;
	bool number;
};

struct table {
	unsigned int columns, n;
	struct cell *cells;
};

static void *must(void *p)
{
	if (!p) {
		fputs("xenfs: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

struct table *table_new(unsigned int columns)
{
	struct table *t = must(calloc(1, sizeof(*t)));

	t->columns = columns;
	return t;
}

static void add(struct table *t, const char *text, bool number)
{
	t->cells = must(realloc(t->cells, (t->n + 1) * sizeof(*t->cells)));
	t->cells[t->n++] = (struct cell){ must(strdup(text)), number };
}

void table_cell(struct table *t, const char *text)
{
	add(t, text && *text ? text : "-", false);
}

void table_cellf(struct table *t, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add(t, text, false);
}

void table_number(struct table *t, long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", value);
	add(t, text, true);
}

static int width(const struct table *t, unsigned int column)
{
	size_t w = 0;

	for (unsigned int i = column; i < t->n; i += t->columns)
		if (strlen(t->cells[i].text) > w)
			w = strlen(t->cells[i].text);
	return (int)w;
}

void table_print(const struct table *t)
{
	for (unsigned int i = 0; i < t->n; i++) {
		bool last = i % t->columns == t->columns - 1;
		int w = width(t, i % t->columns);

		if (t->cells[i].number)
			printf("%*s", w, t->cells[i].text);
		else
			printf("%-*s", last ? 0 : w, t->cells[i].text);
		fputs(last ? "\n" : "  ", stdout);
	}
}

void table_free(struct table *t)
{
	for (unsigned int i = 0; i < t->n; i++)
		free(t->cells[i].text);
	free(t->cells);
	free(t);
}
