# shellcheck shell=bash
# guests: a:pvh:6.12
# Guests are destroyed while they read and map; the backend lets go of all that
# was on loan, and others are not disturbed.

head -c 50000000 /dev/urandom >"$T/data"
share a t "$T"
guest-stop --destroy victim
for kind in pvh pv pvh; do
	guest-start victim --kind "$kind"
	share victim t "$T"
	gsh victim 'for i in 1 2; do setsid "$1" random /mnt/t/data 100 $i >/dev/null 2>&1 </dev/null & done
		setsid sh -c "while cat /mnt/t/data; do echo 3 >/proc/sys/vm/drop_caches; done" \
			>/dev/null 2>&1 </dev/null &
		sleep 2' "$PROGS/mapcheck"
	domid=$(xl domid victim)
	device=$(device_of victim t)
	ge "$(stat_of victim t loans)" 1 "pages on loan to the victim"
	xl destroy victim
	gone() {
		[[ ! -e /sys/bus/xen-backend/devices/xenfs-$device ]]
	}
	wait_until 20 gone
	eq "$(xenfs list --json | jq "[.[] | select(.domid == $domid and .leftover)] | length")" 1 "leftovers"
	xenfs list --clean >/dev/null
	eq "$(xenfs list --json | jq "[.[] | select(.domid == $domid)] | length")" 0 "leftovers after --clean"
	# Xen can only forget a domain whose pages nobody maps, and whose grants nobody holds.
	wait_until 20 sh -c '! xl list | grep -q null'
	eq "$(gsh a 'sha256sum </mnt/t/data')" "$(sha256sum <"$T/data")" "the file in a"
done
