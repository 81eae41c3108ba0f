/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XENFS_TABLE_H
#define XENFS_TABLE_H

struct table;

struct table *table_new(unsigned int columns);
void table_cell(struct table *table, const char *text);
__attribute__((format(printf, 2, 3)))
void table_cellf(struct table *table, const char *fmt, ...);
void table_number(struct table *table, long long value);
void table_print(const struct table *table);
void table_free(struct table *table);

#endif
