# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# limit: 300
# Two guests write different octets of the same pages, at the same time: both keep theirs. By turns,
# each sees what the other has brought to the file.

script=/lab/cases/lib/stripes.py
share a t "$T" mode=rw,squash=none
share p t "$T" mode=rw,squash=none

# of a small file, whose pages are copied, and of one whose pages are lent
for size in 8000 70000; do
	file=file-$size
	python3 lib/stripes.py make "$T/$file" "$size"
	round=0
	for how in "fsync close" "close fsync" "fsync fsync" "close close"; do
		read -r of_a of_p <<<"$how"
		round=$((round + 1))
		g a python3 "$script" write "/mnt/t/$file" 0 "$round" "$of_a" &
		pid=$!
		g p python3 "$script" write "/mnt/t/$file" 1 "$round" "$of_p"
		wait "$pid" || fail "the writer in a"
		python3 lib/stripes.py check "$T/$file" "$round" || fail "dom0's file, after $how"
		for guest in a p; do
			g "$guest" python3 "$script" check "/mnt/t/$file" "$round" || fail "in $guest, after $how"
		done
	done
	refuses 'not of round' python3 lib/stripes.py check "$T/$file" $((round + 1))

	# dom0 is the other writer.
	round=$((round + 1))
	g a python3 "$script" write "/mnt/t/$file" 0 "$round" close &
	pid=$!
	python3 lib/stripes.py write "$T/$file" 1 "$round" close
	wait "$pid" || fail "the writer in a, with dom0"
	python3 lib/stripes.py check "$T/$file" "$round"
	g p python3 "$script" check "/mnt/t/$file" "$round"
done

for size in 8000 70000; do
	python3 lib/stripes.py make "$T/turns-$size" "$size"
	LIMIT=120 g a python3 "$script" alternate "/mnt/t/turns-$size" 0 8 &
	pid=$!
	LIMIT=120 g p python3 "$script" alternate "/mnt/t/turns-$size" 1 8
	wait "$pid" || fail "the writer in a, by turns"
	python3 lib/stripes.py check "$T/turns-$size" 8
done
