"""The settings of a source: what may stand together, and every mistake named."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from service.settings import SettingsError, Source, load, new_settings
from service.sources.pull import pull
from service.storage.corpus import Corpus


def loaded(folder: Path, text: str) -> list[Source]:
    (folder / "logling.toml").write_text(text, encoding="utf-8")
    return load(folder / "logling.toml").source


def test_a_source_has_files_or_a_journal_and_says_what_is_made_of_its_lines(tmp_path: Path) -> None:
    files, journal = loaded(
        tmp_path,
        "[[source]]\nfiles = '/a'\nkeep_time = false\ncontinuation = '^\\s'\n"
        "[[source]]\njournal = 'ssh.service'\nformat = '{level} {msg}'\n",
    )
    assert (files.files, files.journal, files.keep_time, files.continuation) == ("/a", None, False, r"^\s")
    assert (journal.files, journal.journal, journal.keep_time, journal.format) == (
        *(None, "ssh.service", True),
        "{level} {msg}",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["source.0", "files or journal"]),
        ("files = '/a'\njournal = 'b'", ["source.0", "exactly one"]),
        ("files = '/a'\ncontinuation = '('", ["source.0.continuation", "'('", "regular expression"]),
        ("files = '/a'\nformat = 'no field'", ["source.0.format", "no field", "{msg}"]),
        ("files = '/a'\nformat = '{msg!r}'", ["source.0.format", "{msg!r}", "key in braces"]),
        ("files = '/a'\nkeep_time = 'perhaps'", ["source.0.keep_time", "perhaps", "true and false"]),
        ("files = ''", ["source.0.files"]),
        (
            "file = '/a'",
            ["source.0.file", "files, journal, name, encoding, container, keep_time, format, continuation, mask"],
        ),
    ],
)
def test_a_mistake_is_refused_with_key_value_and_what_is_allowed(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as refusal:
        loaded(tmp_path, f"[[source]]\n{text}\n")
    assert [word for word in words if word not in str(refusal.value)] == []


def test_the_template_names_files_and_journals(tmp_path: Path) -> None:
    sources = loaded(tmp_path, new_settings("seed", ["/a"], "", ["ssh.service", "*"]))
    assert sources == [Source(files="/a"), Source(journal="ssh.service"), Source(journal="*")]


def test_init_makes_a_source_of_each_unit(tmp_path: Path, logling: Callable[..., CompletedProcess[str]]) -> None:
    made = logling("init", tmp_path / "home", "--journal", "ssh.service", "--journal", "cron")
    assert made.returncode == 0, made.stderr
    sources = load(tmp_path / "home" / "logling.toml").source
    assert sources == [Source(journal="ssh.service"), Source(journal="cron")]
    checks = logling("doctor", "--home", tmp_path / "home").stdout
    assert "source journal:ssh.service" in checks


def test_times_that_are_to_be_left_out_and_are_in_no_line_are_told_once(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("up\ndown\n")
    source = Source(files=str(tmp_path / "a.log"), keep_time=False)
    with Corpus(tmp_path / "corpus.db") as corpus:
        first = pull([source], corpus).problems
        with (tmp_path / "a.log").open("a") as log:
            log.write("up again\n")
        assert (len(first), "keep_time" in first[0], pull([source], corpus).problems) == (1, True, [])
