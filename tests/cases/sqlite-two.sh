# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# limit: 400
# SQLite, with a rollback journal, from two guests and dom0 at once: what was committed is there,
# all of it, once, and the database is sound.

count=40
share a t "$T" mode=rw,squash=none
share p t "$T" mode=rw,squash=none
sqlite3 -bail "$T/db" '
	CREATE TABLE entry (who TEXT, number INTEGER, filler TEXT, PRIMARY KEY (who, number));
	CREATE TABLE total (n INTEGER);
	INSERT INTO total VALUES (0);'

# Each number is a transaction of its own; each tenth is rolled back, and done again.
statements() {
	local who=$1 i
	echo '.timeout 100000'
	for ((i = 1; i <= count; i++)); do
		if [[ $((i % 10)) -eq 0 ]]; then
			echo "BEGIN IMMEDIATE; INSERT INTO entry VALUES ('$who', -$i, 'no'); UPDATE total SET n = -1; ROLLBACK;"
		fi
		echo "BEGIN IMMEDIATE;"
		echo "INSERT INTO entry VALUES ('$who', $i, hex(randomblob(200 + $i * 40)));"
		echo "UPDATE total SET n = n + $i;"
		echo "COMMIT;"
	done
}

pids=()
for who in a p dom0; do
	statements "$who" >"$T/statements-$who"
done
for guest in a p; do
	LIMIT=300 gsh "$guest" 'sqlite3 -bail /mnt/t/db <"/mnt/t/statements-$1"' "$guest" &
	pids+=($!)
done
sqlite3 -bail "$T/db" <"$T/statements-dom0" &
pids+=($!)
for pid in "${pids[@]}"; do
	wait "$pid" || fail "a statement failed"
done

questions="PRAGMA integrity_check; SELECT count(*), sum(number) FROM entry; SELECT n FROM total;
	SELECT who, count(*), min(number), max(number) FROM entry GROUP BY who ORDER BY who;"
sum=$((count * (count + 1) / 2))
answer="ok
$((3 * count))|$((3 * sum))
$((3 * sum))
a|$count|1|$count
dom0|$count|1|$count
p|$count|1|$count"
eq "$(sqlite3 "$T/db" "$questions")" "$answer" "what dom0 finds in the database"
for guest in a p; do
	eq "$(g "$guest" sqlite3 /mnt/t/db "$questions")" "$answer" "what $guest finds in the database"
done
eq "$(find "$T" -name 'db-*')" "" "journals that are left"
