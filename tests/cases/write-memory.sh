# shellcheck shell=bash
# full
# guests: a:pvh:6.12
# limit: 900
# A guest writes twice what it has of memory, by write(2) and through mappings, and there is nothing
# else in it that could be given up: it makes progress, and all arrives.

guest-stop --destroy small
guest-start small --kind pv --mem 256
for spec in a:1024M small:512M; do
	guest=${spec%%:*} size=${spec#*:}
	mkdir "$T/$guest"
	share "$guest" t "$T/$guest" mode=rw,squash=none
	# Its own cache is as small as it can be.
	gsh "$guest" 'sync; echo 3 >/proc/sys/vm/drop_caches'
	for how in write map; do
		LIMIT=280 g "$guest" "$PROGS/pattern" "$how" "/mnt/t/$how" "$size" 3 || fail "$how in $guest"
		"$PROGS/pattern" check "$T/$guest/$how" "$size" 3 || fail "what $guest wrote by $how"
	done
	# It reads and overwrites the same, while others want memory.
	gsh "$guest" 'stress-ng --quiet --vm 1 --vm-bytes "$1" --vm-keep --timeout 200 >/dev/null 2>&1 &
		sleep 2' "$([[ $guest == a ]] && echo 200M || echo 80M)"
	LIMIT=280 g "$guest" "$PROGS/pattern" map /mnt/t/write 200M 4 || fail "a map under pressure in $guest"
	LIMIT=280 g "$guest" "$PROGS/pattern" check /mnt/t/write 200M 4 || fail "what $guest reads back"
	"$PROGS/pattern" check "$T/$guest/write" 200M 4 || fail "what $guest wrote under pressure"
	gsh "$guest" 'pkill stress-ng || true'
	rm "$T/$guest"/*
done
g small umount /mnt/t
detach small t
guest-stop small
