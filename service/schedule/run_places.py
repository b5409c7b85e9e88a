"""How many runs are under way on this machine: each holds a place, and a service may wait until few enough are held.

A place is the name of an abstract socket (unix(7)), bound by the run's own process. Such a name is there once in all of
the machine, whichever user, service or timer asks for it; it needs no folder that all of them may write, which a
sandboxed unit has not; and the kernel frees it with the last process that holds it, however that ends. Containers with
a network of their own count their runs alone. Where there are no such sockets nothing is counted and nothing waits.
"""

from __future__ import annotations

import errno
import socket

PLACES = 128  # runs at once beyond these are not counted
NAMES = "logling-run"


class MustWait(Exception):
    """A child process may not start yet. The message says why; empty where nobody needs to be told."""


def take_place(most: int = 0, names: str = NAMES) -> socket.socket | None:
    """A place for a run, held until the socket, and the copy that its process has, is closed; None if nothing counts.

    Raises MustWait if `most` runs, or more, are under way on this machine already. With 0 it never waits.
    """
    try:
        door = bound(f"{names}-door") if most else None  # so that two who count at once do not both go in
        if most and door is None:
            raise MustWait
        try:
            place, under_way = first_free(names)
        finally:
            if door:
                door.close()
    except OSError:
        return None
    if most and under_way >= most:
        if place:
            place.close()
        runs = "1 run is" if under_way == 1 else f"{under_way} runs are"
        raise MustWait(f"{runs} under way on this machine, and {most} may be at once")
    return place


def first_free(names: str) -> tuple[socket.socket | None, int]:
    """The first place that nobody has, and how many are held. Raises OSError."""
    kept, under_way = None, 0
    for number in range(PLACES):
        place = bound(f"{names}-{number}")
        if place is None:
            under_way += 1
        elif kept is None:
            kept = place
        else:
            place.close()
    return kept, under_way


def bound(name: str) -> socket.socket | None:
    """A socket of this name; None where another one has it. Raises OSError where there are no such names."""
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        opened.bind(f"\0{name}")
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise
    return opened
