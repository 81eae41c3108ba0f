# shellcheck shell=bash
# full
# lab: --mem 10240 --xen-args gnttab_max_frames=1024
# limit: 1800
# Sixteen guests read and map the same 64 MiB: dom0 holds them once, and the guests
# do not grow by them. Then one guest knows a hundred thousand files.

guests=()
for i in $(seq 16); do
	guests+=("s$i")
done
for guest in "${guests[@]}"; do
	lose_guest "$guest" # run-case knows nothing of them
	# the first one is to know a hundred thousand files
	[[ $guest == s1 ]] && mem=768 || mem=256
	guest-start "$guest" --kind pvh --kernel 6.12 --mem "$mem"
done

available() {
	gsh "$1" 'awk "/^MemAvailable/ { print \$2 }" /proc/meminfo'
}
cached_here() {
	awk '/^(Cached|SUnreclaim)/ { n += $2 } END { print n }' /proc/meminfo
}

unreclaimable() {
	awk '/^SUnreclaim/ { print $2 }' /proc/meminfo
}

kernel_before=$(unreclaimable)
mkdir "$T/tree"
head -c $((64 << 20)) /dev/urandom >"$T/data"
want=$(sha256sum <"$T/data")
before=$(cached_here)
grown=0
for guest in "${guests[@]}"; do
	share "$guest" t "$T"
	was=$(available "$guest")
	eq "$(gsh "$guest" 'sha256sum </mnt/t/data')" "$want" "the data in $guest"
	g "$guest" "$PROGS/mapcheck" sum /mnt/t/data >/dev/null
	more=$((was - $(available "$guest")))
	le "$more" 6000 "KiB that $guest grew by, for 65536 KiB of data"
	grown=$((grown + more))
	ge "$(stat_of "$guest" t loans)" 16000 "pages on loan to $guest"
done
here=$(($(cached_here) - before))
echo "dom0 grew by $here KiB, sixteen guests by $grown KiB in all, for 65536 KiB of data"
le "$here" 40000 "KiB that dom0 grew by, for what loans need"

# A hundred thousand nodes.
python3 - "$T/tree" <<'END'
import os, sys
for d in range(100):
    os.mkdir(f"{sys.argv[1]}/{d}")
    for f in range(1000):
        os.close(os.open(f"{sys.argv[1]}/{d}/{f}", os.O_CREAT | os.O_WRONLY))
END
names=$(LIMIT=600 gsh s1 'find /mnt/t/tree -type f -printf "%s\n" | wc -l')
eq "$names" 100000 "files that s1 sees"
nodes=$(stat_of s1 t nodes)
echo "s1 knows $nodes nodes; kernel memory of dom0 has grown by $(($(unreclaimable) - kernel_before)) KiB in all"
ge "$nodes" 100000 "nodes"

# What an event costs in dom0 whose inode no guest, one guest, ... all guests know.
mkdir "$T/events"
for name in unknown 1 4 16; do
	touch "$T/events/$name"
done
touch "${T%/*}/unexported"
for name in 1 4 16; do
	for guest in "${guests[@]:0:name}"; do
		g "$guest" stat "/mnt/t/events/$name" >/dev/null
	done
done
python3 - "${T%/*}/unexported" "$T"/events/{unknown,1,4,16} <<'END'
import os, sys, time
N = 20000
best = {}
for _ in range(5):
    for path in sys.argv[1:]:
        begun = time.monotonic_ns()
        for i in range(N):
            os.chmod(path, 0o600 + (i & 1))
        took = (time.monotonic_ns() - begun) / N
        best[path] = min(took, best.get(path, took))
for path, took in best.items():
    print(f"chmod of {os.path.basename(path)}: {took:.0f} ns, {took / best[sys.argv[1]]:.2f} of an unexported file's")
END
rm "${T%/*}/unexported"

for guest in "${guests[@]}"; do
	umnt "$guest" /mnt/t
	detach "$guest" t
done
guest-stop "${guests[@]}"
