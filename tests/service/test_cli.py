"""The command line, as a process: what it prints where, and with which status it ends."""

import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

COMMANDS = ["init", "pull", "retrain", "history", "score", "predict", "backtest", "audit", "export", "doctor", "demo"]
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

Command = Callable[..., subprocess.CompletedProcess[str]]


def document(result: subprocess.CompletedProcess[str]) -> Any:
    """The one JSON document on stdout, of a command that did its job and had nothing else to say."""
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)


def is_sentence(result: subprocess.CompletedProcess[str], *words: str) -> bool:
    """Whether a failure is told on stderr, and not as a traceback."""
    assert (result.returncode, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr
    assert [word for word in words if word not in result.stderr] == []
    return result.stderr.startswith("logling: ")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "score.log"
    path.write_text("01 bravo fan slow ok\n02 delta fan fast ok\nunheard of §\n")
    return path


def test_every_command_explains_itself(logling: Command) -> None:
    result = logling("--help")
    assert result.returncode == 0
    assert [command for command in COMMANDS if f" {command} " not in result.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_help(logling: Command, command: str) -> None:
    result = logling(command, "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert "Usage" in result.stdout


@pytest.mark.parametrize("arguments", [["nonsense"], ["score"], ["predict", "--samples", "0"], ["init"]])
def test_wrong_usage_ends_with_2(logling: Command, arguments: list[str]) -> None:
    result = logling(*arguments)
    assert (result.returncode, result.stdout) == (2, "")


@pytest.mark.parametrize("arguments", HOME_COMMANDS)
def test_without_a_home_there_is_a_sentence(logling: Command, tmp_path: Path, arguments: list[str]) -> None:
    assert is_sentence(logling(*arguments, "--home", tmp_path), str(tmp_path), "not a Logling home", "logling init")


def test_wrong_settings_are_a_sentence(logling: Command, tmp_path: Path) -> None:
    (tmp_path / "logling.toml").write_text('preset = "huge"')
    assert is_sentence(logling("retrain", "--home", tmp_path), "preset", "huge", "'seed' or 'full'")


def test_init_makes_a_home_with_these_sources_and_says_how_to_go_on(logling: Command, tmp_path: Path) -> None:
    home = tmp_path / "a [b] :lock:"
    result = logling("init", home, "--source", "logs/*.log", "--preset", "seed")
    assert result.returncode == 0
    assert str(home) in result.stdout.splitlines()[0]
    assert f'files = "{Path.cwd()}/logs/*.log"' in (home / "logling.toml").read_text()


def test_init_does_not_touch_a_home_that_is_there(logling: Command, reader: Any) -> None:
    assert is_sentence(logling("init", reader.home.path), "is a Logling home already")


def test_init_refuses_an_unknown_preset_and_leaves_nothing(logling: Command, tmp_path: Path) -> None:
    assert is_sentence(logling("init", tmp_path / "home", "--preset", "huge"), "huge", "seed or full")
    assert not (tmp_path / "home").exists()


def test_init_with_a_remote_that_is_not_there_leaves_nothing(logling: Command, tmp_path: Path) -> None:
    assert is_sentence(logling("init", tmp_path / "home", "--remote", tmp_path / "gone.git"), "gone.git")
    assert not (tmp_path / "home").exists()


def test_pull_tells_its_lines_gaps_and_sources(logling: Command, fresh: Any) -> None:
    told = document(logling("pull", "--json", "--home", fresh.home.path))
    assert told["lines"] == {"new": 500, "total": 500}
    assert told["gaps"] == []
    assert told["sources"] == [{"path": str(fresh.log), "position": fresh.log.stat().st_size, "lines": 500}]


def test_a_log_whose_name_is_not_utf8_is_a_problem_and_the_others_are_read(logling: Command, fresh: Any) -> None:
    fresh.log.with_name("b\udcff.log").write_text("one\n" * 9)
    fresh.set(str(fresh.log), f"{fresh.log.parent}/*.log")
    told = document(logling("pull", "--json", "--home", fresh.home.path))
    assert told["lines"]["new"] == 500
    assert any("not UTF-8" in problem for problem in told["problems"])


def test_a_skipped_run_did_its_job_and_is_one_document(committed: Any) -> None:
    record = document(committed.logling("retrain", "--json"))
    assert (record["outcome"], record["lines"]["new"]) == ("skipped", 0)


def test_a_run_is_told_to_a_person_without_bars_where_there_is_no_terminal(committed: Any) -> None:
    result = committed.logling("retrain")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("skipped: 0 new lines, 100 are needed")


def test_a_run_without_a_site_fails_with_a_sentence(committed: Any) -> None:
    committed.home.site.rename(committed.folder / "elsewhere")
    assert is_sentence(committed.logling("retrain", "--json"), "is not a git repository")


def test_history_has_every_run_newest_first(reader: Any, first_record: dict[str, Any]) -> None:
    (run,) = document(reader.logling("history", "--json"))["runs"]
    assert (run["run"], run["outcome"]) == (first_record["run"], "committed")
    assert {"started", "finished", "loss_curve", "lines", "bits_per_char", "gain"} <= set(run)


def test_history_of_a_new_home_is_empty(logling: Command, fresh: Any) -> None:
    assert document(logling("history", "--json", "--home", fresh.home.path)) == {
        "runs": [],
        "rollbacks": [],
        "hold": None,
    }
    assert logling("history", "--home", fresh.home.path).stdout == "No run yet.\n"


def test_history_for_a_person_has_a_line_a_run(reader: Any, first_record: dict[str, Any]) -> None:
    lines = reader.logling("history").stdout.splitlines()
    assert len(lines) == 2
    assert first_record["commit"][:9] in lines[1]


def test_score_has_the_bits_of_every_line(reader: Any, log: Path) -> None:
    told = document(reader.logling("score", "--json", log))
    assert [line["number"] for line in told["lines"]] == [1, 2, 3]
    assert [line["characters"] for line in told["lines"]] == [21, 21, 13]
    assert told["characters"] == 55
    assert told["bits_per_char"] == pytest.approx(sum(line["bits"] for line in told["lines"]) / 55)
    assert told["lines"][2]["surprise"] > told["lines"][1]["surprise"]


def test_score_after_a_context_reads_on_from_it_and_does_not_score_it(reader: Any, log: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.log"
    before.write_text("59 delta fan slow ok\n00 alpha fan slow ok\n")
    alone = document(reader.logling("score", "--json", log))
    after = document(reader.logling("score", "--json", "--context", before, log))
    assert len(after["lines"]) == 3
    assert after["lines"][0]["bits"] != alone["lines"][0]["bits"]


def test_score_that_adapts_reports_both_figures(reader: Any, log: Path) -> None:
    alone = document(reader.logling("score", "--json", log))
    told = document(reader.logling("score", "--json", "--adapt", log))
    assert told["static_bits_per_char"] == pytest.approx(alone["bits_per_char"])
    assert told["bits_per_char"] == pytest.approx(sum(line["bits"] for line in told["lines"]) / 55)
    assert told["bits_per_char"] != told["static_bits_per_char"]
    assert "static_bits_per_char" not in alone
    prose = reader.logling("score", "--adapt", log).stdout
    assert f"{told['static_bits_per_char']:.4f} bits per character static, {told['bits_per_char']:.4f} after" in prose


def test_score_that_adapts_learns_from_the_whole_context(reader: Any, tmp_path: Path) -> None:
    log, before, after = tmp_path / "new.log", tmp_path / "before.log", tmp_path / "after.log"
    log.write_text("quux! an unheard-of thing\n")
    plain = "01 bravo fan slow ok\n" * 200
    before.write_text(log.read_text() * 3 + plain)
    after.write_text(plain)
    bits = [
        document(reader.logling("score", "--json", "--adapt", "--context", context, log))["bits_per_char"]
        for context in (before, after)
    ]
    assert bits[0] < 0.5 * bits[1]


def test_what_is_learned_while_scoring_is_written_nowhere(reader: Any, log: Path) -> None:
    def contents() -> dict[Path, bytes]:
        files = (path for path in reader.home.path.rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in files}

    before = contents()
    assert reader.logling("score", "--adapt", log).returncode == 0
    assert contents() == before


def test_score_of_a_gzip_is_that_of_what_is_in_it(reader: Any, log: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    assert document(reader.logling("score", "--json", packed)) == document(reader.logling("score", "--json", log))


def test_score_shows_the_most_surprising_lines_as_they_are(reader: Any, tmp_path: Path) -> None:
    strange = tmp_path / "strange.log"
    strange.write_text("00 alpha fan slow ok\n[bold]:warning: not[/bold] markup\n")
    assert "[bold]:warning: not[/bold] markup" in reader.logling("score", strange).stdout


BINARY = bytes(range(256)) * 40
DAMAGED = gzip.compress(b"00 alpha fan slow ok\n" * 99)[:-20]


@pytest.mark.parametrize(
    "content", [None, b"", b"\n\n", BINARY, DAMAGED], ids=["missing", "empty", "blank", "binary", "damaged"]
)
def test_a_file_that_cannot_be_scored_is_named(reader: Any, tmp_path: Path, content: bytes | None) -> None:
    bad = tmp_path / "bad.log"
    if content is not None:
        bad.write_bytes(content)
    assert is_sentence(reader.logling("score", bad), "bad.log")


@pytest.mark.parametrize("content", [BINARY, DAMAGED], ids=["binary", "damaged"])
def test_a_context_that_cannot_be_read_is_named(reader: Any, log: Path, tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad.log"
    bad.write_bytes(content)
    assert is_sentence(reader.logling("score", "--context", bad, log), "bad.log")


def test_without_weights_there_is_nothing_to_score_with(logling: Command, fresh: Any) -> None:
    result = logling("score", fresh.log, "--home", fresh.home.path)
    assert is_sentence(result, "no weights yet", "logling retrain")


def test_damaged_weights_are_a_sentence(committed: Any, log: Path) -> None:
    (committed.home.site / "web" / "weights.js").write_text("not weights")
    committed.git("commit", "--quiet", "--all", "--message", "oops")
    assert is_sentence(committed.logling("score", log), "not a Logling weights file")


def test_predict_gives_as_many_samples_of_as_many_lines_as_asked_for(reader: Any) -> None:
    told = document(reader.logling("predict", "--json", "--samples", 2, "--steps", 3))
    assert [len(sample) for sample in told["samples"]] == [3, 3]
    assert [len(bits) for bits in told["bits"]] == [3, 3]


def test_predict_is_decided_by_its_seed(reader: Any, log: Path) -> None:
    one, same, other = (
        document(reader.logling("predict", "--json", "--seed", seed, "--context", log)) for seed in (1, 1, 9)
    )
    assert one == same != other


def test_predict_goes_on_from_the_newest_lines_of_the_corpus(reader: Any, original: Any, tmp_path: Path) -> None:
    context = tmp_path / "context.log"
    context.write_text(original.log)
    by_itself = document(reader.logling("predict", "--json"))
    assert by_itself == document(reader.logling("predict", "--json", "--context", context))


def test_doctor_finds_a_good_home_well(committed: Any) -> None:
    told = document(committed.logling("doctor", "--json"))
    assert told["ok"] is True
    assert {"name", "ok", "detail"} == set(told["checks"][0])


def damage(place: Any, what: str) -> None:
    home = place.home
    if what in ("ledger", "corpus"):
        (home.state / f"{what}.db").write_text("no database" * 1000)
    elif what == "state":
        home.state.chmod(0o755)
    elif what == "site":
        home.site.rename(place.folder / "elsewhere")
    elif what == "weights":
        (home.site / "web" / "weights.js").write_text("not weights")
        place.git("commit", "--quiet", "--all", "--message", "oops")
    elif what == "remote":
        place.set('# remote = ""', 'remote = "/nowhere.git"')
    elif what == "settings":
        place.set("[gate]", "[gates]")
    elif what == "source":
        place.log.unlink()
    else:
        place.log.write_bytes(bytes(range(256)) * 20)


@pytest.mark.parametrize(
    "what", ["settings", "state", "ledger", "corpus", "site", "weights", "remote", "source", "source that is no text"]
)
def test_doctor_says_what_is_wrong(committed: Any, what: str) -> None:
    damage(committed, what)
    result = committed.logling("doctor", "--json")
    assert (result.returncode, "Traceback" in result.stderr) == (1, False)
    bad = [check["name"] for check in json.loads(result.stdout)["checks"] if not check["ok"]]
    assert [name for name in bad if name.startswith(what.split()[0])] != []


@pytest.mark.parametrize("command", ["history", "retrain"])
def test_a_damaged_ledger_is_a_sentence(committed: Any, command: str) -> None:
    damage(committed, "ledger")
    assert is_sentence(committed.logling(command, "--json"), "ledger.db")


@pytest.mark.parametrize("path", ["nosuch.log", "."])
def test_a_file_that_cannot_be_read_is_named_without_python(reader: Any, path: str) -> None:
    result = reader.logling("score", path)
    assert result.returncode == 1
    assert result.stderr.startswith(f"logling: {path}: ")
    assert "Errno" not in result.stderr
