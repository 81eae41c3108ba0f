"""The payload: what is new in each run, as a tar on a disk of its own.

/lab/runtime    the lab's own scripts and agents
/lab/modules    KVER/*.ko of each kernel, from build/modules-KVER, if compiled,
                and KVER/index, what modprobe needs to find them
/lab/...        the content of each directory that the user names, or
/lab/NAME/...   when it is given as DIR:NAME
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import tarfile

import kernels
from state import CHECKOUT, LAB_DIR, LabError


def guest_exec(cache):
    """Path of the compiled guest-exec; compiled in the toolchain root when its source is new."""
    source = LAB_DIR / "agent" / "guest-exec.c"
    key = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
    binary = cache / "tools" / f"guest-exec-{key}"
    if not binary.exists():
        binary.parent.mkdir(parents=True, exist_ok=True)
        temporary = f"{binary.name}.{os.getpid()}"
        result = subprocess.run(
            [LAB_DIR / "in-root", "--bind", f"{binary.parent}:/mnt/out", "trixie",
             "gcc", "-O2", "-Wall", "-Wextra", "-static", "-s",
             "-o", f"/mnt/out/{temporary}", "tests/lab/agent/guest-exec.c"], check=False)
        if result.returncode:
            raise LabError("guest-exec does not compile")
        (binary.parent / temporary).rename(binary)
    return binary


def runtime_files(cache):
    """The lab's own files as (path, name below runtime/)."""
    for path in sorted((LAB_DIR / "agent").glob("*")):
        if path.is_file() and path.suffix != ".c":
            yield path, f"agent/{path.name}"
    for role in ("dom0", "guest"):
        for path in sorted((LAB_DIR / role).glob("*")):
            if path.is_file():
                yield path, f"{role}/{path.name}"
    for path in sorted((LAB_DIR / "dom0" / "bin").glob("*")):
        yield path, f"bin/{path.name}"
    yield guest_exec(cache), "bin/guest-exec"


def owned_by_root(member):
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def prepare_modules(images, out):
    """Put the compiled modules, as they are to be installed, below out."""
    built = [kver for kver in kernels.GUESTS
             if (pathlib.Path(images) / f"{kver}.release").exists() and
             any((CHECKOUT / "build").glob(f"modules-{kver}/frontend/*.ko"))]
    out.mkdir()
    if built:
        subprocess.run(
            [LAB_DIR / "in-root", "--bind", f"{images}:/mnt/images", "--bind", f"{out}:/mnt/out",
             "trixie", "tests/lab/host/prepare-modules", "/mnt/out", *built], check=True)


def write(tar_path, directories, images, cache):
    modules = tar_path.with_suffix(".modules")
    prepare_modules(images, modules)
    with tarfile.open(tar_path, "w", format=tarfile.GNU_FORMAT) as tar:
        for path, name in runtime_files(cache):
            tar.add(path, f"runtime/{name}", filter=owned_by_root)
        tar.add(modules, "modules", filter=owned_by_root)
        for spec in directories:
            directory, _, name = spec.partition(":")
            directory = pathlib.Path(directory)
            if not directory.is_dir():
                raise LabError(f"payload {directory} is not a directory")
            tar.add(directory, name or ".", filter=owned_by_root)
    shutil.rmtree(modules)
