"""What a pull reports: lines taken, gaps, oddities, problems."""

from dataclasses import asdict, dataclass, field

from ..reading.lines import Oddities


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
