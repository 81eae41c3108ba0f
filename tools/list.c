// SPDX-License-Identifier: GPL-2.0
/*
 * xenfs list: the shares, their states, and what dead domains left behind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <json-c/json.h>

#include "command.h"
#include "device.h"
#include "say.h"
#include "shares.h"
#include "store.h"
#include "sysfs.h"
#include "table.h"

static const char help[] =
"usage: xenfs list [--json] [--clean] [DOMAIN]\n"
"\n"
"Lists the shares: of which guest, from where, in what state, whether mounted,\n"
"how many pages are on loan. 'late' marks a guest that has not returned in time\n"
"what it was asked for, and is lent no more. Shares of domains that are gone are\n"
"marked 'leftover'.\n"
"\n"
"  --json               as a JSON array\n"
"  --clean              remove leftovers first (attach and detach do, too)\n";

/* What a guest has on loan, and was asked for; -1: not known. */
struct loans {
	long long lent;
	long long due;
	long long overdue;
};

static long long figure_or(const struct figures *figures, const char *name,
			   long long other)
{
	const struct figure *f = figures_find(figures, name);

	return f ? f->value : other;
}

static struct loans loans_of(const struct device *d)
{
	struct loans loans = { -1, -1, -1 };
	struct figures figures;

	if (sysfs_figures(d->domid, d->devid, &figures)) {
		loans.lent = figure_or(&figures, "loans", -1);
		loans.due = figure_or(&figures, "loans_due", -1);
		loans.overdue = figure_or(&figures, "overdue", -1);
	}
	figures_free(&figures);
	return loans;
}

static void loans_cell(struct table *t, struct loans loans)
{
	if (loans.lent < 0)
		table_cell(t, NULL);
	else if (loans.overdue > 0)
		table_cellf(t, "%lld, %lld late", loans.lent, loans.due);
	else
		table_number(t, loans.lent);
}

static const char *state_words(const struct device *d)
{
	return d->orphan ? "leftover" : device_state_name(d->backend);
}

static const char *mounted_words(enum mounted mounted)
{
	return mounted == MOUNTED_YES ? "yes" : mounted == MOUNTED_NO ? "no" : "?";
}

static void mode_cell(struct table *t, const struct device *d)
{
	if (d->mode && d->devices)
		table_cellf(t, "%s,devices", d->mode);
	else
		table_cell(t, d->mode);
}

static void print_table(struct domains *domains, const struct devices *devices)
{
	static const char *const head[] = {
		"DOMAIN", "ID", "DEV", "TAG", "MODE", "STATE", "MOUNTED", "LENT", "PATH",
	};
	struct table *t = table_new(sizeof(head) / sizeof(head[0]));

	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		table_cell(t, head[i]);
	for (unsigned int i = 0; i < devices->n; i++) {
		const struct device *d = &devices->list[i];
		char *name = domains_name(domains, d->domid);

		table_cell(t, name);
		table_number(t, d->domid);
		table_number(t, d->devid);
		table_cell(t, d->tag);
		mode_cell(t, d);
		table_cell(t, state_words(d));
		table_cell(t, mounted_words(sysfs_mounted(d->domid, d->devid)));
		loans_cell(t, loans_of(d));
		table_cell(t, d->path);
		free(name);
	}
	table_print(t);
	table_free(t);
	for (unsigned int i = 0; i < devices->n; i++) {
		const struct device *d = &devices->list[i];

		if (d->error)
			printf("%u/%s: %s\n", d->domid, d->tag ? d->tag : "?", d->error);
	}
}

static json_object *json_string(const char *s)
{
	return s ? json_object_new_string(s) : NULL;
}

static json_object *json_figure(long long value)
{
	return value < 0 ? NULL : json_object_new_int64(value);
}

static void print_json(struct domains *domains, const struct devices *devices)
{
	json_object *all = json_object_new_array();

	for (unsigned int i = 0; i < devices->n; i++) {
		const struct device *d = &devices->list[i];
		enum mounted mounted = sysfs_mounted(d->domid, d->devid);
		char *name = domains_name(domains, d->domid);
		json_object *o = json_object_new_object();
		struct loans loans = loans_of(d);

		json_object_object_add(o, "domain", json_string(name));
		json_object_object_add(o, "domid", json_object_new_int64(d->domid));
		json_object_object_add(o, "devid", json_object_new_int64(d->devid));
		json_object_object_add(o, "tag", json_string(d->tag));
		json_object_object_add(o, "path", json_string(d->path));
		json_object_object_add(o, "mode", json_string(d->mode));
		json_object_object_add(o, "devices", json_object_new_boolean(d->devices));
		json_object_object_add(o, "state", json_string(state_words(d)));
		json_object_object_add(o, "backend_state", json_object_new_int(d->backend));
		json_object_object_add(o, "frontend_state", json_object_new_int(d->frontend));
		json_object_object_add(o, "leftover", json_object_new_boolean(d->orphan));
		json_object_object_add(o, "mounted", mounted == MOUNTED_UNKNOWN ? NULL :
				       json_object_new_boolean(mounted == MOUNTED_YES));
		json_object_object_add(o, "lent", json_figure(loans.lent));
		json_object_object_add(o, "due", json_figure(loans.due));
		json_object_object_add(o, "overdue", loans.overdue < 0 ? NULL :
				       json_object_new_boolean(loans.overdue));
		json_object_object_add(o, "error", json_string(d->error));
		json_object_array_add(all, o);
		free(name);
	}
	puts(json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(all);
}

static void clean_up(struct xs_handle *xs)
{
	int n = devices_clean(xs);

	if (n > 0)
		say_error("%d leftover%s of dead domains removed", n, n == 1 ? "" : "s");
}

static int list(struct xs_handle *xs, const char *who, bool json)
{
	struct shares shares;

	if (!shares_open(xs, who, &shares))
		return EXIT_FAILED;
	if (json)
		print_json(shares.domains, &shares.devices);
	else
		print_table(shares.domains, &shares.devices);
	shares_close(&shares);
	return EXIT_OK;
}

int command_list(int argc, char **argv)
{
	bool json = false, clean = false;
	const struct command_option options[] = {
		{ "json", .flag = &json },
		{ "clean", .flag = &clean },
		{ 0 }
	};
	struct xs_handle *xs;
	int ret;

	ret = command_options(argc, argv, options, help, 0, 1);
	if (ret != COMMAND_GOES_ON)
		return ret;
	xs = store_open();
	if (!xs)
		return EXIT_FAILED;
	if (clean)
		clean_up(xs);
	ret = list(xs, argv[optind], json);
	xs_close(xs);
	return ret;
}
