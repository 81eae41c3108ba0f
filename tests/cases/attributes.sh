# shellcheck shell=bash
# guests: a:pvh:6.12
# stat, statx and statfs tell in the guest what they tell in dom0.

echo x >"$T/file"
ln "$T/file" "$T/link"
mkdir "$T/dir"
touch -d '2001-02-03 04:05:06.123456789' "$T/file"
# Blocks are counted when they are allocated.
sync -f "$T"
share a t "$T" squash=none
format='%f %h %u %g %s %b %B %x %y %z %w'
for name in file dir link .; do
	eq "$(g a stat -c "$format" "/mnt/t/$name")" "$(stat -c "$format" "$T/$name")" "stat of $name"
done
eq "$(g a stat -c %i /mnt/t/file)" "$(g a stat -c %i /mnt/t/link)" "numbers of two names of a file"
ne "$(g a stat -c %i /mnt/t/file)" "$(g a stat -c %i /mnt/t/dir)" "numbers of two files"
for field in %b %S %l %c; do
	eq "$(g a stat -f -c "$field" /mnt/t)" "$(stat -f -c "$field" "$T")" "statfs $field"
done
contains "$(g a grep ' /mnt/t ' /proc/mounts)" '^t /mnt/t xenfs[_a-z]* ro,'
contains "$(g a grep ' /mnt/t ' /proc/mounts)" 'nosuid,nodev'

chattr +i "$T/file"
sleep 1.2
contains "$(g a python3 -c '
import ctypes, struct
buf = ctypes.create_string_buffer(256)
libc = ctypes.CDLL(None)
assert libc.statx(-100, b"/mnt/t/file", 0, 0xfff, buf) == 0
print("immutable" if struct.unpack_from("Q", buf, 8)[0] & 0x10 else "mutable")')" '^immutable'
chattr -i "$T/file"
