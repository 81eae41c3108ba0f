// SPDX-License-Identifier: GPL-2.0
/*
 * Permissions: the server decides, since squashing and its security modules
 * make a decision from the mode bits wrong.  What it decided for the last few
 * callers is remembered for as long as xenfs_holds() says.
 */
#include <linux/cred.h>

#include "xenfs.h"

/* In xenfs_access.allowed: the server's filesystem is read-only. */
#define ROFS	0x80

/* Find what is known of the caller; in RCU walk too. */
static bool lookup_access(struct inode *inode, u8 mask, u8 *allowed)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	const struct cred *cred = current_cred();
	bool found = false;
	int i;

	spin_lock(&xi->lock);
	for (i = 0; i < XENFS_ACCESS_SLOTS; i++) {
		struct xenfs_access *a = &xi->access[i];

		if (a->cred && (a->mask & mask) == mask &&
		    xenfs_holds(inode, a->mark, a->epoch) &&
		    !cred_fscmp(a->cred, cred)) {
			*allowed = a->allowed;
			found = true;
			break;
		}
	}
	spin_unlock(&xi->lock);
	return found;
}

static void remember_access(struct inode *inode, u8 mask, u8 allowed,
			    const struct xenfs_op *op)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	const struct cred *cred = get_current_cred(), *old;
	struct xenfs_access *a;
	int i;

	spin_lock(&xi->lock);
	if (xi->modified > op->as_of) {
		/* it may be from before a change of mode */
		old = cred;
		goto unlock;
	}
	/* replace what is known of the same caller, else the oldest */
	for (i = 0; i < XENFS_ACCESS_SLOTS; i++)
		if (xi->access[i].cred && !cred_fscmp(xi->access[i].cred, cred))
			break;
	if (i == XENFS_ACCESS_SLOTS)
		i = xi->access_next++ % XENFS_ACCESS_SLOTS;
	a = &xi->access[i];
	old = a->cred;
	a->cred = cred;
	a->mark = xenfs_mark(inode, op->rsp.before);
	a->epoch = op->epoch;
	a->mask = mask;
	a->allowed = allowed;
unlock:
	spin_unlock(&xi->lock);
	if (old)
		put_cred(old);
}

/**
 * xenfs_may_read() - whether it is known that the caller may read a file
 * @inode: the file
 */
bool xenfs_may_read(struct inode *inode)
{
	u8 allowed;

	return lookup_access(inode, XENFSIF_MAY_READ, &allowed) &&
	       allowed & XENFSIF_MAY_READ;
}

/* Forget what is known: the file's permissions change, or it is evicted. */
void xenfs_access_drop(struct inode *inode)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	int i;

	spin_lock(&xi->lock);
	for (i = 0; i < XENFS_ACCESS_SLOTS; i++) {
		if (xi->access[i].cred)
			put_cred(xi->access[i].cred);
		xi->access[i].cred = NULL;
	}
	spin_unlock(&xi->lock);
}

/**
 * xenfs_permission() - whether the caller may do something with a file
 * @idmap: not used: the server knows no mapped mounts
 * @inode: the file
 * @mask: MAY_*
 *
 * One round trip if nothing fresh is known; all three permissions are asked
 * for at once.
 */
int xenfs_permission(struct xenfs_idmap *idmap, struct inode *inode, int mask)
{
	const u8 all = XENFSIF_MAY_READ | XENFSIF_MAY_WRITE | XENFSIF_MAY_EXEC;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_ACCESS,
		.req.u.access.mask = all,
		.as_caller = true,
	};
	u8 want = mask & (MAY_READ | MAY_WRITE | MAY_EXEC);
	u8 known = all, allowed;
	int err;

	BUILD_BUG_ON(MAY_EXEC != XENFSIF_MAY_EXEC ||
		     MAY_WRITE != XENFSIF_MAY_WRITE ||
		     MAY_READ != XENFSIF_MAY_READ);
	if (!want)
		return 0;
	if (!lookup_access(inode, want, &allowed)) {
		if (mask & MAY_NOT_BLOCK)
			return -ECHILD;
		err = xenfs_call(inode, &op);
		if (err)
			return err;
		allowed = op.rsp.u.access.allowed;
		/* no word changes when the filesystem becomes writable */
		if (op.rsp.u.access.rofs) {
			allowed |= ROFS;
			known &= ~XENFSIF_MAY_WRITE;
		}
		remember_access(inode, known, allowed, &op);
	}
	if ((allowed & want) == want)
		return 0;
	return want & MAY_WRITE && allowed & ROFS ? -EROFS : -EACCES;
}
