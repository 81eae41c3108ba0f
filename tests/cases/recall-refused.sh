# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# A guest that does not return what it is asked for is lent no more, is named, and is served all the
# same; others notice nothing. When it returns pages it is lent to again.

head -c 40000000 /dev/urandom >"$T/large"
for name in before during after; do
	head -c 2000000 /dev/urandom >"$T/$name"
done
for guest in a p; do
	share "$guest" t "$T" "" idle=0 # what it holds, it keeps
	same_file "$guest" "$T/large" /mnt/t/large
done
g a modprobe xenfs_deaf
held=$(stat_of a t loans)
ge "$held" 9000 "pages on loan"

# What asks backends for memory, as shortage would.
ask_until() {
	local limit=$((SECONDS + $1 * ${LAB_SLOW:-1}))
	shift
	until "$@"; do
		[[ $SECONDS -lt $limit ]] || fail "waited in vain for: $*"
		echo 2 >/proc/sys/vm/drop_caches
		sleep 0.5
	done
}
is_overdue() {
	[[ $(stat_of "$1" t overdue) -eq 1 ]]
}
returned() {
	[[ $(stat_of "$1" t pages_returned) -ge $2 ]]
}

ask_until 60 is_overdue a
ge "$(stat_of a t loans)" "$held" "pages that it keeps"
ask_until 30 returned p 100
eq "$(stat_of p t overdue)" 0 "overdue, of the guest that answers"
contains "$(xenfs list a)" "[0-9]+, [0-9]+ late"
eq "$(xenfs list --json a | jq -r '.[].overdue')" true

lent=$(stat_of a t pages_lent)
same_file a "$T/during" /mnt/t/during
eq "$(stat_of a t pages_lent)" "$lent" "pages lent to a guest that is late"
ge "$(stat_of a t overdue_denied)" 1 "loans that were refused for that"
dmesg | grep -q "domain $(xl domid a) has not returned pages of share 't'" || fail "the log does not name the guest"
lent=$(stat_of p t pages_lent)
same_file p "$T/during" /mnt/t/during
ge "$(stat_of p t pages_lent)" $((lent + 1)) "pages lent to the other"

g a rmmod xenfs_deaf
pays() {
	! is_overdue a
}
ask_until 60 pays
lent=$(stat_of a t pages_lent)
same_file a "$T/after" /mnt/t/after
ge "$(stat_of a t pages_lent)" $((lent + 1)) "pages lent when it has paid"
same_file a "$T/large" /mnt/t/large
