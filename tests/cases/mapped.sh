# shellcheck shell=bash
# guests: a:pvh:6.12
# A frame leaves dom0's page cache under a mapping, and another takes its place:
# who only looks at the mapping, and asks nothing, sees the new one all the same.

head -c 200000 /dev/zero | tr '\0' 'A' >"$T/f"
# a PV guest maps copies, which follow when the file is next looked at
share a t "$T"
gsh a 'exec "$1" watch /mnt/t/f 5000 0x42 40' "$PROGS/mapcheck" >"$STATE/watch" &
watcher=$!
wait_until 20 grep -q ready "$STATE/watch"
fallocate -p -o 4096 -l 8192 "$T/f"
printf 'B' | dd of="$T/f" oflag=seek_bytes seek=5000 conv=notrunc status=none
wait "$watcher" || fail "the mapping shows a frame that is no longer the file's"
ge "$(mountstat a /mnt/t pages_detached)" 1 "pages that were found detached"
