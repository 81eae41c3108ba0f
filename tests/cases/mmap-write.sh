# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# Mappings that are written to: what msync, munmap, close and the end of a process bring to dom0;
# the end of the file, where there is SIGBUS; files that are cut and grow under a mapping; holes;
# programs that cannot be run while they are written, nor written while they run.

new_file() {
	head -c 262921 /dev/urandom >"$T/$1"
}

# dom0_has GUEST FILE - what cowcheck printed is what the file holds
dom0_has() {
	local has should
	has=$("$PROGS/cowcheck" hash "$T/$2")
	should=$(tail -n 1 "$STATE/hash-$1")
	[[ $has == "$should" ]] || {
		echo "$2 holds $has, should $should; a second later: $(sleep 1; "$PROGS/cowcheck" hash "$T/$2")"
		return 1
	}
}

# What "running" and "written" say of a program in a directory of the guest.
busy_program() {
	gsh "$1" '
		cp /bin/sleep "$1/prog"
		exec 3<>"$1/prog"
		"$1/prog" 0 2>/tmp/said && echo "ran while it was written" || grep -o "busy" /tmp/said
		exec 3<&-
		"$1/prog" 0 && echo ran
		"$1/prog" 20 & sleep 1
		(: 3<>"$1/prog") 2>/tmp/said && echo "was opened while it ran" || grep -o "busy" /tmp/said
		kill $!
		wait $! || true
		exec 3<>"$1/prog"
		echo end
		exec 3<&-
		rm "$1/prog"' "$2"
}

for guest in a p; do
	mkdir "$T/$guest"
	share "$guest" t "$T" mode=rw,squash=none
	for way in beyond cut grow sparse close-first; do
		new_file "$guest/$way"
		g "$guest" "$PROGS/cowcheck" "$way" "/mnt/t/$guest/$way" /mnt/t >"$STATE/hash-$guest" ||
			fail "cowcheck $way in $guest"
		dom0_has "$guest" "$guest/$way" || fail "dom0's file after $way in $guest"
	done
	le "$(du -k "$T/$guest/sparse" | cut -f1)" 1000 "KiB of a file that is nearly all hole"

	# msync is enough: nothing is unmapped or closed yet
	new_file "$guest/hold"
	: >"$STATE/hash-$guest"
	gsh "$guest" 'rm -f /tmp/cowcheck-go; exec "$1" hold "$2" /mnt/t' "$PROGS/cowcheck" "/mnt/t/$guest/hold" \
		>"$STATE/hash-$guest" &
	holder=$!
	wait_until 30 test -s "$STATE/hash-$guest"
	dom0_has "$guest" "$guest/hold" || fail "dom0's file after msync in $guest"
	g "$guest" touch /tmp/cowcheck-go
	wait "$holder" || fail "cowcheck hold in $guest"
	g "$guest" rm /tmp/cowcheck-go

	# The process ends, and that is all: the data is not lost.
	new_file "$guest/exit"
	g "$guest" "$PROGS/cowcheck" exit "/mnt/t/$guest/exit" /mnt/t >"$STATE/hash-$guest"
	g "$guest" sync
	dom0_has "$guest" "$guest/exit" || fail "dom0's file after a process of $guest has ended"

	last=$(g "$guest" python3 /lab/cases/lib/beside.py "/mnt/t/$guest/beside") || fail "beside.py in $guest"
	g "$guest" sync
	python3 /lab/cases/lib/beside.py check "$T/$guest/beside" "$last" ||
		fail "appends, holes and stores to one page, in $guest"

	local_says=$(busy_program "$guest" /tmp)
	contains "$local_says" 'ran.*end'
	eq "$(busy_program "$guest" "/mnt/t/$guest")" "$local_says" "a busy program in $guest"
done

# Of a file that is mapped in both guests each sees what the other has synchronised.
for pair in "a p" "p a"; do
	read -r writer reader <<<"$pair"
	head -c 200000 /dev/zero >"$T/both"
	: >"$STATE/watch"
	gsh "$reader" 'exec "$1" watch /mnt/t/both 8000 0x01 40' "$PROGS/mapcheck" >"$STATE/watch" &
	watcher=$!
	wait_until 20 grep -q ready "$STATE/watch"
	g "$writer" python3 -c '
import mmap
with open("/mnt/t/both", "r+b") as file, mmap.mmap(file.fileno(), 0) as m:
    m[8000] = 2
    m.flush()
    m[8000] = 1
    m.flush()'
	wait "$watcher" || fail "$reader does not see what $writer has stored to a mapping"
	eq "$(od -An -tu1 -j8000 -N1 "$T/both" | tr -d ' ')" 1 "the octet in dom0"
done
