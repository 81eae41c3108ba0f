# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# Random reads, writes, mappings, truncations, holes and copies of one file, each compared with a model: in
# two guests at once, on files of their own; with lent pages, and with none.

for guest in a p; do
	mkdir "$T/$guest"
	share "$guest" t "$T/$guest" mode=rw,squash=none
done
for policy in always never; do
	pids=()
	for guest in a p; do
		gsh "$guest" 'mount -o "remount,share=$1" /mnt/t; "$2" /mnt/t/f "$3" 1200' \
			"$policy" "$PROGS/fsx" $((RANDOM + 1)) &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || fail "fsx with share=$policy"
	done
done
for guest in a p; do
	same_file "$guest" "$T/$guest/f" /mnt/t/f
done
