"""The page in a site, and what separates it from the page of this version.

A file is as shipped when the site's tip has it as one of our own commits left it: those with our version in their
trailer, or the first of a site, which had none before version 0.1.0. Any other is a person's.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..installation import is_newer, program_version
from .commit_message import FIRST_SUBJECT, VERSION_TRAILER
from .models_list import MODELS, is_of_several, is_weights_file
from .page_files import page_files
from .site import Site

OURS = (f"--grep=^{VERSION_TRAILER}: ", f"--grep=^{FIRST_SUBJECT}$")
PAGE = ("--", "web", ":(exclude,glob)web/**/weights.js", f":(exclude){MODELS}")

Blobs = dict[str, str]  # the id of a file's content by the file's name within the site


class Difference(NamedTuple):
    """What separates the page of a site from the one of this version: names within the site, in order."""

    version: str  # of the page that is there, empty if that is not known
    changed: list[str]
    added: list[str]  # what is not there
    removed: list[str]  # what this version's page no longer has
    by_person: list[str]  # those of changed and added that a person has changed or deleted
    kept: list[str]  # what this version's page no longer has and a person has changed

    @property
    def names(self) -> list[str]:
        """The files that would differ in a commit."""
        return sorted([*self.changed, *self.added, *self.removed])

    @property
    def is_backwards(self) -> bool:
        """Whether the page that is there is of a later version than this."""
        return is_newer(self.version, program_version())


def compare(site: Site, folder: Path) -> Difference:
    """What separates the page at the site's tip from the one in a folder."""
    wanted, there, shipped = hashes_in_folder(site, folder), hashes_at_head(site), shipped_versions(site)
    known = {name for name, _ in shipped}
    changed = [name for name in wanted if there.get(name, wanted[name]) != wanted[name]]
    added = [name for name in wanted if name not in there]
    gone = [name for name in there if name in known and name not in wanted]
    removed = [name for name in gone if (name, there[name]) in shipped]
    own = [name for name in changed if (name, there[name]) not in shipped] + [name for name in added if name in known]
    return Difference(version_of(site), changed, added, removed, sorted(own), [n for n in gone if n not in removed])


def hashes_in_folder(site: Site, folder: Path) -> Blobs:
    """The page's files in a folder as a site would have them."""
    files = page_files(folder, is_of_several(site, site.tip()))
    return {f"web/{name}": site.git("hash-object", "--stdin", data=file) for name, file in files.items()}


def hashes_at_head(site: Site) -> Blobs:
    """The files of the page at the site's tip."""
    if not site.tip():
        return {}
    entries = site.git("ls-tree", "-r", "-z", "HEAD", *PAGE[:2]).split("\0")
    found = (entry.partition("\t")[::2] for entry in entries if entry)
    return {name: what.split()[2] for what, name in found if name != MODELS and not is_weights_file(name)}


def shipped_versions(site: Site) -> set[tuple[str, str]]:
    """Every name and content that a commit of ours has put into the page."""
    if not site.tip():
        return set()
    how = ("--full-history", "--format=", "--raw", "--no-abbrev", "--no-renames", "-z")
    words = site.git("log", *OURS, *how, *PAGE).split("\0")
    pairs = zip(words[0::2], words[1::2], strict=False)  # ":100644 100644 BLOB BLOB M", and the name
    return {(name, what.split()[3]) for what, name in pairs}


def version_of(site: Site) -> str:
    """Of which version the page at the site's tip says it is; empty where it does not."""
    if not site.tip():
        return ""
    trailer = f"--format=%(trailers:key={VERSION_TRAILER},valueonly)"
    return site.git("log", "--max-count=1", *OURS, trailer, *PAGE)
