# shellcheck shell=bash
# full
# guests: a:pvh:6.12 p:pv:6.12
# limit: 300
# dbench, which does what a file server's clients did, by two processes at once.

for guest in a p; do
	mkdir "$T/$guest"
	share "$guest" t "$T/$guest" mode=rw,squash=none
	LIMIT=120 gsh "$guest" 'dbench -t 30 -D /mnt/t -c /usr/share/dbench/client.txt 2' >"$STATE/dbench" 2>&1 ||
		{ tail -n 20 "$STATE/dbench" && fail "dbench in $guest"; }
	# It goes on after a call that failed, and says so.
	eq "$(sed -nE '/semaphore/d; /failed|[Ee]rror|ERROR|should be/p' "$STATE/dbench")" "" "what dbench complains of in $guest"
	contains "$(<"$STATE/dbench")" 'Throughput [0-9.]*[1-9]'
done
