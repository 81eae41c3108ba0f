# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# Empty files, tails, holes, files beyond 4 GiB and up to 2^63 - 1.

make_fs xfs "$T/fs" 400M
python3 - "$T/fs" <<'END'
import sys
top = sys.argv[1]
def make(name, size, parts):
    with open(f"{top}/{name}", "wb") as f:
        f.truncate(size)
        for offset, data in parts:
            f.seek(offset)
            f.write(data)
make("empty", 0, [])
make("one", 1, [(0, b"x")])
for n in (4095, 4096, 4097, 262143, 262144, 262145):
    make(f"tail-{n}", n, [(n - 1, b"!")])
make("hole", 1 << 20, [])
make("five", 5 << 30, [(0, b"begin"), ((4 << 30) - 2, b"cross"), ((5 << 30) - 3, b"end")])
make("last", (1 << 63) - 1, [((1 << 62) + 5, b"middle"), ((1 << 63) - 1 - 5, b"final")])
END
cat >"$T/fs/look.py" <<'END'
import errno, mmap, os, sys
top = sys.argv[1]
def at(name, offset, n):
    fd = os.open(f"{top}/{name}", os.O_RDONLY)
    try:
        return os.pread(fd, n, offset)
    finally:
        os.close(fd)
def want(got, expected, what):
    assert got == expected, f"{what}: {got!r} instead of {expected!r}"
G = 1 << 30
TOP = (1 << 63) - 1
want(at("empty", 0, 10), b"", "empty")
want(at("one", 0, 10), b"x", "one")
want(at("one", 1, 10), b"", "behind one")
for n in (4095, 4096, 4097, 262143, 262144, 262145):
    want(at(f"tail-{n}", 0, 300000), b"\0" * (n - 1) + b"!", f"tail-{n}")
    want(at(f"tail-{n}", n - 1, 5), b"!", f"the end of tail-{n}")
    want(at(f"tail-{n}", n, 5), b"", f"behind tail-{n}")
    want(at(f"tail-{n}", n + 100000, 5), b"", f"far behind tail-{n}")
want(at("hole", 0, 1 << 21), b"\0" * (1 << 20), "hole")
want(at("five", 0, 5), b"begin", "five")
want(at("five", 4 * G - 4, 9), b"\0\0cross\0\0", "five at 4 GiB")
want(at("five", 5 * G - 5, 100), b"\0\0end", "five's end")
want(at("last", (1 << 62) + 4, 8), b"\0middle\0", "last, in the middle")
want(at("last", TOP - 7, 7), b"\0\0final", "last's end")
want(at("last", TOP - 1, 1), b"l", "the last octet")
want(os.stat(f"{top}/last").st_size, TOP, "last's size")
fd = os.open(f"{top}/five", os.O_RDONLY)
want(os.lseek(fd, 10000, os.SEEK_DATA) >= 4 * G - 65536, True, "SEEK_DATA")
hole = os.lseek(fd, 0, os.SEEK_HOLE)
want(0 < hole <= 1 << 20, True, "SEEK_HOLE")
want(os.lseek(fd, 5 * G - 1, os.SEEK_HOLE), 5 * G, "SEEK_HOLE at the end")
for whence in (os.SEEK_DATA, os.SEEK_HOLE):
    try:
        os.lseek(fd, 5 * G, whence)
        raise AssertionError("seek behind the end worked")
    except OSError as e:
        want(e.errno, errno.ENXIO, "seek behind the end")
m = mmap.mmap(fd, 16384, mmap.MAP_SHARED, mmap.PROT_READ, offset=4 * G - 8192)
want(m[8188:8197], b"\0\0cross\0\0", "the mapping at 4 GiB")
fd = os.open(f"{top}/last", os.O_RDONLY)
m = mmap.mmap(fd, 4096, mmap.MAP_SHARED, mmap.PROT_READ, offset=1 << 62)
want(m[4:12], b"\0middle\0", "the mapping at 2^62")
END
for guest in a p; do
	share "$guest" t "$T/fs"
	g "$guest" python3 /mnt/t/look.py /mnt/t
	for file in empty one tail-4095 tail-4097 hole; do
		[[ $file == empty ]] || g "$guest" "$PROGS/mapcheck" sum "/mnt/t/$file"
		g "$guest" "$PROGS/mapcheck" sigbus "/mnt/t/$file"
	done
done
