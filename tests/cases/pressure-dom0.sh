# shellcheck shell=bash
# full
# guests: a:pvh:6.12
# lab: --xen-args gnttab_max_frames=1024
# limit: 300
# dom0 runs short of memory while much of it is on loan: it gets pages back, and
# nobody is killed.

head -c 700000000 /dev/urandom >"$T/large"
share a t "$T" max-pages=400000
gsh a "cat /mnt/t/large >/dev/null"
before=$(stat_of a t loans)
ge "$before" 20000 "pages on loan"
total=$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)
free=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
lent=$((before * 4))
# All that is free, and half of what is on loan.
timeout 120 python3 - $((free - lent / 2 - 100000)) <<'END' || fail "memory could not be had in dom0"
import mmap, sys
n = int(sys.argv[1]) * 1024
m = mmap.mmap(-1, n)
for at in range(0, n, 4096):
    m[at] = 1
END
echo "of $total KiB, $free were available and $lent on loan"
after=$(stat_of a t loans)
le "$after" $((before - 1)) "pages on loan afterwards"
eq "$(LIMIT=120 gsh a 'sha256sum </mnt/t/large')" "$(sha256sum <"$T/large")" "the file afterwards"
