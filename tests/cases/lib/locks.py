#!/usr/bin/env python3
"""locks.py - takes locks of all kinds.

    locks.py try KIND TYPE FILE [START LEN]     print "yes" if it can be had now, else "no"
    locks.py hold KIND TYPE FILE UNTIL [START LEN]
                                                take it, print "held", keep it until the file
                                                UNTIL exists
    locks.py wait KIND TYPE FILE [START LEN]    wait for it, print "granted"
    locks.py interrupted KIND TYPE FILE [START LEN]
                                                wait for it until a signal comes, a second
                                                later; print "granted" or "interrupted"
    locks.py count KIND FILE TIMES              add 1 to the number in FILE, under the lock

KIND: flock, posix, ofd. TYPE: sh, ex. All of them but count close at the end.
"""

import errno
import fcntl
import os
import signal
import struct
import sys
import time


class Lock:
    def __init__(self, kind, path, start=0, length=0):
        self.kind, self.start, self.length = kind, start, length
        self.fd = os.open(path, os.O_RDWR)

    def record(self, command, kind):
        # struct flock: type, whence, start, len, pid
        fcntl.fcntl(self.fd, command,
                    struct.pack("hhqqi4x", kind, os.SEEK_SET, self.start, self.length, 0))

    def take(self, how, wait=True):
        exclusive = how == "ex"
        if self.kind == "flock":
            fcntl.flock(self.fd, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) |
                        (0 if wait else fcntl.LOCK_NB))
            return
        kind = fcntl.F_WRLCK if exclusive else fcntl.F_RDLCK
        commands = {"posix": (fcntl.F_SETLK, fcntl.F_SETLKW),
                    "ofd": (fcntl.F_OFD_SETLK, fcntl.F_OFD_SETLKW)}
        self.record(commands[self.kind][wait], kind)

    def give(self):
        if self.kind == "flock":
            fcntl.flock(self.fd, fcntl.LOCK_UN)
        else:
            self.record(fcntl.F_SETLK if self.kind == "posix" else fcntl.F_OFD_SETLK, fcntl.F_UNLCK)


def say(text):
    print(text, flush=True)


def attempt(lock, how):
    try:
        lock.take(how, wait=False)
        say("yes")
    except OSError as error:
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            raise
        say("no")


def hold(lock, how, until):
    lock.take(how)
    say("held")
    for _ in range(3000):
        if os.path.exists(until):
            break
        time.sleep(0.02)
    lock.give()


class Interrupted(Exception):
    pass


def on_alarm(_number, _frame):
    raise Interrupted


def wait_interrupted(lock, how):
    """The signal's time counts from here: a slow machine takes long to start Python."""
    signal.signal(signal.SIGALRM, on_alarm)
    try:
        signal.setitimer(signal.ITIMER_REAL, 1)
        lock.take(how)
        signal.setitimer(signal.ITIMER_REAL, 0)
        say("granted")
    except Interrupted:
        say("interrupted")


def count(lock, times):
    """By one descriptor all the time: taking the lock must show what the others have written."""
    for _ in range(times):
        lock.take("ex")
        number = int(os.pread(lock.fd, 20, 0)) + 1
        assert os.pwrite(lock.fd, b"%019d\n" % number, 0) == 20, "a short write"
        lock.give()


def main():
    command, kind = sys.argv[1:3]
    if command == "count":
        count(Lock(kind, sys.argv[3]), int(sys.argv[4]))
        return
    how, path, *rest = sys.argv[3:]
    until = rest.pop(0) if command == "hold" else None
    lock = Lock(kind, path, *map(int, rest))
    if command == "try":
        attempt(lock, how)
    elif command == "hold":
        hold(lock, how, until)
    elif command == "wait":
        lock.take(how)
        say("granted")
    elif command == "interrupted":
        wait_interrupted(lock, how)
    else:
        sys.exit(__doc__)


main()
