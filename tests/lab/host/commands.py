"""What the commands of `lab` do."""

import glob
import io
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import termios
import time
import tty

import client
import kernels
import payload
import qemu
import supervisor
from state import LAB_DIR, LabError, State


def say(started, text):
    print(f"lab: [{time.monotonic() - started:5.1f}s] {text}", file=sys.stderr, flush=True)


def cache():
    return pathlib.Path(os.environ.get("XENFS_CACHE") or pathlib.Path.home() / ".cache" / "xenfs")


def find_images(kernel):
    """The directory of the images, which are built when they are not there."""
    extra = ["debug"] if kernel == "debug" else []
    return subprocess.run([LAB_DIR / "build-images", *extra], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()


def up(state, options):
    started = time.monotonic()
    if os.getuid() != 0:
        raise LabError("must be root (chroot and mounts need it)")
    if state.running():
        raise LabError(f"lab {state.name} runs already (end it with: lab down)")
    images = find_images(options.kernel)
    memory = kernels.memory(options.kernel)
    options.mem = options.mem or memory[0]
    options.dom0_mem = options.dom0_mem or memory[1]
    state.remove()
    state.create(options.kernel)
    payload.write(state.payload, options.payload, images, cache())
    say(started, f"lab {state.name}: booting Xen and dom0 (console: {state.serial})")
    pid = supervisor.start(state, qemu.command(options, images, state), options.time_limit)
    try:
        wait_ready(state, options.boot_limit * kernels.slowness(options.kernel))
    except BaseException:
        os.kill(pid, signal.SIGTERM)
        show_end_of(state.serial, state.qemu_log, state.supervisor_log)
        raise
    say(started, f"lab {state.name}: dom0 is ready; the lab ends by itself in "
        f"{options.time_limit:.0f} s")
    return 0


def wait_ready(state, limit):
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(
        LabError(f"dom0 was not ready after {limit:.0f} s")))
    signal.setitimer(signal.ITIMER_REAL, limit)
    while not state.socket.exists():
        time.sleep(0.02)
    if client.run(state, "lab", ["wait"]):
        raise LabError("dom0 did not come up")
    signal.setitimer(signal.ITIMER_REAL, 0)


def show_end_of(*paths):
    for path in paths:
        if path.exists() and path.stat().st_size:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            print(f"lab: --- the end of {path}", *lines[-12:], sep="\n", file=sys.stderr)


def execute(state, options):
    argv = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
    if not argv:
        raise LabError("exec: no command")
    settings = {"timeout": options.timeout, "wait": options.wait}
    return client.run(state, options.target, argv, settings=settings,
                      stdin=0 if options.stdin else None)


def shell(state, options):
    size = shutil.get_terminal_size()
    script = f"stty rows {size.lines} cols {size.columns}; cd /lab; exec bash"
    settings = {"pty": 1, "term": os.environ.get("TERM", "vt100"), "wait": 30}
    interactive = sys.stdin.isatty()
    if interactive:
        before = termios.tcgetattr(0)
        tty.setraw(0)
    try:
        return client.run(state, options.target, ["bash", "-c", script], settings=settings, stdin=0)
    finally:
        if interactive:
            termios.tcsetattr(0, termios.TCSADRAIN, before)


def push(state, options):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for path in options.paths:
            tar.add(path, path.resolve().name, filter=payload.owned_by_root)
    return client.run(state, options.guest,
                      ["sh", "-c", 'mkdir -p "$0" && exec tar -x -f - -C "$0"', options.to],
                      settings={"timeout": 120}, stdin=data.getvalue())


def push_modules(state, options):
    """Send the compiled modules, and make them known to modprobe."""
    with tempfile.TemporaryDirectory() as directory:
        modules = pathlib.Path(directory) / "modules"
        payload.prepare_modules(find_images(state.kernel()), modules)
        options.paths, options.to = [modules], "/lab"
        status = push(state, options)
    return status or client.run(state, options.guest, ["install-modules"])


def guest(state, options):
    words = {"start": ["guest-start"], "stop": ["guest-stop"], "list": ["guest-list"],
             "destroy": ["guest-stop", "--destroy"]}[options.action]
    return client.run(state, "dom0", words + options.argv, settings={"timeout": 180})


def logs(state, options):
    options.directory.mkdir(parents=True, exist_ok=True)
    if state.serial.exists():
        shutil.copy(state.serial, options.directory / "console.log")
    data = io.BytesIO()
    try:
        status = client.run(state, "dom0", ["collect-logs"], settings={"timeout": 60},
                            stdout=data.write)
    except LabError as error:
        print(f"lab: only the console's log: {error}", file=sys.stderr)
        return 1
    data.seek(0)
    with tarfile.open(fileobj=data) as tar:
        tar.extractall(options.directory)
    return status


def down(state, _):
    if state.running():
        try:
            client.run(state, "lab", ["stop"])
        except (LabError, OSError):
            pass
        deadline = time.monotonic() + 10
        while state.running():
            if time.monotonic() > deadline:
                os.kill(state.read_info()["pid"], signal.SIGKILL)
            time.sleep(0.05)
    state.remove()
    return 0


def list_labs(state, _):
    prefix = str(state.dir)[:-len(state.name)]
    for path in sorted(glob.glob(glob.escape(prefix) + "*")):
        other = State(path[len(prefix):])
        info = other.read_info()
        if other.running():
            left = info["started"] + info["limit"] - time.time()
            print(f"{other.name}\truns, for {left:.0f} s more")
        else:
            print(f"{other.name}\tended: {info.get('ended', 'without a word')}")
    return 0
