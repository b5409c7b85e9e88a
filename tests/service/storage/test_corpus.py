"""The corpus: bounded, in order, all or nothing."""

import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from service.storage.corpus import BLOCK_LINES, FORMAT, Corpus, CorpusError
from service.storage.position import Position
from service.storage.reserve import UNIT, Reserve


def position(family: str = "/logs/a.log", at: int = 0, row: int | None = None) -> Position:
    return Position(family, family, 2**64 - 1, 7, 10, False, at, id=row)


def numbered(first: int, count: int) -> list[str]:
    return [f"line {number:09d}" for number in range(first, first + count)]


def fill(corpus: Corpus, count: int, batch: int = 1000, family: str = "/logs/a.log") -> None:
    where = position(family)
    for first in range(0, count, batch):
        where = corpus.add(numbered(first, min(batch, count - first)), where)


def test_lines_come_back_one_document_a_source_in_order(tmp_path: Path) -> None:
    with Corpus(tmp_path / "corpus.db") as corpus:
        for lines, family in [(["a1", "a2"], "/a"), (["b1"], "/b"), (["a3"], "/a")]:
            corpus.add(lines, position(family))
        first, second = corpus.documents()
        assert (first.ids, first.lines) == ([1, 2, 4], ["a1", "a2", "a3"])
        assert (second.ids, second.lines) == ([3], ["b1"])


def test_many_small_batches_of_two_logs_fill_whole_blocks(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    with Corpus(path) as corpus:
        for number in range(BLOCK_LINES * 2):
            corpus.add([f"a {number}"], position("/a"))
            corpus.add([f"b {number}"], position("/b"))
        assert [document.lines[-1] for document in corpus.documents()] == ["a 127", "b 127"]
        assert corpus.documents()[0].ids == list(range(1, 256, 2))
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT lines FROM blocks").fetchall() == [(BLOCK_LINES,)] * 4


def test_what_was_added_is_there_after_reopening(tmp_path: Path) -> None:
    with Corpus(tmp_path / "corpus.db") as corpus:
        stored = corpus.add(["one"], position(at=4))
    with Corpus(tmp_path / "corpus.db") as corpus:
        assert corpus.documents()[0].lines == ["one"]
        assert corpus.positions() == [stored]


def test_an_empty_corpus_has_no_newest_line(tmp_path: Path) -> None:
    with Corpus(tmp_path / "corpus.db") as corpus:
        assert (corpus.newest_id(), corpus.lines_after(0), corpus.documents()) == (0, 0, [])


def test_lines_after_counts_also_those_thinned_since(tmp_path: Path) -> None:
    with Corpus(tmp_path / "corpus.db", max_bytes=20_000) as corpus:
        fill(corpus, 500)
        marked = corpus.newest_id()
        fill(corpus, 12_345)
        assert corpus.lines_after(marked) == 12_345
        assert corpus.totals().lines_ever == 12_845
        assert corpus.totals().lines < 2_000


def test_lines_and_position_are_written_both_or_neither(tmp_path: Path) -> None:
    with Corpus(tmp_path / "corpus.db") as corpus:
        stored = corpus.add(["one"], position(at=4))
        with pytest.raises(ValueError, match="newline"):
            corpus.add(["two", "not\none line"], position(at=99, row=stored.id))
        assert corpus.positions() == [stored]
        assert (corpus.documents()[0].lines, corpus.newest_id()) == (["one"], 1)
        corpus.add(["two"], position(at=8, row=stored.id))
        assert (corpus.documents()[0].ids, corpus.totals().bytes) == ([1, 2], 6)


def test_a_full_corpus_keeps_recent_lines_whole_and_older_ones_in_whole_blocks_ever_thinner(tmp_path: Path) -> None:
    with Corpus(tmp_path / "corpus.db", max_bytes=100_000) as corpus:
        fill(corpus, 40_000)
        (document,) = corpus.documents()
        assert 70_000 < corpus.totals().bytes <= 100_000
    recent = 3_000  # of at most 7,142 that fit
    assert document.ids[-recent:] == list(range(40_001 - recent, 40_001))
    assert document.lines == [f"line {number - 1:09d}" for number in document.ids]
    blocks = Counter((at - 1) // BLOCK_LINES for at in document.ids).values()
    assert {count for count in blocks if count > 2 * UNIT} == {BLOCK_LINES}
    kept_of = [sum(start < at <= start + 5_000 for at in document.ids) for start in range(0, 40_000, 5_000)]
    assert kept_of[7] > kept_of[6] > kept_of[4] >= kept_of[0]


def test_thinning_is_deterministic(tmp_path: Path) -> None:
    documents = []
    Corpus(tmp_path / "one.db").close()
    shutil.copy(tmp_path / "one.db", tmp_path / "two.db")
    for name in ("one.db", "two.db"):
        with Corpus(tmp_path / name, max_bytes=30_000) as corpus:
            fill(corpus, 20_000)
            documents.append(corpus.documents())
    assert documents[0] == documents[1]


def test_a_chatty_log_does_not_push_out_a_quiet_one(tmp_path: Path) -> None:
    with Corpus(tmp_path / "corpus.db", max_bytes=50_000) as corpus:
        fill(corpus, 200, family="/quiet.log")
        fill(corpus, 50_000, family="/chatty.log")
        assert corpus.documents()[0].lines == numbered(0, 200)


def flood_of(kind: str, first: int, count: int) -> list[str]:
    words = ["alpha", "bravo", "delta", "sigma", "omega"]
    if kind == "one":
        return [f"broken pipe {number:08x}z9" for number in range(first, first + count)]
    return [
        f"{number // 25} "
        + " ".join(words[number // 5**place % 5] + chr(97 + number // 7**place % 26) for place in range(5))
        for number in range(first, first + count)
    ]


def mixed(first: int, count: int) -> list[str]:
    return [
        f"{number} {'fan' if number % 3 else 'door'} {'on' if number % 2 else 'off'}"
        for number in range(first, first + count)
    ]


@pytest.mark.parametrize("kind", ["one", "many"])
@pytest.mark.parametrize("batch", [20, 1000])
def test_a_flood_does_not_push_out_ordinary_lines(tmp_path: Path, kind: str, batch: int) -> None:
    ordinary = mixed(0, 2_000)
    with Corpus(tmp_path / "corpus.db", max_bytes=100_000) as corpus:
        where = corpus.add(ordinary, position())
        for first in range(0, 20_000, batch):
            where = corpus.add(flood_of(kind, first, batch), where)
        (document,) = corpus.documents()
        assert corpus.totals().bytes <= 100_000
    assert len(set(ordinary).intersection(document.lines)) > 1_900


def test_the_reserve_of_thinned_lines_stays(tmp_path: Path) -> None:
    with Corpus(tmp_path / "corpus.db", max_bytes=100_000) as corpus:
        fill(corpus, 40_000)
        reserve = Reserve(corpus.identity())
        kept = set(corpus.documents()[0].ids)
        assert corpus.totals().bytes <= 100_000
    chosen = [at for at in range(1, 40_001) if reserve.holds(1, at)]
    assert len(kept.intersection(chosen)) > 0.6 * len(chosen)
    assert [at for at in chosen if at > 20_000] == [at for at in chosen if at > 20_000 and at in kept]


def test_lines_come_behind_a_last_block_of_which_the_reserve_alone_is_left(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    with Corpus(path, max_bytes=20_000) as corpus:
        for number in range(120):
            fill(corpus, 20, family=f"/logs/{number}.log")
        fill(corpus, 20_000, family="/logs/chatty.log")
        with sqlite3.connect(path) as database:
            left = database.execute("SELECT source FROM blocks WHERE only_reserve AND number = 1").fetchall()
        assert left
        fill(corpus, 5, family="/logs/" + f"{left[0][0] - 1}.log")
        document = next(document for document in corpus.documents() if document.source == left[0][0])
    assert document.lines[-5:] == numbered(0, 5)
    assert document.ids == sorted(document.ids)


def test_the_newest_block_is_kept_even_if_it_alone_is_too_large(tmp_path: Path) -> None:
    with Corpus(tmp_path / "corpus.db", max_bytes=1_000) as corpus:
        corpus.add(["x" * 100] * BLOCK_LINES * 3, position())
        assert corpus.totals().lines == BLOCK_LINES


def test_the_file_stays_bounded_however_much_passes_through(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    with Corpus(path, max_bytes=200_000) as corpus:
        fill(corpus, 300_000, batch=5_000)
        during = sum(file.stat().st_size for file in tmp_path.iterdir())
        corpus.free_space()
    assert during < 6_000_000
    assert path.stat().st_size < 600_000


def test_a_smaller_bound_takes_effect_with_the_next_lines_and_gives_space_back(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    with Corpus(path) as corpus:
        fill(corpus, 100_000)
    with Corpus(path, max_bytes=50_000) as corpus:
        corpus.add(["one more"], position())
        corpus.free_space()
        assert corpus.totals().bytes <= 50_000
    assert path.stat().st_size < 300_000


def test_files_gone_from_their_place_are_kept_but_not_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.storage.corpus.MOST_MISSING", 10)
    with Corpus(tmp_path / "corpus.db") as corpus:
        stored = [corpus.add([], position(at=at)) for at in range(15)]
        corpus.note_missing(stored)
        left = corpus.positions()
    assert [row.position for row in left] == list(range(5, 15))
    assert {row.path for row in left} == {None}


def test_a_corpus_of_a_newer_format_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    Corpus(path).close()
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {FORMAT + 1}")
    with pytest.raises(CorpusError, match=f"corpus.db has format {FORMAT + 1}, newer.*update"):
        Corpus(path)


def test_another_database_or_no_database_at_all_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as database:
        database.execute("CREATE TABLE things (id)")
    (tmp_path / "text.db").write_text("no database" * 100)
    for name in ("other.db", "text.db"):
        with pytest.raises(CorpusError, match=name):
            Corpus(tmp_path / name)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"missing/corpus\.db cannot be used"):
        Corpus(tmp_path / "missing" / "corpus.db")


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    with Corpus(tmp_path / "corpus.db") as corpus:
        corpus.add(["one"], position())
        assert {file.stat().st_mode & 0o077 for file in tmp_path.iterdir()} == {0}


def add_together(corpus: Corpus, *batches: list[str]) -> None:
    with corpus.together():
        for lines in batches:
            corpus.add(lines, position("/a"))


def test_what_is_added_together_is_stored_together_or_not_at_all(tmp_path: Path) -> None:
    with Corpus(tmp_path / "corpus.db") as corpus, Corpus(tmp_path / "corpus.db") as other:
        with corpus.together():
            corpus.add(["a1"], position("/a"))
            corpus.add(["b1"], position("/b"))
            assert other.totals().lines == 0
        assert other.totals().lines == 2
        with pytest.raises(ValueError, match="newline"):
            add_together(corpus, ["a2"], ["b\n2"])
        corpus.add(["a3"], position("/a"))
        assert [document.lines for document in corpus.documents()] == [["a1", "a3"], ["b1"]]
        assert corpus.totals().bytes == corpus._kept == 6
