"""The page's files as a site has them: two scripts, each made of one room's files, and the other files as they are.

A room is a folder of `web/` with a file `order.txt`, which names the room's files, one a line, in the order in which
they are put together. The room `engine` becomes `engine.js`:

    'use strict';
    function loglingEngine() {

    // engine/vocabulary.js
    …
    }
    loglingEngine();

It is one function because the page gives its text to the workers (see `web/page/workers.js`). The room `page` becomes
`page.js` in the same way, but without the function. Nothing in a file is changed, except that VERSION_MARK becomes the
hash of all files together: by it the page notices when one of them is of another version.

The page of a site that several homes publish into is the same, but for `index.html`: it loads the list of the models,
`models.js`, where that of one home loads `weights.js`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from .models_list import MODELS
from .repository import WEIGHTS

ORDER = "order.txt"
INDEX = "index.html"
ONE_MODEL, SEVERAL_MODELS = Path(WEIGHTS).name, Path(MODELS).name
VERSION_MARK = b"@PAGE_VERSION@"
AROUND = {"engine": ("\nfunction loglingEngine() {\n", "}\nloglingEngine();\n")}  # before and after a room's files


def page_files(web: Path, of_several: bool = False) -> dict[str, bytes]:
    """The files of the page in a folder, by name: of one home or `of_several`. Weights and their list are not in it."""
    top = [path for path in web.iterdir() if path.is_file() and path.name not in (ONE_MODEL, SEVERAL_MODELS)]
    rooms = [path.parent for path in web.glob(f"*/{ORDER}")]
    files = {path.name: path.read_bytes() for path in top} | {f"{room.name}.js": script(room) for room in rooms}
    whole = b"".join(name.encode() + content for name, content in sorted(files.items()))
    version = hashlib.sha256(whole).hexdigest()[:12].encode()
    files = {name: content.replace(VERSION_MARK, version) for name, content in sorted(files.items())}
    if of_several and INDEX in files:
        files[INDEX] = files[INDEX].replace(f'="{ONE_MODEL}"'.encode(), f'="{SEVERAL_MODELS}"'.encode())
    return files


def script(room: Path) -> bytes:
    """The files of a room in one script, each under its name."""
    names = (room / ORDER).read_text(encoding="utf-8").split()
    files = [f"\n// {room.name}/{name}\n\n{(room / name).read_text(encoding='utf-8')}" for name in names]
    before, after = AROUND.get(room.name, ("", ""))
    return "".join(["'use strict';\n", before, *files, after]).encode()
