"""Backtest: the decisions are those of real runs, the week after is judged, and a home is not touched."""

import json
import subprocess
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from model.quantisation import shipped
from service.commands.backtest_replay import MOST_AFTER, Week, replay, week_after
from service.commands.backtest_summary import summarise
from service.commands.backtest_weeks import Chapter
from service.errors import LoglingError
from service.progress import Reporter
from service.settings import Settings, TrainingSettings
from service.storage.corpus import Corpus, Document
from service.training.evaluation import score
from tests.support.commands import is_sentence

Command = Callable[..., subprocess.CompletedProcess[str]]

SETTINGS = Settings(preset="seed", training=TrainingSettings(tokens=30_000))
WORDS = ["alpha fan slow ok", "bravo fan fast ok", "delta pump idle ok"]
OTHERS = ["GET /index 200", "PUT /store 201", "GET /about 404"]


def lines_of(words: list[str], count: int) -> list[str]:
    return [f"{n % 60:02d} {words[n % len(words)]}" for n in range(count)]


def played(lines: list[str], ends: list[int], settings: Settings = SETTINGS, corpus: str = "") -> list[Week]:
    document = Document(1, list(range(1, len(lines) + 1)), lines)
    chapters = [Chapter(str(number), (end,)) for number, end in enumerate(ends, 1)]
    with Reporter(Console(file=StringIO())) as reporter:
        return list(replay(settings, [document], chapters, reporter, corpus))


@pytest.fixture(scope="module")
def drifting() -> list[Week]:
    """Two weeks of three kinds of lines, then of others, which belong to the log after two weeks; five runs."""
    lines = lines_of(WORDS, 600) + lines_of(OTHERS, 1200)
    return played(lines, [300, 600, 900, 1200, 1500, 1800])


def test_every_week_but_the_last_has_a_run_and_the_one_after_judges_it(drifting: list[Week]) -> None:
    assert [week.name for week in drifting] == ["1", "2", "3", "4", "5"]
    assert [week.after.lines for week in drifting if week.after] == [300] * 5
    assert all(week.record.lines.new == 300 for week in drifting)


def test_the_first_model_is_the_one_that_is_never_retrained(drifting: list[Week]) -> None:
    first = drifting[0].after
    assert drifting[0].record.outcome == "committed"
    assert first is not None
    assert first.bits_per_char["never"] == first.bits_per_char["current"] == first.bits_per_char["fresh"]
    assert (first.bits_per_char["before"], first.bits_per_char["warm"], first.change) == (None, None, None)


def test_a_rejected_challenger_leaves_the_model_as_it_was_and_a_committed_one_takes_its_place(
    drifting: list[Week],
) -> None:
    for week in drifting[1:]:
        assert week.after is not None
        bits = week.after.bits_per_char
        assert bits["current"] == bits[week.start if week.record.outcome == "committed" else "before"]


def test_after_a_change_retraining_is_worth_more_than_the_first_model(drifting: list[Week]) -> None:
    last = drifting[-1].after
    assert last is not None
    assert (last.bits_per_char["current"] or 9) < 0.7 * (last.bits_per_char["never"] or 0)
    total = summarise(drifting).bits_per_char
    assert (total["current"] or 9) < (total["never"] or 0)


def test_the_week_after_a_change_is_not_known_beforehand(drifting: list[Week]) -> None:
    """Week 2 has seen the old kind alone: if what judges it leaked into training, it would not be surprised."""
    before, after = drifting[1].after, drifting[4].after
    assert before is not None
    assert after is not None
    assert (before.bits_per_char["current"] or 0) > 2 * (after.bits_per_char["current"] or 9)


def test_decisions_are_those_of_the_runs_of_a_home(fresh: Any, logling: Command) -> None:
    """The first run of a home that holds the first slice, and the replay's first week."""
    lines = fresh.log.read_text().splitlines()
    fresh.log.write_text("".join(line + "\n" for line in lines[:250]))
    record = fresh.retrain()
    with Corpus(fresh.home.corpus) as corpus:
        (week, *_) = played(lines, [250, 500], fresh.home.settings(), corpus.identity())
    for key in ("outcome", "reason", "bits_per_char", "gain", "trainings", "lines"):
        assert week.record.as_json()[key] == record[key]


def test_a_week_of_few_lines_is_skipped_and_its_lines_count_with_the_next() -> None:
    weeks = played(lines_of(WORDS, 700), [300, 350, 500, 700])
    assert [(week.record.outcome, week.record.lines.new) for week in weeks][1:] == [
        ("skipped", 50),
        (weeks[2].record.outcome, 200),
    ]
    assert weeks[2].record.outcome in ("committed", "rejected")
    after = weeks[1].after
    assert after is not None
    assert after.bits_per_char["current"] == after.bits_per_char["never"] is not None
    assert after.bits_per_char["ngram"] is not None


def test_of_a_large_week_blocks_spread_over_it_are_scored() -> None:
    lines = lines_of(WORDS, 9000)
    document = Document(1, list(range(1, 9001)), lines)
    parts = week_after([document], Chapter("1", (1000,)), Chapter("2", (9000,)))
    assert sum(len(part.lines) for part in parts) == MOST_AFTER
    assert parts[0].lines[0] == lines[1000]
    assert parts[0].context[-1] == lines[999]
    assert parts[-1].lines[-1] in lines[8000:]


def test_what_is_scored_is_the_file_as_it_would_be_shipped(drifting: list[Week], monkeypatch: Any) -> None:
    from service.commands import backtest_replay as backtest

    seen: list[Any] = []
    monkeypatch.setattr(backtest, "score", lambda model, parts: seen.append(model) or score(model, parts))
    played(lines_of(WORDS, 600), [300, 450, 600])
    assert seen
    for model in seen:
        again = shipped(model.weights)
        assert all((again[name] == tensor).all() for name, tensor in model.weights.items())


def test_one_week_alone_is_a_sentence() -> None:
    with pytest.raises(LoglingError, match="needs two weeks"):
        played(lines_of(WORDS, 300), [300])


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_command_tells_every_week_and_leaves_the_home_alone(fresh: Any, tmp_path: Path) -> None:
    fresh.append_usual(100)
    fresh.logling("pull")
    before, picture = contents(fresh.home.path), tmp_path / "backtest.html"
    done = fresh.logling("backtest", "--json", "--weeks", 2, "--tokens", 6000, "--picture", picture)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["cut"] == "slices"
    assert told["training"]["tokens"] == 6000
    assert [week["week"] for week in told["weeks"]] == ["1", "2"]
    assert set(told["weeks"][1]["after"]["bits_per_char"]) == {"current", "before", "never", "ngram", "warm", "fresh"}
    assert told["total"]["committed"] + told["total"]["rejected"] + told["total"]["skipped"] == 2
    assert contents(fresh.home.path) == before
    assert "<polyline" in picture.read_text()


def test_the_picture_has_no_line_of_the_log_and_asks_for_no_other_file(fresh: Any, tmp_path: Path) -> None:
    fresh.logling("pull")
    picture = tmp_path / "backtest.html"
    assert fresh.logling("backtest", "--weeks", 1, "--tokens", 6000, "--picture", picture).returncode == 0
    text = picture.read_text()
    assert "alpha fan" not in text
    assert not [word for word in ("src=", "<link", "url(", "<script") if word in text]


def test_a_person_is_told_a_line_a_week_and_the_sums(fresh: Any) -> None:
    fresh.logling("pull")
    lines = fresh.logling("backtest", "--weeks", 2, "--tokens", 6000).stdout.splitlines()
    assert "500 lines as 2 slices of equal size and the one after" in lines[0]
    assert [line.split()[0] for line in lines[3:5]] == ["1", "2"]
    assert "committed" in lines[5]


def test_a_picture_in_no_folder_is_a_sentence(reader: Any) -> None:
    done = reader.logling("backtest", "--picture", "/no/such/folder/x.html")
    assert is_sentence(done, "no such folder")


def test_a_home_without_lines_is_told_how_to_get_them(fresh: Any) -> None:
    done = fresh.logling("backtest")
    assert (done.returncode, done.stdout) == (1, "")
    assert "logling pull" in done.stderr


def test_a_corpus_that_is_too_small_says_what_it_needs(fresh: Any) -> None:
    fresh.log.write_text("one line\n" * 100)
    fresh.logling("pull")
    done = fresh.logling("backtest")
    assert (done.returncode, done.stdout) == (1, "")
    assert "has 100 lines; a backtest needs at least 300" in done.stderr
