# shellcheck shell=bash
# full
# guests: a:pvh:6.12 p:pv:6.12
# limit: 900
# fio writes, in all ways, and verifies what it has written; dom0 verifies the same file after it.

jobs='
psync 0 write 64k
psync 0 randwrite 4k
psync 0 randwrite 1000
psync 1 write 128k
psync 1 randwrite 4k
mmap 0 write 4k
mmap 0 randwrite 4k
libaio 0 randwrite 8k
libaio 1 randwrite 16k
sync 0 write 1000
'
options=(--name=job --size=6M --iodepth=4 --verify=crc32c --verify_fatal=1 --randseed=7 --allrandrepeat=1
	--verify_state_save=0 --thread --minimal)

for guest in a p; do
	mkdir "$T/$guest"
	share "$guest" t "$T/$guest" mode=rw,squash=none
	while read -r engine direct rw bs; do
		[[ -n $engine ]] || continue
		job=(--ioengine="$engine" --direct="$direct" --rw="$rw" --bs="$bs")
		g "$guest" fio "${options[@]}" "${job[@]}" --do_verify=1 --end_fsync=1 --filename=/mnt/t/file >"$STATE/fio" 2>&1 ||
			{ cat "$STATE/fio" && fail "fio in $guest: ${job[*]}"; }
		# from cold: what it reads comes from dom0
		gsh "$guest" 'echo 3 >/proc/sys/vm/drop_caches'
		g "$guest" fio "${options[@]}" "${job[@]}" --verify_only --filename=/mnt/t/file >"$STATE/fio" 2>&1 ||
			{ cat "$STATE/fio" && fail "fio in $guest, from cold: ${job[*]}"; }
		fio "${options[@]}" "${job[@]}" --direct=0 --ioengine=psync --verify_only \
			--filename="$T/$guest/file" >"$STATE/fio" 2>&1 ||
			{ cat "$STATE/fio" && fail "fio in dom0 after $guest: ${job[*]}"; }
		rm -f "$T/$guest/file"
	done <<<"$jobs"

	# Readers and writers mixed, several at once, each in its own file.
	g "$guest" fio --name=mix --directory=/mnt/t --size=3M --numjobs=3 --thread --rw=randrw --bs=4k --ioengine=psync \
		--verify=crc32c --verify_fatal=1 --verify_backlog=64 --fsync=50 --verify_state_save=0 --minimal >"$STATE/fio" 2>&1 ||
		{ cat "$STATE/fio" && fail "several at once in $guest"; }
done
