#!/usr/bin/env python3
"""append.py FILE WHO COUNT - appends records to a file that others append to, each by one write.

If there is a FILE.go it waits until that holds something (it looks by opening it, which is never
answered out of a cache), so that all begin at once; FILE.ready.WHO says that it waits.

append.py check FILE WHO:COUNT... - every record is there, once, whole, and behind the one that
the same writer appended before it. Most records have 100 to 200 octets, each tenth has 5000.
"""

import os
import random
import sys
import time


def record(who, i):
    size = 5000 if i % 10 == 9 else random.Random(f"{who} {i}").randrange(100, 201)
    head = f"{who} {i} {size} "
    return (head + who[0] * (size - len(head) - 1) + "\n").encode()


def wait_for_all(path, who):
    if not os.path.exists(f"{path}.go"):
        return
    with open(f"{path}.ready.{who}", "w", encoding="ascii"):
        pass
    limit = time.monotonic() + 30 * int(os.environ.get("LAB_SLOW", "1"))
    while time.monotonic() < limit:
        with open(f"{path}.go", encoding="ascii") as file:
            if file.read():
                return
        time.sleep(0.01)
    raise AssertionError("waited in vain for the others")


def append(path, who, count):
    wait_for_all(path, who)
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for i in range(count):
        if i % 10 == 0:
            time.sleep(0.005)  # let the others in between
        data = record(who, i)
        done = os.write(fd, data)
        assert done == len(data), f"record {i} of {who}: {done} octets instead of {len(data)}"
    os.close(fd)


def check(path, writers):
    expected = {who: int(count) for who, count in (writer.split(":") for writer in writers)}
    seen = dict.fromkeys(expected, 0)
    at = 0
    with open(path, "rb") as file:
        for line in file:
            who = line.split(b" ", 1)[0].decode(errors="replace")
            assert who in seen, f"at octet {at}: nobody's record: {line[:60]}"
            assert line == record(who, seen[who]), \
                f"at octet {at}: not record {seen[who]} of {who}: {line[:60]}"
            seen[who] += 1
            at += len(line)
    assert seen == expected, f"records: {seen} instead of {expected}"


if sys.argv[1] == "check":
    check(sys.argv[2], sys.argv[3:])
else:
    append(sys.argv[1], sys.argv[2], int(sys.argv[3]))
