"""Where a running lab keeps what belongs to it: one directory for each."""

import json
import os
import pathlib
import shutil

LAB_DIR = pathlib.Path(__file__).resolve().parent.parent
CHECKOUT = LAB_DIR.parent.parent


class LabError(Exception):
    """Something that the user is told in one line."""


class State:
    def __init__(self, name):
        base = pathlib.Path(os.environ.get("XENFS_LAB_DIR", "/tmp"))
        self.name = name
        self.dir = base / f"xenfs-lab-{os.getuid()}-{name}"
        self.socket = self.dir / "socket"        # clients talk to the supervisor here
        self.qemu_socket = self.dir / "qemu"     # QEMU's end of dom0's virtio port
        self.serial = self.dir / "serial.log"    # Xen's and dom0's console
        self.qemu_log = self.dir / "qemu.log"
        self.supervisor_log = self.dir / "supervisor.log"
        self.payload = self.dir / "payload.tar"
        self.info = self.dir / "lab.json"
        self.kernel_name = self.dir / "kernel"

    def create(self, kernel):
        self.dir.mkdir(parents=True, mode=0o700)
        self.kernel_name.write_text(kernel, encoding="utf-8")

    def kernel(self):
        """What dom0 runs."""
        try:
            return self.kernel_name.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise LabError(f"lab {self.name} does not run") from error

    def remove(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def write_info(self, **info):
        temporary = self.info.with_suffix(".tmp")
        temporary.write_text(json.dumps(info), encoding="utf-8")
        temporary.rename(self.info)

    def read_info(self):
        try:
            return json.loads(self.info.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}

    def running(self):
        """True while the supervisor lives (it ends together with QEMU)."""
        pid = self.read_info().get("pid")
        if not pid:
            return False
        try:
            # A process id is used again; the name of the state directory is not.
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                return b"lab" in file.read()
        except FileNotFoundError:
            return False
