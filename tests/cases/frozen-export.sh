# shellcheck shell=bash
# guests: a:pvh:6.12 b:pvh:6.12
# limit: 240
# An export whose filesystem is frozen delays no other share and no other guest;
# once thawed, all goes on.

make_fs ext4 "$T/frozen" 256M
make_tree "$T/frozen" 100
mkdir "$T/fine"
echo fine >"$T/fine/file"
for guest in a b; do
	share "$guest" frozen "$T/frozen" squash=none
	share "$guest" fine "$T/fine"
done
fsfreeze -f "$T/frozen"
trap 'fsfreeze -u "$T/frozen" 2>/dev/null || true' EXIT
gsh a 'find /mnt/frozen -type f -exec cat {} + | sha256sum; sync -f /mnt/frozen' >"$STATE/sum" &
reader=$!
for guest in a b; do
	# What hangs, hangs until the thaw: each read ends before it, or is ended.
	for _ in $(seq 5); do
		eq "$(LIMIT=20 g "$guest" cat /mnt/fine/file)" fine "the other share in $guest"
	done
done
fsfreeze -u "$T/frozen"
wait "$reader" || fail "the reader of the frozen export did not end well"
same_tree b "$T/frozen" /mnt/frozen
