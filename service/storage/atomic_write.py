"""A file that is replaced in one step, survives a power cut, and is its owner's alone.

It is written beside its target under a name that nobody can foretell, and no link is followed: in a folder where others
may write, such as /tmp, a link that someone put there is replaced and not what it leads to.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_durably(target: Path, data: bytes) -> None:
    """Replace a file in one step, so that a crash leaves the old or the new one whole.

    Raises OSError, which names the target.
    """
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # its mode is 600
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(target)) from None
