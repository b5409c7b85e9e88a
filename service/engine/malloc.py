"""Make the C library keep freed memory for the next array instead of returning it to the kernel.

A training step allocates and frees the same few megabytes again and again. glibc returns blocks of that size to the
kernel, which then clears every page at every step. Training is about twice as fast without that.
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
    """Set it for this process. Returns False where the C library has no such setting (musl, macOS)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    results = [mallopt(M_MMAP_THRESHOLD, LARGEST_MMAP_THRESHOLD), mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD)]
    return results == [1, 1]
