// SPDX-License-Identifier: GPL-2.0
/*
 * Under whose identity a request runs: that which the guest names for its
 * caller, after squashing.  As in nfsd (fs/nfsd/auth.c) it is the file system
 * identity that counts.
 *
 * Capabilities: user 0, if it is not squashed, has what root has.  Everybody
 * else has none, not even those that nfsd leaves.
 *
 * A thread keeps the credentials that it used last: mostly the next request has
 * the same caller.  How callers are squashed does not change while the thread's
 * connection lasts.
 */
#include <linux/cred.h>
#include <linux/init_task.h>
#include <linux/slab.h>
#include <linux/uidgid.h>

#include "request.h"

static int set_supplementary(struct cred *cred, const struct xenfsd_config *config,
			     const u32 *groups, u32 n)
{
	struct group_info *info;
	u32 i;

	if (config->squash == XENFSD_SQUASH_ALL)
		n = 0;
	info = groups_alloc(n);
	if (!info)
		return -ENOMEM;

	for (i = 0; i < n; i++) {
		kgid_t gid = make_kgid(&init_user_ns, groups[i]);

		if (!gid_valid(gid)) {
			put_group_info(info);
			return -EINVAL;
		}
		if (config->squash == XENFSD_SQUASH_ROOT &&
		    gid_eq(gid, GLOBAL_ROOT_GID))
			gid = config->anongid;
		info->gid[i] = gid;
	}
	groups_sort(info);
	set_groups(cred, info);
	put_group_info(info);
	return 0;
}

static const struct cred *make_cred(const struct xenfsd_config *config,
				    const struct xenfsif_request *req,
				    const u32 *groups)
{
	struct cred *cred;
	int err;

	cred = prepare_kernel_cred(&init_task);
	if (!cred)
		return ERR_PTR(-ENOMEM);

	cred->fsuid = make_kuid(&init_user_ns, req->uid);
	cred->fsgid = make_kgid(&init_user_ns, req->gid);
	err = -EINVAL;
	if (!uid_valid(cred->fsuid) || !gid_valid(cred->fsgid))
		goto abort;

	if (config->squash == XENFSD_SQUASH_ALL ||
	    (config->squash == XENFSD_SQUASH_ROOT &&
	     uid_eq(cred->fsuid, GLOBAL_ROOT_UID)))
		cred->fsuid = config->anonuid;
	if (config->squash == XENFSD_SQUASH_ALL ||
	    (config->squash == XENFSD_SQUASH_ROOT &&
	     gid_eq(cred->fsgid, GLOBAL_ROOT_GID)))
		cred->fsgid = config->anongid;

	err = set_supplementary(cred, config, groups, req->ngroups);
	if (err)
		goto abort;
	if (!uid_eq(cred->fsuid, GLOBAL_ROOT_UID) ||
	    config->squash != XENFSD_SQUASH_NONE)
		cap_clear(cred->cap_effective);
	return cred;

abort:
	abort_creds(cred);
	return ERR_PTR(err);
}

static bool same_caller(const struct xenfsd_request *rq, const u32 *groups)
{
	const struct xenfsif_request *req = &rq->req;
	const struct xenfsd_cred *last = &rq->cred;

	/* With more groups than are kept it is never the same caller. */
	return last->cred && last->uid == req->uid && last->gid == req->gid &&
	       last->ngroups == req->ngroups &&
	       req->ngroups <= ARRAY_SIZE(last->groups) &&
	       !memcmp(last->groups, groups, req->ngroups * sizeof(*groups));
}

/**
 * xenfsd_cred_assume() - become a request's caller
 * @rq: its session and in buffer are set
 *
 * Return: 0; -EINVAL for an id that cannot be one; -ENOMEM.
 */
int xenfsd_cred_assume(struct xenfsd_request *rq)
{
	const u32 *groups = rq->in_buf;
	struct xenfsd_cred *last = &rq->cred;
	const struct cred *cred;

	if (!same_caller(rq, groups)) {
		cred = make_cred(&rq->session->config, &rq->req, groups);
		if (IS_ERR(cred))
			return PTR_ERR(cred);
		xenfsd_cred_forget(rq);
		last->cred = cred;
		last->uid = rq->req.uid;
		last->gid = rq->req.gid;
		last->ngroups = rq->req.ngroups;
		if (last->ngroups <= ARRAY_SIZE(last->groups))
			memcpy(last->groups, groups,
			       last->ngroups * sizeof(*groups));
	}
	rq->caller = last->cred;
	rq->own = override_creds(rq->caller);
	return 0;
}

/**
 * xenfsd_cred_drop() - be ourselves again
 * @rq: the request; nothing happens if it assumed nobody's identity
 */
void xenfsd_cred_drop(struct xenfsd_request *rq)
{
	if (!rq->caller)
		return;
	revert_creds(rq->own);
	rq->caller = NULL;
	rq->own = NULL;
}

/* Drops the credentials that were kept. */
void xenfsd_cred_forget(struct xenfsd_request *rq)
{
	put_cred(rq->cred.cred);
	rq->cred.cred = NULL;
}
