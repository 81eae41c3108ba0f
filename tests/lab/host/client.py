"""A client of a running lab: runs commands in dom0 or in a guest through the supervisor."""

import os
import select
import socket
import sys

import frames
from state import LabError


class Client:
    def __init__(self, state):
        self.state = state
        self.socket = socket.socket(socket.AF_UNIX)
        try:
            self.socket.connect(str(state.socket))
        except OSError as error:
            ended = state.read_info().get("ended")
            raise LabError(f"lab {state.name} does not run" +
                           (f": {ended}" if ended else f" ({error.strerror})")) from error
        self.parser = frames.Parser()

    def send(self, kind, payload=b""):
        self.socket.sendall(frames.pack(kind, 1, payload))

    def run(self, target, argv, settings=None, stdin=None, stdout=1, stderr=2):
        """Run a command; returns its exit status.

        stdin is a file descriptor, bytes, or None for an empty input; stdout and stderr are
        descriptors to write to, or functions to call with what comes.
        """
        self.send(frames.EXEC, frames.pack_exec({"target": target, **(settings or {})}, argv))
        if not isinstance(stdin, int):
            data = memoryview(stdin or b"")
            for start in range(0, len(data), 1 << 16):
                self.send(frames.STDIN, data[start:start + (1 << 16)])
            self.send(frames.STDIN)
            stdin = None
        outputs = {frames.STDOUT: stdout, frames.STDERR: stderr}
        while True:
            files = [self.socket] + ([stdin] if stdin is not None else [])
            ready, _, _ = select.select(files, [], [])
            if stdin in ready:
                data = os.read(stdin, 1 << 16)
                self.send(frames.STDIN, data)
                if not data:
                    stdin = None
            if self.socket not in ready:
                continue
            data = self.socket.recv(1 << 16)
            if not data:
                raise LabError(f"lab {self.state.name} has ended: "
                               f"{self.state.read_info().get('ended', 'its supervisor is gone')}")
            for kind, _, payload in self.parser.feed(data):
                if kind == frames.EXIT:
                    status, message = frames.unpack_exit(payload)
                    if message:
                        print(f"lab: {target}: {message}", file=sys.stderr)
                    return status
                self.pass_on(outputs[kind], payload)

    @staticmethod
    def pass_on(output, data):
        if callable(output):
            output(data)
            return
        while data:
            data = data[os.write(output, data):]


def run(state, target, argv, **how):
    return Client(state).run(target, argv, **how)
