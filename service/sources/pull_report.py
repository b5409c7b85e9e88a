"""What a pull reports: lines taken, gaps, oddities, problems."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from ..reading.lines import Oddities
from ..storage.source_states import SourceState
from .log_file import printable
from .source_reading import DamagedFile, SourceReading, Trouble


@dataclass(frozen=True)
class Gap:
    """Bytes that were in a file and can no longer be read; 0 where their number is not known."""

    source: str
    reason: str
    bytes: int


@dataclass(frozen=True)
class SourceReport:
    """What was read of one file or journal."""

    path: str
    position: int  # bytes of the log read so far, decompressed
    lines: int  # taken in this pull


@dataclass
class PullReport:
    """What a pull did."""

    new: int = 0
    total: int = 0  # kept in the corpus now
    gaps: list[Gap] = field(default_factory=list)
    sources: list[SourceReport] = field(default_factory=list)
    oddities: Oddities = field(default_factory=Oddities)
    masked: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    readings: list[SourceReading] = field(default_factory=list)  # one for each source
    troubles: list[Trouble] = field(default_factory=list)  # those of the problems that tell a source's state
    damage: list[tuple[str, DamagedFile]] = field(default_factory=list)  # each with its source

    def note(self, trouble: Trouble) -> None:
        """Report a problem that tells the state of a source."""
        if trouble.text not in self.problems:
            self.problems.append(trouble.text)
        self.troubles.append(trouble)

    def finish_source(self, name: str, lines: int, files: int, *, was_read: bool) -> None:
        """Sum up what was found of one source."""
        troubles = [trouble for trouble in self.troubles if trouble.source == name]
        damage = [file for source, file in self.damage if source == name]
        self.readings.append(SourceReading(name, lines, files, was_read, troubles, damage))

    def note_earlier_damage(self, states: Iterable[SourceState]) -> None:
        """Report again the damaged files of earlier pulls that are as they were. `states` are those after this pull."""
        new = {file for _, file in self.damage}
        for file in dict.fromkeys(DamagedFile(*file) for state in states for file in state.damage):
            if file not in new:
                why = "was damaged, or could not be unpacked, at an earlier pull, and is as it was"
                self.problems.append(
                    f"{printable(file.path)}: {why}; replace it by a whole or unpacked one, or remove it"
                )

    def as_json(self) -> dict[str, object]:
        """The report as `logling pull --json` prints it."""
        return {
            "lines": {"new": self.new, "total": self.total},
            "gaps": [asdict(gap) for gap in self.gaps],
            "sources": [asdict(source) for source in self.sources],
            "oddities": asdict(self.oddities),
            "masked": dict(self.masked),
            "problems": list(self.problems),
        }
