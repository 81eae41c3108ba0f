#!/usr/bin/env python3
"""write-basics.py prepare|edit|list DIR - small and large files, changed in every plain way.

prepare makes files (in dom0), edit changes each in the way that it is named for (in a guest), and
looks at it by the same descriptor, by another one, and after close; list prints what edit must
have left, as sha256sum does. Content follows from the names, so the three agree without asking.
"""

import hashlib
import mmap
import os
import random
import sys

SIZES = (0, 1, 4095, 4096, 4097, 3 * 4096 + 1, 16384, 16385, 65537, (1 << 20) + 7)


def octets(what, size):
    return random.Random(what).randbytes(size)


class File:
    """A file that is open, and what it must hold."""

    def __init__(self, path, size):
        self.path = path
        self.model = bytearray(octets(f"old {os.path.basename(path)}", size))
        self.fd = -1

    def open(self, flags):
        self.fd = os.open(self.path, flags | os.O_CREAT, 0o644)
        if flags & os.O_TRUNC:
            self.model.clear()

    def put(self, at, data):
        assert os.pwrite(self.fd, data, at) == len(data), f"{self.path}: a short write"
        if at > len(self.model):
            self.model.extend(bytes(at - len(self.model)))
        self.model[at:at + len(data)] = data

    def append(self, data):
        assert os.write(self.fd, data) == len(data), f"{self.path}: a short append"
        self.model.extend(data)

    def resize(self, size):
        os.ftruncate(self.fd, size)
        del self.model[size:]
        self.model.extend(bytes(size - len(self.model)))

    def check(self, fd, when):
        want = len(self.model)
        got = b""
        while data := os.pread(fd, want + 10 - len(got), len(got)):
            got += data
        assert os.fstat(fd).st_size == want, \
            f"{self.path} {when}: size {os.fstat(fd).st_size} instead of {want}"
        if got == self.model:
            return
        assert len(got) == want, f"{self.path} {when}: {len(got)} octets instead of {want}"
        at = next(i for i in range(want) if got[i] != self.model[i])
        raise AssertionError(f"{self.path} {when}: octet {at} is {got[at]:02x} instead of "
                             f"{self.model[at]:02x}")

    def check_again(self, when):
        fd = os.open(self.path, os.O_RDONLY)
        self.check(fd, when)
        os.close(fd)


class Aligned(File):
    """Writes out of a mapping: O_DIRECT wants aligned buffers."""

    def put(self, at, data):
        with mmap.mmap(-1, len(data)) as buffer:
            buffer[:] = bytes(data)
            assert os.pwritev(self.fd, [buffer], at) == len(data), f"{self.path}: a short write"
        self.model.extend(bytes(max(at - len(self.model), 0)))
        self.model[at:at + len(data)] = data


class Nowhere(File):
    """Does to the model alone what would be done to the file."""

    def open(self, flags):
        if flags & os.O_TRUNC:
            self.model.clear()

    def put(self, at, data):
        self.model.extend(bytes(max(at - len(self.model), 0)))
        self.model[at:at + len(data)] = bytes(data)

    def append(self, data):
        self.model.extend(data)

    def resize(self, size):
        del self.model[size:]
        self.model.extend(bytes(size - len(self.model)))


def new(file, size):
    os.unlink(file.path)
    file.model.clear()
    file.open(os.O_RDWR | os.O_EXCL)
    file.put(0, octets("new", size))


def whole(file, size):
    file.open(os.O_RDWR)
    file.put(0, octets("whole", size))


def truncated(file, size):
    file.open(os.O_RDWR | os.O_TRUNC)
    file.put(0, octets("after O_TRUNC", size // 2 + 3))


def appended(file, _size):
    file.open(os.O_RDWR | os.O_APPEND)
    for n in (1, 100, 5000):
        file.append(octets(f"append {n}", n))


def inside(file, size):
    file.open(os.O_RDWR)
    for at in (0, size // 2, size // 3 // 4096 * 4096 + 4090, max(size - 5, 0)):
        file.put(at, octets(f"inside {at}", 10))


def shortened(file, size):
    file.open(os.O_RDWR)
    file.resize(size * 2 // 3)
    file.resize(size * 2 // 3 + 50)


def lengthened(file, size):
    file.open(os.O_RDWR)
    file.resize(size + 10000)
    file.put(size + 10000 - 3, b"end")


def sparse(file, size):
    file.open(os.O_RDWR)
    file.put(size + (1 << 20), b"behind")


def synced(file, size):
    file.open(os.O_RDWR | os.O_SYNC)
    file.put(size // 2, octets("O_SYNC", 5000))


def datasynced(file, size):
    file.open(os.O_RDWR | os.O_DSYNC)
    file.put(size, octets("O_DSYNC", 20000))


def direct(file, size):
    file.open(os.O_RDWR | os.O_DIRECT)
    data = octets("O_DIRECT", 3 * 4096)
    file.put(0, data[:4096] if size < 4096 else data)
    file.put(size // 4096 * 4096, data)


def vectored(file, size):
    file.open(os.O_RDWR)
    parts = [octets(f"part {n}", n) for n in (1, 0, 4096, 77, 9000)]
    assert os.pwritev(file.fd, parts, size // 3) == sum(map(len, parts))
    data = b"".join(parts)
    file.model.extend(bytes(max(size // 3 - len(file.model), 0)))
    file.model[size // 3:size // 3 + len(data)] = data


def rewritten(file, _size):
    file.open(os.O_RDWR)
    rng = random.Random("rewrite")
    for i in range(40):
        at = rng.randrange(len(file.model) + 1)
        file.put(at, octets(f"rewrite {i}", rng.choice((1, 30, 4096, 6000))))


KINDS = (new, whole, truncated, appended, inside, shortened, lengthened, sparse, synced,
         datasynced, direct, vectored, rewritten)


def names(top):
    for kind in KINDS:
        for size in SIZES:
            yield kind, size, f"{top}/{kind.__name__}-{size}"


def open_model(kind, size, path):
    return (Aligned if kind is direct else File)(path, size)


def prepare(top):
    for kind, size, path in names(top):
        with open(path, "wb") as out:
            out.write(open_model(kind, size, path).model)


def edit(top):
    for kind, size, path in names(top):
        file = open_model(kind, size, path)
        file.check_again("at first")
        kind(file, size)
        if kind is not direct:
            file.check(file.fd, "by its descriptor")
        file.check_again("before it is closed")
        os.close(file.fd)
        file.check_again("after it was closed")


def listing(top):
    os.unlink, os.pwritev = lambda _: None, lambda _fd, parts, _at: sum(map(len, parts))
    for kind, size, path in names(top):
        file = Nowhere(path, size)
        kind(file, size)
        print(f"{hashlib.sha256(file.model).hexdigest()}  {os.path.basename(path)}")


{"prepare": prepare, "edit": edit, "list": listing}[sys.argv[1]](sys.argv[2])
