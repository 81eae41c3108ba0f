# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# Lent pages are dom0's own frames: what dom0 writes is seen at once, with no
# message, through read(2) on an open file and through an existing mapping; and
# the guest's own cache does not grow.

head -c 33554432 /dev/urandom >"$T/big"
printf 'A' | dd of="$T/big" bs=1 seek=5000 conv=notrunc status=none
share a t "$T"
share p t "$T"

# The first touch maps it; later ones look at memory only.
gsh a 'exec "$1" watch /mnt/t/big 5000 0x42 30' "$PROGS/mapcheck" >"$STATE/watch" &
watcher=$!
wait_until 20 grep -q ready "$STATE/watch"
printf 'B' | dd of="$T/big" bs=1 seek=5000 conv=notrunc status=none
wait "$watcher" || fail "a write in dom0 was not seen through a mapping"

for guest in a p; do
	before=$(gsh "$guest" 'awk "/^Cached:/ { print \$2 }" /proc/meminfo')
	eq "$(g "$guest" sha256sum /mnt/t/big | cut -d' ' -f1)" "$(sha256sum "$T/big" | cut -d' ' -f1)" \
		"the file in $guest"
	after=$(gsh "$guest" 'awk "/^Cached:/ { print \$2 }" /proc/meminfo')
	le $((after - before)) 4096 "growth of $guest's cache in KiB, for a file of 32 MiB"
	ge "$(stat_of "$guest" t loans)" 4096 "pages on loan to $guest"
	# An open file, read before and after.
	gsh "$guest" '
		exec 3</mnt/t/big
		python3 -c "
import os, time
first = os.pread(3, 4, 9000)
print(\"ready\", flush=True)
end = time.time() + 20
while os.pread(3, 4, 9000) == first:
    assert time.time() < end, \"not seen\"
print(os.pread(3, 4, 9000).decode())
"' >"$STATE/read" &
	reader=$!
	wait_until 20 grep -q ready "$STATE/read"
	printf 'in-%s' "$guest" | dd of="$T/big" oflag=seek_bytes seek=9000 conv=notrunc status=none
	wait "$reader" || fail "a write in dom0 was not seen by read(2) in $guest"
	contains "$(cat "$STATE/read")" "in-$guest"
done
