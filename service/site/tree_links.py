"""Links in a site. By one, files outside of the site could be read, overwritten, or served as if they were its own.

Git follows none itself, but a web server does, and so does what opens a file of the work tree by its path.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from .git import SiteError
from .repository import Repository

WEB = "web"
LINK, SUBMODULE = "120000", "160000"  # modes of git


def refuse_links(path: Path, names: Iterable[str]) -> None:
    """Raise SiteError if a file of the work tree, or a folder on the way to it, is a link."""
    parts = {path / part for name in names for part in (name, *map(str, PurePosixPath(name).parents)) if part != "."}
    for part in sorted([*parts, path / ".git"]):
        if part.is_symlink():
            raise SiteError(f"{part} is a link, by which files outside of the site are changed: put it itself here")


def refuse_links_of(repository: Repository, commit: str) -> None:
    """Raise SiteError if a commit of others has links or submodules in `web`, links out of it, or a file `web`."""
    entries = repository.git("ls-tree", "-r", "-z", "--full-tree", commit).split("\0")
    for what, _, name in (entry.partition("\t") for entry in entries if entry):
        mode, _, blob = what.split()
        is_web = name == WEB or name.startswith(f"{WEB}/")
        if mode == LINK and (is_web or leads_out(name, repository.content(blob).decode(errors="replace"))):
            raise SiteError(f"the remote has a link at {name}, which is not taken over: put the file itself there")
        if is_web and (mode == SUBMODULE or name == WEB):
            raise SiteError(f"the remote has no plain file or folder at {name}, which is not taken over: put one there")


def leads_out(name: str, target: str) -> bool:
    """Whether a link at a place within the site may lead out of it.

    >>> leads_out("docs/latest", "../web"), leads_out("docs/latest", "../../etc"), leads_out("latest", "docs/../web")
    (False, True, True)
    """
    parts = [part for part in target.split("/") if part not in ("", ".")]
    ups = next((at for at, part in enumerate(parts) if part != ".."), len(parts))
    return target.startswith("/") or ups > name.count("/") or ".." in parts[ups:]
