# shellcheck shell=bash
# guests: a:pvh:6.12
# Readers are killed while dom0 looks for the pages that they have asked for: what is lent to them all
# the same comes back.

share a t "$T"
for i in $(seq 10); do
	head -c 30000000 /dev/urandom >"$T/$i"
done
sync
for i in $(seq 10); do
	# dom0 reads from disk, which takes a while
	echo 1 >/proc/sys/vm/drop_caches
	gsh a 'cat "/mnt/t/$1" >/dev/null & pid=$!
		sleep "$2"
		kill -9 $pid
		wait $pid || true' "$i" "0.0$((i * 7 % 10))"
done
ge "$(stat_of a t pages_lent)" 64 "pages lent"
no_difference() {
	[[ $(stat_of a t loans) -eq $(mountstat a /mnt/t lent_now) ]]
}
wait_until 20 no_difference
ge "$(stat_of a t cancelled)" 1 "requests that were cancelled while dom0 was at them"
