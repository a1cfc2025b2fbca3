"""How much memory the process keeps for itself, and when it looks for what nobody needs any more."""

import ctypes
import gc
import sys

M_ARENA_MAX = -8
"""The option's number in glibc's `malloc.h`."""
ARENAS = 2


def spare() -> None:
    """Let threads share their heaps: glibc gives each of them one of its own, and most of these stay nearly empty.

    It must be called before there are other threads. Elsewhere than on Linux with glibc, no heap is shared. Garbage is
    not looked for until all has `settled`: imports make none.
    """
    gc.disable()
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_ARENA_MAX, ARENAS)


def settled() -> None:
    """Leave what is there now out of all looks for garbage: each complete one would hold everybody up for a sixth of a second."""
    gc.freeze()
    gc.enable()
