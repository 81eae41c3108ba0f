# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# limit: 600
# After a system call that changed something has returned, in dom0 or in a guest, no guest is told
# what was true before: not one stale answer, of any kind.

# litmus WRITER KIND CHANGES [HOW] - WRITER is a guest or dom0; both guests look
litmus() {
	local writer=$1 kind=$2 changes=$3 how=${4:-} guest readers=() pid dir
	dir=$(mktemp -u -p "$T" "$kind-XXXX")
	mkdir -m 777 "$dir"
	for guest in a p; do
		# user space of PV maps copies: those are told of changes a little later
		[[ $kind != mapped || $guest == a ]] || continue
		g "$guest" "$PROGS/litmus" read "$kind" "/mnt/t/${dir##*/}" "${LOOKS:-200}" &
		readers+=($!)
	done
	if [[ $writer == dom0 ]]; then
		"$PROGS/litmus" write "$kind" "$dir" "$changes" ${how:+"$how"} || fail "the writer of $kind"
	else
		g "$writer" "$PROGS/litmus" write "$kind" "/mnt/t/${dir##*/}" "$changes" ${how:+"$how"} ||
			fail "the writer of $kind in $writer"
	fi
	for pid in "${readers[@]}"; do
		wait "$pid" || fail "$kind${how:+, $how}, written by $writer"
	done
}

for guest in a p; do
	share "$guest" t "$T" mode=rw,squash=none
done
for how in plain direct aio mmap; do
	litmus dom0 content 200 "$how"
done
litmus dom0 mapped 200
for kind in size times mode owner names rename above links symlink xattr listing open; do
	litmus dom0 "$kind" 200
done
for writer in a p; do
	litmus "$writer" content 60 sync
	litmus "$writer" content 60 direct
	for kind in size mode names rename listing open xattr; do
		litmus "$writer" "$kind" 60
	done
done
