"""`logling pull`: read new lines into the corpus, train nothing."""

from __future__ import annotations

from ..home import find_home, locked
from ..progress import Reporter
from ..sources.log_file import printable
from ..sources.pull import pull
from ..storage.corpus import Corpus
from .terminal import HomeOption, JsonOption, err, out, print_json


def pull_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Read new lines into the corpus, train nothing."""
    found = find_home(home)
    settings = found.settings()
    with (
        locked(found),
        Corpus(found.corpus, settings.corpus_bytes) as corpus,
        Reporter(err) as reporter,
        reporter.step("pull"),
    ):
        report = pull(settings.source, corpus, reporter.pulled, settings.mask)
    if as_json:
        print_json(report.as_json())
        return
    for source in report.sources:
        out.print(f"{source.lines:>10,} lines  {printable(source.path)}")
    for gap in report.gaps:
        out.print(f"gap: {printable(gap.source)}: {gap.reason}")
    for problem in report.problems:
        err.print(f"problem: {problem}")
    out.print(f"{report.new:,} new lines; the corpus has {report.total:,}")
