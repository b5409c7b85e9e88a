"""One round of the watch of a home: pull, check what came, keep it, and tell what the settings want told."""

from __future__ import annotations

import shlex
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from model.context import last_lines, reach
from model.transformer import Model
from model.weights_file import Card

from ..checking.corpus_profile import profile_before
from ..checking.findings_database import FindingsDatabase, Position
from ..checking.normal_rules import read_rules
from ..checking.profile import WINDOWS
from ..checking.tails import Tail
from ..checking.verdict import describe_strangeness
from ..checking.watch_budget import Budget
from ..checking.watch_round import Knowledge, NewLines, RoundResult, Telling, check_round
from ..errors import LoglingError
from ..home import Home, locked
from ..settings import Settings
from ..site.champion import read_champion
from ..site.site import Site
from ..sources.pull import pull
from ..storage.corpus import Corpus, Document
from ..telling.delivery import check_apprise, deliver, names_of_addresses
from ..training.log_scores import names_of_logs
from .pull import keep_states
from .surprises import block_surprises

DEFAULT_EVERY = 3600.0  # seconds, of rounds by hand


class RoundReport(NamedTuple):
    """What a round did, and what went wrong in it."""

    result: RoundResult | None  # None where there are no weights yet
    problems: list[str]

    def as_json(self) -> dict[str, Any]:
        """The same for `--json`."""
        if self.result is None:
            return {"checked": False, "problems": self.problems}
        facts = {"lines": self.result.lines, "new": self.result.begun, "waiting": self.result.waiting}
        told = self.result.news.number if self.result.news else 0
        return {"checked": True, **facts, "told": told, "problems": self.problems}

    def describe(self) -> str:
        """What it did, without a line."""
        if self.result is None:
            return "there are no weights yet: nothing is checked before the first run has committed some"
        begun, lines = self.result.begun, self.result.lines
        words = f"{lines:,} new line{'' if lines == 1 else 's'}, {begun:,} new finding{'' if begun == 1 else 's'}"
        told = f"; {self.result.news.number:,} told" if self.result.news else ""
        waiting = f"; {self.result.waiting:,} not told yet" if self.result.waiting else ""
        return f"{words}{told}{waiting}; tells what is rarer than {rarity(self.result.threshold)}"


def rarity(strangeness: float) -> str:
    """How rare, without "about" or "rarer than"."""
    words = describe_strangeness(strangeness)
    return words.removeprefix("about ").removeprefix("rarer than ")


def run_round(home: Home, settings: Settings, now: datetime) -> RoundReport:
    """One round. Raises LoglingError where the home is in use, or nothing can be checked."""
    check_apprise(settings.watch)
    champion = read_champion(Site(home.site, settings.git))
    if champion.model is None or champion.card is None:
        return RoundReport(None, [champion.problem] if champion.problem else [])
    with locked(home), Corpus(home.corpus, settings.corpus_bytes) as corpus:
        before = corpus.newest_id()
        report = pull(settings.source, corpus, rules=settings.mask)
        keep_states(home, report, now)
        problems = [*report.problems, *(f"{gap.source}: {gap.reason}" for gap in report.gaps)]
        with FindingsDatabase(home.findings) as database:
            first = first_line(database.position(), corpus, before)
            profile = profile_before(corpus, home.profile, first, database.incidents(corpus.identity())).with_surprise(
                tail_of(champion.card)
            )
            names = names_of_logs(corpus.families(), settings)
            result = check_round(
                database,
                [new_lines(one, names.get(one.source) or "log", first) for one in corpus.documents()],
                Knowledge(profile, read_rules(home.normal_rules), partial(surprises, champion.model)),
                telling(home, settings, now),
                Position(corpus.identity(), corpus.newest_id()),
                now.timestamp(),
            )
            if not is_quiet(settings, now):
                problems += deliver(database, settings.watch, home, title_of(settings))
    return RoundReport(result, problems)


def first_line(position: Position | None, corpus: Corpus, before: int) -> int:
    """The line after which lines are new.

    The first round begins with what its own pull brought. Of a corpus that was made again, whose lines are all read
    anew, nothing is new.
    """
    if position is None:
        return before
    return position.line if position.corpus == corpus.identity() else corpus.newest_id()


def tail_of(card: Card) -> Tail | None:
    """How rare the surprises of the model are, as its card says. Raises LoglingError for one of an older version."""
    if "profile" not in card:
        raise LoglingError("the committed weights are of an older version, which knew no findings: `logling retrain`")
    tails = card["profile"]["tails"]
    return Tail.from_card(tails["surprise"]) if "surprise" in tails else None


def new_lines(document: Document, name: str, after: int) -> NewLines:
    """What came in a log after a line, and the lines before that."""
    at = bisect_right(document.ids, after)
    begin = max(0, at - WINDOWS[-1])
    return NewLines(
        document.source, name, document.ids[at:], document.lines[at:], document.ids[begin:at], document.lines[begin:at]
    )


def surprises(model: Model, lines: Sequence[str], before: Sequence[str]) -> list[float]:
    """How surprised a model is by some lines, read after others."""
    return block_surprises(model, lines, last_lines(before, reach(model.config)))


def telling(home: Home, settings: Settings, now: datetime) -> Telling:
    """How much is told, and where."""
    every = settings.watch.interval
    return Telling(
        Budget.of(settings.watch.budget),
        every.total_seconds() if every else DEFAULT_EVERY,
        is_quiet(settings, now),
        list(names_of_addresses(settings.watch)),
        f"logling findings --home {shlex.quote(str(home.path))}",
        settings.watch.include_lines,
    )


def is_quiet(settings: Settings, now: datetime) -> bool:
    """Whether nothing is told now."""
    return settings.watch.is_quiet(now.astimezone(ZoneInfo(settings.schedule.timezone)))


def title_of(settings: Settings) -> str:
    """The title of a message."""
    return f"Logling: {settings.model_name}" if settings.model_name else "Logling"
