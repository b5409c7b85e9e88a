"""What the commands share: their common options, the clock, and the two streams that they print to.

Results go to stdout, progress and prose to stderr. With `--json` stdout has one JSON document and nothing else.
What a stream cannot show, a character beyond ASCII for instance, is written as an escape.
"""

from __future__ import annotations

import io
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

# What is printed is log lines and paths, in which nothing is a style or an emoji.
out = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def prepare_streams() -> None:
    """Make both streams take every character, and stand in for those that were closed (`>&-`)."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115, for good
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def flush_results() -> None:
    """Write out what was printed. Raises OSError where stdout takes no more: then the command has not done its job."""
    try:
        sys.stdout.flush()
    except OSError:
        give_up_stdout()
        raise


def give_up_stdout() -> None:
    """Have the interpreter write what is left of stdout nowhere, so that its own end says nothing of it."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115, for good


HomeOption = Annotated[
    Path | None,
    typer.Option("--home", metavar="FOLDER", help="The home; else LOGLING_HOME, else the current directory."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else there.")]


def now() -> datetime:
    """The time. The commands read the clock here, and pass it on."""
    return datetime.now(UTC)


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    print(json.dumps(document, allow_nan=False))


def format_score(bits: float | None) -> str:
    """Bits per character in a table; empty where there is no score."""
    return "" if bits is None else f"{bits:.3f}"
