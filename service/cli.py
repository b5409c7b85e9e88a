"""The command line: it gathers `commands/`, one file a command, and turns errors into one sentence.

A command's file is imported when that command is asked for, so that `logling history`, the list of commands and the
completion of their names do not wait for numpy.
"""

from __future__ import annotations

import inspect
import os
import re
import signal
import sqlite3
import sys
from importlib import import_module
from types import FrameType
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from .commands.terminal import err, flush_results, give_up_stdout, out, prepare_streams
from .environment import describe_links
from .errors import Interrupted, LoglingError, describe_error
from .exit_status import ending_signals
from .installation import program_version

# The commands by what they are for, each with what the list of commands says of it.
PANELS = {
    "Every day": {
        "init": "Make a home for one model, and name its logs.",
        "pull": "Read new lines, train nothing.",
        "retrain": "One whole run: read, train, compare, commit what is better.",
        "serve": "Retrain by the schedule and show the admin page.",
        "fleet": "The same for all homes below a folder.",
        "fleet status": "How the homes of a fleet stand.",
        "check": "What is strange in a log?",
        "watch": "What is strange in a log, as its lines arrive.",
        "findings": "What the service found strange this week.",
        "history": "All runs, newest first.",
        "open": "Open this home's page in the browser.",
    },
    "Look closer": {
        "score": "How surprising is each line of a log?",
        "predict": "Continue a log.",
        "redact": "What would be masked in a log?",
        "backtest": "Replay the lines week by week: was the gate right?",
        "audit": "What do the weights give away?",
        "export": "The weights for other software.",
        "demo": "The whole loop in a scratch folder, in about a minute.",
    },
    "Mend": {
        "doctor": "Check all that a run needs, and say what mends it.",
        "rollback": "Bring earlier weights back, and hold.",
        "resume": "Lift the hold.",
        "verify": "Train a commit's weights again, and compare.",
        "upgrade": "Refresh the page in the site.",
    },
}
COMMANDS = tuple(name for panel in PANELS.values() for name in panel)
# Of git; most are set while a hook runs. They lead it to another repository, or change what a file's name means.
GIT_VARIABLES = (
    *("DIR", "COMMON_DIR", "WORK_TREE", "INDEX_FILE", "PREFIX", "NAMESPACE", "CEILING_DIRECTORIES", "CONFIG"),
    *("OBJECT_DIRECTORY", "ALTERNATE_OBJECT_DIRECTORIES", "QUARANTINE_PATH", "SHALLOW_FILE", "GRAFT_FILE"),
    *("REPLACE_REF_BASE", "NO_REPLACE_OBJECTS", "ATTR_SOURCE"),
    *("LITERAL_PATHSPECS", "GLOB_PATHSPECS", "NOGLOB_PATHSPECS", "ICASE_PATHSPECS"),
)
HIDDEN = ("push",)  # started by `logling serve`
HELP_NAMES = {"help_option_names": ["--help", "-h"]}


class PlainHelp:
    """Help that names values as their metavar does (FILE), and none where an option takes none."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters of a command, with --help."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            if param.param_type_name == "argument":
                param.display_type_rich = lambda ctx: ""
            elif param.is_flag:
                param.metavar = ""
        return params

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Read the arguments. What is wrong is told without the words by which a library begins."""
        try:
            return super().parse_args(ctx, args)  # type: ignore[misc]
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """What stands behind the command's name in its usage: FILE, where Typer writes {FILE}."""
        pieces: list[str] = super().collect_usage_pieces(ctx)  # type: ignore[misc]
        return [piece.strip("{}") for piece in pieces]


class FileCommand(PlainHelp, TyperCommand):
    """A command as its file says."""


class CommandFiles(PlainHelp, TyperGroup):
    """The commands, each read from its file: `pull` is `pull_command` in commands/pull.py."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for panel, commands in PANELS.items():
            for name, words in commands.items():
                self.commands[name] = FileCommand(name, help=words, rich_help_panel=panel)
        for name in HIDDEN:
            self.commands[name] = FileCommand(name, hidden=True)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is asked for, read from its file. Its name may have two words."""
        if " ".join(args[:2]) in self.commands:
            args = [" ".join(args[:2]), *args[2:]]
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and read_command(command.name or ""), rest


def read_command(name: str) -> Any:
    """A command with all of its options. A docstring ends with examples: lines that begin with `logling`."""
    file = name.replace(" ", "_")
    function = getattr(import_module(f"{__package__}.commands.{file}"), f"{file}_command")
    text, *examples = re.split(r"\n\n *(?=logling )", inspect.cleandoc(function.__doc__ or ""), maxsplit=1)
    epilog = "\n".join(["Example:", *(f"  {line.strip()}" for line in "".join(examples).splitlines())])
    single = typer.Typer(add_completion=False, context_settings=HELP_NAMES)
    single.command(name, cls=FileCommand, help=text, epilog=epilog if examples else None)(function)
    return typer.main.get_command(single)


app = typer.Typer(
    cls=CommandFiles, no_args_is_help=True, pretty_exceptions_enable=False, context_settings=HELP_NAMES,
)  # fmt: skip


def print_version(wanted: bool) -> None:
    """Print the version, and end."""
    if wanted:
        out.print(f"logling {program_version()}")
        raise typer.Exit


@app.callback(epilog="`logling COMMAND --help` says more of each.")
def logling(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
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
