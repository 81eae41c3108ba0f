#!/usr/bin/env python3
"""make-tree.py DIR [FILES] - makes a tree with all that a tree can hold.

Always the same for the same arguments: sizes around page boundaries, holes,
hard links, symbolic links of all sorts, special files, odd names, odd modes,
extended attributes where the filesystem takes them.
"""

import os
import random
import socket
import stat
import sys

SIZES = (0, 1, 2, 4095, 4096, 4097, 8191, 8192, 12288 + 7, 65535, 65536, 65537, 1048577)


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def plain_files(rng, top, count):
    for i in range(count):
        directory = f"{top}/d{i % 17}/e{i % 5}"
        os.makedirs(directory, exist_ok=True)
        size = SIZES[i] if i < len(SIZES) else int(rng.paretovariate(0.8) * 300) % 200000
        write(f"{directory}/f{i}", rng.randbytes(size))


def holes(rng, top):
    os.mkdir(f"{top}/sparse")
    for name, parts in (("begin", [1 << 20]), ("middle", [0, 1 << 20]), ("two", [4096, 300000])):
        with open(f"{top}/sparse/{name}", "wb") as file:
            for offset in parts:
                file.seek(offset)
                file.write(rng.randbytes(5000))
    with open(f"{top}/sparse/all", "wb") as file:
        file.truncate(3 << 20)


def links(top):
    os.mkdir(f"{top}/links")
    for name, target in (("file", "../d0/e0/f0"), ("dir", "../d0"), ("nowhere", "no/such/thing"),
                         ("absolute", "/etc/passwd"), ("outside", "../../../../etc/passwd"),
                         ("self", "self"), ("long", "x/" * 2000), ("dot", ".")):
        try:
            os.symlink(target, f"{top}/links/{name}")
        except OSError as error:  # not all filesystems take 4000 octets
            print(f"make-tree: {name}: {error.strerror}", file=sys.stderr)
    os.link(f"{top}/d0/e0/f0", f"{top}/links/hard")


def special(top):
    os.mkdir(f"{top}/special")
    os.mkfifo(f"{top}/special/fifo")
    os.mknod(f"{top}/special/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    os.mknod(f"{top}/special/block", stat.S_IFBLK | 0o600, os.makedev(7, 250))
    os.mknod(f"{top}/special/wide", stat.S_IFCHR | 0o600, os.makedev(511, 262143))
    here = os.getcwd()
    os.chdir(f"{top}/special")  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("socket")
    os.chdir(here)


def names(top):
    os.mkdir(f"{top}/names")
    for name in (b"n" * 255, b" leading", b"trailing ", b"new\nline", b"tab\t", b"\xff\xfe\x01",
                 "ümläut-日本".encode(), b"-dash", b"...", b"..x", b"*?[", b"quote'\"", b"back\\slash"):
        write(f"{top}/names/".encode() + name, name)
    deep = f"{top}/deep"
    for _ in range(60):
        deep += "/deeper"
    os.makedirs(deep)
    write(f"{deep}/bottom", b"here\n")


def modes(top):
    os.mkdir(f"{top}/modes")
    for mode in (0o000, 0o400, 0o644, 0o755, 0o4755, 0o2755, 0o1777, 0o7777):
        path = f"{top}/modes/{mode:04o}"
        write(path, b"%o" % mode)
        os.chown(path, 1000 + mode % 7, 2000)
        os.chmod(path, mode)
    os.mkdir(f"{top}/modes/sticky")
    os.chmod(f"{top}/modes/sticky", 0o1777)
    write(f"{top}/modes/old", b"old")
    os.utime(f"{top}/modes/old", ns=(1, 123456789))
    write(f"{top}/modes/far", b"far")
    os.utime(f"{top}/modes/far", ns=(0, 4102444800 * 10**9 + 1))


def attributes(top):
    path = f"{top}/attributes"
    write(path, b"x")
    for name, value in (("user.one", b"1"), ("user.empty", b""), ("user.bin", bytes(range(256))),
                        ("user.long", b"v" * 3000), ("trusted.two", b"2")):
        try:
            os.setxattr(path, name, value)
        except OSError as error:
            print(f"make-tree: {name}: {error.strerror}", file=sys.stderr)


def main():
    top = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    rng = random.Random(20051105)
    os.umask(0o022)
    plain_files(rng, top, count)
    holes(rng, top)
    links(top)
    special(top)
    names(top)
    modes(top)
    attributes(top)


main()
