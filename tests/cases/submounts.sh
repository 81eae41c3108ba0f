# shellcheck shell=bash
# guests: a:pvh:6.12
# Filesystems mounted beneath the export are hidden, or entered when the share
# says so: also those that are mounted later.

mkdir -p "$T/top/point" "$T/top/later"
echo beneath >"$T/top/point/file"
make_fs tmpfs "$T/top/point" 16M
echo above >"$T/top/point/file"
attach a hide "$T/top"
attach a cross "$T/top" submounts=cross
mnt a hide
mnt a cross
eq "$(g a cat /mnt/hide/point/file)" beneath
eq "$(g a cat /mnt/cross/point/file)" above
make_fs tmpfs "$T/top/later" 16M
echo late >"$T/top/later/file"
sleep 1.2
refuses 'No such file' g a cat /mnt/hide/later/file
eq "$(g a cat /mnt/cross/later/file)" late
eq "$(g a ls /mnt/hide/later | wc -l)" 0 "entries of the directory beneath"
g a umount /mnt/cross
detach a cross
umount "$T/top/later" || fail "the backend holds a filesystem after the share is gone"
