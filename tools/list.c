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
"how many pages are on loan. Shares of domains that are gone are marked\n"
"'leftover'.\n"
"\n"
"  --json               as a JSON array\n"
"  --clean              remove leftovers first (attach and detach do, too)\n";

/* How many pages the guest has on loan, or -1. */
static long long pages_lent(const struct device *d)
{
	struct figures figures;
	long long value = -1;

	if (sysfs_figures(d->domid, d->devid, &figures)) {
		const struct figure *f = figures_find(&figures, "loans");

		value = f ? f->value : -1;
	}
	figures_free(&figures);
	return value;
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
		long long lent = pages_lent(d);

		table_cell(t, name);
		table_number(t, d->domid);
		table_number(t, d->devid);
		table_cell(t, d->tag);
		mode_cell(t, d);
		table_cell(t, state_words(d));
		table_cell(t, mounted_words(sysfs_mounted(d->domid, d->devid)));
		if (lent < 0)
			table_cell(t, NULL);
		else
			table_number(t, lent);
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

static void print_json(struct domains *domains, const struct devices *devices)
{
	json_object *all = json_object_new_array();

	for (unsigned int i = 0; i < devices->n; i++) {
		const struct device *d = &devices->list[i];
		enum mounted mounted = sysfs_mounted(d->domid, d->devid);
		char *name = domains_name(domains, d->domid);
		json_object *o = json_object_new_object();
		long long lent = pages_lent(d);

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
		json_object_object_add(o, "lent", lent < 0 ? NULL :
				       json_object_new_int64(lent));
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
