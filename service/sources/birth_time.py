"""When a file was made: what tells a file from another that was given its inode after it was deleted.

Python has no call for it before 3.15, so this is statx(2). Not every file system keeps a birth time,
and it may be as coarse as the kernel's tick: equal births prove nothing, different ones do.
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
    """Nanoseconds since 1970 of the making of an open file; 0 where it is not known."""
    buffer = ctypes.create_string_buffer(_BUFFER_BYTES)
    if _statx is None or _statx(descriptor, b"", _AT_EMPTY_PATH, _STATX_BTIME, buffer):
        return 0
    if not struct.unpack_from("@I", buffer)[0] & _STATX_BTIME:
        return 0
    seconds, nanoseconds = _BTIME.unpack_from(buffer, _BTIME_AT)
    return int(seconds) * 10**9 + int(nanoseconds)
