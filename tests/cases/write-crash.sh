# shellcheck shell=bash
# guests: a:pvh:6.12
# limit: 500
# Guests are destroyed while they write. What fsync had acknowledged is in dom0's files; of the guest
# nothing stays behind: loans, locks, open files, deleted files' space; another guest goes on
# writing.

make_fs ext4 "$T/fs" 1G
mkdir "$T/fs/a"
share a t "$T/fs" mode=rw,squash=none
LIMIT=480 gsh a '
	i=0
	until [ -e /tmp/stop ]; do
		"$1" write "/mnt/t/a/$((i % 3))" 3M "$i" 65536
		"$1" check "/mnt/t/a/$((i % 3))" 3M "$i"
		i=$((i + 1))
	done
	rm /tmp/stop
	echo "$i"' "$PROGS/pattern" >"$STATE/others" &
other=$!

enough() {
	[[ $(tail -n 1 "$STATE/safe") -gt 1500000 ]]
}
guest-stop --destroy victim
for kind in pvh pv; do
	guest-start victim --kind "$kind"
	share victim t "$T/fs" mode=rw,squash=none
	: >"$STATE/safe"
	free=$(stat -f -c %a "$T/fs")
	# One that synchronises each piece and says so, others that write and map without end, one that
	# has a deleted file and a lock.
	LIMIT=100 g victim "$PROGS/pattern" synced /mnt/t/synced 200M 7 50000 >"$STATE/safe" 2>/dev/null ||
		echo "$?" >"$STATE/end" &
	writer=$!
	gsh victim '
		setsid bash -c "while :; do $1 write /mnt/t/written 40M 8; $1 map /mnt/t/mapped 20M 9; done" \
			>/dev/null 2>&1 </dev/null &
		setsid bash -c "exec 3<>/mnt/t/deleted; rm /mnt/t/deleted; head -c 30M /dev/zero >&3
			exec 4<>/mnt/t/locked; flock -x 4; touch /tmp/locked; sleep 1000" >/dev/null 2>&1 </dev/null &
		until [ -e /tmp/locked ]; do sleep 0.2; done' "$PROGS/pattern"
	refuses '' flock -n -x "$T/fs/locked" true
	wait_until 60 enough
	device=$(device_of victim t)
	xl destroy victim
	wait "$writer"
	eq "$(<"$STATE/end")" 125 "how the writer ended"
	safe=$(tail -n 1 "$STATE/safe")
	"$PROGS/pattern" check "$T/fs/synced" "$safe" 7 || fail "of $safe octets that were safe not all are there ($kind)"
	wait_until 20 test ! -e "/sys/bus/xen-backend/devices/xenfs-$device"
	wait_until 20 flock -n -x "$T/fs/locked" true
	wait_until 20 sh -c '! xl list | grep -q null'
	xenfs list --clean >/dev/null
	rm -f "$T/fs"/{synced,written,mapped,locked}
	back() {
		sync -f "$T/fs"
		[[ $(stat -f -c %a "$T/fs") -ge $((free - 3000)) ]]
	}
	wait_until 20 back
done

g a touch /tmp/stop
wait "$other" || fail "the other guest was disturbed"
ge "$(<"$STATE/others")" 3 "files that the other guest could write"
g a umount /mnt/t
detach a t
# Nothing of them is in the way, and the filesystem is sound.
wait_until 10 umount "$T/fs"
e2fsck -fn "$T/fs.img" >"$STATE/fsck" || { cat "$STATE/fsck" && fail "the filesystem is damaged"; }
