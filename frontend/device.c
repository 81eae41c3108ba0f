// SPDX-License-Identifier: GPL-2.0
/*
 * The xenbus device: one share on offer, from its probe to its removal.
 *
 * A device knows its tag from the start and has a connection while both ends
 * are Connected.  Mounts are bound to tags, not to devices: this file tells
 * mount.c when a connection for a tag comes and goes.
 *
 * xenfs_device.lock serialises the state machine, which xenbus drives from its
 * watch thread and from probe and remove.  Order: xenfs_device.lock, then
 * xenfs_lock.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/xenbus.h>
#include <xenfs_check.h>

#include "xenfs.h"
#include "trace.h"

struct xenfs_device {
	struct xenbus_device *xdev;
	struct list_head link;		/* in devices, under xenfs_lock */
	struct mutex lock;
	char tag[XENFSIF_TAG_MAX + 1];
	char mode[8];
	char error[160];		/* under xenfs_lock */
	struct xenfs_conn *conn;	/* written under lock and xenfs_lock */
	bool connected;			/* likewise */
	bool closed;			/* likewise: nothing more to wait for */
};

static LIST_HEAD(devices);
DECLARE_WAIT_QUEUE_HEAD(xenfs_device_wait);

static struct xenfs_device *find_locked(const char *tag)
{
	struct xenfs_device *d;

	lockdep_assert_held(&xenfs_lock);
	list_for_each_entry(d, &devices, link)
		if (!strcmp(d->tag, tag))
			return d;
	return NULL;
}

/**
 * xenfs_device_find() - find the connection of a tag
 * @tag: the tag
 * @err: set on failure: -ENOENT if there is no such tag, -ENXIO if there is
 *       one but it is not connected
 *
 * Return: the connection with a reference, or NULL.
 */
struct xenfs_conn *xenfs_device_find(const char *tag, int *err)
{
	struct xenfs_conn *conn = NULL;
	struct xenfs_device *d;

	mutex_lock(&xenfs_lock);
	d = find_locked(tag);
	*err = d ? -ENXIO : -ENOENT;
	if (d && d->connected)
		conn = xenfs_conn_get(d->conn);
	mutex_unlock(&xenfs_lock);
	return conn;
}

/* Whether a tag is on offer and on its way to being connected. */
bool xenfs_device_pending(const char *tag)
{
	struct xenfs_device *d;
	bool ret;

	mutex_lock(&xenfs_lock);
	d = find_locked(tag);
	ret = d && !d->connected && !d->closed;
	mutex_unlock(&xenfs_lock);
	return ret;
}

/**
 * xenfs_device_offer() - list the tags on offer, for a message
 * @buf: where to
 * @size: its size
 */
void xenfs_device_offer(char *buf, size_t size)
{
	struct xenfs_device *d;
	size_t n = 0;

	strscpy(buf, "none", size);
	mutex_lock(&xenfs_lock);
	list_for_each_entry(d, &devices, link) {
		if (n >= size)
			break;
		n += scnprintf(buf + n, size - n, "%s%s", n ? ", " : "", d->tag);
	}
	mutex_unlock(&xenfs_lock);
}

/**
 * xenfs_device_error() - why a tag cannot be mounted
 * @tag: the tag
 * @buf: filled with what the backend said
 * @size: its size
 *
 * Return: whether the backend said anything.
 */
bool xenfs_device_error(const char *tag, char *buf, size_t size)
{
	struct xenfs_device *d;
	bool ret = false;

	mutex_lock(&xenfs_lock);
	d = find_locked(tag);
	if (d && d->error[0]) {
		strscpy(buf, d->error, size);
		ret = true;
	}
	mutex_unlock(&xenfs_lock);
	return ret;
}

/* A string of the backend's, made printable: it goes to logs. */
static void read_backend_string(struct xenfs_device *d, const char *node,
				char *buf, size_t size)
{
	char *s = xenbus_read(XBT_NIL, d->xdev->otherend, node, NULL);
	size_t i;

	buf[0] = 0;
	if (IS_ERR(s))
		return;
	strscpy(buf, s, size);
	kfree(s);
	for (i = 0; buf[i]; i++)
		if (buf[i] < ' ' || buf[i] > '~')
			buf[i] = '?';
}

static bool version_offered(struct xenfs_device *d)
{
	char versions[64], *p = versions, *word;
	unsigned int v;

	read_backend_string(d, "versions", versions, sizeof(versions));
	while ((word = strsep(&p, ",")))
		if (!kstrtouint(word, 10, &v) && v == XENFSIF_PROTOCOL_VERSION)
			return true;
	return false;
}

static void set_conn(struct xenfs_device *d, struct xenfs_conn *conn,
		     bool connected)
{
	lockdep_assert_held(&d->lock);
	mutex_lock(&xenfs_lock);
	d->conn = conn;
	d->connected = connected;
	d->closed = false;
	mutex_unlock(&xenfs_lock);
	wake_up_all(&xenfs_device_wait);
}

static void set_closed(struct xenfs_device *d)
{
	lockdep_assert_held(&d->lock);
	mutex_lock(&xenfs_lock);
	read_backend_string(d, "error", d->error, sizeof(d->error));
	d->closed = true;
	mutex_unlock(&xenfs_lock);
	wake_up_all(&xenfs_device_wait);
}

/*
 * End the connection.  When this returns the mount uses it no longer and nothing
 * is under way; lent pages go back as soon as they are idle.
 */
static void disconnect(struct xenfs_device *d, bool gone)
{
	struct xenfs_conn *conn = d->conn;

	lockdep_assert_held(&d->lock);
	if (conn) {
		set_conn(d, NULL, false);
		xenfs_mount_disconnected(conn, gone);
		xenfs_conn_kill(conn);
		xenfs_conn_put(conn);
	}
	if (gone)
		xenfs_mount_gone(d->tag);
}

static bool backend_online(struct xenfs_device *d)
{
	return xenbus_read_unsigned(d->xdev->otherend, "online", 0);
}

/*
 * The toolstack wants the device closed, and the backend may be at work still:
 * it would copy by references that are somebody else's by then.  So it is told
 * first; it cuts itself off, and says Closing once more, or Closed.  Returns
 * whether that is to be waited for.
 */
static bool part(struct xenfs_device *d)
{
	lockdep_assert_held(&d->lock);
	if (!d->conn || d->xdev->state == XenbusStateClosing)
		return false;
	xenfs_mount_disconnected(d->conn, !backend_online(d));
	xenbus_switch_state(d->xdev, XenbusStateClosing);
	return true;
}

/* The backend waits for us: make rings and tell it where they are. */
static void setup(struct xenfs_device *d)
{
	struct xenbus_device *xdev = d->xdev;
	unsigned int queues, order, area;
	struct xenfs_conn *conn;
	int err;

	if (!version_offered(d)) {
		xenbus_dev_fatal(xdev, -EPROTO,
				 "share %s: the backend does not speak protocol version %u: use modules of one release on both sides",
				 d->tag, XENFSIF_PROTOCOL_VERSION);
		return;
	}
	queues = xenbus_read_unsigned(xdev->otherend, "max-queues", 1);
	queues = clamp(min(queues, num_online_cpus()), 1u, XENFSIF_MAX_QUEUES);
	order = xenbus_read_unsigned(xdev->otherend, "max-ring-page-order", 0);
	order = min_t(unsigned int, order, XENFS_RING_ORDER);
	area = xenbus_read_unsigned(xdev->otherend, "max-area-pages",
				    XENFS_AREA_PAGES);
	area = min_t(unsigned int, area, XENFS_AREA_PAGES);
	/* a listing, an extended attribute of any size with its name */
	if (area < XENFSIF_XATTR_SIZE_MAX / PAGE_SIZE + 2) {
		xenbus_dev_fatal(xdev, -EPROTO,
				 "share %s: the backend allows a data area of %u pages only",
				 d->tag, area);
		return;
	}

	conn = xenfs_conn_create(xdev, d->tag, queues, order, area);
	if (IS_ERR(conn)) {
		xenbus_dev_fatal(xdev, PTR_ERR(conn),
				 "share %s: making rings", d->tag);
		return;
	}
	err = xenfs_conn_publish(conn);
	if (err) {
		xenbus_dev_fatal(xdev, err, "share %s: writing to xenstore",
				 d->tag);
		xenfs_conn_kill(conn);
		xenfs_conn_put(conn);
		return;
	}
	set_conn(d, conn, false);
	xenbus_switch_state(xdev, XenbusStateInitialised);
}

static void backend_changed(struct xenbus_device *xdev,
			    enum xenbus_state state)
{
	struct xenfs_device *d = dev_get_drvdata(&xdev->dev);

	mutex_lock(&d->lock);
	switch (state) {
	case XenbusStateUnknown:
	case XenbusStateInitialising:
	case XenbusStateInitialised:
	case XenbusStateReconfiguring:
	case XenbusStateReconfigured:
		break;

	case XenbusStateInitWait:
		/* a watch may tell the same state twice */
		if (d->conn && xdev->state == XenbusStateInitialised)
			break;
		/* a backend that begins anew has forgotten the old rings */
		disconnect(d, false);
		if (xdev->state != XenbusStateInitialising)
			xenbus_switch_state(xdev, XenbusStateInitialising);
		setup(d);
		break;

	case XenbusStateConnected:
		if (!d->conn || d->connected)
			break;
		set_conn(d, d->conn, true);
		xenbus_switch_state(xdev, XenbusStateConnected);
		xenfs_mount_connected(d->tag, d->conn);
		break;

	case XenbusStateClosed:
		if (xdev->state == XenbusStateClosed)
			break;
		fallthrough;
	case XenbusStateClosing:
		set_closed(d);
		if (state == XenbusStateClosing && part(d))
			break;
		disconnect(d, !backend_online(d));
		xenbus_frontend_closed(xdev);
		break;
	}
	mutex_unlock(&d->lock);
}

static int probe(struct xenbus_device *xdev, const struct xenbus_device_id *id)
{
	struct xenfs_device *d;
	int err;

	d = kzalloc(sizeof(*d), GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	d->xdev = xdev;
	mutex_init(&d->lock);
	read_backend_string(d, "tag", d->tag, sizeof(d->tag));
	read_backend_string(d, "mode", d->mode, sizeof(d->mode));
	if (!xenfsif_tag_ok(d->tag)) {
		err = -EINVAL;
		xenbus_dev_fatal(xdev, err, "the backend offers no valid tag");
		goto free_device;
	}

	mutex_lock(&xenfs_lock);
	if (find_locked(d->tag)) {
		mutex_unlock(&xenfs_lock);
		err = -EEXIST;
		xenbus_dev_fatal(xdev, err,
				 "share %s: there is another with this tag",
				 d->tag);
		goto free_device;
	}
	list_add_tail(&d->link, &devices);
	mutex_unlock(&xenfs_lock);

	dev_set_drvdata(&xdev->dev, d);
	/* bound once more: the backend waits for us to begin anew */
	if (xenbus_read_unsigned(xdev->nodename, "state", XenbusStateUnknown) !=
	    XenbusStateInitialising)
		xenbus_switch_state(xdev, XenbusStateInitialising);
	return 0;

free_device:
	kfree(d);
	return err;
}

static void remove_device(struct xenbus_device *xdev)
{
	struct xenfs_device *d = dev_get_drvdata(&xdev->dev);

	mutex_lock(&d->lock);
	disconnect(d, true);
	mutex_unlock(&d->lock);

	mutex_lock(&xenfs_lock);
	list_del(&d->link);
	mutex_unlock(&xenfs_lock);
	/* again: a session may have begun in between, see xenfs_mount_start() */
	xenfs_mount_gone(d->tag);
	wake_up_all(&xenfs_device_wait);
	dev_set_drvdata(&xdev->dev, NULL);
	kfree(d);
}

static ssize_t tag_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	struct xenfs_device *d = dev_get_drvdata(dev);

	return d ? sysfs_emit(buf, "%s\n", d->tag) : -ENODEV;
}
static DEVICE_ATTR_RO(tag);

static ssize_t mode_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct xenfs_device *d = dev_get_drvdata(dev);

	return d ? sysfs_emit(buf, "%s\n", d->mode) : -ENODEV;
}
static DEVICE_ATTR_RO(mode);

static struct attribute *xenfs_device_attrs[] = {
	&dev_attr_tag.attr,
	&dev_attr_mode.attr,
	NULL,
};
ATTRIBUTE_GROUPS(xenfs_device);

static const struct xenbus_device_id ids[] = {
	{ "xenfs" },
	{ "" }
};

static struct xenbus_driver driver = {
	.ids			= ids,
	.probe			= probe,
	.remove			= remove_device,
	.otherend_changed	= backend_changed,
	.not_essential		= true,
	.driver.dev_groups	= xenfs_device_groups,
};

int __init xenfs_device_init(void)
{
	return xenbus_register_frontend(&driver);
}

void xenfs_device_exit(void)
{
	xenbus_unregister_driver(&driver);
}
