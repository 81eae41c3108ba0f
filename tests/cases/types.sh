# shellcheck shell=bash
# guests: a:pvh:6.12
# Special files: a FIFO joins two processes of the guest, a socket of dom0's
# answers nobody, a device node does not reach any driver.

mkfifo -m 666 "$T/fifo"
mknod -m 666 "$T/null" c 1 3
mknod -m 666 "$T/disk" b 7 0
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$T/socket"
chmod 777 "$T/socket"
install -m 4755 /usr/bin/id "$T/id"
share a t "$T"

eq "$(g a stat -c '%F' /mnt/t/fifo /mnt/t/null /mnt/t/disk /mnt/t/socket | tr '\n' ,)" \
	"fifo,character special file,block special file,socket," "types"
eq "$(g a stat -c '%t:%T' /mnt/t/null)" 1:3 "the device's number"
gsh a 'timeout 10 cat /mnt/t/fifo >/tmp/got & echo through >/mnt/t/fifo; wait $!; cat /tmp/got' >"$STATE/fifo"
eq "$(cat "$STATE/fifo")" through "what went through the FIFO"
refuses 'Permission denied' g a cat /mnt/t/null
refuses 'Permission denied' g a cat /mnt/t/disk
refuses 'refused' g a python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect("/mnt/t/socket")'
# nosuid: the set-user-id bit is shown, and means nothing.
eq "$(g a setpriv --reuid 1234 --clear-groups /mnt/t/id -u)" 1234 "the effective user"
