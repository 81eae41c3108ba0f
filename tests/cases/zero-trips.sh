# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# What a guest has seen, and what has not changed since, it is told without a message: counted by the
# server. What has changed costs no more than to ask for it.

trips() {
	local device
	device=$(device_of "$1" t)
	cat "/sys/bus/xen-backend/devices/xenfs-$device/statistics"/requests_* | awk '{ n += $1 } END { print n }'
}

warm='
import errno, mmap, os, sys
os.chdir("/mnt/t/tree")
def look():
    for name in ("file", "big", "dir", "dir/sub", "dir/sub/deep", "link", "none", "dir/none", "none/none"):
        try:
            os.stat(name)
            os.access(name, os.R_OK)
            os.lstat(name)
        except FileNotFoundError:
            assert "none" in name
    for name in ("file", "big", "dir/sub/deep"):
        with open(name, "rb", buffering=0) as file:
            while file.read(65536):
                pass
    with open("big", "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as m:
        sum(m[::4096])
    assert os.readlink("link") == "dir/sub/deep"
    assert os.listdir("dir") and os.listdir(".")
    assert os.getxattr("file", "user.x") == b"value"
    assert os.listxattr("file") == ["user.x"]
    try:
        os.getxattr("file", "user.none")
    except OSError as e:
        assert e.errno == errno.ENODATA
for _ in range(int(sys.argv[1])):
    look()'

mkdir -p "$T/tree/dir/sub"
head -c 300000 /dev/urandom >"$T/tree/big"
echo text | tee "$T/tree/file" >"$T/tree/dir/sub/deep"
ln -s dir/sub/deep "$T/tree/link"
setfattr -n user.x -v value "$T/tree/file"
for guest in a p; do
	share "$guest" t "$T" mode=rw,squash=none
	# what the server refuses is forgotten again
	refuses 'not empty' g "$guest" rmdir /mnt/t/tree/dir
	refuses 'No such attribute' g "$guest" setfattr -x user.absent /mnt/t/tree/file
	g "$guest" python3 -c "$warm" 2
	sleep 1
	before=$(trips "$guest")
	g "$guest" python3 -c "$warm" 20
	eq "$(trips "$guest")" "$before" "requests of $guest after what was warm"

	echo more >>"$T/tree/file"
	eq "$(g "$guest" cat /mnt/t/tree/file)" "$(<"$T/tree/file")" "a file that has changed, in $guest"
	le "$(($(trips "$guest") - before))" 6 "requests of $guest for one file that has changed"

	# What was opened without a message is open: its owner reads it, whatever becomes of its mode.
	head -c 3000000 /dev/urandom >"$T/own-$guest"
	chown 1000:1000 "$T/own-$guest"
	# shellcheck disable=SC2016 # expanded in the guest
	got=$(g "$guest" setpriv --reuid 1000 --regid 1000 --clear-groups bash -c '
		head -c 1 "$1" >/dev/null
		exec 3<"$1"
		chmod 000 "$1"
		sha256sum <&3' bash "/mnt/t/own-$guest")
	eq "$got" "$(sha256sum <"$T/own-$guest")" "a file that was open before its mode changed, in $guest"
	refuses denied g "$guest" setpriv --reuid 1000 --regid 1000 --clear-groups cat "/mnt/t/own-$guest"
done
