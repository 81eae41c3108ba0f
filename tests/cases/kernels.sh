# shellcheck shell=bash
# guests: old:pvh:6.1 new:pvh:sid
# limit: 300
# Guests with Debian 12's kernel and with the newest one: the tree, and what
# programs do with mappings.

make_tree "$T" 150
head -c 3000001 /dev/urandom >"$T/data"
for guest in old new; do
	share "$guest" t "$T" squash=none
	same_tree "$guest" "$T" /mnt/t
	for mode in sum private fork mremap vmread sigbus advise shared; do
		g "$guest" "$PROGS/mapcheck" "$mode" /mnt/t/data || fail "mapcheck $mode in $guest"
	done
done
