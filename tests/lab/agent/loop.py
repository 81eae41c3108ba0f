"""A small event loop: callbacks for files that are ready and for times that are due.

Only what the lab needs; importing asyncio alone would take an emulated
processor most of a second.
"""

import heapq
import itertools
import os
import selectors
import time

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Loop:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.timers = []
        self.counter = itertools.count()

    def watch(self, file, events, callback=None):
        """Call callback(events) when file is ready; events of 0 ends that."""
        try:
            key = self.selector.get_key(file)
        except (KeyError, ValueError):
            key = None
        if not events:
            if key:
                self.selector.unregister(file)
        elif key:
            self.selector.modify(file, events, callback)
        else:
            self.selector.register(file, events, callback)

    def later(self, seconds, callback):
        """Call callback() once; clearing the list that this returns cancels it."""
        timer = [callback]
        heapq.heappush(self.timers, (time.monotonic() + seconds, next(self.counter), timer))
        return timer

    def run_timers(self):
        """Call what is due; returns how long it is to the next, None without one."""
        while self.timers:
            due, _, timer = self.timers[0]
            wait = due - time.monotonic()
            if timer and wait > 0:
                return wait
            heapq.heappop(self.timers)
            if timer:
                timer[0]()
        return None

    def run(self, after=None):
        """Serve for ever; after() is called at the end of each round."""
        while True:
            if after:
                after()
            for key, events in self.selector.select(self.run_timers()):
                # An earlier callback of this round may have ended this one.
                if self.selector.get_map().get(key.fd) is key:
                    key.data(events)


class Stream:
    """A non-blocking file, and the bytes that wait to be written to it.

    To be derived from: received(data) and ended() are called.
    """

    HIGH, LOW = 1 << 20, 1 << 18
    PIECE = 32 * 1024  # a virtio port takes no more at once

    def __init__(self, loop, file):
        self.loop, self.file = loop, file
        self.fd = file if isinstance(file, int) else file.fileno()
        os.set_blocking(self.fd, False)
        self.queue = bytearray()
        self.closed = self.congested_now = False
        self.update()

    def update(self):
        self.loop.watch(self.fd, READ | (WRITE if self.queue else 0), self.ready)

    def ready(self, events):
        if events & WRITE:
            self.flush()
        if events & READ and not self.closed:
            try:
                data = os.read(self.fd, 64 * 1024)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if data:
                self.received(data)
            else:
                self.close()

    def flush(self):
        try:
            while self.queue:
                done = os.write(self.fd, self.queue[:self.PIECE])
                del self.queue[:done]
        except BlockingIOError:
            pass
        except OSError:
            self.close()
            return
        self.update()
        if self.congested_now and len(self.queue) < self.LOW:
            self.congested_now = False
            self.congested(False)

    def write(self, data):
        if self.closed:
            return
        idle = not self.queue
        self.queue += data
        if idle:
            self.flush()
        if not self.congested_now and len(self.queue) > self.HIGH:
            self.congested_now = True
            self.congested(True)

    def congested(self, now):
        """The queue has become long, or short again."""

    def received(self, data):
        raise NotImplementedError

    def ended(self):
        """The other end has gone; the file is closed already."""

    def close(self):
        if self.closed:
            return
        self.closed = True
        self.loop.watch(self.fd, 0)
        if isinstance(self.file, int):
            os.close(self.fd)
        else:
            self.file.close()
        self.ended()
