# shellcheck shell=bash
# full
# guests: a:pvh:6.12 p:pv:6.12
# limit: 900
# SQLite in one guest, with each of its journals, WAL (which is a shared mapping) among them, and with
# the database mapped: two processes at once, a process that is killed, a copy by dom0.

for guest in a p; do
	mkdir "$T/$guest"
	share "$guest" t "$T/$guest" mode=rw,squash=none
done

# statements WHO MODE - forty rows, and changes of them
statements() {
	local who=$1 mode=$2 i
	echo '.timeout 60000'
	echo "PRAGMA journal_mode = $mode; PRAGMA mmap_size = 4194304;"
	for ((i = 1; i <= 40; i++)); do
		echo "INSERT INTO entry VALUES ('$who', $i, hex(randomblob(100 + $i * 30)));"
		[[ $((i % 5)) -ne 0 ]] || echo "UPDATE entry SET filler = filler || 'x' WHERE who = '$who' AND number = $((i / 2));"
	done
}

for mode in delete truncate persist wal; do
	for guest in a p; do
		db=/mnt/t/$mode.db
		eq "$(g "$guest" sqlite3 "$db" "PRAGMA journal_mode = $mode;
			CREATE TABLE entry (who TEXT, number INTEGER, filler TEXT, PRIMARY KEY (who, number));")" \
			"$mode" "the journal's mode"
		for who in one two; do
			statements "$who" "$mode" >"$T/$guest/$who.sql"
		done
		LIMIT=200 gsh "$guest" '
			for who in one two; do sqlite3 -bail "$1" <"/mnt/t/$who.sql" >/dev/null & pids+=($!); done
			for pid in "${pids[@]}"; do wait $pid; done' "$db" || fail "$mode in $guest"
		# One is killed in the midst: its transaction never was.
		echo "PRAGMA cache_size = 2; BEGIN; UPDATE entry SET number = -number;
			INSERT INTO entry VALUES ('never', 0, '');" >"$T/$guest/never.sql"
		gsh "$guest" '
			{ cat /mnt/t/never.sql; sleep 3; } | sqlite3 "$1" &
			sleep 1.5
			pkill -KILL -x sqlite3
			wait $! || true' "$db"
		question="PRAGMA integrity_check; SELECT who, count(*), sum(number) FROM entry GROUP BY who ORDER BY who;"
		answer=$'ok\none|40|820\ntwo|40|820'
		eq "$(g "$guest" sqlite3 "$db" "$question")" "$answer" "the database in $guest, $mode"
		# dom0 opens it when nobody else has it open.
		eq "$(sqlite3 "$T/$guest/$mode.db" "$question")" "$answer" "the database in dom0, $mode of $guest"
	done
done
