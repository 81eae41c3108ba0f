"""A byte stream each way between dom0 and a guest, through xenstore.

Xenstore needs no device, no network and no grant that lasts, so the channel
cannot hide or cause a leak in what is being tested. dom0 creates
/local/domain/D/data/lab, below a directory that is the guest's to write:

    session     a token, written by dom0; it names this life of the link
    hello       the same token, written by the guest once it listens
    d/0..31     chunks from dom0 to the guest; chunk n is in slot n % 32
    g/0..31     chunks from the guest to dom0
    d/ack,g/ack how many chunks of d or g their reader has taken, written now
                and then, so that the writer does not overrun it

A chunk is the token, its number and up to CHUNK bytes. A slot is overwritten
once its chunk has been acknowledged; a watch tells the reader of each change.
A guest agent that starts anew, and finds itself greeted already, empties
`hello`; dom0 then begins a new session. After restore or migration the guest
has a new domain id, so it is a new link with a session of its own.
"""

import os
import struct

SLOTS = 32
ACK_EVERY = 8
CHUNK = 3840  # a xenstore message holds 4096 bytes, the path included
HEADER = struct.Struct(">8sQ")


def new_token():
    return os.urandom(4).hex().encode()


class Stream:
    """Both directions of one session, seen from one end."""

    def __init__(self, store, base, token, mine, theirs, receive):
        """Writes to base/mine, reads base/theirs; calls receive(data)."""
        self.store, self.token, self.receive = store, token, receive
        self.mine, self.theirs = f"{base}/{mine}", f"{base}/{theirs}"
        self.out = bytearray()
        self.sent = self.sent_acked = 0
        self.taken = self.taken_acked = 0

    def write(self, data):
        self.out += data
        self.pump()

    def pump(self):
        """Write as many chunks as there are free slots."""
        while self.out:
            if self.sent - self.sent_acked >= SLOTS and not self.read_ack():
                return
            header = HEADER.pack(self.token, self.sent)
            self.store.write(f"{self.mine}/{self.sent % SLOTS}", header + self.out[:CHUNK])
            del self.out[:CHUNK]
            self.sent += 1

    def read_ack(self):
        """True when the reader has freed slots."""
        value = self.store.read(f"{self.mine}/ack")
        if value and len(value) == HEADER.size:
            token, acked = HEADER.unpack(value)
            if token == self.token:
                self.sent_acked = max(self.sent_acked, min(acked, self.sent))
        return self.sent - self.sent_acked < SLOTS

    def poll(self):
        """Take the chunks that have arrived."""
        while True:
            value = self.store.read(f"{self.theirs}/{self.taken % SLOTS}")
            if not value or len(value) < HEADER.size:
                return
            if HEADER.unpack_from(value) != (self.token, self.taken):
                return
            self.taken += 1
            if self.taken - self.taken_acked >= ACK_EVERY:
                self.taken_acked = self.taken
                self.store.write(f"{self.theirs}/ack", HEADER.pack(self.token, self.taken))
            self.receive(value[HEADER.size:])
