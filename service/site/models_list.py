"""The list of the models in a site that several homes publish into: `web/models.js`, from which its page is told them.

A home with a folder of its own commits `web/FOLDER/weights.js`, one without commits `web/weights.js`; in the list the
latter is ".". The list holds names alone, so that it changes only when a model comes or goes. It is never merged, but
made from the tree that is committed. A site of one home without a folder has none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from ..settings import FOLDER
from .repository import Repository

MODELS = "web/models.js"
WEIGHTS_FILE = re.compile(r"web/(?:([^/]+)/)?weights\.js")  # of any home
COMMENT = "// The models of this page, each the name of its folder. Logling makes this list."


def models_script(names: Iterable[str]) -> bytes:
    """The list as a file: one comment line and one assignment."""
    return f"{COMMENT}\nglobalThis.LOGLING_MODELS = {json.dumps(sorted(names))};\n".encode()


def is_weights_file(name: str) -> bool:
    """Whether a file within the site is the weights of some home."""
    return WEIGHTS_FILE.fullmatch(name) is not None


def is_of_several(repository: Repository, commit: str) -> bool:
    """Whether the site is one that several homes publish into."""
    return bool(repository.settings.folder or repository.blob(commit, MODELS))


def weights_files(repository: Repository, commit: str) -> list[str]:
    """The weights of all homes in a commit or tree."""
    if not commit:
        return []
    names = repository.git("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, "--", "web").split("\0")
    return [name for name in names if is_weights_file(name)]


def models_in(repository: Repository, commit: str, changed: Mapping[str, str] | None = None) -> list[str]:
    """The names of the models in a commit or tree, once these files are changed: an empty id takes a file away."""
    files = {*weights_files(repository, commit), *filter(is_weights_file, changed or {})}
    gone = {name for name, blob in (changed or {}).items() if not blob}
    names = [match[1] or "." for name in files - gone if (match := WEIGHTS_FILE.fullmatch(name))]
    return sorted(name for name in names if name == "." or FOLDER.fullmatch(name))


def with_list(repository: Repository, commit: str, blobs: Mapping[str, str]) -> dict[str, str]:
    """Changes of a commit or tree, and that of the list which they bring about, if one is kept there."""
    if not is_of_several(repository, commit):
        return dict(blobs)
    file = models_script(models_in(repository, commit, blobs))
    blob = repository.git("hash-object", "-w", "--stdin", data=file)
    return {**blobs, MODELS: blob} if blob != repository.blob(commit, MODELS) else dict(blobs)
