// SPDX-License-Identifier: GPL-2.0
/*
 * Where a node is.
 *
 * A node holds one path, the one by which its inode was found last.  Whether
 * that still lies beneath the export's root is checked at every use; a file
 * that was moved out is gone (-ESTALE) until it is found again by a name inside.
 *
 * The path changes when the inode is found by another name: it is read and
 * written under session->lock.
 */
#include <linux/dcache.h>
#include <linux/mount.h>

#include "node.h"
#include "share.h"

/**
 * xenfsd_node_confined() - whether a path lies beneath the export's root
 * @session: the session
 * @path: a path; may be unlinked, then its parent counts
 */
bool xenfsd_node_confined(struct xenfsd_session *session,
			  const struct path *path)
{
	/* A mount may be of a part of its file system. */
	if (session->config.cross && path->mnt != session->root.mnt)
		return path_is_under(path, &session->root) &&
		       is_subdir(path->dentry, path->mnt->mnt_root);
	return path->mnt == session->root.mnt &&
	       is_subdir(path->dentry, session->root.dentry);
}

/**
 * xenfsd_node_path() - the path by which a node's inode was found last
 * @node: the node
 * @path: filled in, with references
 */
void xenfsd_node_path(struct xenfsd_node *node, struct path *path)
{
	spin_lock(&node->session->lock);
	*path = node->path;
	path_get(path);
	spin_unlock(&node->session->lock);
}

/**
 * xenfsd_node_locate() - the node that a guest names, and where it is
 * @session: the session
 * @id: as the guest sent it
 * @generation: likewise
 * @node: set to the node, with a reference
 * @path: set to its path, with references
 *
 * Return: 0, or -ESTALE if there is none or it is no longer beneath the root.
 */
int xenfsd_node_locate(struct xenfsd_session *session, u64 id, u64 generation,
		       struct xenfsd_node **node, struct path *path)
{
	*node = xenfsd_node_find(session, id, generation);
	if (!*node)
		return -ESTALE;
	xenfsd_node_path(*node, path);
	if (xenfsd_node_confined(session, path))
		return 0;
	path_put(path);
	*path = (struct path){};
	xenfsd_node_put(*node);
	*node = NULL;
	return -ESTALE;
}

/**
 * xenfsd_node_renamed() - a node's inode has got another name
 * @node: the node
 * @path: the name; positive, of the same inode
 *
 * Context: may wait for a file system.
 */
void xenfsd_node_renamed(struct xenfsd_node *node, const struct path *path)
{
	struct path old = *path;

	path_get(&old);
	spin_lock(&node->session->lock);
	swap(node->path, old);
	spin_unlock(&node->session->lock);
	path_put(&old);
}
