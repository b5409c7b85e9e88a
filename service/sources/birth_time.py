"""When a file was made, by statx(2). It tells a file from an earlier one that had the same inode.

Python has no call for it before 3.15. Not every file system keeps this time, and it may be as coarse as the kernel's
tick. So equal times prove nothing, and different ones do.
"""

import ctypes
import struct

_AT_EMPTY_PATH = 0x1000
_STATX_BTIME = 0x800
_BUFFER_BYTES = 256  # struct statx
_BTIME = struct.Struct("@qI")
_BTIME_AT = 80

_statx = getattr(ctypes.CDLL(None), "statx", None)


def born(descriptor: int) -> int:
    """When an open file was made, in nanoseconds since 1970; 0 where that is not known."""
    buffer = ctypes.create_string_buffer(_BUFFER_BYTES)
    if _statx is None or _statx(descriptor, b"", _AT_EMPTY_PATH, _STATX_BTIME, buffer):
        return 0
    if not struct.unpack_from("@I", buffer)[0] & _STATX_BTIME:
        return 0
    seconds, nanoseconds = _BTIME.unpack_from(buffer, _BTIME_AT)
    return int(seconds) * 10**9 + int(nanoseconds)
