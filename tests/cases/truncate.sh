# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# dom0 truncates, rewrites, shortens, lengthens and replaces files that guests
# have read, have open, and have mapped: nobody sees octets that are not there.

share a t "$T"
share p t "$T"

sums() {
	local want guest
	sleep 1.2
	want=$(sha256sum <"$T/$1")
	for guest in a p; do
		eq "$(gsh "$guest" 'sha256sum <"$1"' "/mnt/t/$1")" "$want" "$1 in $guest, $2"
		eq "$(g "$guest" stat -c %s "/mnt/t/$1")" "$(stat -c %s "$T/$1")" "its size, $2"
	done
}

for name in rewrite shorten; do
	head -c 3000000 /dev/urandom >"$T/$name"
	sums "$name" "at first"
done
# Mappings that are there all the while; what they see in the end is no matter.
for guest in a p; do
	g "$guest" "$PROGS/mapcheck" watch /mnt/t/rewrite 4096 300 80 >"$STATE/map-$guest" 2>&1 &
	wait_until 20 grep -q ready "$STATE/map-$guest"
done

: >"$T/rewrite"
sums rewrite "truncated"
head -c 2500000 /dev/urandom >"$T/rewrite"
sums rewrite "written anew"
head -c 4000000 /dev/urandom >"$T/rewrite"
sums rewrite "and once more"

truncate -s 1000001 "$T/shorten"
sums shorten "shortened"
truncate -s 2000000 "$T/shorten"
sums shorten "lengthened by a hole"
fallocate -p -o 8192 -l 65536 "$T/shorten"
sums shorten "with a hole punched"
echo appended >>"$T/shorten"
sums shorten "appended to"

head -c 1500000 /dev/urandom >"$T/new"
mv "$T/new" "$T/rewrite"
sums rewrite "replaced"
rm "$T/rewrite"
sleep 1.2
for guest in a p; do
	refuses 'No such file' g "$guest" cat /mnt/t/rewrite
	gsh "$guest" 'pkill mapcheck || true'
done
