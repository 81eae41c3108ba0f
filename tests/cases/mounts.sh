# shellcheck shell=bash
# guests: a:pvh:6.12
# Several mounts of one tag share a superblock, several shares do not mix; a
# mount by its own type name; mistakes are told clearly; hot-added shares work.

mkdir "$T/one" "$T/two"
echo one >"$T/one/which"
echo two >"$T/two/which"
share a one "$T/one"
mnt a one /mnt/again
eq "$(g a stat -c %d /mnt/one)" "$(g a stat -c %d /mnt/again)" "device numbers of two mounts of a tag"
share a two "$T/two"
ne "$(g a stat -c %d /mnt/one)" "$(g a stat -c %d /mnt/two)" "device numbers of two shares"
eq "$(g a cat /mnt/one/which /mnt/again/which /mnt/two/which | tr '\n' ' ')" "one one two "

g a mkdir -p /mnt/x
refuses "no share 'wrong'.*on offer: (one, two|two, one)" \
	g a mount -t xenfs wrong /mnt/x -o x-xenfs.wait=0
# Without the helper the kernel says it.
refuses 'wrong|one' g a mount -i -t xenfs_front wrong /mnt/x
refuses 'nonsense|[Uu]nknown|bad option|wrong' g a mount -t xenfs one /mnt/x -o nonsense=1
refuses 'share|bad option|wrong|invalid' g a mount -t xenfs one /mnt/x -o share=sometimes
# (a second mount of a tag would share the first one's options)
g a umount /mnt/two
for how in auto always never; do
	g a mount -i -t xenfs_front two /mnt/x -o "share=$how" ||
		fail "share=$how is refused"
	eq "$(g a cat /mnt/x/which)" two
	contains "$(g a grep ' /mnt/x ' /proc/mounts)" "share=$how"
	g a umount /mnt/x
done
g a umount /mnt/one
eq "$(g a cat /mnt/again/which)" one "the second mount after the first is gone"

# The helper waits for a tag that comes late.
gsh a 'mount -t xenfs late /mnt/x -o x-xenfs.wait=30' &
waiter=$!
sleep 1
attach a late "$T/one"
wait "$waiter" || fail "the mount did not wait for the tag"
eq "$(g a cat /mnt/x/which)" one
umnt a /mnt/x
detach a late

# Whoever mounts the moment that the device is listed gets one session, not two.
for _ in 1 2 3 4 5; do
	gsh a 'until mount -i -t xenfs_front late /mnt/x 2>/dev/null; do :; done' &
	waiter=$!
	attach a late "$T/one"
	wait "$waiter"
	eq "$(g a cat /mnt/x/which)" one
	eq "$(mountstat a /mnt/x reconnects)" 0 "connections begun anew"
	umnt a /mnt/x
	detach a late
done
# fstab
gsh a 'echo "two /mnt/x xenfs defaults,nofail 0 0" >>/etc/fstab && mount /mnt/x'
eq "$(g a cat /mnt/x/which)" two
