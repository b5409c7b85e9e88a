"""The rules that the service and the page share: patterns in a file of the page that is JSON after its assignment.

They are written so that Python's `re` (with re.ASCII) and JavaScript's RegExp take them for the same.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from ..installation import page_folder


@cache
def shared_rules(name: str) -> Any:
    """The value that a file of the page's engine assigns."""
    text = (page_folder() / "engine" / f"{name}.js").read_text(encoding="utf-8")
    return json.loads(text[text.index(" = ") + 3 : text.rindex(";")])


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A shared pattern. A name in angle brackets stands for a part, TIMES for any form of a time."""
    return re.compile(_expanded(pattern), re.ASCII)


def _expanded(pattern: str) -> str:
    rules = shared_rules("reading_rules")
    with_times = pattern.replace("TIMES", f"(?:{'|'.join(rules['times'])})")
    return re.sub("<([A-Z]+)>", lambda name: str(rules["parts"][name[1]]), with_times)
