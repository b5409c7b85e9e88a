"""A folder of logs that is pulled without a home."""

from __future__ import annotations

from pathlib import Path

from service.settings import Source
from service.sources.pull import pull
from service.sources.pull_report import PullReport
from service.storage.corpus import Corpus


class Logs:
    """A folder of logs and a corpus that is opened anew for every pull."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "logs"
        self.folder.mkdir()
        self.corpus = folder / "corpus.db"

    def write(self, name: str, data: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def append(self, name: str, text: str) -> None:
        with (self.folder / name).open("a") as log:
            log.write(text)

    def pull(self, *patterns: str) -> PullReport:
        with Corpus(self.corpus) as corpus:
            return pull([Source(files=f"{self.folder}/{pattern}") for pattern in patterns or ("*",)], corpus)

    def lines(self) -> list[str]:
        with Corpus(self.corpus) as corpus:
            return [line for document in corpus.documents() for line in document.lines]
