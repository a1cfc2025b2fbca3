"""How much memory the process keeps for itself."""

import ctypes
import sys

M_ARENA_MAX = -8
"""The option's number in glibc's `malloc.h`."""
ARENAS = 2


def spare() -> None:
    """Let threads share their heaps: glibc gives each of them one of its own, and most of these stay nearly empty.

    It must be called before there are other threads. Elsewhere than on Linux with glibc, nothing happens.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_ARENA_MAX, ARENAS)
