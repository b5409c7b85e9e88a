"""The command line, as a process: what it prints where, and with which status it ends."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from service.cli import COMMANDS, PANELS, read_command
from service.commands.init import Preset
from service.installation import program_version
from tests.support.commands import Command, is_sentence
from tests.support.waiting import PATIENCE

BIN = str(Path(sys.executable).parent)
HOME_COMMANDS = [
    ["pull"],
    ["retrain"],
    ["history"],
    ["score", "x.log"],
    ["predict"],
    ["backtest"],
    ["audit"],
    ["export"],
    ["doctor"],
]


def test_every_command_explains_itself(logling: Command) -> None:
    result = logling("--help")
    assert result.returncode == 0
    assert [name for name in (*COMMANDS, *PANELS) if f" {name} " not in result.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_terminal_of_60_columns_and_has_an_example(logling: Command, command: str) -> None:
    result = logling(command, "-h", COLUMNS="60")
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert (result.returncode, result.stderr) == (0, "")
    assert [line for line in lines if len(line) > 60 or "…" in line or re.search(r"<\w", line)] == []
    assert lines[lines.index(" Example:") + 1].startswith(f" logling {command}")


WRONG = [
    (["nonsense"], "No such command 'nonsense'"),
    (["chekc"], "Did you mean 'check'?"),
    (["score"], "Missing argument 'FILE'"),
    (["check"], "Missing argument 'FILE'"),
    (["history", "--nope"], "No such option: --nope"),
    (["init", "x", "--preset", "huge"], "'huge' is not one of 'full', 'seed'"),
    (["demo", "--preset", "huge"], "'huge' is not one of 'full', 'seed'"),
    (["check", "x", "--format", "pdf"], "'pdf' is not one of 'text', 'markdown', 'html'"),
    (["export", "--format", "pdf"], "'pdf' is not one of 'safetensors', 'npz', 'json', 'onnx'"),
    (["watch", "x", "--budget", "lots"], "as '2 a day' or '1 a week', not 'lots'"),
    (["backtest", "--tokens", "3"], "0, or at least 1000"),
    (["predict", "--samples", "0"], "greater than or equal to 1"),
    (["demo", "--weeks", "99"], "less than or equal to 52"),
    (["fleet"], "Missing argument 'FOLDER'"),
    (["fleet", "status"], "Missing argument 'FOLDER'"),
    (["fleet", "x", "y"], "unexpected extra argument"),
    (["init", "--in", "x", "--source", "y"], "name the home: logling init --in FOLDER NAME"),
]


def parameters(command: str) -> list[Any]:
    """The options and arguments of a command that help shows, --help among them."""
    found = read_command(command)
    return [param for param in found.get_params(found.make_context(command, [], resilient_parsing=True))
            if not getattr(param, "hidden", False)]  # fmt: skip


def test_the_version_is_one(logling: Command) -> None:
    assert logling("--version").stdout == f"logling {program_version()}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_values_are_named_for_what_they_are(command: str) -> None:
    names = {param.name: param.metavar for param in parameters(command) if not getattr(param, "is_flag", False)}
    assert [name for name, metavar in names.items() if not re.fullmatch("[A-Z_]+", metavar or "")] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_each_choice(command: str) -> None:
    for param in parameters(command):
        kind = param.type_descriptor.annotation
        if isinstance(kind, type) and issubclass(kind, Enum):
            assert [str(choice.value) for choice in kind if str(choice.value) not in param.help] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_are_commands_that_can_be_given(command: str) -> None:
    examples = read_command(command).epilog.splitlines()[1:]
    assert examples
    for example in examples:
        words = ["logling", *command.split()]
        program, arguments = shlex.split(example)[: len(words)], shlex.split(example)[len(words) :]
        assert program == words
        read_command(command).make_context(command, arguments)  # raises for what is wrong


def test_the_presets_are_those_of_the_model() -> None:
    from model.config import PRESETS

    assert {preset.value for preset in Preset} == set(PRESETS)


def test_the_list_of_commands_waits_for_no_command_file() -> None:
    program = "import sys; from service.cli import app; app(['--help'], standalone_mode=False); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {"numpy", "pydantic_settings", "service.commands.check"} & set(loaded) == set()


def completed(words: str) -> list[str]:
    """What bash is offered for the last word."""
    count = len(words.split(" ")) - 1
    variables = {"COMP_WORDS": words, "COMP_CWORD": str(count), "_LOGLING_COMPLETE": "complete_bash"}
    result = subprocess.run(
        [f"{BIN}/logling"], env={**os.environ, **variables}, capture_output=True, text=True, timeout=PATIENCE
    )
    return result.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("logling ret", ["retrain"]),
        ("logling pus", []),
        ("logling check --fo", ["--format"]),
        ("logling check --format ", ["text", "markdown", "html"]),
        ("logling init x --preset f", ["full"]),
        ("logling fle", ["fleet", "fleet", "status"]),
        ("logling fleet status --js", ["--json"]),
    ],
)
def test_a_shell_completes(words: str, offered: list[str]) -> None:
    assert completed(words) == offered


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_bash_takes_the_completion_that_is_shown() -> None:
    script = 'eval "$(logling --show-completion)"; complete -p logling'
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    result = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert "-F _logling_completion logling" in result.stdout


@pytest.mark.parametrize("arguments", [["check", "--help"], ["check", "--top", "x"]])
def test_without_a_terminal_there_is_no_colour(logling: Command, arguments: list[str]) -> None:
    result = logling(*arguments, TERM="xterm-256color")
    assert "\x1b" not in result.stdout + result.stderr


@pytest.mark.parametrize("arguments", [["check", "--help"], ["check", "--top", "x"]])
def test_no_color_takes_the_colours_away(logling: Command, arguments: list[str]) -> None:
    variables = {"TERM": "xterm-256color", "FORCE_COLOR": "1"}
    coloured = logling(*arguments, **variables)
    plain = logling(*arguments, **variables, NO_COLOR="1")
    colour = re.compile(r"\x1b\[[0-9;]*\b3[0-7]")
    assert colour.search(coloured.stdout + coloured.stderr)
    assert not colour.search(plain.stdout + plain.stderr)


@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_wrong_usage_ends_with_2(logling: Command, arguments: list[str], words: str) -> None:
    result = logling(*arguments, COLUMNS="200")
    assert (result.returncode, result.stdout) == (2, "")
    assert words in result.stderr


@pytest.mark.parametrize("arguments", HOME_COMMANDS)
def test_without_a_home_there_is_a_sentence(logling: Command, tmp_path: Path, arguments: list[str]) -> None:
    assert is_sentence(logling(*arguments, "--home", tmp_path), str(tmp_path), "not a Logling home", "logling init")


def test_wrong_settings_are_a_sentence(logling: Command, tmp_path: Path) -> None:
    (tmp_path / "logling.toml").write_text('preset = "huge"')
    assert is_sentence(logling("retrain", "--home", tmp_path), "preset", "huge", "'seed' or 'full'")
