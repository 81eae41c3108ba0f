// SPDX-License-Identifier: GPL-2.0
/*
 * What a share shows of itself in its device's directory in sysfs: one value a
 * file.
 *
 *	mounted			1 if a session exists, else 0
 *	tag, path, error	as configured; why it cannot be served, or nothing
 *	state_text		of the device
 *	statistics/		what is counted (stats.h), and these levels:
 *	  loans, loans_stuck, loans_due (recalled, and not back yet), overdue (1 if
 *	  that is too late), pages_pinned, nodes, open_files, locks, threads
 *
 * The files are gone before the device's remove() is called, so the share is
 * there while they are read.
 */
#include <linux/device.h>
#include <linux/sysfs.h>

#include "conn.h"
#include "loan.h"
#include "share.h"

static struct xenfsd_share *to_share(struct device *dev)
{
	return dev_get_drvdata(dev);
}

static ssize_t mounted_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", !!READ_ONCE(to_share(dev)->session));
}
static DEVICE_ATTR_RO(mounted);

static ssize_t tag_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	return sysfs_emit(buf, "%s\n", to_share(dev)->tag);
}
static DEVICE_ATTR_RO(tag);

static ssize_t path_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct xenfsd_share *share = to_share(dev);
	ssize_t len;

	mutex_lock(&share->lock);
	len = sysfs_emit(buf, "%s\n", share->config.path ?: "");
	mutex_unlock(&share->lock);
	return len;
}
static DEVICE_ATTR_RO(path);

static ssize_t error_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct xenfsd_share *share = to_share(dev);
	ssize_t len;

	mutex_lock(&share->lock);
	len = sysfs_emit(buf, "%s\n", share->error ?: "");
	mutex_unlock(&share->lock);
	return len;
}
static DEVICE_ATTR_RO(error);

static ssize_t state_text_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  xenbus_strstate(READ_ONCE(to_xenbus_device(dev)->state)));
}
static DEVICE_ATTR_RO(state_text);

static struct attribute *share_attrs[] = {
	&dev_attr_mounted.attr,
	&dev_attr_tag.attr,
	&dev_attr_path.attr,
	&dev_attr_error.attr,
	&dev_attr_state_text.attr,
	NULL
};

static const struct attribute_group share_group = {
	.attrs = share_attrs,
};

/* Counters. */
#define COUNTER_FILE(name)						\
static ssize_t name##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	return sysfs_emit(buf, "%lld\n", (long long)			\
		atomic64_read(&to_share(dev)->stats.count[XENFSD_STAT_##name])); \
}									\
static DEVICE_ATTR_RO(name);

#define OP_COUNTER_FILE(OP, name, needs)	COUNTER_FILE(requests_##name)

XENFSD_OPS(OP_COUNTER_FILE)
XENFSD_COUNTERS(COUNTER_FILE)

/* Levels. */
#define LEVEL_FILE(name, value)						\
static ssize_t name##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	struct xenfsd_share *share = to_share(dev);			\
									\
	return sysfs_emit(buf, "%ld\n", (long)(value));			\
}									\
static DEVICE_ATTR_RO(name);

/* What a share's account looks like now. */
static struct xenfsd_balance balance(struct xenfsd_share *share)
{
	struct xenfsd_balance b = { 0 };

	mutex_lock(&share->lock);
	if (share->account)
		b = xenfsd_account_balance(share->account);
	mutex_unlock(&share->lock);
	return b;
}

LEVEL_FILE(loans, atomic_read(&share->nr_loans))
LEVEL_FILE(loans_stuck, balance(share).stuck)
LEVEL_FILE(loans_due, balance(share).due)
LEVEL_FILE(overdue, balance(share).overdue)
LEVEL_FILE(pages_pinned, balance(share).pinned)
LEVEL_FILE(nodes, atomic_read(&share->nr_nodes))
LEVEL_FILE(open_files, atomic_read(&share->nr_open))
LEVEL_FILE(locks, atomic_read(&share->nr_locks))
LEVEL_FILE(threads, atomic_read(&share->nr_threads))

#define COUNTER_ATTR(name)		&dev_attr_##name.attr,
#define OP_COUNTER_ATTR(OP, name, needs) &dev_attr_requests_##name.attr,

static struct attribute *statistics_attrs[] = {
	XENFSD_OPS(OP_COUNTER_ATTR)
	XENFSD_COUNTERS(COUNTER_ATTR)
	&dev_attr_loans.attr,
	&dev_attr_loans_stuck.attr,
	&dev_attr_loans_due.attr,
	&dev_attr_overdue.attr,
	&dev_attr_pages_pinned.attr,
	&dev_attr_nodes.attr,
	&dev_attr_open_files.attr,
	&dev_attr_locks.attr,
	&dev_attr_threads.attr,
	NULL
};

static const struct attribute_group statistics_group = {
	.name = "statistics",
	.attrs = statistics_attrs,
};

const struct attribute_group *xenfsd_groups[] = {
	&share_group,
	&statistics_group,
	NULL
};
