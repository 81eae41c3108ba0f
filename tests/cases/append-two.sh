# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# limit: 300
# Two guests and dom0 append to one file at the same time: each record is there, whole, once, and in
# its writer's order.

count=250
share a t "$T" mode=rw,squash=none
share p t "$T" mode=rw,squash=none
# The records that one of them alone makes, all of them, as a measure of the check itself.
g a python3 /lab/cases/lib/append.py /mnt/t/alone a 20
python3 lib/append.py check "$T/alone" a:20
printf x | dd of="$T/alone" bs=1 seek=3000 conv=notrunc status=none
refuses 'not record' python3 lib/append.py check "$T/alone" a:20

: >"$T/log"
: >"$T/log.go"
pids=()
for who in a p; do
	LIMIT=200 g "$who" python3 /lab/cases/lib/append.py /mnt/t/log "$who" "$count" &
	pids+=($!)
done
python3 lib/append.py "$T/log" dom0 "$count" &
pids+=($!)
ready() {
	[[ -e $T/log.ready.a && -e $T/log.ready.p && -e $T/log.ready.dom0 ]]
}
wait_until 30 ready
echo go >"$T/log.go"
for pid in "${pids[@]}"; do
	wait "$pid" || fail "a writer failed"
done
python3 lib/append.py check "$T/log" "a:$count" "p:$count" "dom0:$count"
# They did so at the same time: no one's records are all in one piece.
ge "$(cut -d' ' -f1 "$T/log" | uniq | wc -l)" 10 "changes of the writer from record to record"
for guest in a p; do
	same_file "$guest" "$T/log" /mnt/t/log
	g "$guest" python3 /lab/cases/lib/append.py check /mnt/t/log "a:$count" "p:$count" "dom0:$count"
done

# From within one guest, by several processes.
for guest in a p; do
	LIMIT=100 gsh "$guest" '
		for who in x y z; do python3 /lab/cases/lib/append.py "$1" $who 80 & pids+=($!); done
		for pid in "${pids[@]}"; do wait $pid; done' "/mnt/t/within-$guest"
	python3 lib/append.py check "$T/within-$guest" x:80 y:80 z:80
done
