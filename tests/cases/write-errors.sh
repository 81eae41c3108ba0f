# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# limit: 400
# Filesystems of dom0 that are full, over quota, read-only, broken, or too small for an offset: the
# application is told, by write, fsync, close or msync; with the right errno; fsync tells it once.
# What was acknowledged is in the file, and when there is room again all goes on.

make_fs ext4 "$T/small" 16M -b 4096 -m 0
mkdir "$T/quota"
truncate -s 64M "$T/quota.img"
mkfs.ext4 -q -b 4096 -O quota -E quotatype=usrquota "$T/quota.img"
mount -o loop,usrquota "$T/quota.img" "$T/quota"
setquota -u 1000 0 4096 0 30 "$T/quota"
make_fs ext4 "$T/broken" 32M
for dir in small quota broken; do
	for guest in a p; do
		install -d -o 1000 -g 1000 "$T/$dir/$guest"
		share "$guest" "$dir" "$T/$dir" mode=rw,squash=none
	done
done

late=()
user=(setpriv --reuid 1000 --regid 1000 --clear-groups)

# safe_part FILE - what "pattern synced" printed before it failed is in the file, and is something
safe_part() {
	local safe
	safe=$(tail -n 1 "$STATE/safe")
	ge "$safe" 1000000 "octets that were acknowledged"
	"$PROGS/pattern" check "$1" "$safe" 7 || fail "what was acknowledged is not in $1"
}

used() {
	df --output=used -k "$1" | tail -n 1
}

# empty GUEST TAG - remove all there; the space is free when the guest has forgotten it, too
empty() {
	gsh "$1" 'rm -r "$1"/*' "/mnt/$2/$1"
	is_free() {
		[[ $(used "$T/$1") -le $((${before[$1]} + 100)) ]]
	}
	wait_until 20 is_free "$2"
}

declare -A before
for dir in small quota; do
	before[$dir]=$(used "$T/$dir")
done
for guest in a p; do
	for way in fsync close utimes sync direct map; do
		g "$guest" "$PROGS/errcheck" "$way" "/mnt/small/$guest/$way" 30000000 ENOSPC ||
			fail "a full filesystem, $way in $guest"
		empty "$guest" small
		g "$guest" "${user[@]}" "$PROGS/errcheck" "$way" "/mnt/quota/$guest/$way" 8000000 EDQUOT ||
			fail "the quota is used up, $way in $guest"
		empty "$guest" quota
	done

	refuses 'quota exceeded' gsh "$guest" 'shift; "$@" >/tmp/safe' x "${user[@]}" "$PROGS/pattern" \
		synced "/mnt/quota/$guest/safe" 8M 7 100000
	g "$guest" cat /tmp/safe >"$STATE/safe"
	safe_part "$T/quota/$guest/safe"
	refuses 'quota exceeded' gsh "$guest" 'cd "$1"; shift; "$@" {1..40}' "/mnt/quota/$guest" "${user[@]}" touch
	empty "$guest" quota

	refuses 'No space left on device' gsh "$guest" '"$1" synced "$2" 30M 7 100000 >/tmp/safe' \
		"$PROGS/pattern" "/mnt/small/$guest/safe"
	g "$guest" cat /tmp/safe >"$STATE/safe"
	safe_part "$T/small/$guest/safe"
	refuses 'No space left on device' gsh "$guest" 'head -c 40M /dev/zero >"$1"' "/mnt/small/$guest/rest"
	"$PROGS/pattern" check "$T/small/$guest/safe" "$(tail -n 1 "$STATE/safe")" 7
	# When something goes there is room again.
	empty "$guest" small
	g "$guest" "$PROGS/pattern" write "/mnt/small/$guest/after" 5M 9
	"$PROGS/pattern" check "$T/small/$guest/after" 5M 9 || fail "what $guest wrote when there was room again"

	# ext4 with blocks of 4 KiB ends at 16 TiB.
	g "$guest" "$PROGS/errcheck" far "/mnt/small/$guest/far" $((1 << 44)) EFBIG || fail "far away, in $guest"
	refuses 'File too large' g "$guest" truncate -s 17T "/mnt/small/$guest/far"
	eq "$(stat -c %s "$T/small/$guest/far")" 0 "the size of a file that cannot be so large"
	# killed by SIGXFSZ, which the lab's agent ignores and its children inherit
	eq "$(gsh "$guest" 'ulimit -f 100; env --default-signal=XFSZ head -c 200000 /dev/zero >"$1" || echo "$?"' "/mnt/small/$guest/limited")" \
		153 "the end of a process that wrote more than ulimit -f"
	eq "$(stat -c %s "$T/small/$guest/limited")" 102400 "the size of a file that reached ulimit -f"
	empty "$guest" small
done

# Read-only from one moment to the other. (It cannot be while somebody writes.)
echo before >"$T/small/file"
wait_until 10 mount -o remount,ro "$T/small"
for guest in a p; do
	refuses 'Read-only file system' gsh "$guest" 'echo x >>/mnt/small/file'
	refuses 'Read-only file system' g "$guest" touch /mnt/small/new
	refuses 'Read-only file system' g "$guest" rm /mnt/small/file
	refuses 'Read-only file system' g "$guest" chmod 600 /mnt/small/file
	eq "$(g "$guest" cat /mnt/small/file)" before
done
mount -o remount,rw "$T/small"
# what was refused is believed for a second
sleep 1.2
for guest in a p; do
	gsh "$guest" 'echo "$1" >>/mnt/small/file' "$guest"
done
eq "$(tr '\n' ' ' <"$T/small/file")" "before a p " "the file after all"

# A filesystem that breaks while guests have written to it, and not synchronised.
allow_log 'EXT4-fs.*(shut ?down|[Ss]hutdown|error|warning)|Aborting journal|[Ll]ost (async|sync) page write|I/O error'
for guest in a p; do
	g "$guest" rm -f /tmp/errcheck-go
	g "$guest" "$PROGS/errcheck" late "/mnt/broken/$guest/late" 500000 EIO >"$STATE/late-$guest" &
	late+=($!)
	wait_until 20 grep -q written "$STATE/late-$guest"
done
# XFS_IOC_GOINGDOWN, which ext4 has, too
python3 -c '
import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack("I", 2))' "$T/broken"
for guest in a p; do
	g "$guest" touch /tmp/errcheck-go
done
for pid in "${late[@]}"; do
	wait "$pid" || fail "a filesystem that broke: nobody was told"
done
for guest in a p; do
	refuses 'Input/output error|Read-only|Structure needs cleaning' g "$guest" touch "/mnt/broken/$guest/new"
	g "$guest" umount /mnt/broken
	g "$guest" rm /tmp/errcheck-go /tmp/safe
done
