"""Follow links to logs, but none that another user may have planted, and open what was found and nothing else.

Whoever may write into a folder of logs can put a link there to a file that they may not read themselves, such as
/etc/shadow, and have Logling read it. So a link is followed only if it belongs to root, to the user who runs Logling,
or to the owner of what it leads to, as with the kernel's fs.protected_symlinks. Links among the folders of a path count
too. A hard link looks like any other file. It is refused where others may write in the folder and the file has another
owner than the folder.

Between finding a file and opening it, it or a folder above it may be replaced. So the path is asked again of what was
opened.
"""

import errno
import os
import stat
from collections.abc import Set

from ..home import ROOT, user_name

MOST_LINKS = 40  # on the way to one file, as in the kernel


class PlantedLink(OSError):
    """A link that another user may have planted. `strerror` says which, and what to do."""


def trusted_users() -> Set[int]:
    """The users whose links are followed wherever they lead."""
    return frozenset((ROOT, os.geteuid()))


def real_path(path: str, trusted: Set[int]) -> str:
    """An absolute path with all links followed. Raises PlantedLink, and OSError where there is no file."""
    links: list[tuple[str, int]] = []
    ahead = path.split("/")[::-1]
    real, owner = "/", ROOT
    while ahead:
        name = ahead.pop()
        if name in ("", "."):
            continue
        if name == "..":
            real = os.path.dirname(real)  # noqa: PTH120, a Path for each folder of each link takes long
            continue
        here = os.path.join(real, name)  # noqa: PTH118
        link, owner = _look(here)
        if link is None:
            real = here
            continue
        links.append((here, owner))
        if len(links) > MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
        ahead += link.split("/")[::-1]
        real = "/" if link.startswith("/") else real
    for place, of in links:
        if of not in trusted and of != owner:
            raise PlantedLink(
                errno.EPERM,
                f"a link of {user_name(of)} that leads to {real} of {user_name(owner)}; not followed, because "
                f"{user_name(of)} may not be allowed to read that: if it is meant, make the link as root, or name the "
                "file itself",
                place,
            )
    return real


def _look(path: str) -> tuple[str | None, int]:
    """What a link says, or None for what is no link, and whose it is: both of one file, whatever is there later."""
    status = os.lstat(path)
    if not stat.S_ISLNK(status.st_mode):
        return None, status.st_uid
    descriptor = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        owner = os.fstat(descriptor).st_uid
        return os.readlink("", dir_fd=descriptor), owner
    finally:
        os.close(descriptor)


def open_unlinked(path: str, trusted: Set[int]) -> int:
    """A descriptor of the file at an absolute path that has no link in it. Raises OSError, and PlantedLink."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        if os.readlink(f"/proc/self/fd/{descriptor}") != path:  # noqa: PTH115
            raise FileNotFoundError(errno.ENOENT, "moved, or replaced by a link, while it was opened", path)
        if (status := os.fstat(descriptor)).st_nlink > 1:
            refuse_hard_link(status, os.stat(os.path.dirname(path)), trusted, path)  # noqa: PTH116, PTH120
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def refuse_hard_link(file: os.stat_result, folder: os.stat_result, trusted: Set[int], path: str) -> None:
    """Raise PlantedLink if a file has a second name, and the one here may have been made by someone else."""
    is_shared = folder.st_uid not in trusted or folder.st_mode & stat.S_IWOTH
    if file.st_nlink > 1 and is_shared and file.st_uid not in (folder.st_uid, os.geteuid()):
        raise PlantedLink(
            errno.EPERM,
            f"a second name of a file of {user_name(file.st_uid)}, in a folder where {user_name(folder.st_uid)} or "
            "others may write; not read: if it is meant, copy the file, or name it where it is",
            path,
        )
