"""The kernels that the lab knows, and what must be allowed for with the debug kernel.

KASAN, lockdep and kmemleak make it several times as slow as Debian's, and take memory. All time
limits of a lab whose dom0 runs it are longer by SLOWNESS: those of `lab` and tests/run here; those
of commands, in dom0 and guests, in dom0's agent; and scripts in dom0 and guests find the factor as
$LAB_SLOW. How much more memory guests get is in dom0/bin/guest-start.
"""

GUESTS = ("6.1", "6.12", "sid", "debug")
DOM0 = ("6.12", "debug")
DEFAULT = "6.12"

SLOWNESS = {"debug": 5}
# MB of the machine and of dom0
MEMORY = {"debug": (10240, 3072)}


def slowness(kernel):
    return SLOWNESS.get(kernel, 1)


def memory(kernel):
    return MEMORY.get(kernel, (6144, 2048))
