# shellcheck shell=bash
# full
# guests: a:pvh:6.12 b:pvh:6.12 p:pv:6.12
# lab: --xen-args gnttab_max_frames=1024
# limit: 600
# dom0 runs short of memory while one guest has much on loan and returns nothing: dom0 lives, that
# guest is lent no more, and the others read on, from what they hold and from what is new to them.

head -c 300000000 /dev/urandom >"$T/large"
head -c 20000000 /dev/urandom >"$T/small"
for guest in a b p; do
	share "$guest" t "$T" max-pages=400000 idle=0
done
g a sh -c 'cat /mnt/t/large >/dev/null'
for guest in b p; do
	same_file "$guest" "$T/small" /mnt/t/small
done
held=$(stat_of a t loans)
ge "$held" 60000 "pages on loan"
g a modprobe xenfs_deaf

# The others read all the time, by turns what they hold and a file of 100 KB that they have never
# seen, and note how long the slowest round took.
mkdir "$T/new"
for i in $(seq 400); do
	head -c 100000 /dev/urandom >"$T/new/$i"
done
readers=()
for guest in b p; do
	LIMIT=500 gsh "$guest" '
		worst=0 rounds=0
		while [ ! -e /mnt/t/enough ]; do
			begun=$(date +%s%N)
			cmp -s /mnt/t/small <(cat /mnt/t/small) || exit 1
			[ "$(wc -c </mnt/t/new/$((rounds % 400 + 1)) | tr -d " ")" = 100000 ] || exit 1
			cat "/mnt/t/new/$((rounds % 400 + 1))" >/dev/null
			took=$((($(date +%s%N) - begun) / 1000000))
			[ $took -le $worst ] || worst=$took
			rounds=$((rounds + 1))
		done
		echo $rounds $worst' >"$STATE/reader-$guest" &
	readers+=($!)
done

# All that can be had: what is on loan to a counts as available, and is not.
free=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
timeout 300 python3 - $((free - held * 4 - 100000)) <<'END' || fail "memory could not be had in dom0"
import mmap, sys, time
n = int(sys.argv[1]) * 1024
m = mmap.mmap(-1, n)
for at in range(0, n, 4096):
    m[at] = 1
for _ in range(15):	# nobody makes room for it, and it is not given back
    time.sleep(1)
    for at in range(0, n, 1 << 16):
        m[at] = 2
END
echo "of $free KiB that were available, $((held * 4)) were on loan to the guest that returns nothing"
touch "$T/enough"
for pid in "${readers[@]}"; do
	wait "$pid" || fail "a reader while dom0 was short of memory"
done
for guest in b p; do
	read -r rounds worst <"$STATE/reader-$guest"
	echo "$guest read $rounds times, $worst ms at the longest"
	ge "$rounds" 10 "rounds in $guest"
done
eq "$(stat_of a t overdue)" 1 "overdue, of the guest that returns nothing"
ge "$(stat_of a t loans)" "$held" "pages that it keeps"
for guest in b p; do
	eq "$(stat_of "$guest" t overdue)" 0 "overdue, in $guest"
done
eq "$(dmesg | grep -c 'Out of memory')" 0 "kills in dom0"

g a rmmod xenfs_deaf
eq "$(LIMIT=200 gsh a 'sha256sum </mnt/t/large')" "$(sha256sum <"$T/large")" "the file afterwards"
