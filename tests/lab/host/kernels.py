"""The kernels that the lab knows, and what must be allowed for with each.

Time limits are those of a machine that has two processors for the lab alone; they are all longer
by SLOWNESS: those of `lab` and tests/run here; those of commands, in dom0 and guests, in dom0's
agent; and scripts in dom0 and guests find the factor as $LAB_SLOW. Machines that others use, too,
are half as fast at times; and KASAN, lockdep and kmemleak make the debug kernel several times as
slow as Debian's. It also takes memory; how much more guests get is in dom0/bin/guest-start.
"""

GUESTS = ("6.1", "6.12", "sid", "debug")
DOM0 = ("6.12", "debug")
DEFAULT = "6.12"

SLOWNESS = {"debug": 5}
USUAL_SLOWNESS = 2
# MB of the machine and of dom0
MEMORY = {"debug": (10240, 3072)}


def slowness(kernel):
    return SLOWNESS.get(kernel, USUAL_SLOWNESS)


def memory(kernel):
    return MEMORY.get(kernel, (6144, 2048))
