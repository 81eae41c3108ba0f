# shellcheck shell=bash
# guests: a:pvh:6.12 b:pvh:6.12 p:pv:6.12
# limit: 400
# Each way in which a store can come to a page that is on loan: write(2), mappings, pipes, sockets,
# O_DIRECT and asynchronous reads into a mapping, debuggers. The store arrives in dom0's file, and
# nothing else changes: whatever went to the lent page itself, Xen would have thrown away.

# The way, and how many lent pages it must replace at least: in a PVH guest; in a PV guest, where
# nothing of a file is lent any more once user space has looked at it through a mapping.
# What goes to the server at once (appends, O_DIRECT writes, truncation) replaces none.
ways='
part 10 10
page 4 0
mixture 10 1
append 0 0
truncate 0 0
range 1 0
map 8 0
map-after-look 8 0
two-maps 8 0
private 2 0
fork 8 0
processes 16 0
atomic 16 0
reader 2 0
mremap 4 0
mprotect 8 0
madvise 20 0
mlock 8 0
splice 10 0
vmsplice 4 0
sendfile 5 0
read-into 8 0
direct 17 0
vmwrite 8 0
ptrace 3 0
proc-mem 2 0
aio 6 0
everything 20 0
'

# What this guest sees of it is checked by cowcheck, what dom0 has, here.
store_by() {
	local guest=$1 way=$2 local=$3 min=$4 file=$1/$2${5:-} before after
	head -c 262921 /dev/urandom >"$T/$file"
	before=$(mountstat "$guest" /mnt/t pages_cow)
	g "$guest" "$PROGS/cowcheck" "$way" "/mnt/t/$file" "$local" >"$STATE/hash-$guest" ||
		fail "cowcheck $way in $guest"
	eq "$("$PROGS/cowcheck" hash "$T/$file")" "$(<"$STATE/hash-$guest")" \
		"dom0's file after stores by $way in $guest"
	after=$(mountstat "$guest" /mnt/t pages_cow)
	ge $((after - before)) "$min" "lent pages replaced by $way in $guest"
}

all_ways() {
	local guest=$1 way pvh pv min
	while read -r way pvh pv; do
		[[ -n $way ]] || continue
		[[ $guest == p ]] && min=$pv || min=$pvh
		store_by "$guest" "$way" /tmp/local/other "$min"
	done <<<"$ways"
	# and out of a file of the share, whose pages are on loan as well
	for way in direct read-into sendfile aio; do
		[[ $guest == p ]] && min=0 || min=1
		store_by "$guest" "$way" /mnt/t/other "$min" -from-the-share
	done
}

head -c 300000 /dev/urandom >"$T/other"
pids=()
for guest in a p; do
	mkdir "$T/$guest"
	share "$guest" t "$T" mode=rw,squash=none
	make_local_fs "$guest" /tmp/local
	gsh "$guest" 'head -c 300000 /dev/urandom >/tmp/local/other'
	all_ways "$guest" &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid" || fail "in one of the guests"
done
for guest in a p; do
	drop_local_fs "$guest" /tmp/local
done

# A guest that has the pages mapped sees the bytes as soon as they are in dom0: by its mapping
# alone, without asking, for the frames are the same.
head -c 200000 /dev/zero | tr '\0' 'A' >"$T/seen"
share b t "$T"
gsh b 'exec "$1" watch /mnt/t/seen 5000 0x42 40' "$PROGS/mapcheck" >"$STATE/watch" &
watcher=$!
wait_until 20 grep -q ready "$STATE/watch"
gsh a 'printf B | dd of=/mnt/t/seen oflag=seek_bytes seek=5000 conv=notrunc,fsync status=none'
wait "$watcher" || fail "a store of another guest is not seen in a mapping of lent pages"
