# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# Each module refuses to go while it is in use, and goes cleanly when it is not,
# also with shares attached.

make_tree "$T" 50
for guest in a p; do
	share "$guest" t "$T" squash=none
	g "$guest" sh -c 'cat /mnt/t/d0/e0/* >/dev/null'
	refuses 'in use' g "$guest" rmmod xenfs_front
	refuses 'in use' rmmod xenfs_back
	g "$guest" umount /mnt/t
	# xenbus holds a module for each device that it drives
	gsh "$guest" 'for dev in /sys/bus/xen/drivers/xenfs/xenfs-*; do
		basename "$dev" >/sys/bus/xen/drivers/xenfs/unbind; done'
	g "$guest" modprobe -r xenfs_front
	! g "$guest" test -e /sys/module/xenfs_front || fail "xenfs_front is still there"
	# mount loads it again
	mnt "$guest" t
	same_tree "$guest" "$T" /mnt/t
	g "$guest" umount /mnt/t
	detach "$guest" t
done
modprobe -r xenfs_back
[[ ! -e /sys/module/xenfs_back ]] || fail "xenfs_back is still there"
# attach loads it again
share a t "$T" squash=none
same_tree a "$T" /mnt/t
