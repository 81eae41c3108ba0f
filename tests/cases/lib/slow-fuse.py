#!/usr/bin/env python3
"""slow-fuse.py DIR - mounts a filesystem that does not always answer.

It speaks the kernel's FUSE protocol itself: no library is needed. The root holds
"quick", and any name "stuck-..." exists, too: reading those gets no answer until
SIGUSR1 comes.
"""

import ctypes
import errno
import os
import select
import signal
import stat
import struct
import sys

LOOKUP, FORGET, GETATTR, OPEN, READ, STATFS, RELEASE = 1, 2, 3, 14, 15, 17, 18
FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, ACCESS = 25, 26, 27, 28, 29, 34
INTERRUPT, BATCH_FORGET = 36, 42
ROOT = 1
CONTENT = b"quick\n"


class Server:
    def __init__(self, directory):
        self.directory = directory
        self.fd = os.open("/dev/fuse", os.O_RDWR)
        self.names = {ROOT: b"", 2: b"quick"}
        self.stuck = []
        libc = ctypes.CDLL(None, use_errno=True)
        options = f"fd={self.fd},rootmode=40755,user_id=0,group_id=0,allow_other"
        if libc.mount(b"slow", directory.encode(), b"fuse.slow", 0, options.encode()):
            raise OSError(ctypes.get_errno(), "mount")

    def reply(self, unique, data=b"", error=0):
        try:
            os.write(self.fd, struct.pack("=IiQ", 16 + len(data), -error, unique) + data)
        except OSError as problem:
            if problem.errno != errno.ENOENT:  # it was interrupted meanwhile
                raise

    @staticmethod
    def attributes(node):
        mode = stat.S_IFDIR | 0o755 if node == ROOT else stat.S_IFREG | 0o644
        return struct.pack("=6Q10I", node, len(CONTENT), 1, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def lookup(self, name):
        for node, known in self.names.items():
            if known == name:
                return node
        if not name.startswith(b"stuck-"):
            return 0
        node = len(self.names) + 1
        self.names[node] = name
        return node

    def directory_entries(self, offset):
        out = b""
        for number, (node, name) in enumerate([(ROOT, b"."), (ROOT, b".."), (2, b"quick")], 1):
            if number > offset:
                entry = struct.pack("=QQII", node, number, len(name), 0) + name
                out += entry + b"\0" * (-len(entry) % 8)
        return out

    def handle(self, op, unique, node, body):
        if op == INIT:
            # The oldest layout that has what is needed, without any feature.
            self.reply(unique, struct.pack("=IIIIHHII8I", 7, 31, 0, 0, 16, 12, 131072, 1, *[0] * 8))
        elif op == LOOKUP:
            found = self.lookup(body.rstrip(b"\0"))
            if found:
                self.reply(unique, struct.pack("=QQQQII", found, 0, 1, 1, 0, 0) + self.attributes(found))
            else:
                self.reply(unique, error=errno.ENOENT)
        elif op == GETATTR:
            self.reply(unique, struct.pack("=QII", 1, 0, 0) + self.attributes(node))
        elif op in (OPEN, OPENDIR):
            self.reply(unique, struct.pack("=QII", 0, 0, 0))
        elif op == READ:
            if self.names[node].startswith(b"stuck-") and self.stuck is not None:
                self.stuck.append(unique)
            else:
                self.reply(unique, CONTENT[struct.unpack_from("=Q", body, 8)[0]:])
        elif op == READDIR:
            self.reply(unique, self.directory_entries(struct.unpack_from("=Q", body, 8)[0]))
        elif op == STATFS:
            self.reply(unique, struct.pack("=5Q4I6I", 1, 0, 0, 1, 0, 4096, 255, 4096, 0, *[0] * 6))
        elif op == INTERRUPT:
            target = struct.unpack_from("=Q", body)[0]
            if self.stuck and target in self.stuck:
                self.stuck.remove(target)
                self.reply(target, error=errno.EINTR)
        elif op in (RELEASE, RELEASEDIR, FLUSH, ACCESS):
            self.reply(unique)
        elif op not in (FORGET, BATCH_FORGET):
            self.reply(unique, error=errno.ENOSYS)

    def let_go(self, *_):
        stuck, self.stuck = self.stuck, None
        for unique in stuck or ():
            self.reply(unique, CONTENT)

    def run(self):
        while True:
            select.select([self.fd], [], [])
            try:
                request = os.read(self.fd, 1 << 18)
            except OSError as problem:
                if problem.errno == errno.ENODEV:  # unmounted
                    return
                if problem.errno in (errno.ENOENT, errno.EINTR):
                    continue
                raise
            _, op, unique, node = struct.unpack_from("=IIQQ", request)
            self.handle(op, unique, node, request[40:])


server = Server(sys.argv[1])
signal.signal(signal.SIGUSR1, server.let_go)
server.run()
