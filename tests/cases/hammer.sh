# shellcheck shell=bash
# full
# guests: a:pvh:6.12 b:pvh:6.12 c:pvh:6.12 p:pv:6.12
# limit: 1200
# Four guests hammer one tree: all files by read and by mapping, all names, and
# random reads of a big file, while each gives its pages back now and then.

make_tree "$T" 200
head -c 20000000 /dev/urandom >"$T/big"
(cd "$T" && find . -type f -print0 | xargs -0 sha256sum) >"$STATE/sums"
mkdir "$T/sums"
cp "$STATE/sums" "$T/sums/list"
for guest in a b c p; do
	share "$guest" t "$T" squash=none
done
pids=()
for guest in a b c p; do
	LIMIT=900 gsh "$guest" '
		cd /mnt/t
		pids=()
		"$1" random big 40 1 & pids+=($!)
		(for i in 1 2; do find . -printf "%p %s %m\n" | sha256sum; done) >/dev/null & pids+=($!)
		sha256sum --quiet -c sums/list & pids+=($!)
		for i in 1 2 3 4 5 6; do sleep 5; echo 3 >/proc/sys/vm/drop_caches; done
		for p in "${pids[@]}"; do wait $p; done' "$PROGS/mapcheck" &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid" || fail "a guest saw something wrong"
done
