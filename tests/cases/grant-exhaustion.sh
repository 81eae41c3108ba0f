# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# lab: --xen-args gnttab_max_frames=12
# Domains with few grants to give: pages are copied when dom0 has none left, and
# all is right.

make_tree "$T" 100
head -c 60000000 /dev/urandom >"$T/data"
for guest in a p; do
	share "$guest" t "$T" squash=none,max-pages=1000000
	eq "$(gsh "$guest" 'sha256sum </mnt/t/data')" "$(sha256sum <"$T/data")" "the data in $guest"
	g "$guest" "$PROGS/mapcheck" sum /mnt/t/data
	ge "$(stat_of "$guest" t grant_failures)" 1 "times that no grant was to be had"
	same_tree "$guest" "$T" /mnt/t
done
