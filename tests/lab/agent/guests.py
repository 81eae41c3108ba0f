"""dom0's end of the links to all guests, whoever created them.

A guest is known by its domain id and asked for by its name, which is looked
up each time (the toolstack renames domains while they migrate).
"""

import frames
import link
import xenstore


class Guest:
    """One guest's link, and the jobs that dom0 has on it."""

    def __init__(self, hub, domid):
        self.hub, self.domid = hub, domid
        self.base = f"/local/domain/{domid}/data/lab"
        self.stream = None
        self.parser = None
        self.token = None
        self.jobs = {}  # our number -> (reply function, the asker's number)
        self.number = 0
        self.new_session()
        hub.store.watch(f"{self.base}/hello", f"{domid} hello")
        hub.store.watch(f"{self.base}/g", f"{domid} g")
        hub.store.watch(f"{self.base}/d/ack", f"{domid} ack")

    def new_session(self):
        self.fail_jobs("the guest's agent was started anew")
        self.stream = None
        self.token = link.new_token()
        self.hub.store.write(f"{self.base}/session", self.token)

    def hello(self):
        """The guest wrote `hello`: it listens, or it wants another session."""
        value = self.hub.store.read(f"{self.base}/hello")
        if value == self.token:
            if self.stream is None:
                self.parser = frames.Parser()
                self.stream = link.Stream(self.hub.store, self.base, self.token, "d", "g",
                                          self.receive)
                self.hub.guest_ready()
        elif value == b"" and self.stream is not None:
            self.new_session()

    def receive(self, data):
        for kind, number, payload in self.parser.feed(data):
            job = self.jobs.get(number)
            if job is None:
                continue
            if kind == frames.EXIT:
                del self.jobs[number]
            reply, theirs = job
            reply(kind, theirs, payload)

    def start(self, payload, reply, theirs):
        """Have the guest run a job; returns our number for it."""
        self.number += 1
        self.jobs[self.number] = (reply, theirs)
        self.stream.write(frames.pack(frames.EXEC, self.number, payload))
        return self.number

    def send(self, kind, number, payload):
        if number in self.jobs:
            self.stream.write(frames.pack(kind, number, payload))

    def fail_jobs(self, why):
        jobs, self.jobs = self.jobs, {}
        for reply, theirs in jobs.values():
            reply(frames.EXIT, theirs, frames.pack_exit(frames.STATUS_LAB, why))


class Guests:
    def __init__(self, loop):
        self.loop = loop
        self.store = xenstore.XenStore()
        self.guests = {}
        self.waiting = []  # functions to call when a guest becomes ready or goes
        self.store.watch("@introduceDomain", "domains")
        self.store.watch("@releaseDomain", "domains")

    def scan(self):
        """Find the domains that have come and gone."""
        present = {int(name) for name in self.store.list("/local/domain")} - {0}
        alive = {domid for domid in present
                 if self.store.read(f"/local/domain/{domid}/domid") is not None}
        for domid in alive - self.guests.keys():
            try:
                self.guests[domid] = Guest(self, domid)
            except xenstore.XenStoreError:
                pass  # it has gone while we looked
        for domid in self.guests.keys() - alive:
            self.guests.pop(domid).fail_jobs("the guest is gone")
            if domid in present:
                # What we wrote just after the toolstack had removed it all.
                self.store.remove(f"/local/domain/{domid}")
        self.guest_ready()

    def guest_ready(self):
        waiting, self.waiting = self.waiting, []
        for callback in waiting:
            self.loop.later(0, callback)

    def find(self, name):
        """The newest guest of that name, None when there is none."""
        for domid in sorted(self.guests, reverse=True):
            if self.store.read(f"/local/domain/{domid}/name") == name.encode():
                return self.guests[domid]
        return None

    def ready(self):
        self.store.poll()
        self.handle_events()

    def handle_events(self):
        while True:
            events = self.store.take_events()
            if not events:
                return
            # Many changes of one kind are handled at once.
            for token in dict.fromkeys(token for _, token in events):
                if token == "domains":
                    self.scan()
                    continue
                domid, what = token.split()
                guest = self.guests.get(int(domid))
                if guest is None:
                    continue
                try:
                    self.handle(guest, what)
                except xenstore.XenStoreError:
                    pass  # it is on its way out: @releaseDomain follows

    @staticmethod
    def handle(guest, what):
        if what == "hello":
            guest.hello()
        elif guest.stream:
            if what == "g":
                guest.stream.poll()
            elif what == "ack":
                guest.stream.pump()
