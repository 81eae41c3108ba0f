"""The supervisor of one lab: starts QEMU, passes commands on to dom0's agent,
and makes sure of the end.

It is a daemon with a unix socket that speaks frames (see agent/frames.py). A
job whose target is `lab` is for the supervisor itself: `wait` is answered when
dom0 is ready, `stop` ends the lab. QEMU dies with the supervisor, however that
dies, and the supervisor ends with QEMU, or when the time limit is reached.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time

import frames
import loop
from state import LAB_DIR

PR_SET_PDEATHSIG = 1


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Peer(loop.Stream):
    """A client, or dom0's agent."""

    def __init__(self, supervisor, connection):
        self.supervisor = supervisor
        self.parser = frames.Parser()
        super().__init__(supervisor.loop, connection)

    def received(self, data):
        for frame in self.parser.feed(data):
            self.supervisor.frame(self, *frame)

    def ended(self):
        self.supervisor.peer_gone(self)


class Supervisor:
    def __init__(self, state, command, time_limit):
        self.state, self.command, self.time_limit = state, command, time_limit
        self.loop = loop.Loop()
        self.started = time.monotonic()
        self.dom0 = None
        self.ready = False
        self.waiting = []    # (client, number) of those who wait until dom0 is ready
        self.jobs = {}       # number towards dom0 -> (client, its number)
        self.numbers = {}    # (client, its number) -> number towards dom0
        self.number = 0
        self.ending = None
        self.info = {}

    def log(self, text):
        print(f"[{time.monotonic() - self.started:7.1f}] {text}", flush=True)

    def listen(self, path, backlog, accepted):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(backlog)
        self.loop.watch(listener, loop.READ, lambda _: accepted(listener.accept()[0]))

    def run(self):
        signal.signal(signal.SIGTERM, lambda *_: self.end("ended by a signal"))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.listen(self.state.qemu_socket, 1, self.accept_dom0)
        with open(self.state.qemu_log, "wb") as log:
            self.qemu = subprocess.Popen(  # pylint: disable=consider-using-with
                self.command, cwd=LAB_DIR, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=die_with_parent)
        self.log(f"QEMU runs under process {self.qemu.pid}")
        self.loop.watch(os.pidfd_open(self.qemu.pid), loop.READ, lambda _: self.qemu_ended())
        self.loop.later(self.time_limit, lambda: self.end(
            f"the time limit of {self.time_limit} s is reached"))
        self.info = {"pid": os.getpid(), "started": time.time(), "limit": self.time_limit}
        self.state.write_info(**self.info)
        self.listen(self.state.socket, 64, lambda connection: Peer(self, connection))
        self.loop.run()

    def accept_dom0(self, connection):
        self.dom0 = Peer(self, connection)

    def frame(self, peer, kind, number, payload):
        if peer is self.dom0:
            self.from_dom0(kind, number, payload)
        else:
            self.from_client(peer, kind, number, payload)

    def from_dom0(self, kind, number, payload):
        if number == 0:
            # The agent says that it has just started; what ran before is lost.
            self.fail_jobs("dom0's agent was started anew")
            self.ready = True
            self.log("dom0 is ready")
            for client, theirs in self.waiting:
                client.write(frames.pack(frames.EXIT, theirs, frames.pack_exit(0)))
            self.waiting = []
            return
        if number not in self.jobs:
            return
        client, theirs = self.jobs[number]
        if kind == frames.EXIT:
            self.forget(number)
        client.write(frames.pack(kind, theirs, payload))

    def from_client(self, client, kind, theirs, payload):
        if kind != frames.EXEC:
            number = self.numbers.get((client, theirs))
            if number:
                self.dom0.write(frames.pack(kind, number, payload))
            return
        settings, argv = frames.unpack_exec(payload)
        if settings.get("target") == "lab":
            self.own_job(client, theirs, argv[0])
        elif not self.ready:
            client.write(frames.pack(frames.EXIT, theirs, frames.pack_exit(
                frames.STATUS_LAB, "dom0 is not ready")))
        else:
            self.number += 1
            self.jobs[self.number] = (client, theirs)
            self.numbers[client, theirs] = self.number
            self.dom0.write(frames.pack(frames.EXEC, self.number, payload))

    def own_job(self, client, theirs, word):
        status = 0
        if word == b"wait":
            if not self.ready:
                self.waiting.append((client, theirs))
                return
        elif word == b"stop":
            self.end("stopped")
            return
        else:
            status = frames.STATUS_LAB
        client.write(frames.pack(frames.EXIT, theirs, frames.pack_exit(status)))

    def forget(self, number):
        self.numbers.pop(self.jobs.pop(number), None)

    def peer_gone(self, peer):
        if peer is self.dom0:
            self.dom0 = None
            self.ready = False
            self.fail_jobs("dom0 is gone")
            return
        self.waiting = [entry for entry in self.waiting if entry[0] is not peer]
        for number, (client, _) in list(self.jobs.items()):
            if client is peer:
                self.forget(number)
                if self.dom0:
                    self.dom0.write(frames.pack(frames.KILL, number))

    def fail_jobs(self, why):
        for number, (client, theirs) in list(self.jobs.items()):
            self.forget(number)
            client.write(frames.pack(frames.EXIT, theirs,
                                     frames.pack_exit(frames.STATUS_LAB, why)))

    def qemu_ended(self):
        status = self.qemu.wait()
        self.end(self.ending or f"QEMU ended by itself (status {status}): dom0 or Xen crashed?")

    def end(self, why):
        """Stop QEMU, tell everybody, and exit."""
        self.log(f"the lab ends: {why}")
        self.ending = why
        self.qemu.kill()
        self.qemu.wait()
        self.state.write_info(**self.info, ended=why)
        self.fail_jobs(f"the lab ended: {why}")
        for client, theirs in self.waiting:
            client.write(frames.pack(frames.EXIT, theirs,
                                     frames.pack_exit(frames.STATUS_LAB, why)))
        sys.exit(0)


def start(state, command, time_limit):
    """Start the supervisor of a lab as a daemon; returns its process id."""
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    # Whoever waits for the end of a pipe must not wait for us.
    os.closerange(3, 1024)
    with open(state.supervisor_log, "wb") as log:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    try:
        Supervisor(state, command, time_limit).run()
    except SystemExit:
        pass
    finally:
        sys.stdout.flush()
        os._exit(0)
