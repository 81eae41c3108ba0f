# shellcheck shell=bash
# guests: a:pvh:6.12
# telldir and seekdir, and a listing while dom0 adds and removes names: what is
# there all the time is listed exactly once.

mkdir "$T/dir" "$T/flags"
for i in $(seq 3000); do
	: >"$T/dir/name-$i"
done
share a t "$T"
eq "$(LIMIT=200 g a "$PROGS/dircheck" /mnt/t/dir)" 3002 "entries"

gsh a 'exec "$1" /mnt/t/dir "touch /tmp/half-way; until [ -e /mnt/t/flags/done ]; do sleep 0.2; done"' \
	"$PROGS/dircheck" &
checker=$!
wait_until 60 g a test -e /tmp/half-way
for i in $(seq 1 7 3000); do
	rm "$T/dir/name-$i"
	: >"$T/dir/added-$i"
	: >"$T/dir/a-much-longer-name-that-splits-blocks-of-the-directory-$i"
done
touch "$T/flags/done"
wait "$checker" || fail "a listing during changes was wrong"
sleep 1.2
eq "$(gsh a 'ls -f /mnt/t/dir | sort | sha256sum')" "$(find "$T/dir" -maxdepth 1 -mindepth 1 -printf '%f\n' |
	{ cat && echo . && echo ..; } | LC_ALL=C.UTF-8 sort | sha256sum)" "the names afterwards"
