// SPDX-License-Identifier: GPL-2.0
/*
 * xenfs stats: what the backend has counted, a share at a time.
 *
 * Figures whose names begin alike up to the first '_' stand in one group.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
"usage: xenfs stats [--json] [--all] [DOMAIN [TAG]]\n"
"\n"
"Prints what the shares have counted; figures that are 0 are left out.\n"
"\n"
"  --json               as a JSON array\n"
"  --all                zeros, too (always so in JSON)\n";

static size_t group_length(const char *name)
{
	return strcspn(name, "_");
}

static bool same_group(const char *a, const char *b)
{
	size_t n = group_length(a);

	return n == group_length(b) && !strncmp(a, b, n);
}

static void print_share(const struct device *d, const char *name,
			const struct figures *figures, bool all)
{
	struct table *t = table_new(3);
	const char *previous = NULL;

	printf("%s (%u): share '%s', %s\n", name ? name : "?", d->domid,
	       d->tag ? d->tag : "?", d->path ? d->path : "?");
	for (unsigned int i = 0; i < figures->n; i++) {
		const struct figure *f = &figures->list[i];
		bool new_group = !previous || !same_group(previous, f->name);

		if (!all && f->value == 0)
			continue;
		if (new_group)
			table_cellf(t, "  %.*s", (int)group_length(f->name), f->name);
		else
			table_cellf(t, " ");
		table_cell(t, f->name);
		table_number(t, f->value);
		previous = f->name;
	}
	table_print(t);
	table_free(t);
	if (!previous)
		puts("  nothing yet");
}

static json_object *share_to_json(const struct device *d, const char *name,
				  const struct figures *figures)
{
	json_object *o = json_object_new_object();
	json_object *statistics = json_object_new_object();

	json_object_object_add(o, "domain", name ? json_object_new_string(name) : NULL);
	json_object_object_add(o, "domid", json_object_new_int64(d->domid));
	json_object_object_add(o, "devid", json_object_new_int64(d->devid));
	json_object_object_add(o, "tag", d->tag ? json_object_new_string(d->tag) : NULL);
	for (unsigned int i = 0; i < figures->n; i++)
		json_object_object_add(statistics, figures->list[i].name,
				       json_object_new_int64(figures->list[i].value));
	json_object_object_add(o, "statistics", statistics);
	return o;
}

static void print_stats(struct domains *domains, const struct devices *devices,
			const char *tag, bool json, bool all)
{
	json_object *array = json ? json_object_new_array() : NULL;
	bool first = true;

	for (unsigned int i = 0; i < devices->n; i++) {
		const struct device *d = &devices->list[i];
		struct figures figures;
		char *name;

		if (d->orphan || (tag && (!d->tag || strcmp(d->tag, tag))))
			continue;
		sysfs_figures(d->domid, d->devid, &figures);
		name = domains_name(domains, d->domid);
		if (json) {
			json_object_array_add(array, share_to_json(d, name, &figures));
		} else {
			if (!first)
				putchar('\n');
			print_share(d, name, &figures, all);
		}
		first = false;
		free(name);
		figures_free(&figures);
	}
	if (json) {
		puts(json_object_to_json_string_ext(array, JSON_C_TO_STRING_PRETTY));
		json_object_put(array);
	}
}

static int stats(struct xs_handle *xs, const char *who, const char *tag,
		 bool json, bool all)
{
	int ret = EXIT_FAILED;
	struct shares shares;

	if (!shares_open(xs, who, &shares))
		return EXIT_FAILED;
	if (tag && !devices_find(&shares.devices, shares.domid, tag)) {
		say_error("domain %s has no share '%s'", who, tag);
	} else {
		print_stats(shares.domains, &shares.devices, tag, json, all);
		ret = EXIT_OK;
	}
	shares_close(&shares);
	return ret;
}

int command_stats(int argc, char **argv)
{
	bool json = false, all = false;
	const struct command_option options[] = {
		{ "json", .flag = &json },
		{ "all", .flag = &all },
		{ 0 }
	};
	struct xs_handle *xs;
	int ret;

	ret = command_options(argc, argv, options, help, 0, 2);
	if (ret != COMMAND_GOES_ON)
		return ret;
	xs = store_open();
	if (!xs)
		return EXIT_FAILED;
	ret = stats(xs, argv[optind], argc - optind == 2 ? argv[optind + 1] : NULL,
		    json, all);
	xs_close(xs);
	return ret;
}
