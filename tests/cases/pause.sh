# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# full
# The guest is paused and goes on, in the midst of reading.

head -c 30000000 /dev/urandom >"$T/data"
for guest in a p; do
	share "$guest" t "$T"
	gsh "$guest" 'for i in 1 2 3 4 5; do sha256sum </mnt/t/data; echo 3 >/proc/sys/vm/drop_caches; done | uniq -c' \
		>"$STATE/sums" &
	reader=$!
	for _ in 1 2 3; do
		sleep 1
		xl pause "$guest"
		sleep 2
		xl unpause "$guest"
	done
	wait "$reader"
	contains "$(cat "$STATE/sums")" "5 $(sha256sum <"$T/data" | cut -d' ' -f1)"
done
