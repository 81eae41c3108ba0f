# shellcheck shell=bash
# What run-case does around a case: marks in the kernel logs, undoing, and the
# search for leaks. Sourced after lib.sh.

# A kernel does not say these when all is well.
BAD_LOG='WARNING: |BUG: |BUG at|kernel BUG|Oops|general protection|Kernel panic|Call Trace'
BAD_LOG+='|blocked for more than|soft lockup|hard LOCKUP|detected stall|refcount_t|UBSAN|KASAN'
BAD_LOG+='|circular locking|[Bb]ad page|Objects remaining|still has objects|leaked'
BAD_LOG+='|page allocation failure|[Oo]ut of memory|oom-kill|segfault|deferring g\.e\.'
BAD_LOG+='|m2p_remove|Unable to handle|I/O error'

# What the backend counts as held; zero when nobody has a share mounted.
GAUGES=(loans nodes open_files requests_running)

lost() {
	grep -qx "$1" "$STATE/lost"
}

# mark_logs NAME GUEST... - where the case begins
mark_logs() {
	local name=$1 guest
	shift
	echo "xenfs-case: $name begins" >/dev/kmsg
	for guest; do
		g "$guest" sh -c "echo 'xenfs-case: $name begins' >/dev/kmsg"
	done
}

# since_mark NAME - the part of a log behind the last mark
since_mark() {
	awk -v mark="xenfs-case: $1 begins" 'index($0, mark) { n = 0; next } { line[n++] = $0 }
		END { for (i = 0; i < n; i++) print line[i] }'
}

# complaints WHERE - the bad lines of a log, apart from those that the case expects
complaints() {
	local found
	# Without a pattern, -f excludes nothing.
	found=$(grep -E "$BAD_LOG" | grep -vEf "$STATE/allowed")
	[[ -n $found ]] || return 0
	echo "$1's kernel said:"
	head -n 20 <<<"$found"
	return 1
}

check_logs() {
	local name=$1 guest bad=0
	shift
	dmesg | since_mark "$name" | complaints dom0 || bad=1
	for guest; do
		lost "$guest" && continue
		if ! xl domid "$guest" >/dev/null 2>&1; then
			echo "$guest is gone; the end of its console:"
			tail -n 30 "/var/log/xen/console/guest-$guest.log"
			bad=1
			continue
		fi
		g "$guest" dmesg | since_mark "$name" | complaints "$guest" || bad=1
	done
	return "$bad"
}

# Unmounts what is left in the guests. Busy: the case forgot a process, or a
# reference leaked.
undo_guests() {
	local guest bad=0
	for guest; do
		lost "$guest" && continue
		# shellcheck disable=SC2016 # expanded in the guest
		LIMIT=60 gsh "$guest" '
			bad=0
			for dir in $(awk "\$3 == \"xenfs_front\" || (\$3 == \"xenfs\" && \$2 != \"/proc/xen\") { print \$2 }" \
					/proc/mounts | tac); do
				umount "$dir" || bad=1
			done
			if [ -e /sys/module/xenfs_front/refcnt ]; then
				n=$(cat /sys/module/xenfs_front/refcnt)
				[ "$n" -eq 0 ] || { echo "xenfs_front has $n users" && bad=1; }
			fi
			exit $bad' || { echo "in $guest" && bad=1; }
	done
	return "$bad"
}

# FORGETs and RETURNs may be on their way for a moment after an unmount.
check_gauges() {
	local device gauge value i bad=0 seen=0
	for device in /sys/bus/xen-backend/devices/xenfs-*; do
		[[ -d $device/statistics ]] || continue
		for gauge in "${GAUGES[@]}"; do
			[[ -e $device/statistics/$gauge ]] || continue
			seen=1
			for ((i = 0; i < 50; i++)); do
				value=$(<"$device/statistics/$gauge")
				[[ $value -ne 0 ]] || break
				sleep 0.1
			done
			[[ $value -eq 0 ]] || { echo "${device##*/}: $gauge is $value" && bad=1; }
		done
		[[ $seen -eq 1 ]] || { echo "${device##*/} shows none of ${GAUGES[*]}" && bad=1; }
	done
	return "$bad"
}

undo_shares() {
	local domid tag bad=0
	while read -r domid tag; do
		timeout 30 xenfs detach "$domid" "$tag" || {
			timeout 30 xenfs detach --force --timeout 5 "$domid" "$tag"
			bad=1
		}
	done < <(xenfs list --clean --json | jq -r '.[] | "\(.domid) \(.tag)"')
	if compgen -G '/sys/bus/xen-backend/devices/xenfs-*' >/dev/null; then
		echo "devices are left: $(echo /sys/bus/xen-backend/devices/xenfs-*)"
		bad=1
	fi
	return "$bad"
}

# A reference of the backend's to an exported filesystem shows here.
undo_dom0() {
	local dir bad=0
	while read -r dir; do
		umount "$dir" || { echo "$dir is still in use" && umount -l "$dir" && bad=1; }
	done < <(awk -v top="$T" 'index($2, top) == 1 { print $2 }' /proc/mounts | tac)
	rm -rf "$T"
	return "$bad"
}
