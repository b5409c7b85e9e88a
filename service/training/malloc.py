"""Keep freed memory for the next array instead of giving it back to the kernel.

A training step makes and frees the same few megabytes over and over. glibc returns blocks of that size to the
kernel, which zeroes each page anew at every step; without that, training is about twice as fast.
"""

from __future__ import annotations

import ctypes
import sys

# of <malloc.h>
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
LARGEST_MMAP_THRESHOLD = 32 * 1024 * 1024  # what glibc allows
TRIM_THRESHOLD = 1 << 30


def keep_freed_memory() -> bool:
    """Tell the C library of this process; False where it is not one that can be told (musl, macOS)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    told = [mallopt(M_MMAP_THRESHOLD, LARGEST_MMAP_THRESHOLD), mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD)]
    return told == [1, 1]
