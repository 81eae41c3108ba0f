#!/usr/bin/env python3
"""storm.py WHO DIR ROUNDS - names come and go in a directory that others change at the same time.

storm.py prepare DIR ROUNDS WHO... makes what the actors need. In each round each actor waits until
the others have come as far, and then races them for names (create with O_EXCL, mkdir, link,
symlink, unlink, rmdir, rename), moves tokens between two directories, and makes, renames and
removes files of its own, in the same directories as the others. What it printed says what must
be there in the end:

    won KIND I      it, and nobody else, made or removed that name
    has NAME        a file of its own, whose content is its name
"""

import os
import random
import sys
import time

TOKENS = 12
MAKERS = ("excl", "dir", "link", "symlink")


def prepare(top, rounds, actors):
    for name in MAKERS + ("unlink", "rmdir", "rename", "renamed", "left", "right", "own"):
        os.makedirs(f"{top}/{name}")
    for i in range(rounds):
        write(f"{top}/unlink/{i}", "x")
        write(f"{top}/rename/{i}", str(i))
        os.mkdir(f"{top}/rmdir/{i}")
    for who in actors:
        write(f"{top}/round-{who}", "0000")
    for i in range(TOKENS):
        write(f"{top}/left/{i}", f"token {i}")


def write(path, text):
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    assert os.write(fd, text.encode()) == len(text), f"a short write to {path}"
    os.close(fd)


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


class Actor:
    def __init__(self, who, top):
        self.who, self.top = who, top
        self.own = set()
        self.others = set()
        self.rng = random.Random(who)

    def make(self, kind, path):
        if kind == "excl":
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            assert os.write(fd, self.who.encode()) == len(self.who), f"a short write to {path}"
            os.close(fd)
        elif kind == "dir":
            os.mkdir(path)
        elif kind == "link":
            os.link(f"{self.top}/own/{self.who}", path)
        elif kind == "symlink":
            os.symlink(self.who, path)
        elif kind == "unlink":
            os.unlink(path)
        elif kind == "rmdir":
            os.rmdir(path)
        elif kind == "rename":
            os.rename(path, f"{self.top}/renamed/{os.path.basename(path)}-{self.who}")

    def race(self, kind, i):
        """Only one actor may succeed; the others must hear why not."""
        path = f"{self.top}/{kind}/{i}"
        try:
            self.make(kind, path)
            print(f"won {kind} {i}")
        except FileExistsError:
            assert kind in MAKERS, f"{kind} of {path} says EEXIST"
        except FileNotFoundError:
            assert kind not in MAKERS, f"{kind} of {path} says ENOENT"

    def move_token(self):
        """Whoever loses the race for it finds it on the other side, or gone there, too."""
        i = self.rng.randrange(TOKENS)
        sides = ["left", "right"]
        self.rng.shuffle(sides)
        try:
            os.rename(f"{self.top}/{sides[0]}/{i}", f"{self.top}/{sides[1]}/{i}")
        except FileNotFoundError:
            pass

    def work_on_own(self, i):
        name = f"{self.who}-{i}"
        write(f"{self.top}/own/{name}.new", name)
        os.rename(f"{self.top}/own/{name}.new", f"{self.top}/own/{name}")
        self.own.add(name)
        victim = self.rng.choice(sorted(self.own))
        choice = self.rng.randrange(4)
        if choice == 0:
            os.unlink(f"{self.top}/own/{victim}")
            self.own.discard(victim)
        elif choice == 1:
            # over a name that is there
            write(f"{self.top}/own/{victim}.tmp", victim)
            os.rename(f"{self.top}/own/{victim}.tmp", f"{self.top}/own/{victim}")
        elif choice == 2:
            assert read(f"{self.top}/own/{victim}") == victim, f"{victim} holds something else"

    def meet(self, number):
        """What the others say is looked at by opening it, which no cache answers."""
        fd = os.open(f"{self.top}/round-{self.who}", os.O_WRONLY)
        assert os.pwrite(fd, b"%04d" % number, 0) == 4, "a short write"
        os.close(fd)
        limit = time.monotonic() + 30 * int(os.environ.get("LAB_SLOW", "1"))
        for other in self.others:
            while int(read(f"{self.top}/round-{other}")) < number:
                assert time.monotonic() < limit, f"waited in vain for {other}"
                time.sleep(0.005)

    def run(self, rounds):
        write(f"{self.top}/own/{self.who}", self.who)
        self.others = {name[6:] for name in os.listdir(self.top) if name.startswith("round-")}
        self.others.remove(self.who)
        for i in range(rounds):
            self.meet(i + 1)
            kinds = [*MAKERS, "unlink", "rmdir", "rename"]
            self.rng.shuffle(kinds)
            for kind in kinds:
                time.sleep(self.rng.uniform(0, 0.01))
                self.race(kind, i)
            self.move_token()
            self.work_on_own(i)
        for name in sorted(self.own):
            print(f"has {name}")


if sys.argv[1] == "prepare":
    prepare(sys.argv[2], int(sys.argv[3]), sys.argv[4:])
else:
    Actor(sys.argv[1], sys.argv[2]).run(int(sys.argv[3]))
