# shellcheck shell=bash
# What fs-rw-*.sh have in common: the operations that a guest does on a share of some filesystem, and
# those that dom0 does on one of the same kind, come out the same; trees that guests make, copy
# and unpack are in dom0 as they should be.

# Of fsop's groups, those that do not depend on much besides the filesystem.
FS_RW_GROUPS=(create tmpfile directories unlink link symlink special dots rename rename-flags chmod chown
	setid utimes sticky setgid-directory write sync truncate fallocate seek copy clone xattr acl
	readdir mmap)

# without_times DIR - manifest, but for times, and for sizes of directories
without_times() {
	manifest "$1" | LC_ALL=C sed -E \
		-e 's/^(d [0-7]+ [0-9]+ [0-9]+) [0-9.]+ [0-9]+ [0-9]+ /\1 /' \
		-e 's/^([^d ] [0-7]+ [0-9]+ [0-9]+) [0-9.]+ /\1 /' | LC_ALL=C sort
}

# without_sizes DIR - manifest, but for sizes of directories
without_sizes() {
	manifest "$1" | LC_ALL=C sed -E 's/^(d( [^ ]+){5}) [0-9]+ /\1 /' | LC_ALL=C sort
}

# What may differ on a filesystem of some kind, as expressions for lines of the diff.
known_differences() {
	# The VFS asks the filesystem, which asks dom0's: the errno is the range's, not the call's.
	echo '^[-+]ioctl\(in, FIDEDUPERANGE, range\) = (EOPNOTSUPP|0)$'
	echo '^[-+]  deduplicated 0, status (0|-95)$'
	# btrfs writes nothing of a piece of which a part is not there; a guest writes the part that is.
	if [[ $1 == btrfs ]]; then
		echo '^[-+]write\(fd, p, 2 \* PAGE\) = (EFAULT|4096)$'
		echo '^[-+]pwrite\(fd, p \+ PAGE - 1, 2, 10000\) = (EFAULT|1)$'
		echo '^[-+]pread\(fd, (nowhere, 1|p, PAGE \+ 1), 0\) = (0|EFAULT|4096)$'
		echo '^[-+]  \(open file\): -0644 links 1 owner 0:0 size (0|10001)$'
		echo '^[-+]  bad: (""|10001 octets, sum cd4022c0951cf3af)$'
	fi
	# tmpfs does not notice stores through a mapping; a guest writes them.
	[[ $1 != tmpfs ]] || echo '^[-+]  one: mtime (same|later), ctime (same|later)$'
}

# same_results KIND - of the operations in dom0 and in the guest
same_results() {
	known_differences "$1" >"$STATE/known"
	diff -a -U 3 -F '^==' "$STATE/own" "$STATE/share" >"$STATE/diff" || true
	! grep -aE '^[-+]' "$STATE/diff" | grep -avE '^(---|\+\+\+) ' | grep -avE -f "$STATE/known" || {
		cat "$STATE/diff"
		return 1
	}
}

# fs_rw KIND GUEST...
fs_rw() {
	local kind=$1 guest
	shift
	make_fs "$kind" "$T/own"
	mount -o remount,bind,nosuid,nodev "$T/own"
	mkdir "$T/own/fsop" "$T/own/tree"
	"$PROGS/fsop" "$T/own/fsop" "${FS_RW_GROUPS[@]}" >"$STATE/own"
	python3 /lab/cases/lib/make-tree.py "$T/own/tree" 60
	without_times "$T/own/tree" >"$STATE/own-tree"
	ge "$(wc -l <"$STATE/own-tree")" 150 "lines about the tree"
	for guest; do
		make_fs "$kind" "$T/$guest"
		share "$guest" t "$T/$guest" mode=rw,squash=none,devices=yes
		g "$guest" mkdir /mnt/t/fsop /mnt/t/tree
		g "$guest" "$PROGS/fsop" /mnt/t/fsop "${FS_RW_GROUPS[@]}" >"$STATE/share"
		# Another kernel may have other results of its own.
		if [[ $(g "$guest" uname -r) == "$(uname -r)" ]]; then
			same_results "$kind" ||
				fail "operations on $kind: - in dom0, + in $guest"
		fi
		fs_rw_trees "$kind" "$guest"
		g "$guest" umount /mnt/t
		detach "$guest" t
		wait_until 10 umount "$T/$guest"
	done
}

fs_rw_trees() {
	local kind=$1 guest=$2
	g "$guest" python3 /lab/cases/lib/make-tree.py /mnt/t/tree 60
	without_times "$T/$guest/tree" >"$STATE/made"
	diff -a "$STATE/own-tree" "$STATE/made" || fail "the tree that $guest made on $kind: - should be, + is"
	# Out and back by tar, links, holes, attributes and all.
	LIMIT=200 gsh "$guest" '
		tar="tar --format=posix --xattrs --xattrs-include=* --acls --sparse"
		cd /mnt/t
		$tar -cf /tmp/tree.tar tree 2>/dev/null || [ $? -eq 1 ]
		mkdir copy
		$tar -C copy -xpf /tmp/tree.tar
		rm /tmp/tree.tar'
	sleep 1.2
	same_tree "$guest" "$T/$guest" /mnt/t
	# A socket is the one thing that tar leaves out.
	without_sizes "$T/$guest/tree" | grep -av '^s ' >"$STATE/tree"
	without_sizes "$T/$guest/copy/tree" >"$STATE/copy"
	diff -a "$STATE/tree" "$STATE/copy" || fail "the tree after tar, in $guest on $kind: - before, + after"
	g "$guest" rm -r /mnt/t/tree /mnt/t/copy
	eq "$(find "$T/$guest" -mindepth 1 -maxdepth 1 ! -name lost+found -printf '%f\n')" fsop "what is left"
}
