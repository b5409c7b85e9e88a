"""Random histories of logs: whatever is done to them between pulls, every line that could be read is read once.

    python tests/benchmarks/rotations.py COUNT [FIRST SEED]

A history has several logs side by side with every kind of rotation, and pulls of which some are killed. What was read
is compared with what was written where. A few of them are in the test suite.
"""

import gzip
import lzma
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import zstandard

from service.settings import Source
from service.sources import log_file
from service.sources.log_file import LogFile
from service.sources.pull import pull
from service.storage.corpus import Corpus
from service.storage.position import HEAD_BYTES, Position

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}
KEPT = 5  # rotated files
DAY = 24 * 3600 * 10**9
TICK = 0.012  # seconds; the times of files are that coarse


class Killed(Exception):
    """Stands for a SIGKILL."""


class MortalCorpus(Corpus):
    """Dies at a commit: just before it is made, or just after."""

    lives = -1
    dies_after = False

    def add(self, lines: Sequence[str], position: Position, instead_of: int | None = None) -> Position:
        self.lives -= 1
        if self.lives == 0 and not self.dies_after:
            raise Killed
        moved = super().add(lines, position, instead_of)
        if self.lives == 0:
            raise Killed
        return moved


@dataclass
class Clock:
    """The clock of the machine, which somebody sets: files keep the time that it showed."""

    settings: list[tuple[int, int]] = field(default_factory=list)  # real time, and what the clock is ahead from then on

    def set(self, ahead: int) -> None:
        time.sleep(TICK)
        self.settings.append((time.time_ns(), ahead))
        time.sleep(TICK)

    def shown(self, real: int) -> int:
        return real + next((ahead for since, ahead in reversed(self.settings) if real >= since), 0)

    @contextmanager
    def on_files(self) -> Iterator[None]:
        """Let the reader see the times that this clock gave to files."""
        born, found_file = log_file.born, log_file.log_file

        def shown_born(descriptor: int) -> int:
            real = born(descriptor)
            return self.shown(real) if real else 0

        def shown_file(*status: Any) -> LogFile:
            file = found_file(*status)
            return replace(file, mtime_ns=self.shown(file.mtime_ns))

        with (
            patch("service.sources.log_file.born", shown_born),
            patch("service.sources.log_file.log_file", shown_file),
            patch("service.sources.files.log_file", shown_file),
        ):
            yield


@dataclass
class Copy:
    """A file that holds lines: which, and the start of one that is not complete."""

    lines: list[str] = field(default_factory=list)
    torn: str = ""
    was_seen: bool = False  # by a whole pull
    was_told_apart: bool = False  # and with a line in it that no other file has


@dataclass
class Log:
    """A log and its rotated files, newest first."""

    folder: Path
    name: str
    banner: str
    style: str
    written: Counter[str] = field(default_factory=Counter)
    owed: Counter[str] = field(default_factory=Counter)  # lines that a whole pull could read
    live: Copy | None = None
    rotated: list[tuple[str, Copy]] = field(default_factory=list)
    is_between: bool = False  # copied but not emptied yet, or compressed but not removed yet
    gaps: int = 0
    days: int = 0
    serial: int = 0
    unseen: Counter[str] = field(default_factory=Counter)  # lines in files that no pull could meet

    @property
    def path(self) -> Path:
        return self.folder / self.name


class History:
    """One history, in an empty folder. `steps` says afterwards what was done."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.folder = folder / "logs"
        self.folder.mkdir()
        self.corpus = folder / "corpus.db"
        self.steps: list[str] = []
        self.done: Counter[str] = Counter()
        styles = self.chance.choices(["rename", "dated", "copytruncate", "symlink"], k=self.chance.randint(1, 3))
        self.clock = Clock()
        self.jumps = [self.chance.choice([-DAY, -DAY // 24, DAY])] if self.chance.random() < 0.3 else []
        banners = ["", "started", "= banner =\n= of two lines ="]
        self.logs = [
            Log(self.folder, f"{name}.log", self.chance.choice(banners), style)
            for name, style in zip("abc", styles, strict=False)
        ]
        self.is_exact = self.chance.random() < 0.4
        self.compression = self.chance.choice(["", *COMPRESSORS])

    def play(self) -> None:
        for log in self.logs:
            self.write(log)
        self.pull()
        for _ in range(self.chance.randint(5, 30)):
            self.step()
        for log in self.logs:
            if log.is_between:
                self.rotate(log)
        self.pull()
        self.pull()
        for log in self.logs:
            self.check(log)

    def step(self) -> None:
        log = self.chance.choice(self.logs)
        moves: list[Callable[[Log], None]] = [self.write, self.rotate, self.tear, self.empty, self.delete, self.rewrite]
        kind = self.chance.choices(["pull", "kill", "move", "clock"], [3, 1, 8, 1])[0]
        if kind == "clock" and self.jumps:
            self.set_clock(self.jumps.pop())
        elif kind == "pull":
            self.pull()
        elif kind == "kill":
            self.pull(lives=self.chance.randint(1, 6))
        else:
            self.chance.choices(moves, [8, 8, 2, 1, 1, 1])[0](log)

    def note(self, log: Log, what: str) -> None:
        self.steps.append(f"{log.name}: {what}")
        self.done[what.split()[0]] += 1

    def set_clock(self, ahead: int) -> None:
        """Not while a short file is unread: that a copy of it is made later, only the clock tells."""
        self.pull()
        self.clock.set(ahead)
        self.steps.append(f"the clock is set {ahead / DAY:+.2f} days")
        self.done["clock set"] += 1

    # What writers do.

    def write(self, log: Log) -> None:
        if log.live is None:
            self.create(log)
        assert log.live
        lines = []
        for _ in range(self.chance.randint(1, 6)):
            log.serial += 1
            size = self.chance.choice([0, 0, 0, 40, 400, 3000])
            lines.append(f"{log.name} line {log.serial} " + "x" * size)
        text = "".join(line + "\n" for line in lines)
        if log.live.torn:
            text = " the rest\n" + text
            lines.insert(0, log.live.torn + " the rest")
            log.live.torn = ""
        self.put(log, lines, text)
        self.note(log, f"write {len(lines)}")

    def tear(self, log: Log) -> None:
        if log.live is None or log.live.torn:
            return self.write(log)
        log.serial += 1
        log.live.torn = f"{log.name} line {log.serial} torn"
        self.put(log, [], log.live.torn)
        return self.note(log, "tear")

    def put(self, log: Log, lines: list[str], text: str) -> None:
        assert log.live
        with log.path.open("a") as stream:
            stream.write(text)
        log.live.lines += lines
        log.written.update(lines)
        if log.is_between and log.style == "copytruncate":
            log.unseen.update(lines)

    def create(self, log: Log) -> None:
        log.live = Copy()
        if log.style == "symlink":
            log.days += 1
            log.path.unlink(missing_ok=True)
            target = f"{log.name}-{20260100 + log.days}"
            (log.folder / target).touch()
            log.path.symlink_to(target)
            log.rotated.insert(0, (target, log.live))
        else:
            log.path.touch()
        if log.banner:
            self.put(log, log.banner.split("\n"), log.banner + "\n")

    # What rotation does.

    def rotate(self, log: Log) -> None:
        if log.live is None and not log.is_between:
            return self.write(log)
        {
            "rename": self.rotate_by_number,
            "dated": self.rotate_by_date,
            "copytruncate": self.copy_and_truncate,
            "symlink": self.repoint,
        }[log.style](log)
        return None

    def rotate_by_number(self, log: Log) -> None:
        if log.is_between:
            return self.remove_original(log)
        for at in range(len(log.rotated), 0, -1):
            name, copy = log.rotated[at - 1]
            suffix = Path(name).suffix if Path(name).suffix in COMPRESSORS else ""
            new = f"{log.name}.{at + 1}{suffix}"
            (log.folder / name).rename(log.folder / new)
            log.rotated[at - 1] = (new, copy)
        self.retire(log, f"{log.name}.1")
        return self.after_rename(log)

    def rotate_by_date(self, log: Log) -> None:
        if log.is_between:
            return self.remove_original(log)
        log.days += 1
        self.retire(log, f"{log.name}-{20260100 + log.days}")
        return self.after_rename(log)

    def retire(self, log: Log, name: str) -> None:
        assert log.live
        log.path.rename(log.folder / name)
        log.rotated.insert(0, (name, log.live))
        log.live = None
        self.note(log, f"rotate {name}")

    def after_rename(self, log: Log) -> None:
        if self.chance.random() < 0.8 or self.clock.settings:  # what is there shows that a clock was set back
            self.create(log)
        if self.compression:
            is_delayed = self.chance.random() < 0.5
            self.compress(log, at=int(is_delayed and len(log.rotated) > 1))
        self.remove_oldest(log)

    def compress(self, log: Log, at: int) -> None:
        name, copy = log.rotated[at]
        if Path(name).suffix in COMPRESSORS:
            return
        path = log.folder / name
        packed = path.with_name(name + self.compression)
        data = COMPRESSORS[self.compression](path.read_bytes())
        times = path.stat()
        if copy.torn:  # the last line of what is compressed is whole
            log.written[copy.torn] += 1
        is_slow = self.chance.random() < 0.3
        packed.write_bytes(data[: len(data) // 2] if is_slow and self.chance.random() < 0.5 else data)
        if is_slow:
            self.note(log, f"compress {name}, slowly")
            if self.chance.random() < 0.5:
                self.pull()
            packed.write_bytes(data)
            if self.chance.random() < 0.5:
                self.pull()
        os.utime(packed, ns=(times.st_atime_ns, times.st_mtime_ns))
        path.unlink()
        log.rotated[at] = (packed.name, copy)
        if copy.torn:
            copy.lines.append(copy.torn)
            copy.torn = ""
        self.note(log, f"compressed {name}")

    def remove_original(self, log: Log) -> None:
        raise AssertionError("nothing is left between")

    def copy_and_truncate(self, log: Log) -> None:
        if log.is_between:
            assert log.live
            os.truncate(log.path, 0)
            log.is_between = False
            log.live = Copy()
            self.note(log, "truncate")
            if log.banner:
                self.put(log, log.banner.split("\n"), log.banner + "\n")
            if self.chance.random() < 0.5:
                self.write(log)
            if self.compression and len(log.rotated) > 1:
                self.compress(log, at=1)
            return self.remove_oldest(log)
        assert log.live
        log.days += 1
        name = f"{log.name}-{20260100 + log.days}"
        data = log.path.read_bytes()
        copy = log.folder / name
        if self.chance.random() < 0.3:
            copy.write_bytes(data[: self.chance.randint(0, len(data))])
            self.note(log, f"copy {name}, in part")
            self.pull(lives=self.chance.choice([-1, -1, 1, 2, 3]))
            with copy.open("ab") as stream:
                stream.write(data[copy.stat().st_size :])
        else:
            copy.write_bytes(data)
        log.rotated.insert(0, (name, Copy(list(log.live.lines), log.live.torn)))
        log.is_between = True
        self.note(log, f"copy {name}")
        if self.chance.random() < 0.6:
            return self.copy_and_truncate(log)
        return None

    def repoint(self, log: Log) -> None:
        log.live = None
        self.note(log, "repoint")
        self.create(log)
        self.remove_oldest(log)

    def remove_oldest(self, log: Log) -> None:
        while len(log.rotated) > KEPT:
            name, copy = log.rotated.pop()
            (log.folder / name).unlink()
            self.lose(log, copy)
            self.note(log, f"remove {name}")

    # What loses lines.

    def may_be_told_apart(self, log: Log) -> bool:
        """Whether that a file was emptied shows in its content: not if it begins again with all that was read."""
        return bool(log.live and (not log.banner or log.live.was_told_apart))

    def empty(self, log: Log) -> None:
        if log.is_between or log.style == "symlink" or not self.may_be_told_apart(log):
            return self.write(log)
        assert log.live
        self.lose(log, log.live)
        os.truncate(log.path, 0)
        log.live = Copy()
        self.note(log, "empty")
        if log.banner:
            self.put(log, log.banner.split("\n"), log.banner + "\n")
        if self.chance.random() < 0.5:  # past where it was
            self.write(log)
            self.write(log)
        return None

    def delete(self, log: Log) -> None:
        if log.is_between or log.style == "symlink" or log.live is None:
            return self.write(log)
        self.lose(log, log.live)
        log.path.unlink()
        log.live = None
        self.note(log, "delete")
        if self.chance.random() < 0.5:
            time.sleep(0.006)  # a birth in the same tick of the clock cannot be told
            self.create(log)
        return None

    def lose(self, log: Log, copy: Copy) -> None:
        if not copy.was_seen:  # made and gone between two pulls: nobody can know of it
            log.unseen.update(copy.lines)

    def rewrite(self, log: Log) -> None:
        """The same bytes in a new file of the same name, as an editor leaves them, or a restored backup."""
        if log.is_between or log.style == "symlink" or log.live is None or not log.live.was_told_apart:
            return self.write(log)
        data = log.path.read_bytes()
        if len(data) < 2 * HEAD_BYTES or not log.owed[log.live.lines[-1]]:
            return self.write(log)
        new = log.folder / ".new"
        new.write_bytes(data)
        new.rename(log.path)
        return self.note(log, "rewrite")

    # Reading and judging.

    def sources(self) -> list[Source]:
        if self.is_exact:
            return [Source(files=str(log.path)) for log in self.logs]
        return [Source(files=f"{self.folder}/*")]

    def pull(self, lives: int = -1) -> None:
        self.steps.append(f"pull {lives if lives > 0 else ''}")
        with MortalCorpus(self.corpus, 10**9) as corpus, self.clock.on_files():
            corpus.lives, corpus.dies_after = lives, self.chance.random() < 0.5
            try:
                report = pull(self.sources(), corpus)
            except Killed:
                self.done["killed"] += 1
                return
        self.done["pull"] += 1
        for gap in report.gaps:
            self.steps.append(f"   gap {Path(gap.source).name} {gap.bytes} {gap.reason}")
            for log in self.logs:
                log.gaps += Path(gap.source).name.startswith(log.name)
        for log in self.logs:
            self.owe(log)
            self.check_nothing_doubled(log)

    def owe(self, log: Log) -> None:
        copies = [copy for _, copy in log.rotated] + ([log.live] if log.live else [])
        if log.is_between and log.style == "copytruncate":
            copies.remove(log.rotated[0][1])
        present: Counter[str] = Counter()
        for copy in {id(copy): copy for copy in copies}.values():
            present.update(copy.lines)
            copy.was_seen = copy.was_seen or bool(copy.lines or copy.torn)
            copy.was_told_apart = copy.was_told_apart or any(log.name in line for line in copy.lines)
        for line, count in present.items():
            log.owed[line] = max(log.owed[line], count)

    def read(self, log: Log) -> Counter[str]:
        with Corpus(self.corpus, 10**9) as corpus:
            banner = log.banner.split("\n")
            return Counter(
                line
                for document, family in zip(corpus.documents(), families(corpus), strict=True)
                for line in document.lines
                if Path(family).name.startswith(log.name) or (line in banner and log.name in family)
            )

    def check_nothing_doubled(self, log: Log) -> None:
        doubled = self.read(log) - log.written
        assert not doubled, self.tell(log, "doubled", doubled)

    def check(self, log: Log) -> None:
        found = self.read(log)
        missing = log.owed - found
        self.done["lines"] += log.written.total()
        self.done["gone unread"] += (log.written - found).total()
        assert not missing or log.gaps, self.tell(log, "missing", missing)
        assert not {line: n for line, n in missing.items() if log.name in line}, self.tell(log, "missing", missing)
        gone = log.written - found - log.unseen
        assert not gone or log.gaps, self.tell(log, "gone without a gap", gone)

    def tell(self, log: Log, what: str, lines: Counter[str]) -> str:
        shown = {line[:40]: count for line, count in lines.items()}
        return "\n".join([f"{what} of {log.name} ({log.style}, exact {self.is_exact}): {shown}", *self.steps])


def families(corpus: Corpus) -> list[str]:
    rows = corpus._database.execute("SELECT family FROM sources WHERE id IN (SELECT source FROM blocks) ORDER BY id")
    return [family for (family,) in rows]


def play(seed: int, folder: Path) -> Counter[str]:
    """What was done in one history; AssertionError, with its steps, if a line was lost or doubled."""
    with patch("service.sources.pull.BATCH_LINES", 3), patch("service.sources.pull.GROUP_FILES", 1 + seed % 3):
        history = History(folder, seed)
        history.play()
    return history.done


def main() -> None:
    count, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    done: Counter[str] = Counter()
    failed = []
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory() as folder:
            try:
                done += play(seed, Path(folder))
            except AssertionError as error:
                failed.append(seed)
                if len(failed) <= 3:
                    print(f"seed {seed}: {error}", file=sys.stderr)
    print(f"{count} histories, {len(failed)} with a line lost or doubled {failed[:20]}")
    print(", ".join(f"{what} {number}" for what, number in sorted(done.items())))


if __name__ == "__main__":
    main()
