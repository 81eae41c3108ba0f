# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# A share is detached by force under a live mount: what the guest does there
# fails, and the mount can be unmounted; attached again under the same tag, it
# reconnects, and open files work on.

mkdir "$T/dir"
head -c 8000000 /dev/urandom >"$T/data"
want=$(sha256sum <"$T/data")
for guest in a p; do
	share "$guest" t "$T"
	share "$guest" other "$T/dir"
	gsh "$guest" 'exec 3</mnt/t/data; head -c 1000000 <&3 >/dev/null; touch /tmp/held
		until [ -e /tmp/go ]; do sleep 0.2; done; head -c 1000000 <&3 | sha256sum' >"$STATE/held" &
	holder=$!
	wait_until 20 g "$guest" test -e /tmp/held
	timeout 40 xenfs detach --force "$guest" t || fail "detach --force does not work"
	eq "$(xenfs list --json "$guest" | jq '[.[] | select(.tag == "t")] | length')" 0 "shares t"
	refuses 'Input/output error|Stale|not connected' \
		gsh "$guest" 'timeout -s KILL 20 dd if=/mnt/t/data of=/dev/null iflag=direct bs=1M'
	g "$guest" ls /mnt/other

	attach "$guest" t "$T"
	sleep 2
	eq "$(gsh "$guest" 'sha256sum </mnt/t/data')" "$want" "the file after the reconnection"
	g "$guest" touch /tmp/go
	wait "$holder" || fail "the open file did not survive"
	eq "$(cat "$STATE/held")" "$(tail -c +1000001 "$T/data" | head -c 1000000 | sha256sum)" \
		"what was read from the open file"
	g "$guest" rm /tmp/held /tmp/go

	detach "$guest" t --force
	g "$guest" umount /mnt/t || fail "a mount without its share cannot be unmounted"
	! g "$guest" grep -q ' /mnt/t ' /proc/mounts || fail "it is still there"
done
