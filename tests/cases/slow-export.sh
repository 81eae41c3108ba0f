# shellcheck shell=bash
# guests: a:pvh:6.12 b:pvh:6.12
# A filesystem that does not answer (a FUSE server that sits on some requests)
# holds up neither other shares nor other guests, and a task that waits for it
# can be killed.

modprobe fuse
mkdir "$T/slow" "$T/fine"
echo fine >"$T/fine/file"
python3 /lab/cases/lib/slow-fuse.py "$T/slow" &
server=$!
wait_until 10 test -e "$T/slow/quick"
eq "$(cat "$T/slow/quick")" "quick" "the server itself"

share a slow "$T/slow"
share a fine "$T/fine"
share b slow "$T/slow"
share b fine "$T/fine"
eq "$(g a cat /mnt/slow/quick)" quick

# What is stuck stays so until it is killed: this is ended if it does not end.
quickly() {
	eq "$(LIMIT=20 g "$1" cat "$2")" "$3" "$2 in $1"
}

# More readers than max-requests: even the share's last worker sleeps.
gsh a 'for i in $(seq 20); do setsid cat /mnt/slow/stuck-$i >/dev/null 2>&1 </dev/null & done; sleep 2'
quickly a /mnt/fine/file fine
quickly b /mnt/fine/file fine
quickly b /mnt/slow/quick quick
gsh a 'pkill -KILL -x cat; for i in $(seq 50); do pgrep -x cat >/dev/null || exit 0; sleep 0.2; done
	ps ax | grep cat; exit 1' || fail "a task that waits cannot be killed"
# ... and an ordinary signal does it, too
gsh a '(timeout -s INT 2 cat /mnt/slow/stuck-100 || true) & wait $!
	for i in $(seq 25); do pgrep -x cat >/dev/null || exit 0; sleep 0.2; done; exit 1' ||
	fail "a task that waits cannot be interrupted"

# Unmounting and detaching the others is not held up either.
g b umount /mnt/slow
detach b slow
kill -USR1 "$server"
quickly a /mnt/slow/quick quick
g a umount /mnt/slow
detach a slow
kill "$server"
wait "$server" || true
