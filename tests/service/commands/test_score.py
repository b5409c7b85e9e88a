"""`logling score`."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Command, document, is_sentence


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "score.log"
    path.write_text("01 bravo fan slow ok\n02 delta fan fast ok\nunheard of §\n")
    return path


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


@pytest.mark.parametrize("adapt", [False, True])
def test_score_imports_numba_only_to_adapt(
    reader: Any, log: Path, adapt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    loaded = reader.logling("score", log, *["--adapt"] * adapt).stderr
    assert "model.scoring" in loaded
    assert ("numba" in loaded) == adapt


@pytest.mark.parametrize("missing", ["numba", "llvmlite"])
def test_score_that_adapts_says_which_package_is_missing(reader: Any, log: Path, missing: str) -> None:
    done = without(missing, "score", "--adapt", log, "--home", reader.home.path)
    assert is_sentence(done, "package numba", "pip install numba", "Everything else works without it")
    assert without(missing, "score", log, "--home", reader.home.path).returncode == 0


def without(package: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A command where a package is not installed."""
    program = (
        f"import sys; sys.modules[{package!r}] = None; sys.argv = ['logling', *sys.argv[1:]]; "
        "from service.cli import main; main()"
    )
    return subprocess.run([sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True)


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


@pytest.mark.parametrize("path", ["nosuch.log", "."])
def test_a_file_that_cannot_be_read_is_named_without_python(reader: Any, path: str) -> None:
    result = reader.logling("score", path)
    assert result.returncode == 1
    assert result.stderr.startswith(f"logling: {path}: ")
    assert "Errno" not in result.stderr


def test_lines_are_scored_as_they_were_read_and_with_raw_as_they_stand(reader: Any, tmp_path: Path) -> None:
    plain, wrapped = tmp_path / "plain.log", tmp_path / "docker.log"
    lines = ["01 bravo fan slow ok", "02 delta fan fast ok"]
    plain.write_text("".join(f"{line}\n" for line in lines))
    entries = [{"log": f"{line}\n", "stream": "stdout", "time": "2026-11-01T00:00:00Z"} for line in lines]
    wrapped.write_text("\n".join(json.dumps(entry) + "\n" for entry in entries))
    as_read = document(reader.logling("score", "--json", wrapped))
    assert as_read["bits_per_char"] == document(reader.logling("score", "--json", plain))["bits_per_char"]
    assert [line["number"] for line in as_read["lines"]] == [1, 3]
    assert document(reader.logling("score", "--json", "--raw", wrapped))["bits_per_char"] > as_read["bits_per_char"]


def test_a_reading_of_no_such_name_is_refused_with_those_there_are(reader: Any, log: Path) -> None:
    assert is_sentence(reader.logling("score", "--reading", "mail", log), "no reading 'mail'")
