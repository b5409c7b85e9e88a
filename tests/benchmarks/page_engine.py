"""The page's engine in Node.js."""

from __future__ import annotations

import json
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from service.installation import page_folder
from service.site.page_files import page_files


@cache
def engine_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder with engine.js as a site has it; gone when the benchmark ends."""
    folder = tempfile.TemporaryDirectory(prefix="logling-engine-")
    Path(folder.name, "engine.js").write_bytes(page_files(page_folder())["engine.js"])
    return folder


def ask_engine(script: Path, *arguments: Path, request: object = None) -> Any:
    """What a script answers as JSON. It gets the path of engine.js first, and the request as JSON on stdin."""
    command = ["node", script, Path(engine_folder().name, "engine.js"), *arguments]
    run = subprocess.run(command, input=json.dumps(request).encode(), check=True, stdout=subprocess.PIPE)
    return json.loads(run.stdout)
