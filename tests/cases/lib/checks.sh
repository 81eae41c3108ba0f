# shellcheck shell=bash
# What run-case does after a case: undoing, the search for leaks, a look at the
# kernels' logs. Sourced after lib.sh.

# What the backend counts as held; zero when nobody has a share mounted.
GAUGES=(loans nodes open_files locks)

lost() {
	grep -qx "$1" "$STATE/lost"
}

# A guest that the case did not give up must be there still. What kernels may
# not say is the lab's affair (kernel-logs-clean).
check_logs() {
	local mark=$1 guest regex bad=0 allow=()
	shift
	for guest; do
		lost "$guest" || xl domid "$guest" >/dev/null 2>&1 || {
			echo "$guest is gone; the end of its console:"
			tail -n 30 "/var/log/xen/console/guest-$guest.log"
			xl list
			xl dmesg | tail -n 5
			bad=1
		}
	done
	while read -r regex; do
		allow+=(--allow "$regex")
	done <"$STATE/allowed"
	kernel-logs-clean --since "$mark" "${allow[@]}" || bad=1
	return "$bad"
}

# Memory that nothing points to, where the kernel looks for it (KERNEL=debug).
check_leaks() {
	local guest alive=()
	for guest; do
		lost "$guest" || alive+=("$guest")
	done
	kernel-leaks "${alive[@]}"
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
			if grep -F "op ?" /proc/self/mountstats; then
				echo "mountstats has no name for an operation" && bad=1
			fi
			for dir in $(awk "\$3 == \"xenfs_front\" || (\$3 == \"xenfs\" && \$2 != \"/proc/xen\") { print \$2 }" \
					/proc/mounts | tac); do
				umount "$dir" || bad=1
			done
			if [ -e /sys/module/xenfs_front/refcnt ]; then
				# xenbus holds the module for each device that it drives
				n=$(($(cat /sys/module/xenfs_front/refcnt) - $(ls /sys/bus/xen/drivers/xenfs |
					grep -c ^xenfs- || true)))
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
			for ((i = 0; i < 50 * ${LAB_SLOW:-1}; i++)); do
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
		timeout $((30 * ${LAB_SLOW:-1})) xenfs detach "$domid" "$tag" || {
			timeout $((30 * ${LAB_SLOW:-1})) xenfs detach --force --timeout $((5 * ${LAB_SLOW:-1})) "$domid" "$tag"
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
