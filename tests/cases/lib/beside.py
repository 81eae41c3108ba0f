#!/usr/bin/env python3
"""beside.py FILE - one process stores to the first octet of a file through a mapping, without pause,
while another appends to the first page and punches holes in it: neither may lose what the other did.

beside.py check FILE LAST - the file holds all of it; LAST is what "beside.py FILE" printed.
"""

import mmap
import os
import subprocess
import sys

HEAD = 300
HOLE = (100, 60)
COUNT = 90


def record(i):
    return f"record {i:04} {'x' * 24}\n".encode()


def store(path, stop):
    fd = os.open(path, os.O_RDWR)
    octet = 0
    with mmap.mmap(fd, HEAD) as page:
        while not os.path.exists(stop):
            octet = octet % 255 + 1
            page[0] = octet
        page.flush()
    print(octet, flush=True)


def main(path):
    stop = "/tmp/beside-stop"
    if os.path.exists(stop):
        os.unlink(stop)
    with open(path, "wb") as file:
        file.write(b"h" * HEAD)
    child = os.fork()
    if not child:
        store(path, stop)
        os._exit(0)
    fd = os.open(path, os.O_WRONLY | os.O_APPEND)
    for i in range(COUNT):
        assert os.write(fd, record(i)) == len(record(i))
        if i % 10 == 5:
            subprocess.run(["fallocate", "--punch-hole", "--offset", str(HOLE[0]),
                            "--length", str(HOLE[1]), path], check=True)
    with open(stop, "wb"):
        pass
    status = os.waitpid(child, 0)[1]
    os.close(fd)
    os.unlink(stop)
    return 1 if status else 0


def check(path, last):
    want = bytearray(b"h" * HEAD + b"".join(record(i) for i in range(COUNT)))
    want[0] = int(last)
    want[HOLE[0]:sum(HOLE)] = bytes(HOLE[1])
    with open(path, "rb") as file:
        has = file.read()
    if has == want:
        return 0
    wrong = [i for i in range(min(len(has), len(want))) if has[i] != want[i]]
    print(f"{path}: {len(has)} octets instead of {len(want)}; {len(wrong)} wrong ones, the first at "
          f"{wrong[0] if wrong else min(len(has), len(want))}")
    return 1


if __name__ == "__main__":
    sys.exit(check(*sys.argv[2:]) if sys.argv[1] == "check" else main(sys.argv[1]))
