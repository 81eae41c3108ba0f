# shellcheck shell=bash
# full
# Guests that may map few grants read by copying, and are right. They are this
# test's own, because the limit is set at their creation.

head -c 60000000 /dev/urandom >"$T/data"
# Xen may say so.
allow_log '\(XEN\).*(maptrack|grant_table)'
guest-stop --destroy m n
guest-start m --xl 'max_maptrack_frames = 4'
guest-start n --kind pv --xl 'max_maptrack_frames = 4'
for guest in m n; do
	share "$guest" t "$T" max-pages=1000000
	eq "$(gsh "$guest" 'sha256sum </mnt/t/data')" "$(sha256sum <"$T/data")" "the data in $guest"
	g "$guest" "$PROGS/mapcheck" sum /mnt/t/data
	g "$guest" "$PROGS/mapcheck" random /mnt/t/data 5 1
	ge "$(mountstat "$guest" /mnt/t map_failures)" 1 "grants that could not be mapped"
	le "$(stat_of "$guest" t loans)" 4096 "pages mapped"
	g "$guest" umount /mnt/t
	! g "$guest" dmesg | grep -E 'WARNING|BUG|Oops|Call Trace' || fail "$guest's kernel complained"
	guest-stop "$guest"
done
