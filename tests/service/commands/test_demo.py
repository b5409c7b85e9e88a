"""The demo: weeks of a log, a run for each, and a client that has the page."""

import re
import shlex
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from model import weights_file
from service.commands import demo
from service.errors import LoglingError
from service.home import Home
from service.storage.ledger import Ledger
from service.storage.run_record import RunRecord
from tests.support.commands import Command, document
from tests.support.runs import documents


def play(folder: Path, log: Path | None = None, weeks: int = 3) -> str:
    """Play a short demo; returns what it says."""
    out = Console(file=StringIO(), soft_wrap=True, highlight=False)
    demo.play_demo(folder, log=log, preset="seed", weeks=weeks, out=out, err=Console(file=StringIO()))
    assert isinstance(out.file, StringIO)
    return out.file.getvalue()


@pytest.fixture(autouse=True)
def few_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "TOKENS", {"seed": 40_000})


def real_log(folder: Path, lines: int) -> Path:
    path = folder / "real.log"
    path.write_text("".join(f"{n % 60:02d} fan {'slow' if n % 3 else 'fast'}\n" for n in range(lines)))
    return path


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("play") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "TOKENS", {"seed": 40_000})
        return folder, play(folder)


def test_it_ends_with_what_happened_where_the_page_is_and_what_to_do_next(played: tuple[Path, str]) -> None:
    folder, said = played
    assert "\nWhat happened:  3 runs: " in said
    assert f"\nThe page:       open {(folder / 'client/web/index.html').as_uri()}\n  It opens with Check " in said
    assert "\nYour own logs:  logling init my-home" in said


def test_what_it_says_fits_80_columns(played: tuple[Path, str]) -> None:
    lines = [line for line in played[1].splitlines() if str(played[0]) not in line]
    assert [line for line in lines if len(line) > 80] == []


def test_the_check_that_it_ends_with_can_be_given_as_printed(played: tuple[Path, str], logling: Command) -> None:
    (command,) = re.findall(r"^The same here:  logling (.+)$", played[1], re.MULTILINE)
    assert "stand out" in logling(*shlex.split(command)).stdout


def test_what_stands_out_this_week_is_the_incident(played: tuple[Path, str], logling: Command) -> None:
    log = played[0] / "logs" / "this-week.log"
    text = log.read_text().splitlines()
    incident = [number for number, line in enumerate(text, 1) if "pump" in line]
    found = document(logling("check", "--json", log, "--home", played[0] / "home"))["findings"]
    at_incident = [finding["kind"] for finding in found if incident[0] - 1 <= finding["line"] <= incident[-1] + 1]
    assert {"new", "fewer"} <= set(at_incident)
    assert found[0]["line"] in range(incident[0], incident[-1] + 1)
    assert len(found) - len(at_incident) <= 1


def test_the_page_is_given_this_week_as_its_example(played: tuple[Path, str]) -> None:
    card = weights_file.decode((played[0] / "client/web/weights.js").read_bytes())[1]
    assert card["example"] == (played[0] / "logs" / "this-week.log").read_text().splitlines()


def test_a_rejected_week_fits_80_columns_with_its_reason() -> None:
    run = RunRecord(outcome="rejected", reason="better, but it may be luck: 0.337 bits per character against 0.341")
    run.lines.new, run.seconds = 700, {"train": 3.4}
    run.bits_per_char.champion, run.bits_per_char.challenger = 0.341, 0.337
    first, second = demo.format_demo_run(run).splitlines()
    assert first == "  700 new lines  rejected 0.341 -> 0.337  (3.4 s)"
    assert second.strip() == "better, but it may be luck"


def test_a_week_with_few_lines_is_skipped_with_its_reason(played: tuple[Path, str]) -> None:
    assert "skipped: 40 new lines, 100 are needed" in played[1]


def test_the_client_has_the_page_and_weights_that_can_be_read(played: tuple[Path, str]) -> None:
    web = played[0] / "client" / "web"
    assert (web / "index.html").is_file()
    weights_file.decode((web / "weights.js").read_bytes())


def test_the_runs_are_a_week_apart_in_the_ledger(played: tuple[Path, str]) -> None:
    with Ledger(Home(played[0] / "home").ledger) as ledger:
        days = [run["started"][:10] for run in documents(ledger)]
    assert len(set(days)) == 3


def test_a_real_log_is_played_by_its_own_lines(tmp_path: Path) -> None:
    said = play(tmp_path / "demo", real_log(tmp_path, 400))
    assert "0 new lines  skipped" in said
    assert f"Drop a log on it, {tmp_path / 'real.log'} for one" in said
    assert (tmp_path / "demo" / "logs" / "demo.log").read_text() == (tmp_path / "real.log").read_text()


def test_its_last_commit_can_be_made_again_example_and_all(played: tuple[Path, str], logling: Command) -> None:
    with Ledger(Home(played[0] / "home").ledger) as ledger:
        commit = next(run["commit"] for run in documents(ledger) if run["commit"])
    assert "equal: the same bytes" in logling("verify", commit, "--home", played[0] / "home").stdout


def test_no_line_of_a_real_log_is_an_example(tmp_path: Path) -> None:
    play(tmp_path / "demo", real_log(tmp_path, 900))
    card = weights_file.decode((tmp_path / "demo/client/web/weights.js").read_bytes())[1]
    assert "example" not in card


@pytest.mark.parametrize(
    ("started", "path", "name"),
    [
        ("bin/logling", "bin", "logling"),
        ("my bin/logling", "elsewhere", "'{here}/my bin/logling'"),
        ("service/cli.py", "elsewhere", "logling"),
    ],
)
def test_it_names_itself_so_that_it_can_be_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: str, path: str, name: str
) -> None:
    program = tmp_path / started
    program.parent.mkdir()
    program.touch(mode=0o755)
    monkeypatch.setattr("sys.argv", [str(program)])
    monkeypatch.setenv("PATH", str(tmp_path / path))
    assert demo.program_name() == name.format(here=tmp_path)


def test_a_log_that_is_too_short_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(LoglingError, match=r"real\.log has 99 lines; a demo needs at least"):
        play(tmp_path / "demo", real_log(tmp_path, 99))
    assert not (tmp_path / "demo").exists()


def test_a_log_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoglingError, match=r"missing\.log cannot be read"):
        play(tmp_path / "demo", tmp_path / "missing.log")


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    assert demo.free_folder(tmp_path / "demo") == tmp_path / "demo-2"
