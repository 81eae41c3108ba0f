# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# A frame leaves dom0's page cache under a mapping, and another takes its place:
# who only looks at the mapping, and asks nothing, sees the new one all the same.

for guest in a p; do
	head -c 200000 /dev/zero | tr '\0' 'A' >"$T/f"
	share "$guest" t "$T"
	gsh "$guest" 'exec "$1" watch /mnt/t/f 5000 0x42 40' "$PROGS/mapcheck" >"$STATE/watch" &
	watcher=$!
	wait_until 20 grep -q ready "$STATE/watch"
	fallocate -p -o 4096 -l 8192 "$T/f"
	printf 'B' | dd of="$T/f" oflag=seek_bytes seek=5000 conv=notrunc status=none
	wait "$watcher" || fail "the mapping in $guest shows a frame that is no longer the file's"
	ge "$(mountstat "$guest" /mnt/t pages_detached)" 1 "pages that were found detached"
done
