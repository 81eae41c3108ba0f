// SPDX-License-Identifier: GPL-2.0
/*
 * Showing the counters: a mount's in /proc/self/mountstats, and the state of
 * rings and lent pages besides.
 */
#include <linux/seq_file.h>

#include "xenfs.h"

static const char * const op_names[XENFSIF_OP_MAX + 1] = {
	[XENFSIF_OP_CONNECT]	= "CONNECT",
	[XENFSIF_OP_DISCONNECT]	= "DISCONNECT",
	[XENFSIF_OP_LOOKUP]	= "LOOKUP",
	[XENFSIF_OP_FORGET]	= "FORGET",
	[XENFSIF_OP_RECLAIM]	= "RECLAIM",
	[XENFSIF_OP_ACCESS]	= "ACCESS",
	[XENFSIF_OP_CANCEL]	= "CANCEL",
	[XENFSIF_OP_GETATTR]	= "GETATTR",
	[XENFSIF_OP_READDIR]	= "READDIR",
	[XENFSIF_OP_READLINK]	= "READLINK",
	[XENFSIF_OP_OPEN]	= "OPEN",
	[XENFSIF_OP_RELEASE]	= "RELEASE",
	[XENFSIF_OP_STATFS]	= "STATFS",
	[XENFSIF_OP_GETXATTR]	= "GETXATTR",
	[XENFSIF_OP_LISTXATTR]	= "LISTXATTR",
	[XENFSIF_OP_LEND]	= "LEND",
	[XENFSIF_OP_RETURN]	= "RETURN",
	[XENFSIF_OP_REVALIDATE]	= "REVALIDATE",
	[XENFSIF_OP_READ]	= "READ",
	[XENFSIF_OP_SEEK]	= "SEEK",
	[XENFSIF_OP_SYNCFS]	= "SYNCFS",
	[XENFSIF_OP_WRITE]	= "WRITE",
	[XENFSIF_OP_SETATTR]	= "SETATTR",
	[XENFSIF_OP_CREATE]	= "CREATE",
	[XENFSIF_OP_MKDIR]	= "MKDIR",
	[XENFSIF_OP_SYMLINK]	= "SYMLINK",
	[XENFSIF_OP_MKNOD]	= "MKNOD",
	[XENFSIF_OP_LINK]	= "LINK",
	[XENFSIF_OP_UNLINK]	= "UNLINK",
	[XENFSIF_OP_RMDIR]	= "RMDIR",
	[XENFSIF_OP_RENAME]	= "RENAME",
	[XENFSIF_OP_TMPFILE]	= "TMPFILE",
	[XENFSIF_OP_FALLOCATE]	= "FALLOCATE",
	[XENFSIF_OP_COPY_RANGE]	= "COPY_RANGE",
	[XENFSIF_OP_SETXATTR]	= "SETXATTR",
	[XENFSIF_OP_REMOVEXATTR]	= "REMOVEXATTR",
	[XENFSIF_OP_FSYNC]	= "FSYNC",
	[XENFSIF_OP_LOCK]	= "LOCK",
	[XENFSIF_OP_FILEATTR]	= "FILEATTR",
	[XENFSIF_OP_TABLE]	= "TABLE",
};

/* Name of an opcode, for people. */
const char *xenfs_op_name(unsigned int op)
{
	return op <= XENFSIF_OP_MAX && op_names[op] ? op_names[op] : "?";
}

static void sum(struct xenfs_mount *m, struct xenfs_stats *total)
{
	u64 *to = (u64 *)total;
	unsigned int i;
	int cpu;

	BUILD_BUG_ON(sizeof(*total) % sizeof(u64));
	memset(total, 0, sizeof(*total));
	for_each_possible_cpu(cpu) {
		const u64 *from = (u64 *)per_cpu_ptr(m->stats, cpu);

		for (i = 0; i < sizeof(*total) / sizeof(u64); i++)
			to[i] += READ_ONCE(from[i]);
	}
}

/**
 * xenfs_stats_show() - print a mount's counters and its present state
 * @m: where to
 * @mount: the mount
 *
 * A line each, "name: value"; requests by kind as "op NAME: count".
 */
void xenfs_stats_show(struct seq_file *m, struct xenfs_mount *mount)
{
	static const char * const states[] = {
		[XENFS_MOUNT_UP] = "connected",
		[XENFS_MOUNT_WAITING] = "waiting",
		[XENFS_MOUNT_GONE] = "gone",
	};
	struct xenfs_stats total;
	struct xenfs_conn *conn;
	unsigned int i;
	u64 epoch;

	sum(mount, &total);
	seq_printf(m, "\n\tstate: %s\n\tepoch: %llu\n",
		   states[READ_ONCE(mount->state)], READ_ONCE(mount->epoch));
	seq_printf(m, "\tlent_now: %u\n\treturning_now: %d\n",
		   READ_ONCE(mount->nr_lent),
		   atomic_read(&mount->nr_returning));
#define X(name) seq_printf(m, "\t" #name ": %llu\n", total.name);
	XENFS_COUNTERS(X)
#undef X
	for (i = 1; i <= XENFSIF_OP_MAX; i++)
		if (total.ops[i])
			seq_printf(m, "\top %s: %llu\n", xenfs_op_name(i),
				   total.ops[i]);
	epoch = READ_ONCE(mount->epoch);
	conn = xenfs_mount_conn_of(mount, epoch);
	if (conn) {
		seq_putc(m, '\t');
		xenfs_transport_show(m, conn);
		xenfs_conn_put(conn);
	}
}
