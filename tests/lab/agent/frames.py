"""Frames: how commands and their input and output travel between host, dom0 and guests.

A frame is a type, the id of the job it belongs to, and a payload. The same
frames pass through every hop (unix socket, virtio port, xenstore); only the
ids are local to a hop. The side that asks picks the id.

The payload of EXEC is settings ("key=value"), an empty string, and the
command's words, each ended by a NUL: bytes that a shell can pass, unquoted.
"""

import struct

EXEC, STDIN, STDOUT, STDERR, EXIT, KILL = range(1, 7)

HEADER = struct.Struct(">BII")
MAX_PAYLOAD = 1 << 20

# What a caller sees when the lab failed and not the command, and when its
# time ran out; timeout(1) and env(1) use the same.
STATUS_TIMEOUT = 124
STATUS_LAB = 125


class ProtocolError(Exception):
    """The stream does not hold frames: nothing that follows can be trusted."""


def pack(kind, job, payload=b""):
    return HEADER.pack(kind, job, len(payload)) + payload


def pack_exec(settings, argv):
    words = [f"{key}={value}".encode() for key, value in settings.items()]
    words.append(b"")
    words += [a if isinstance(a, bytes) else a.encode("utf-8", "surrogateescape") for a in argv]
    return b"".join(word + b"\0" for word in words)


def unpack_exec(payload):
    words = payload.split(b"\0")[:-1]
    end = words.index(b"")
    settings = dict(word.decode().split("=", 1) for word in words[:end])
    return settings, words[end + 1:]


def pack_exit(status, message=""):
    return struct.pack(">i", status) + message.encode("utf-8", "replace")


def unpack_exit(payload):
    return struct.unpack(">i", payload[:4])[0], payload[4:].decode("utf-8", "replace")


class Parser:
    """Cuts a byte stream into frames."""

    def __init__(self):
        self.buffer = bytearray()

    def feed(self, data):
        """Take in data; yield (kind, job, payload) of each frame that is complete."""
        self.buffer += data
        offset = 0
        while len(self.buffer) - offset >= HEADER.size:
            kind, job, length = HEADER.unpack_from(self.buffer, offset)
            if not EXEC <= kind <= KILL or length > MAX_PAYLOAD:
                raise ProtocolError(f"frame of type {kind}, {length} bytes")
            end = offset + HEADER.size + length
            if len(self.buffer) < end:
                break
            yield kind, job, bytes(self.buffer[offset + HEADER.size:end])
            offset = end
        del self.buffer[:offset]
