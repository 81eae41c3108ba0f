"""A xenstore client, spoken over xenstored's socket (dom0) or the kernel's device (guest)."""

import os
import select
import socket
import struct

DIRECTORY, READ, MKDIR, RM, WRITE, WATCH = 1, 2, 12, 13, 11, 4
WATCH_EVENT, ERROR = 15, 16
HEADER = struct.Struct("=IIII")


class XenStoreError(OSError):
    pass


class XenStore:
    def __init__(self):
        self.events = []
        self.request = 0
        if os.path.exists("/var/run/xenstored/socket"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect("/var/run/xenstored/socket")
            self.fd = self.socket.fileno()
        else:
            self.fd = os.open("/dev/xen/xenbus", os.O_RDWR | os.O_CLOEXEC)

    def fileno(self):
        return self.fd

    def receive(self, size):
        data = b""
        while len(data) < size:
            piece = os.read(self.fd, size - len(data))
            if not piece:
                raise ConnectionError("xenstored has gone")
            data += piece
        return data

    def message(self):
        kind, request, _, length = HEADER.unpack(self.receive(HEADER.size))
        return kind, request, self.receive(length) if length else b""

    def call(self, kind, *parts):
        self.request += 1
        body = b"".join(parts)
        os.write(self.fd, HEADER.pack(kind, self.request, 0, len(body)) + body)
        while True:
            got, request, answer = self.message()
            if got == WATCH_EVENT:
                self.events.append(answer)
            elif got == ERROR:
                raise XenStoreError(answer.rstrip(b"\0").decode())
            elif request == self.request:
                return answer

    @staticmethod
    def name(path):
        return path.encode() + b"\0"

    def read(self, path):
        """The value of a node as bytes, None when there is no such node."""
        try:
            return self.call(READ, self.name(path))
        except XenStoreError as error:
            if str(error) in ("ENOENT", "EACCES"):
                return None
            raise

    def write(self, path, value):
        self.call(WRITE, self.name(path), value)

    def list(self, path):
        try:
            answer = self.call(DIRECTORY, self.name(path))
        except XenStoreError:
            return []
        return [name.decode() for name in answer.split(b"\0")[:-1]]

    def remove(self, path):
        try:
            self.call(RM, self.name(path))
        except XenStoreError:
            pass

    def watch(self, path, token):
        self.call(WATCH, self.name(path), self.name(token))

    def take_events(self):
        """Watch events that came in during calls, as (path, token)."""
        events, self.events = self.events, []
        return [tuple(part.decode() for part in event.split(b"\0")[:2]) for event in events]

    def poll(self):
        """Read the events that are there. To be called when fd is readable, which may
        be history by then: a call made meanwhile takes events in, too."""
        while select.select([self.fd], [], [], 0)[0]:
            kind, _, answer = self.message()
            if kind == WATCH_EVENT:
                self.events.append(answer)
