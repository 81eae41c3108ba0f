# shellcheck shell=bash
# full
# guests: a:pvh:6.12 p:pv:6.12
# limit: 1800
# A hundred times attach, mount, read, unmount, detach, while another share is
# busy. Nothing is left over: no grants, no memory.

head -c 3000000 /dev/urandom >"$T/data"
mkdir "$T/tree"
make_tree "$T/tree" 40
want=$(sha256sum <"$T/data")
share a busy "$T"
LIMIT=1750 gsh a 'touch /tmp/load; while [ -e /tmp/load ]; do
	find /mnt/busy -type f -exec cat {} + >/dev/null 2>&1 || true # some may not be read
	echo 3 >/proc/sys/vm/drop_caches; done' &
load=$!

round() {
	attach "$1" loop "$T" squash=none
	mnt "$1" loop
	eq "$(gsh "$1" 'sha256sum </mnt/loop/data; ls -lR /mnt/loop >/dev/null 2>&1')" "$want" "the data"
	umnt "$1" /mnt/loop
	detach "$1" loop
}

# what is allocated once and kept is allocated by now
for _ in 1 2 3 4 5; do
	round a
	round p
done
slab() {
	awk '/^SUnreclaim/ { print $2 }' /proc/meminfo
}
before=$(slab)
for _ in $(seq 50); do
	round a
	round p
done
after=$(slab)
g a rm /tmp/load
wait "$load"
le $((after - before)) 4096 "growth of dom0's kernel memory in KiB"
