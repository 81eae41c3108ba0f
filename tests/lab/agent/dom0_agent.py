"""The agent in dom0: runs commands there, and passes commands for guests on.

It serves the virtio port that the host's end talks over, and a unix socket for
guest-exec in dom0. Both speak frames; a job's settings say where it is to run
(`target`), how long it may take (`timeout`), and how long to wait for the
guest to be ready (`wait`).
"""

import os
import socket
import sys

import frames
import guests
import jobs
import loop

SOCKET = "/run/lab/agent"

# How many times as slow as Debian's the kernels are: all time limits are longer by that.
SLOW = int(os.environ.get("LAB_SLOW") or 1)
# The guest keeps a job's time limit; this much later dom0 gives up on the guest.
GRACE = 10 * SLOW


class Peer(loop.Stream):
    """Somebody who asks for jobs, over a stream of frames."""

    def __init__(self, agent, file):
        self.agent = agent
        self.parser = frames.Parser()
        self.local = jobs.Jobs(agent.loop, self.send)
        self.remote = {}  # the peer's number -> (guest, its number)
        self.early = {}   # the peer's number -> frames that came before the guest was ready
        self.timers = {}  # the peer's number -> the end of our patience with the guest
        super().__init__(agent.loop, file)

    def send(self, kind, number, payload=b""):
        if kind == frames.EXIT:
            self.remote.pop(number, None)
            self.timers.pop(number, []).clear()
        self.write(frames.pack(kind, number, payload))

    def congested(self, now):
        self.local.pause(now)

    def received(self, data):
        try:
            for frame in self.parser.feed(data):
                self.handle(*frame)
        except frames.ProtocolError as error:
            print(f"agent: {error}", file=sys.stderr)
            self.close()

    def handle(self, kind, number, payload):
        if kind == frames.EXEC:
            settings, argv = frames.unpack_exec(payload)
            for limit in settings.keys() & {"timeout", "wait"}:
                settings[limit] = float(settings[limit]) * SLOW
            payload = frames.pack_exec(settings, argv)
            if settings.get("target", "dom0") != "dom0":
                self.early[number] = []
                self.start_remote(settings, number, payload, float(settings.get("wait", 0)))
                return
        if number in self.early:
            self.early[number].append((kind, payload))
        elif number in self.remote:
            guest, theirs = self.remote[number]
            guest.send(kind, theirs, payload)
        else:
            self.local.handle(kind, number, payload)

    def start_remote(self, settings, number, payload, wait):
        """Pass a job on to a guest, once it is there and ready."""
        name = settings["target"]
        state = {"done": False}

        def attempt():
            if state["done"] or self.closed:
                return
            guest = self.agent.guests.find(name)
            if guest is not None and guest.stream is not None:
                state["done"] = True
                theirs = guest.start(payload, self.send, number)
                self.remote[number] = (guest, theirs)
                if "timeout" in settings:
                    self.timers[number] = self.agent.loop.later(
                        float(settings["timeout"]) + GRACE, lambda: self.abandon(number))
                for kind, data in self.early.pop(number):
                    guest.send(kind, theirs, data)
            elif wait:
                self.agent.guests.waiting.append(attempt)
            else:
                give_up()

        def give_up():
            if state["done"]:
                return
            state["done"] = True
            self.early.pop(number, None)
            known = self.agent.guests.find(name)
            why = f"guest {name} does not answer" if known else f"there is no guest {name}"
            self.send(frames.EXIT, number, frames.pack_exit(frames.STATUS_LAB, why))

        if wait:
            self.agent.loop.later(wait, give_up)
        attempt()

    def abandon(self, number):
        """The guest should have ended this job by itself; it hangs, and so may its agent."""
        guest, theirs = self.remote[number]
        guest.jobs.pop(theirs, None)
        self.send(frames.EXIT, number, frames.pack_exit(
            frames.STATUS_TIMEOUT, "time limit reached (and the guest does not answer)"))

    def ended(self):
        """The peer has gone: nobody waits for its jobs any more."""
        self.local.kill_all()
        for timer in self.timers.values():
            timer.clear()
        for guest, theirs in list(self.remote.values()):
            guest.send(frames.KILL, theirs, b"")


class Agent:
    def __init__(self):
        self.loop = loop.Loop()
        self.guests = guests.Guests(self.loop)
        self.loop.watch(self.guests.store.fd, loop.READ, lambda _: self.guests.ready())
        self.listen()
        port = self.find_port("org.xenfs.lab")
        host = Peer(self, os.open(port, os.O_RDWR | os.O_CLOEXEC))
        host.send(frames.STDOUT, 0, b"ready")

    @staticmethod
    def find_port(name):
        ports = "/sys/class/virtio-ports"
        for port in os.listdir(ports):
            with open(f"{ports}/{port}/name", encoding="ascii") as file:
                if file.read().strip() == name:
                    return f"/dev/{port}"
        raise FileNotFoundError(f"no virtio port {name}")

    def listen(self):
        if os.path.exists(SOCKET):
            os.unlink(SOCKET)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(SOCKET)
        self.listener.listen(64)
        self.listener.setblocking(False)
        self.loop.watch(self.listener.fileno(), loop.READ, lambda _: self.accept())

    def accept(self):
        try:
            connection, _ = self.listener.accept()
        except BlockingIOError:
            return
        Peer(self, connection)

    def run(self):
        self.loop.run(after=self.guests.handle_events)


if __name__ == "__main__":
    Agent().run()
