# shellcheck shell=bash
# full
# guests: a:pvh:6.12 p:pv:6.12
# limit: 300
# Guests short of memory read a file larger than they have, by both ways.

head -c 600000000 /dev/urandom >"$T/large"
want=$(sha256sum <"$T/large")
for guest in a p; do
	share "$guest" t "$T"
	gsh "$guest" 'stress-ng --quiet --vm 1 --vm-bytes 250M --vm-keep --timeout 100 >/dev/null 2>&1 &
		echo $! >/tmp/stress; sleep 2'
	eq "$(LIMIT=120 gsh "$guest" 'sha256sum </mnt/t/large')" "$want" "the file in $guest"
	LIMIT=60 g "$guest" "$PROGS/mapcheck" random /mnt/t/large 10 7 || fail "mapped reads in $guest"
	gsh "$guest" 'pkill stress-ng || true'
done
