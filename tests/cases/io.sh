# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# The ways to read: pread, readv, sendfile, splice, O_DIRECT, hints, and a file
# read through a pipe while its pages are given back.

head -c 9000001 /dev/urandom >"$T/data"
cat >"$T/io.py" <<'END'
import errno, hashlib, mmap, os, sys, threading
path = sys.argv[1]
want = sys.argv[2]
size = os.stat(path).st_size
def check(what, data):
    got = hashlib.sha256(data).hexdigest()
    assert len(data) == size, f"{what}: {len(data)} octets instead of {size}"
    assert got == want, f"{what}: other content"
def fd():
    return os.open(path, os.O_RDONLY)
f = fd()
whole = os.pread(f, size + 100, 0)
while len(whole) < size:
    whole += os.pread(f, size, len(whole))
check("pread", whole)
parts = [bytearray(n) for n in (1, 4095, 4096, 100000, size)]
n = os.preadv(f, parts, 0)
check("preadv", b"".join(parts)[:size] if n == size else whole[:0])
out = bytearray()
for step in (1, 511, 4096, 70001):
    for at in (0, 1, 4095, 4096, 8191, size - step, size - 1):
        assert os.pread(f, step, at) == whole[at:at + step], f"pread {step} at {at}"
def pull(pipe, into):
    while True:
        data = os.read(pipe, 1 << 16)
        if not data:
            break
        into.extend(data)
def through_pipe(what, push):
    r, w = os.pipe()
    into = bytearray()
    t = threading.Thread(target=pull, args=(r, into))
    t.start()
    push(w)
    os.close(w)
    t.join()
    os.close(r)
    check(what, bytes(into))
def send(w):
    at = 0
    while at < size:
        at += os.sendfile(w, f, at, 1 << 20)
def splice(w):
    at = 0
    while at < size:
        at += os.splice(f, w, 1 << 16, offset_src=at)
through_pipe("sendfile", send)
through_pipe("splice", splice)
# Spliced pages sit in a pipe while their loans are given back.
r, w = os.pipe()
n = os.splice(f, w, 65536, offset_src=0)
os.posix_fadvise(f, 0, 0, os.POSIX_FADV_DONTNEED)
open("/proc/sys/vm/drop_caches", "w").write("3")
assert os.read(r, n) == whole[:n], "splice, then drop_caches"
# sendfile into a local file
o = os.open("/tmp/copy", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
at = 0
while at < size:
    at += os.sendfile(o, f, at, size)
check("sendfile to a file", open("/tmp/copy", "rb").read())
at = 0
os.ftruncate(o, 0)
os.lseek(o, 0, 0)
# between two filesystems the kernel leaves this to the program, as for any
try:
    os.copy_file_range(f, o, size, 0, 0)
    assert False, "copy_file_range to another filesystem"
except OSError as e:
    assert e.errno == errno.EXDEV, e
# O_DIRECT wants an aligned buffer: a mapping is one
d = os.open(path, os.O_RDONLY | os.O_DIRECT)
buf = mmap.mmap(-1, 1 << 20)
out = bytearray()
while True:
    n = os.preadv(d, [buf], len(out))
    if n == 0:
        break
    out.extend(buf[:n])
check("O_DIRECT", bytes(out))
for advice in (os.POSIX_FADV_RANDOM, os.POSIX_FADV_SEQUENTIAL, os.POSIX_FADV_NOREUSE):
    os.posix_fadvise(f, 0, 0, advice)
    assert os.pread(f, 100000, 12345) == whole[12345:112345], "after fadvise"
END
for guest in a p; do
	share "$guest" t "$T"
	g "$guest" python3 /mnt/t/io.py /mnt/t/data "$(sha256sum <"$T/data" | cut -d' ' -f1)"
	g "$guest" rm -f /tmp/copy
done
