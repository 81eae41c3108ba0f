"""QEMU's command line. QEMU runs inside the toolchain root, whose version 10
boots Xen on an emulated processor (older ones crash dom0), and sees the
images below /mnt/images and the lab's state below /mnt/state."""

import kernels
from state import LAB_DIR


def xen_arguments(options):
    words = [
        "console=com1", "com1=115200",
        f"dom0_mem={options.dom0_mem}M,max:{options.dom0_mem}M",
        "dom0_max_vcpus=1", "dom0_vcpus_pin",
        # With XSAVE, dom0's user space sees random heap corruption under TCG.
        "xsave=0",
        # Nobody sees what was in the memory before, and QEMU need not own it all.
        "bootscrub=0",
        "loglvl=warning", "guest_loglvl=warning",
    ]
    return " ".join(words + options.xen_args)


def dom0_arguments(options):
    words = ["console=hvc0", "loglevel=5", "lab.role=dom0", "panic=1", "oops=panic",
             "net.ifnames=0", "log_buf_len=4M", "mitigations=off", "cryptomgr.notests",
             f"lab.kernel={options.kernel}", f"lab.slow={kernels.slowness(options.kernel)}"]
    return " ".join(words + options.dom0_args)


def drive(path, **options):
    words = ["if=virtio", "format=raw", f"file={path}"]
    return ["-drive", ",".join(words + [f"{key}={value}" for key, value in options.items()])]


def command(options, images, state):
    """The whole command, which ends QEMU when the one who runs it ends."""
    read_only = {"readonly": "on", "file.locking": "off"}
    # Written to, but never to the image: what is written goes to the state
    # directory and is gone afterwards.
    scratch = {"cache": "unsafe", "snapshot": "on", "discard": "unmap"}
    boot = f"/mnt/images/boot/{options.kernel}"
    return [
        str(LAB_DIR / "in-root"), "--kill",
        "--bind", f"{images}:/mnt/images", "--bind", f"{state.dir}:/mnt/state", "trixie",
        "env", "TMPDIR=/mnt/state", "qemu-system-x86_64",
        "-name", f"xenfs-lab-{state.name}",
        "-accel", "tcg,thread=multi",
        # TCG reports RDTSCP as RDTSC to a hypervisor, which ends PVH guests.
        "-cpu", "max,-rdtscp",
        "-smp", str(options.cpus), "-m", str(options.mem),
        "-nodefaults", "-no-user-config", "-no-reboot",
        "-display", "none", "-serial", "file:/mnt/state/serial.log",
        "-kernel", "/mnt/images/xen", "-append", xen_arguments(options),
        "-initrd", f"{boot}/vmlinux {dom0_arguments(options)},{boot}/initrd",
        *drive("/mnt/images/system.img", **scratch),
        *drive("/mnt/state/payload.tar", **read_only),
        *drive("/mnt/images/system.img", **read_only),
        *drive("/mnt/images/scratch.img", **scratch),
        "-device", "virtio-serial-pci",
        "-chardev", "socket,id=lab,path=/mnt/state/qemu",
        "-device", "virtserialport,chardev=lab,name=org.xenfs.lab",
    ]
