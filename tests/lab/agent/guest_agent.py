"""The agent in a guest: runs the commands that come over the link from dom0."""

import os

import frames
import jobs
import link
import loop
import xenstore

BASE = "data/lab"
HIGH, LOW = 256 * 1024, 64 * 1024


class Agent:
    def __init__(self):
        self.loop = loop.Loop()
        self.store = xenstore.XenStore()
        self.stream = None
        self.parser = None
        self.jobs = jobs.Jobs(self.loop, self.send)
        self.paused = False
        session = self.store.read(f"{BASE}/session")
        if session and self.store.read(f"{BASE}/hello") == session:
            # An agent before us was greeted: ask for a session of our own.
            self.store.write(f"{BASE}/hello", b"")
        self.store.watch(f"{BASE}/session", "session")
        self.store.watch(f"{BASE}/d", "d")
        self.store.watch(f"{BASE}/g/ack", "ack")
        self.loop.watch(self.store.fd, loop.READ, lambda _: self.ready())

    def send(self, kind, number, payload=b""):
        if self.stream is None:
            return
        self.stream.write(frames.pack(kind, number, payload))
        if not self.paused and len(self.stream.out) > HIGH:
            self.paused = True
            self.jobs.pause(True)

    def receive(self, data):
        for frame in self.parser.feed(data):
            self.jobs.handle(*frame)

    def greet(self):
        token = self.store.read(f"{BASE}/session")
        if not token or (self.stream and self.stream.token == token):
            return
        self.stream = None
        self.jobs.kill_all()
        self.jobs = jobs.Jobs(self.loop, self.send)
        self.paused = False
        self.parser = frames.Parser()
        self.stream = link.Stream(self.store, BASE, token, "g", "d", self.receive)
        self.store.write(f"{BASE}/hello", token)

    def ready(self):
        self.store.poll()
        self.handle_events()

    def handle_events(self):
        # Calls made while handling may bring in more events.
        while True:
            events = self.store.take_events()
            if not events:
                return
            tokens = {token for _, token in events}
            if "session" in tokens:
                self.greet()
            if self.stream:
                if "d" in tokens:
                    self.stream.poll()
                if "ack" in tokens:
                    self.stream.pump()
                if self.paused and len(self.stream.out) < LOW:
                    self.paused = False
                    self.jobs.pause(False)

    def run(self):
        self.loop.run(after=self.handle_events)


if __name__ == "__main__":
    os.environ.setdefault("HOME", "/root")
    Agent().run()
