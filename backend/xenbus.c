// SPDX-License-Identifier: GPL-2.0
/*
 * The driver as xenbus sees it.
 *
 * xenwatch is one thread for all backends of the domain: nothing here waits
 * for a file system or for a guest.  A change of the frontend's state is noted
 * and followed by the share's own work (share.c).
 *
 * A device is unregistered by xenwatch only, so that it cannot meet another
 * unregistration of the same device, which is xenwatch's too.
 */
#include <linux/device.h>
#include <linux/module.h>

#include "share.h"

static int xenfsd_probe(struct xenbus_device *dev,
			const struct xenbus_device_id *id)
{
	struct xenfsd_share *share;

	share = xenfsd_share_new(dev);
	if (IS_ERR(share))
		return PTR_ERR(share);

	dev_set_drvdata(&dev->dev, share);
	xenfsd_share_frontend_is(share, XenbusStateInitialising);
	return 0;
}

static void xenfsd_remove(struct xenbus_device *dev)
{
	struct xenfsd_share *share = dev_get_drvdata(&dev->dev);

	xenfsd_share_remove(share);
	dev_set_drvdata(&dev->dev, NULL);
	xenfsd_share_put(share);
}

static void frontend_changed(struct xenbus_device *dev, enum xenbus_state state)
{
	struct xenfsd_share *share = dev_get_drvdata(&dev->dev);

	switch (state) {
	case XenbusStateClosed:
		if (xenbus_dev_is_online(dev)) {
			xenfsd_share_frontend_is(share, state);
			break;
		}
		fallthrough;	/* not online: it does not come back */
	case XenbusStateUnknown:
		/* the frontend's directory is gone, or asked to go */
		device_unregister(&dev->dev);
		break;

	case XenbusStateInitialising:
	case XenbusStateInitWait:
	case XenbusStateInitialised:
	case XenbusStateConnected:
	case XenbusStateClosing:
	case XenbusStateReconfiguring:
	case XenbusStateReconfigured:
		xenfsd_share_frontend_is(share, state);
		break;

	default:
		dev_warn_ratelimited(&dev->dev, "frontend in unknown state %d\n", state);
		break;
	}
}

/*
 * xenbus asks each backend when slab caches are shrunk, and does not say for how
 * much; the shrinker (shrink.c) does the rest.
 */
static void reclaim_memory(struct xenbus_device *dev)
{
	xenfsd_reclaim_share(dev_get_drvdata(&dev->dev));
}

static const struct xenbus_device_id xenfsd_ids[] = {
	{ "xenfs" },
	{ "" }
};

struct xenbus_driver xenfsd_driver = {
	.ids = xenfsd_ids,
	.probe = xenfsd_probe,
	.remove = xenfsd_remove,
	.otherend_changed = frontend_changed,
	.reclaim_memory = reclaim_memory,
	.driver.dev_groups = xenfsd_groups,
};
