"""The command line: it gathers `commands/`, one file a command, and turns errors into one sentence.

A command's file is imported when that command is asked for, so that `logling history` does not wait for numpy.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from importlib import import_module
from types import FrameType
from typing import Any

import typer
from typer.core import TyperGroup

from .commands.terminal import err, flush_results, give_up_stdout, prepare_streams
from .environment import describe_links
from .errors import Interrupted, LoglingError, describe_error
from .exit_status import ending_signals

COMMANDS = (
    *(
        "init",
        "pull",
        "retrain",
        "serve",
        "history",
        "rollback",
        "resume",
        "verify",
        "check",
        "watch",
        "score",
        "predict",
        "redact",
    ),
    *("backtest", "audit", "export", "upgrade", "doctor", "open", "demo"),
)
# Of git; most are set while a hook runs. They lead it to another repository, or change what a file's name means.
GIT_VARIABLES = (
    *("DIR", "COMMON_DIR", "WORK_TREE", "INDEX_FILE", "PREFIX", "NAMESPACE", "CEILING_DIRECTORIES", "CONFIG"),
    *("OBJECT_DIRECTORY", "ALTERNATE_OBJECT_DIRECTORIES", "QUARANTINE_PATH", "SHALLOW_FILE", "GRAFT_FILE"),
    *("REPLACE_REF_BASE", "NO_REPLACE_OBJECTS", "ATTR_SOURCE"),
    *("LITERAL_PATHSPECS", "GLOB_PATHSPECS", "NOGLOB_PATHSPECS", "ICASE_PATHSPECS"),
)
HIDDEN = ("push",)  # started by `logling serve`


class CommandFiles(TyperGroup):
    """The commands, each read from its file: `pull` is `pull_command` in commands/pull.py."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands that `--help` shows."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One command, or None when there is no such command."""
        if cmd_name not in COMMANDS + HIDDEN:
            return None
        module = import_module(f"{__package__}.commands.{cmd_name}")
        single = typer.Typer(add_completion=False)
        single.command(cmd_name)(getattr(module, f"{cmd_name}_command"))
        return typer.main.get_command(single)


app = typer.Typer(cls=CommandFiles, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def logling() -> None:
    """A model of your own logs: retrained on your machine, carried by git, run in the browser."""


def main() -> None:
    """Run the command line; an error that the operator can put right is one sentence on stderr, and exit status 1."""
    prepare_streams()
    prepare_environment()
    for number in ending_signals():
        signal.signal(number, interrupted)
    if warning := describe_links():
        err.print(f"logling: {warning}")
    try:
        run_command()
    except BrokenPipeError:  # `| head`: the reader has enough
        give_up_stdout()
        sys.exit(1)
    except Interrupted:
        err.print("stopped")
        sys.exit(1)
    except ImportError as error:  # by what learns from a log (model/compiled.py)
        if error.name != "numba":
            raise
        err.print(f"logling: {describe_error(error)}. Everything else works without it.")
        sys.exit(1)
    except (LoglingError, OSError, ValueError, sqlite3.Error) as error:
        if isinstance(error, ValueError) and not is_about_weights(error):
            raise
        err.print(f"logling: {describe_error(error)}")
        sys.exit(1)


def run_command() -> None:
    """Run the command, and write out all that it printed, also where it ends with a status of its own."""
    try:
        app()
    except SystemExit:
        flush_results()
        raise


def is_about_weights(error: ValueError) -> bool:
    """Whether an error names what is wrong with a weights file."""
    from model.weights_file import WeightsFileError

    return isinstance(error, WeightsFileError)


def prepare_environment() -> None:
    """One BLAS thread a process (small matrices are slower with more, and sums stay in one order), and a git
    that is not led to another repository by a hook's variables."""
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    for name in GIT_VARIABLES:
        os.environ.pop(f"GIT_{name}", None)
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # a missing git is reported when it is needed
    if not os.access(".", os.X_OK):  # `sudo -u logling` in a home of one's own: workers could not be started there
        os.chdir("/")


def interrupted(*_: int | FrameType | None) -> None:
    """SIGTERM, Ctrl+C and a closed terminal end a command: what is under way is undone and recorded."""
    raise Interrupted


if __name__ == "__main__":
    main()
