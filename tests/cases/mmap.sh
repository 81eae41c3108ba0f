# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# What programs do with mappings, in a PVH guest (which maps the lent pages) and
# in a PV guest (which maps copies).

head -c 5000001 /dev/urandom >"$T/data"
for guest in a p; do
	share "$guest" t "$T"
	gsh "$guest" '
		modprobe loop
		truncate -s 64M /tmp/disk && mkfs.ext4 -q /tmp/disk
		mkdir -p /tmp/local && mount -o loop /tmp/disk /tmp/local'
	for mode in sum private fork mremap "direct /tmp/local/copy" vmread sigbus advise shared; do
		# shellcheck disable=SC2086 # a mode and its argument
		set -- $mode
		g "$guest" "$PROGS/mapcheck" "$1" /mnt/t/data "${@:2}" || fail "mapcheck $mode in $guest"
	done
	gsh "$guest" 'umount /tmp/local && rm /tmp/disk'
	# All at once, with pages given back underneath.
	gsh "$guest" '
		for i in 1 2 3; do "$1" random /mnt/t/data 8 $i & pids+=($!); done
		for i in 1 2 3 4 5 6 7; do sleep 1; echo 3 >/proc/sys/vm/drop_caches; done
		for p in "${pids[@]}"; do wait $p; done' "$PROGS/mapcheck" || fail "random reads in $guest"
done
