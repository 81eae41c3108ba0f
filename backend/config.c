// SPDX-License-Identifier: GPL-2.0
/*
 * What the toolstack wrote about a share: reading it from xenstore and
 * checking it.  Every refusal comes with one line for a person.
 */
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "share.h"

/* The value of a node below the backend's directory, NULL if there is none. */
static char *read_node(struct xenfsd_share *share, const char *name)
{
	char *value = xenbus_read(XBT_NIL, share->nodename, name, NULL);

	return IS_ERR(value) ? NULL : value;
}

static int read_u32(struct xenfsd_share *share, const char *name, u32 def,
		    u32 *value)
{
	char *s = read_node(share, name);
	int err = 0;

	*value = def;
	if (s)
		err = kstrtou32(s, 10, value);
	kfree(s);
	return err;
}

static int read_choice(struct xenfsd_share *share, const char *name,
		       const char * const *choices, size_t n, int def)
{
	char *s = read_node(share, name);
	int i = def;

	if (s)
		i = match_string(choices, n, s);
	kfree(s);
	return i;
}

static int read_limits(struct xenfsd_share *share,
		       struct xenfsd_config *config, const char **why)
{
	*why = "max-pages is not a number";
	if (read_u32(share, "max-pages", 65536, &config->max_pages))
		return -EINVAL;
	*why = "max-nodes is not a number";
	if (read_u32(share, "max-nodes", 1048576, &config->max_nodes))
		return -EINVAL;
	*why = "max-open is not a number";
	if (read_u32(share, "max-open", 65536, &config->max_open))
		return -EINVAL;
	*why = "max-requests is not a number from 1 to 64";
	if (read_u32(share, "max-requests", 16, &config->max_requests) ||
	    config->max_requests < 1 || config->max_requests > 64)
		return -EINVAL;
	return 0;
}

static int read_identity(struct xenfsd_share *share,
			 struct xenfsd_config *config, const char **why)
{
	static const char * const squashes[] = {
		[XENFSD_SQUASH_NONE] = "none",
		[XENFSD_SQUASH_ROOT] = "root",
		[XENFSD_SQUASH_ALL] = "all",
	};
	u32 uid, gid;
	int i;

	i = read_choice(share, "squash", squashes, ARRAY_SIZE(squashes),
			XENFSD_SQUASH_ROOT);
	*why = "squash is none of none, root and all";
	if (i < 0)
		return -EINVAL;
	config->squash = i;

	*why = "anonuid or anongid is not a number that can be an id";
	if (read_u32(share, "anonuid", 65534, &uid) ||
	    read_u32(share, "anongid", 65534, &gid))
		return -EINVAL;
	config->anonuid = make_kuid(&init_user_ns, uid);
	config->anongid = make_kgid(&init_user_ns, gid);
	if (!uid_valid(config->anonuid) || !gid_valid(config->anongid))
		return -EINVAL;
	return 0;
}

/**
 * xenfsd_config_read() - read a share's configuration
 * @share: its tag is set, too
 * @config: filled in; xenfsd_config_free() even after an error
 * @why: after an error: what is wrong
 *
 * Context: may sleep (xenstore).
 * Return: 0 or a negative errno.
 */
int xenfsd_config_read(struct xenfsd_share *share, struct xenfsd_config *config,
		       const char **why)
{
	static const char * const modes[] = { "ro", "rw" };
	static const char * const devices[] = { "0", "1" };
	static const char * const submounts[] = { "hide", "cross" };
	char *tag;
	bool ok;
	int i;

	memset(config, 0, sizeof(*config));

	tag = read_node(share, "tag");
	ok = tag && xenfsif_tag_ok(tag);
	if (ok)
		strscpy(share->tag, tag, sizeof(share->tag));
	kfree(tag);
	*why = "there is no tag, or it is not allowed";
	if (!ok)
		return -EINVAL;

	config->path = read_node(share, "path");
	*why = "there is no path, or it is not absolute";
	if (!config->path || config->path[0] != '/')
		return -EINVAL;

	*why = "mode is neither ro nor rw";
	i = read_choice(share, "mode", modes, ARRAY_SIZE(modes), 0);
	if (i < 0)
		return -EINVAL;
	config->rw = i;

	*why = "devices is neither 0 nor 1";
	i = read_choice(share, "devices", devices, ARRAY_SIZE(devices), 0);
	if (i < 0)
		return -EINVAL;
	config->devices = i;

	*why = "submounts is neither hide nor cross";
	i = read_choice(share, "submounts", submounts, ARRAY_SIZE(submounts), 0);
	if (i < 0)
		return -EINVAL;
	config->cross = i;

	return read_identity(share, config, why) ?:
	       read_limits(share, config, why);
}

void xenfsd_config_free(struct xenfsd_config *config)
{
	kfree(config->path);
	config->path = NULL;
}
