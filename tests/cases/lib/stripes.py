#!/usr/bin/env python3
"""stripes.py - two writers of one file, who write different octets of the same pages.

    stripes.py make FILE SIZE               an empty file of that size
    stripes.py write FILE PART ROUND HOW    read it all, wait until the other (PART is 0 or 1)
                                            has done so, too, write the own stripes, then HOW:
                                            "fsync" and wait a moment, or "close"
    stripes.py check FILE ROUND             both writers' stripes are those of that round
    stripes.py alternate FILE PART ROUNDS   by turns: look at what the other has brought to the
                                            file, change the own stripes, fsync, say so

A stripe has 96 octets, so that some lie across a border of pages.
"""

import os
import sys
import time

STRIPE = 96


def stripe(index, number):
    """The octets of a stripe in a round, 0 being the file as it was made."""
    return bytes(STRIPE) if number == 0 else bytes((index * 7 + number * 31 + j) % 251 + 1
                                                   for j in range(STRIPE))


def look(path, rounds, when):
    """rounds: of which round the even stripes are, and the odd ones."""
    with open(path, "rb") as file:
        data = file.read()
    for index in range(len(data) // STRIPE):
        got = data[index * STRIPE:(index + 1) * STRIPE]
        number = rounds[index % 2]
        if got == stripe(index, number):
            continue
        was = [n for n in range(number + 3) if got == stripe(index, n)]
        raise AssertionError(f"{when}: stripe {index}, of writer {index % 2}, at octet "
                             f"{index * STRIPE}, is not of round {number} but "
                             f"{'of round %d' % was[0] if was else 'mixed: ' + got.hex()}")


def put(fd, part, number):
    for index in range(part, os.fstat(fd).st_size // STRIPE, 2):
        assert os.pwrite(fd, stripe(index, number), index * STRIPE) == STRIPE, "a short write"


def number_in(path):
    """Opening a file asks the server; what is known of a name may be a second old."""
    with open(path, encoding="ascii") as file:
        return int(file.read())


def put_number(path, number):
    fd = os.open(path, os.O_WRONLY)
    assert os.pwrite(fd, b"%04d" % number, 0) == 4, "a short write"
    os.close(fd)


def wait_for_number(path, number):
    limit = time.monotonic() + 30 * int(os.environ.get("LAB_SLOW", "1"))
    while number_in(path) < number:
        assert time.monotonic() < limit, f"waited in vain for {number} in {path}"
        time.sleep(0.01)


def make(path, size):
    with open(path, "wb") as file:
        file.truncate(size)
    for name in ("ready.0", "ready.1", "turn"):
        with open(f"{path}.{name}", "wb") as file:
            file.write(b"0000")


def write(path, part, number, how):
    fd = os.open(path, os.O_RDWR)
    # Whatever pages it has now are those that it must not bring back whole.
    assert os.pread(fd, 1 << 20, 0), "the file is empty"
    put_number(f"{path}.ready.{part}", number)
    wait_for_number(f"{path}.ready.{1 - part}", number)
    put(fd, part, number)
    if how == "fsync":
        os.fsync(fd)
        time.sleep(0.5)
    os.close(fd)


def alternate(path, part, rounds):
    """Turn t is of writer t % 2, who writes its round t // 2 + 1."""
    fd = os.open(path, os.O_RDWR)
    for number in range(1, rounds + 1):
        mine = 2 * (number - 1) + part
        wait_for_number(f"{path}.turn", mine)
        look(path, (number - 1, number - 1) if part == 0 else (number, number - 1), f"turn {mine}")
        put(fd, part, number)
        os.fsync(fd)
        put_number(f"{path}.turn", mine + 1)
    os.close(fd)


def main():
    command, path, *rest = sys.argv[1:]
    if command == "make":
        make(path, int(rest[0]))
    elif command == "write":
        write(path, int(rest[0]), int(rest[1]), rest[2])
    elif command == "check":
        look(path, (int(rest[0]), int(rest[0])), "check")
    elif command == "alternate":
        alternate(path, int(rest[0]), int(rest[1]))
    else:
        sys.exit(__doc__)


main()
