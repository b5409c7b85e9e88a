"""`logling backtest`: replay the corpus week by week. What would the service have done?

It prints a line a week and the sums in sentences, or one document for programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ..errors import LoglingError
from ..home import expanded, find_home
from ..progress import Reporter
from ..settings import FEWEST_TOKENS, Settings
from .backtest_picture import write_picture
from .backtest_replay import Week, cut_corpus, replay
from .backtest_summary import HINDSIGHT, Summary, describe_summary, summarise
from .backtest_weeks import Chapter, sizes
from .terminal import HomeOption, JsonOption, err, format_score, now, out, print_json


def backtest_command(
    weeks: Annotated[
        int, typer.Option(metavar="N", min=1, max=520, help="How many of the newest weeks to replay.")
    ] = 8,
    tokens: Annotated[
        int, typer.Option(metavar="N", min=0, help="What a fresh model may read in each week; 0: as the settings say.")
    ] = 0,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw it, too, as a page in this .html file.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replay the corpus week by week: what would the service have done?

    logling backtest --home ~/log-model --weeks 4 --picture backtest.html
    """
    if 0 < tokens < FEWEST_TOKENS:
        raise typer.BadParameter(f"0, or at least {FEWEST_TOKENS}: with less nothing is learned", param_hint="--tokens")
    found = find_home(home)
    settings = found.settings().with_tokens(tokens)
    if picture and not expanded(picture).absolute().parent.is_dir():
        raise LoglingError(f"{picture}: there is no such folder")
    corpus, documents, chapters, are_weeks = cut_corpus(found, settings, weeks, now().date())
    if not as_json:
        out.print(format_head(settings, chapters, are_weeks))
    replayed = []
    with Reporter(err, lines=not as_json) as reporter:
        for week in replay(settings, documents, chapters, reporter, corpus):
            replayed.append(week)
            if not as_json:
                out.print(format_week(week))
    total = summarise(replayed)
    if picture:
        write_picture(picture, found.path.name, settings, replayed, total, are_weeks)
    if as_json:
        print_json(as_document(settings, replayed, total, are_weeks))
    else:
        out.print(describe_summary(total, are_weeks))


def format_head(settings: Settings, chapters: Sequence[Chapter], are_weeks: bool) -> str:
    """What is rereplayed, and the heads of the table."""
    lines, count = sum(sizes(chapters)), len(chapters) - 1
    cut = f"{count} week{'s' * (count != 1)}" if are_weeks else f"{count} slice{'s' * (count != 1)} of equal size"
    why = "" if are_weeks else " (lines without dates, less than three weeks, or few lines in each)"
    return "\n".join(
        [
            f"{lines:,} lines as {cut} and the one after{why}, preset {settings.preset}; bits per character",
            f"{'':<10} {'':>8}  {'':<9} {'holdout':^19}  {'the week after':^41}",
            f"{'week' if are_weeks else 'slice':<10} {'new':>8}  {'gate':<9} {'champion':>9} {'challenger':>9}"
            f"  {'current':>7} {'never':>7} {'n-gram':>7} {'warm':>7} {'fresh':>7} {'seconds':>8}",
        ]
    )


def format_week(week: Week) -> str:
    """One week on one line."""
    record, after = week.record, week.after.bits_per_char if week.after else {}
    compared = " ".join(
        f"{format_score(getattr(record.bits_per_char, name)):>9}" for name in ("champion", "challenger")
    )
    scores = " ".join(f"{format_score(after.get(name)):>7}" for name in ("current", "never", "ngram", "warm", "fresh"))
    remark = record.reason if record.outcome == "skipped" else HINDSIGHT[week.in_hindsight]
    seconds = sum(record.seconds.values())
    return (
        f"{week.name:<10} {record.lines.new:>8,}  {record.outcome:<9} {compared}   {scores} {seconds:>8.1f}"
        f"  {remark}".rstrip()
    )


def as_document(settings: Settings, weeks: Sequence[Week], total: Summary, are_weeks: bool) -> dict[str, object]:
    """As `logling backtest --json` prints it."""
    return {
        "cut": "weeks" if are_weeks else "slices",
        **settings.of_training(),
        "weeks": [week.as_json() for week in weeks],
        "total": total._asdict(),
    }
