// SPDX-License-Identifier: GPL-2.0
/*
 * The filesystem type, mounting, and what concerns a whole mount.
 *
 * Two names: "xenfs_front" always, and "xenfs" where nobody has it and no
 * backend of ours is likely: in dom0 the kernel's own type of that name is
 * needed for /proc/xen.  Where it is wanted in a guest, it gets the name.
 *
 * Mounts of one tag share a superblock, whose options are those of the first.
 */
#include <linux/backing-dev.h>
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/statfs.h>
#include <xen/xen.h>
#include <xenfs_check.h>

#include "xenfs.h"

#define DEFAULT_READAHEAD	512u
#define DEFAULT_WINDOW		131072u
#define MAX_WINDOW		(1u << 20)
#define MAX_AC			3600u
#define DEFAULT_IDLE		300u
#define MAX_IDLE		86400u

/* How long a mount waits for a share that is shaking hands. */
#define CONNECT_PATIENCE	(30 * HZ)

enum { OPT_SHARE, OPT_AC, OPT_READAHEAD, OPT_WINDOW, OPT_IDLE };

static const struct constant_table share_values[] = {
	{ "auto",	XENFS_SHARE_AUTO },
	{ "always",	XENFS_SHARE_ALWAYS },
	{ "never",	XENFS_SHARE_NEVER },
	{}
};

static const struct fs_parameter_spec parameters[] = {
	fsparam_enum("share",		OPT_SHARE, share_values),
	fsparam_u32("ac",		OPT_AC),
	fsparam_u32("readahead",	OPT_READAHEAD),
	fsparam_u32("window",		OPT_WINDOW),
	fsparam_u32("idle",		OPT_IDLE),
	{}
};

static int parse_pages(struct fs_context *fc, const struct fs_parameter *param,
		       u32 value, u32 max, unsigned int *pages)
{
	if (value < XENFS_RUN_PAGES || value > max)
		return invalf(fc, "xenfs: %s=%u: pages, %u to %u", param->key,
			      value, XENFS_RUN_PAGES, max);
	*pages = value;
	return 0;
}

static int parse_seconds(struct fs_context *fc,
			 const struct fs_parameter *param, u32 value, u32 max,
			 unsigned long *time)
{
	if (value > max)
		return invalf(fc, "xenfs: %s=%u: seconds, 0 to %u", param->key,
			      value, max);
	*time = (unsigned long)value * HZ;
	return 0;
}

static int parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	struct xenfs_options *opt = fc->fs_private;
	struct fs_parse_result result;
	int which;

	which = fs_parse(fc, parameters, param, &result);
	if (which < 0)
		return which;
	switch (which) {
	case OPT_SHARE:
		opt->share = result.uint_32;
		break;
	case OPT_AC:
		return parse_seconds(fc, param, result.uint_32, MAX_AC, &opt->ac);
	case OPT_IDLE:
		return parse_seconds(fc, param, result.uint_32, MAX_IDLE,
				     &opt->idle);
	case OPT_READAHEAD:
		return parse_pages(fc, param, result.uint_32, XENFSIF_LEND_MAX,
				   &opt->readahead);
	case OPT_WINDOW:
		return parse_pages(fc, param, result.uint_32, MAX_WINDOW,
				   &opt->window);
	}
	return 0;
}

/* A share that was just attached may still be shaking hands. */
static void wait_connected(const char *tag)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	long left = CONNECT_PATIENCE;

	/* not wait_event(): to look takes a mutex */
	add_wait_queue(&xenfs_device_wait, &wait);
	while (left && !fatal_signal_pending(current) && xenfs_device_pending(tag))
		left = wait_woken(&wait, TASK_KILLABLE, left);
	remove_wait_queue(&xenfs_device_wait, &wait);
}

/* The connection of the tag, or an error said so that a person can act. */
static struct xenfs_conn *find_conn(struct fs_context *fc, const char *tag)
{
	struct xenfs_conn *conn;
	char text[160];
	int err;

	wait_connected(tag);
	conn = xenfs_device_find(tag, &err);
	if (conn)
		return conn;
	if (xenfs_device_error(tag, text, sizeof(text))) {
		errorf(fc, "xenfs: share %s: the backend says: %s", tag, text);
	} else if (err == -ENOENT) {
		xenfs_device_offer(text, sizeof(text));
		errorf(fc, "xenfs: no share %s; on offer: %s", tag, text);
	} else {
		errorf(fc, "xenfs: share %s is not connected: look at 'xenfs list' in dom0",
		       tag);
	}
	return ERR_PTR(err);
}

static int statfs(struct dentry *dentry, struct kstatfs *buf)
{
	struct xenfsif_statfs st;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_STATFS,
		.out = &st,
		.out_len = sizeof(st),
		.as_caller = true,
	};
	int err = xenfs_call(d_inode(dentry), &op);

	if (err)
		return err;
	buf->f_type = XENFS_MAGIC;
	buf->f_bsize = st.bsize;
	buf->f_frsize = st.frsize;
	buf->f_blocks = st.blocks;
	buf->f_bfree = st.bfree;
	buf->f_bavail = st.bavail;
	buf->f_files = st.files;
	buf->f_ffree = st.ffree;
	buf->f_namelen = min(st.namelen, XENFSIF_NAME_MAX);
	buf->f_fsid = u64_to_fsid(st.fsid);
	return 0;
}

static int show_options(struct seq_file *m, struct dentry *root)
{
	const struct xenfs_mount *mount = XENFS_M(root->d_sb);
	const struct xenfs_options *opt = &mount->opt;

	seq_printf(m, ",share=%s,readahead=%u,window=%u,idle=%lu",
		   share_values[opt->share].name, opt->readahead, opt->window,
		   opt->idle / HZ);
	/* else the server's table tells, and time does not */
	if (READ_ONCE(mount->by_time))
		seq_printf(m, ",ac=%lu", opt->ac / HZ);
	return 0;
}

static int show_stats(struct seq_file *m, struct dentry *root)
{
	xenfs_stats_show(m, XENFS_M(root->d_sb));
	return 0;
}

/* sync() and syncfs(): folios have been written, now dom0's storage. */
static int sync_fs(struct super_block *sb, int wait)
{
	struct xenfs_mount *m = XENFS_M(sb);
	struct xenfs_op op = { .req.op = XENFSIF_OP_SYNCFS };

	if (!wait || !m->writable || !sb->s_root)
		return 0;
	/* an unmount does not wait for a backend that is away */
	if (READ_ONCE(m->state) != XENFS_MOUNT_UP)
		return -EIO;
	return xenfs_call_mount(m, &op);
}

static const struct super_operations super_ops = {
	.alloc_inode	= xenfs_alloc_inode,
	.free_inode	= xenfs_free_inode,
	.drop_inode	= xenfs_drop_inode,
	.evict_inode	= xenfs_evict_inode,
	.statfs		= statfs,
	.sync_fs	= sync_fs,
	.show_options	= show_options,
	.show_stats	= show_stats,
};

static int fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct xenfs_mount *m = XENFS_M(sb);
	u8 handle[XENFSIF_HANDLE_MAX];
	struct xenfsif_entry root;
	struct xenfs_op op = {};
	struct xenfs_conn *conn;
	struct inode *inode;
	int err;

	m->sb = sb;
	m->opt = *(struct xenfs_options *)fc->fs_private;
	sb->s_flags |= SB_POSIXACL | SB_NOATIME;
	/* the server's device numbers name devices of the server's */
	sb->s_iflags |= SB_I_NODEV;
	sb->s_magic = XENFS_MAGIC;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_op = &super_ops;
	sb->s_xattr = xenfs_xattr_handlers;
	sb->s_export_op = &xenfs_export_ops;
	sb->s_time_gran = 1;
	set_default_d_op(sb, &xenfs_dentry_ops);
	err = super_setup_bdi(sb);
	if (err)
		return err;
	sb->s_bdi->ra_pages = XENFS_RUN_PAGES;
	sb->s_bdi->io_pages = XENFS_RUN_PAGES;

	conn = find_conn(fc, m->tag);
	if (IS_ERR(conn))
		return PTR_ERR(conn);
	err = xenfs_mount_start(m, conn, &root, handle);
	xenfs_conn_put(conn);
	if (err) {
		errorf(fc, "xenfs: share %s: the backend does not begin a session: error %d",
		       m->tag, err);
		return err == XENFS_LOST ? -EIO : err;
	}
	if (!m->writable)
		sb->s_flags |= SB_RDONLY;
	if (m->max_size)
		sb->s_maxbytes = min_t(u64, m->max_size, MAX_LFS_FILESIZE);
	m->root_dev = (u64)root.attr.dev_major << 32 | root.attr.dev_minor;
	op.epoch = m->epoch;
	inode = xenfs_iget(sb, &op, &root, handle);
	if (IS_ERR(inode))
		return PTR_ERR(inode) == XENFS_LOST ? -EIO : PTR_ERR(inode);
	sb->s_root = d_make_root(inode);
	return sb->s_root ? 0 : -ENOMEM;
}

static int test_super(struct super_block *sb, struct fs_context *fc)
{
	const struct xenfs_mount *m = fc->s_fs_info;

	return !strcmp(XENFS_M(sb)->tag, m->tag);
}

static struct file_system_type short_type;
static bool short_registered;
static DEFINE_MUTEX(short_lock);

/* Whether a mount by the short name means the kernel's own type. */
static bool means_kernels_own(const struct fs_context *fc)
{
	struct xenfs_conn *conn;
	int err;

	if (fc->fs_type != &short_type)
		return false;
	if (strcmp(fc->source, "xenfs") && strcmp(fc->source, "none"))
		return false;
	conn = xenfs_device_find(fc->source, &err);
	if (conn)
		xenfs_conn_put(conn);
	return !conn && err == -ENOENT;
}

/*
 * A mount of the kernel's own on /proc/xen, and we were first to register its name:
 * give it up for good, let the kernel's own module have it, and mount that.  By
 * then TAGs are mounted as xenfs_front, which mount.xenfs does anyway.
 */
static int get_kernels_own(struct fs_context *fc)
{
	struct file_system_type *type;
	struct super_block *sb;
	struct vfsmount *mnt;

	mutex_lock(&short_lock);
	if (short_registered) {
		unregister_filesystem(&short_type);
		short_registered = false;
	}
	mutex_unlock(&short_lock);
	request_module("xenfs");
	type = get_fs_type("xenfs");
	if (!type)
		return -ENODEV;
	mnt = vfs_kern_mount(type, 0, fc->source, NULL);
	module_put(type->owner);
	if (IS_ERR(mnt))
		return PTR_ERR(mnt);

	/* what the VFS expects of get_tree: active, and locked */
	sb = mnt->mnt_sb;
	fc->root = dget(mnt->mnt_root);
	atomic_inc(&sb->s_active);
	mntput(mnt);
	down_write(&sb->s_umount);
	return 0;
}

static int get_tree(struct fs_context *fc)
{
	struct super_block *sb;
	struct xenfs_mount *m;
	int err;

	if (!fc->source || !fc->source[0])
		return invalf(fc, "xenfs: no tag: mount -t xenfs TAG DIR");
	if (means_kernels_own(fc))
		return get_kernels_own(fc);
	if (!xenfsif_tag_ok(fc->source))
		return invalf(fc, "xenfs: '%s' is not a tag: 1 to %u of A-Z a-z 0-9 . _ -",
			      fc->source, XENFSIF_TAG_MAX);
	m = xenfs_mount_create(fc->source);
	if (!m)
		return -ENOMEM;

	fc->s_fs_info = m;
	sb = sget_fc(fc, test_super, set_anon_super_fc);
	if (fc->s_fs_info) {
		/* there is one already, or none could be made */
		xenfs_mount_put(m);
		fc->s_fs_info = NULL;
	}
	if (IS_ERR(sb))
		return PTR_ERR(sb);
	if (!sb->s_root) {
		err = fill_super(sb, fc);
		if (err) {
			deactivate_locked_super(sb);
			return err;
		}
		sb->s_flags |= SB_ACTIVE;
	}
	fc->root = dget(sb->s_root);
	return 0;
}

static int reconfigure(struct fs_context *fc)
{
	struct xenfs_mount *m = XENFS_M(fc->root->d_sb);
	const struct xenfs_options *opt = fc->fs_private;

	if (!m->writable && !(fc->sb_flags & SB_RDONLY) &&
	    (fc->sb_flags_mask & SB_RDONLY)) {
		errorf(fc, "xenfs: share %s is read-only: attach it with mode=rw in dom0",
		       m->tag);
		return -EROFS;
	}
	if (!m->writable)
		fc->sb_flags |= SB_RDONLY;
	sync_filesystem(fc->root->d_sb);
	WRITE_ONCE(m->opt.share, opt->share);
	WRITE_ONCE(m->opt.ac, opt->ac);
	WRITE_ONCE(m->opt.readahead, opt->readahead);
	WRITE_ONCE(m->opt.window, opt->window);
	WRITE_ONCE(m->opt.idle, opt->idle);
	if (READ_ONCE(m->nr_lent))
		xenfs_lent_idle_later(m);
	return 0;
}

static void free_context(struct fs_context *fc)
{
	kfree(fc->fs_private);
	if (fc->s_fs_info)
		xenfs_mount_put(fc->s_fs_info);
}

static const struct fs_context_operations context_ops = {
	.parse_param	= parse_param,
	.get_tree	= get_tree,
	.reconfigure	= reconfigure,
	.free		= free_context,
};

static int init_context(struct fs_context *fc)
{
	struct xenfs_options *opt = kzalloc(sizeof(*opt), GFP_KERNEL);

	if (!opt)
		return -ENOMEM;
	if (fc->purpose == FS_CONTEXT_FOR_RECONFIGURE) {
		*opt = XENFS_M(fc->root->d_sb)->opt;
	} else {
		opt->share = XENFS_SHARE_AUTO;
		opt->ac = HZ;
		opt->readahead = DEFAULT_READAHEAD;
		opt->window = DEFAULT_WINDOW;
		opt->idle = DEFAULT_IDLE * HZ;
	}
	fc->fs_private = opt;
	fc->ops = &context_ops;
	return 0;
}

/*
 * Inodes go first and with them lent pages, which are waited for; what is still
 * held then (see giveback.c) goes back when it can, and the session's end tells
 * the server that all the rest is given up.
 */
static void kill_sb(struct super_block *sb)
{
	struct xenfs_mount *m = XENFS_M(sb);

	if (m && sb->s_root) {
		/* what is under way holds inodes */
		sync_filesystem(sb);
		wait_event(m->lingering_wait, !atomic_read(&m->nr_lingering));
	}
	if (m)
		xenfs_mount_quiesce(m);
	kill_anon_super(sb);
	if (!m)
		return;
	if (!xenfs_giveback_wait(m, 10 * HZ))
		pr_warn("share %s: unmounted while %d batches of lent pages are held elsewhere\n",
			m->tag, atomic_read(&m->nr_returning));
	xenfs_mount_stop(m);
	xenfs_inode_free_devs(m);
	xenfs_mount_put(m);
}

static struct file_system_type front_type = {
	.owner			= THIS_MODULE,
	.name			= "xenfs_front",
	.init_fs_context	= init_context,
	.parameters		= parameters,
	.kill_sb		= kill_sb,
};

static struct file_system_type short_type = {
	.owner			= THIS_MODULE,
	.name			= "xenfs",
	.init_fs_context	= init_context,
	.parameters		= parameters,
	.kill_sb		= kill_sb,
};

int __init xenfs_super_init(void)
{
	int err;

	err = register_filesystem(&front_type);
	if (err)
		return err;
	if (!xen_initial_domain())
		short_registered = !register_filesystem(&short_type);
	if (!short_registered)
		pr_info("the filesystem type is xenfs_front here: xenfs is the kernel's own\n");
	return 0;
}

void xenfs_super_exit(void)
{
	if (short_registered)
		unregister_filesystem(&short_type);
	unregister_filesystem(&front_type);
}
