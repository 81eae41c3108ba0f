# shellcheck shell=bash
# guests: a:pvh:6.12
# Extended attributes and ACLs are those of dom0.

echo x >"$T/file"
mkdir "$T/dir"
setfattr -n user.plain -v value "$T/file"
setfattr -n user.empty "$T/file"
setfattr -n user.binary -v 0x00ff00ff "$T/file"
setfattr -n user.dir -v d "$T/dir"
setfattr -n trusted.secret -v s "$T/file"
setfattr -n security.label -v l "$T/file"
setfacl -m u:1500:rw,g:1600:r "$T/file"
setfacl -d -m u:1700:rwx "$T/dir"
python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.long", b"v" * 3500)' "$T/file"

share a t "$T" squash=none
for name in file dir; do
	eq "$(g a getfattr -d -m - -e hex --absolute-names "/mnt/t/$name" | tail -n +2)" \
		"$(getfattr -d -m - -e hex --absolute-names "$T/$name" | tail -n +2)" "attributes of $name"
	eq "$(g a getfacl -cpn "/mnt/t/$name")" "$(getfacl -cpn "$T/$name")" "ACL of $name"
done
refuses 'No such attribute' g a getfattr -n user.missing /mnt/t/file
# trusted attributes are for root alone
refuses 'No such attribute|not permitted' \
	g a setpriv --reuid 1500 --clear-groups getfattr -n trusted.secret /mnt/t/file
g a python3 -c '
import errno, os
path = "/mnt/t/file"
assert os.getxattr(path, "user.empty") == b""
assert os.getxattr(path, "user.long") == b"v" * 3500
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
buf = ctypes.create_string_buffer(10)
assert libc.getxattr(path.encode(), b"user.long", buf, 10) == -1
assert ctypes.get_errno() == errno.ERANGE, ctypes.get_errno()
assert libc.getxattr(path.encode(), b"user.long", None, 0) == 3500
assert libc.listxattr(path.encode(), buf, 3) == -1 and ctypes.get_errno() == errno.ERANGE
'
# A change is seen.
setfattr -n user.plain -v changed "$T/file"
sleep 1.2
eq "$(g a getfattr --only-values -n user.plain /mnt/t/file)" changed
