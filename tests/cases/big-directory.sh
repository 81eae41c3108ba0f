# shellcheck shell=bash
# full
# guests: a:pvh:6.12
# limit: 300
# A directory of 100,000 entries is listed whole, and can be searched.

mkdir "$T/many"
python3 -c '
import os, sys
for i in range(100000):
    os.close(os.open(f"{sys.argv[1]}/file-{i:06}", os.O_CREAT | os.O_WRONLY))
' "$T/many"
share a t "$T"
LIMIT=200 gsh a 'ls -f /mnt/t/many | sort | sha256sum' >"$STATE/there"
eq "$(cat "$STATE/there")" "$(find "$T/many" -maxdepth 1 -mindepth 1 -printf '%f\n' |
	{ cat && echo . && echo ..; } | LC_ALL=C.UTF-8 sort | sha256sum)" "the list of names"
g a test -f /mnt/t/many/file-099999
refuses 'No such file' g a stat /mnt/t/many/file-100000
eq "$(LIMIT=200 g a "$PROGS/dircheck" /mnt/t/many)" 100002 "entries"
