# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# limit: 1200
# After a system call that changed something has returned, in dom0 or in a guest, no guest is told
# what was true before: not one stale answer, of any kind. CHANGES, LOOKS and SLOWER make it longer
# (litmus-long), LEAST is how many looks there must be of each kind.

# litmus WRITER KIND [HOW] - WRITER is a guest or dom0; both guests look. $TAG is the share;
# dom0 makes its directory in $EXPORT, writes in $VIEW, where that is seen, too, and sees in $BENEATH
# the signs that readers make
litmus() {
	local writer=$1 kind=$2 how=${3:-plain} guest readers=() signs=() pid dir loop=
	local changes=${CHANGES:-10} looks=${LOOKS:-50}
	[[ $VIEW != "$T/over" ]] || looks=$((looks / 10))
	[[ $kind != mapped ]] || looks=$((4 * looks)) # only here
	# The writer has it open for writing: each look asks the server.
	if [[ $writer == dom0 && $kind == @(content|reopened) && $looks -gt 500 ]]; then
		looks=$((looks / 10))
	fi
	dir=$(mktemp -u "$kind-XXXX")
	mkdir -m 777 "$EXPORT/$dir"
	if [[ $how == loop ]]; then
		truncate -s 64K "$EXPORT/$dir/data"
		loop=$(losetup -f --show "$EXPORT/$dir/data")
		how=$loop
	fi
	for guest in a p; do
		# user space of PV maps copies: those are told of changes a little later
		[[ $kind != mapped || $guest == a ]] || continue
		g "$guest" "$PROGS/litmus" read "$kind" "/mnt/$TAG/$dir" "$looks" "see-$guest" >>"$STATE/looks" &
		readers+=($!)
		signs+=("$BENEATH$dir/see-$guest")
	done
	if [[ $writer == dom0 ]]; then
		"$PROGS/litmus" write "$kind" "$VIEW/$dir" "$changes" "$how" "${signs[@]}" ||
			fail "the writer of $kind"
	else
		g "$writer" "$PROGS/litmus" write "$kind" "/mnt/$TAG/$dir" "$changes" "$how" "${signs[@]##*/}" ||
			fail "the writer of $kind in $writer"
	fi
	for pid in "${readers[@]}"; do
		wait "$pid" || fail "$kind, $how, written by $writer to $TAG"
	done
	[[ -z $loop ]] || losetup -d "$loop"
}

all_kinds=(size times mode owner names rename above links symlink xattr flags listing long open)
mkdir "$T/plain"
make_fs overlay "$T/merged"
for guest in a p; do
	share "$guest" t "$T/plain" mode=rw,squash=none
	share "$guest" o "$T/merged" mode=rw,squash=none
done

TAG=t EXPORT=$T/plain VIEW=$T/plain BENEATH=$T/plain/
for how in plain direct aio uring mmap loop; do
	litmus dom0 content "$how"
done
for how in plain mmap; do
	litmus dom0 reopened "$how"
done
litmus dom0 mapped
for kind in "${all_kinds[@]}"; do
	litmus dom0 "$kind"
done
for writer in a p; do
	litmus "$writer" content sync
	litmus "$writer" content direct
	for kind in size mode names rename listing open xattr flags; do
		litmus "$writer" "$kind"
	done
done

# A filesystem of layers is shared, and written in dom0 through them.
TAG=o EXPORT=$T/merged VIEW=$T/merged BENEATH=$T/merged/
for how in plain mmap aio; do
	litmus dom0 content "$how"
done
for kind in "${all_kinds[@]}"; do
	litmus dom0 "$kind"
done
litmus a names

# What is shared is the upper layer of a filesystem in dom0, and is written through that.
mkdir "$T/over" "$T/lower" "$T/work-over" "$T/plain/upper"
mount -t overlay -o "lowerdir=$T/lower,upperdir=$T/plain/upper,workdir=$T/work-over" overlay "$T/over" 2>/dev/null ||
	fail "the overlay over the share cannot be mounted"
# Whoever looks from above does not see what guests make beneath.
TAG=t/upper EXPORT=$T/over VIEW=$T/over BENEATH=$T/plain/upper/
for how in plain mmap; do
	litmus dom0 content "$how"
done
for kind in size mode names rename listing open; do
	litmus dom0 "$kind"
done

sums=$(awk '{ looks[$1] += $2; changes[$1] += $4 } END { for (k in looks) print k, looks[k], "looks,", changes[k], "changes" }' \
	"$STATE/looks")
echo "$sums"
while read -r kind looks _; do
	# it is content, in another way
	[[ $kind == reopened: ]] || ge "$looks" "${LEAST:-0}" "looks for $kind"
done <<<"$sums"
