"""The kernel logs of dom0, of Xen and of every guest there was.

They are kept as files that only grow, so that "since then" is a position in
each: dom0's (dmesg --follow writes it), each guest's console (xenconsoled
writes it, and it stays when the guest dies), and what `xl dmesg` said.

Run by kernel-logs-mark, kernel-logs-clean and collect-logs, which say what
it does.
"""

import argparse
import fcntl
import glob
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "agent"))

import frames  # noqa: E402  pylint: disable=wrong-import-position
import xenstore  # noqa: E402  pylint: disable=wrong-import-position

DOM0, XEN, GUEST = "/run/lab/log/dom0.log", "/run/lab/log/xen.log", "/var/log/xen/console/guest-"
SLOW = int(os.environ.get("LAB_SLOW") or 1)
ANSWER_LIMIT = 5  # seconds for a guest to say its mark (times SLOW, by the agent)
SHOWN = 50        # lines of trouble of one log


def files():
    """The logs there are, as {name: path}."""
    found = {"dom0": DOM0, "xen": XEN}
    for path in sorted(glob.glob(GUEST + "*.log")):
        found[os.path.basename(path)[:-len(".log")]] = path
    return {name: path for name, path in found.items() if os.path.exists(path)}


def fetch_xen_log():
    with open(XEN, "ab") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        subprocess.run(["xl", "dmesg", "-c"], stdout=log, check=False)


def guest_names():
    store = xenstore.XenStore()
    values = [store.read(f"/local/domain/{domid}/name") for domid in store.list("/local/domain")]
    return [value.decode() for value in values if value and value != b"Domain-0"]


def say_in_guests(mark):
    """Have each guest that answers put mark into its kernel's log; returns their names."""
    agent = socket.socket(socket.AF_UNIX)
    agent.connect("/run/lab/agent")
    asked = dict(enumerate(guest_names(), start=1))
    for number, name in asked.items():
        agent.sendall(frames.pack(frames.EXEC, number, frames.pack_exec(
            {"target": name, "timeout": ANSWER_LIMIT},
            ["sh", "-c", f"echo '{mark}' >/dev/kmsg"])))
    answered, parser = [], frames.Parser()
    agent.settimeout((ANSWER_LIMIT + 3) * SLOW)
    try:
        while asked:
            for kind, number, payload in parser.feed(agent.recv(65536)):
                if kind == frames.EXIT:
                    name = asked.pop(number)
                    if frames.unpack_exit(payload)[0] == 0:
                        answered.append(name)
    except TimeoutError:
        pass
    return answered


def wait_for(path, mark):
    deadline = time.monotonic() + 3 * SLOW
    while time.monotonic() < deadline:
        try:
            with open(path, "rb") as file:
                file.seek(max(0, os.path.getsize(path) - 65536))
                if mark.encode() in file.read():
                    return
        except FileNotFoundError:
            pass
        time.sleep(0.02)
    print(f"kernel-logs: {path} lags behind", file=sys.stderr)


def settle():
    """Wait until what the kernels have said so far is in the files.

    Each is given a line to say, and that line is waited for. A guest that does
    not answer has said what it will say.
    """
    mark = f"lab: mark {os.getpid()}.{time.monotonic_ns()}"
    with open("/dev/kmsg", "w", encoding="ascii") as kmsg:
        kmsg.write(mark + "\n")
    fetch_xen_log()
    for name in say_in_guests(mark):
        wait_for(f"{GUEST}{name}.log", mark)
    wait_for(DOM0, mark)


def expressions(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#")]


def mark_command(_):
    settle()
    with tempfile.NamedTemporaryFile("w", dir="/run/lab", prefix="mark.", delete=False) as mark:
        json.dump({path: os.path.getsize(path) for path in files().values()}, mark)
    print(mark.name)
    return 0


def clean_command(options):
    since = {}
    if options.since:
        with open(options.since, encoding="ascii") as file:
            since = json.load(file)
    trouble = re.compile("|".join(expressions("log-problems")))
    allowed = re.compile("|".join(expressions("log-allowed") + options.allow))
    settle()
    found = False
    for name, path in files().items():
        with open(path, "rb") as file:
            file.seek(since.get(path, 0))
            lines = file.read().decode("utf-8", "replace").splitlines()
        lines = [line for line in lines if trouble.search(line) and not allowed.search(line)]
        for line in lines[:SHOWN]:
            print(f"{name}: {line}")
        if len(lines) > SHOWN:
            print(f"{name}: ({len(lines) - SHOWN} more lines)")
        found = found or bool(lines)
    return 1 if found else 0


def collect_command(_):
    settle()
    logs = list(files().values()) + glob.glob("/run/lab/log/*.log") + glob.glob("/var/log/xen/*.log")
    with tempfile.TemporaryDirectory() as directory:
        for path in dict.fromkeys(logs):
            os.symlink(path, os.path.join(directory, os.path.basename(path)))
        return subprocess.run(["tar", "-C", directory, "-chf", "-", "."], check=False).returncode


def main():
    parser = argparse.ArgumentParser(prog="kernel-logs")
    commands = parser.add_subparsers(required=True)
    commands.add_parser("mark").set_defaults(run=mark_command)
    commands.add_parser("collect").set_defaults(run=collect_command)
    clean = commands.add_parser("clean")
    clean.add_argument("--since", metavar="MARK")
    clean.add_argument("--allow", action="append", default=[], metavar="REGEX")
    clean.set_defaults(run=clean_command)
    options = parser.parse_args()
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
