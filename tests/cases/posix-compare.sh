# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# limit: 400
# A program that makes some 1,400 calls, as root and as a user, gets the same results and errnos on
# a share of an ext4 as on an ext4 of the guest's own; and what it leaves behind is the same in
# the guest and in dom0.

# Differences that remain: below the reason an expression for lines of the diff, which begin with "-"
# (the guest's own ext4) or "+" (the share).
differences() {
	cat <<'END'
# glibc knows the limit by the filesystem's type, which is XenFS' own.
^[-+]pathconf\(".", _PC_LINK_MAX\) = (65000|127)$
^[-+]  type (ef53|58465331), blocks
# O_DIRECT bypasses the guest's cache; dom0 copies: nothing has to be aligned.
^[-+]p(read|write)\(fd, p( \+ 1)?, (PAGE|100), [01]\) = (EINVAL|4096|100)$
# The VFS asks the filesystem, which asks dom0's: the errno is the range's, not the call's.
^[-+]ioctl\(in, FIDEDUPERANGE, range\) = (EOPNOTSUPP|0)$
^[-+]  deduplicated 0, status (0|-95)$
# A guest may not give a file to another project: dom0's quota is counted by it.
^[-+]ioctl\(fd, FS_IOC_FSSETXATTR, &x\) = (EOPNOTSUPP|EINVAL)$
# A handle finds a file by a name beneath the export: this one has none any more.
^[-+]open_by_handle_at\(dir, &handle.head, O_RDONLY\) = (opened|ESTALE)$
^[-+]  \(open file\): -0644 links 0 owner 0:0 size 7$
END
}

# run_both GUEST - fsop in both places, by both users
run_both() {
	LIMIT=300 gsh "$1" '
		for place in local share; do
			install -d "/tmp/$place/root"
			install -d -o 1000 -g 1000 "/tmp/$place/user"
			"$1" "/tmp/$place/root" >"/tmp/root-$place"
			setpriv --reuid 1000 --regid 1000 --groups 2000 "$1" "/tmp/$place/user" >"/tmp/user-$place"
		done' "$PROGS/fsop"
}

# compare GUEST USER - says what differs, other than is known
compare() {
	local guest=$1 user=$2
	gsh "$guest" '
		for place in local share; do
			[ "$(tail -n 1 "/tmp/$1-$place")" = "== end" ] || echo "fsop did not come to its end: $place"
			[ "$(grep -ac " = " "/tmp/$1-$place")" -gt 900 ] || echo "hardly any calls: $place"
		done
		diff -a -U 3 -F "^==" "/tmp/$1-local" "/tmp/$1-share" || true' "$user" >"$STATE/$guest-$user"
	grep -avE -f "$STATE/known" "$STATE/$guest-$user" | grep -aE '^([-+]|fsop|hardly)' |
		grep -avE '^(---|\+\+\+) /' >"$STATE/unknown" || true
	[[ -s $STATE/unknown ]] || return 0
	echo "as $user in $guest: - on its own ext4, + on the share"
	cat "$STATE/$guest-$user"
	return 1
}

differences | grep -v '^#' >"$STATE/known" || true
pids=()
for guest in a p; do
	make_fs ext4 "$T/$guest" 64M -b 4096
	attach "$guest" t "$T/$guest" mode=rw,squash=none,devices=yes
	mnt "$guest" t /tmp/share
	make_local_fs "$guest" /tmp/local
	run_both "$guest" &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid" || fail "fsop did not run"
done
bad=0
for guest in a p; do
	for user in root user; do
		compare "$guest" "$user" || bad=1
	done
done
[[ $bad -eq 0 ]] || fail "there are differences from ext4"
# An entry of the table that no guest needs is out of date.
while read -r regex; do
	grep -haE '^[-+]' "$STATE"/[ap]-{root,user} | grep -aE "$regex" >/dev/null ||
		fail "a difference is gone: $regex"
done <"$STATE/known"

sleep 1.2
for guest in a p; do
	same_tree "$guest" "$T/$guest" /tmp/share
	drop_local_fs "$guest" /tmp/local
	# Device nodes take an option of the share.
	mkdir "$T/plain-$guest"
	share "$guest" plain "$T/plain-$guest" mode=rw,squash=none
	refuses 'not permitted' g "$guest" mknod /mnt/plain/null c 1 3
	g "$guest" mkfifo /mnt/plain/fifo
	eq "$(ls "$T/plain-$guest")" fifo "what could be made without devices=yes"
done
