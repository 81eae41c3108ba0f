# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# The kernel's other filesystem of the name xenfs, on /proc/xen, works as before
# in dom0 and in guests, with the modules and the mount helper installed.

contains "$(cat /proc/xen/capabilities)" control_d
# lazily: the Xen tools' daemons hold files there
umount -l /proc/xen
mount -t xenfs xenfs /proc/xen
contains "$(cat /proc/xen/capabilities)" control_d
[[ -e /proc/xen/privcmd && -e /proc/xen/xsd_port ]] || fail "/proc/xen is not complete"
modprobe xenfs_front
umount -l /proc/xen
mount -t xenfs none /proc/xen
contains "$(cat /proc/xen/capabilities)" control_d
xl list >/dev/null
modprobe -r xenfs_front
contains "$(cat /proc/xen/capabilities)" control_d

echo x >"$T/file"
for guest in a p; do
	attach "$guest" t "$T"
	g "$guest" modprobe xenfs_front
	gsh "$guest" 'mountpoint -q /proc/xen && umount /proc/xen; mount -t xenfs xenfs /proc/xen
		[ -e /proc/xen/capabilities ]'
	mnt "$guest" t
	eq "$(g "$guest" cat /mnt/t/file)" x
	g "$guest" test -e /proc/xen/xenbus
	g "$guest" umount /mnt/t /proc/xen
	# and the other way round
	mnt "$guest" t
	gsh "$guest" 'mount -t xenfs none /proc/xen; [ -e /proc/xen/capabilities ]; umount /proc/xen'
	eq "$(g "$guest" cat /mnt/t/file)" x
done
