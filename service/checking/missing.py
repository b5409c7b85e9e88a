"""What stood in every log that was fine, and is not in the one that is checked: a test that did not run, a service that
did not start."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .findings import Finding
from .judge import Judge
from .profile import Profile
from .words import template, words_of

SINGULAR = 0.25  # of the lines of a log that tells of one job, at least, are of different kinds
NEAR = 3  # lines apart in the good log, at most: then they are missing together
MOST_MISSING = 5  # findings, the longest stretches first
UNSTEADY = 0.02  # of the kinds of lines of all other good logs, that may be missing in one of them
MANY = 0.15  # of the expected kinds; where more are missing, it is looked at where they stood
SCATTERED = 0.5  # of the stretches in which kinds that are missing by chance would lie, at least: then they are
LINES_SEARCHED = 2000  # lines among which one is looked for that has what does not come
KEPT_CHARACTERS = 2000

Sequences = list[tuple[str, ...]]


class ExpectedLines:
    """The lines of good logs. Where each log tells of one job, those that all have are `always` to come."""

    def __init__(self, logs: Sequence[Sequence[str]], profile: Profile) -> None:
        self._judge = Judge(profile)
        self._examples: dict[int, str] | None = None
        self.stand_out = profile.stand_out
        self.lines = logs[0]
        kinds = [[tuple(profile.sequence(words_of(line), line)) for line in log] for log in logs]
        self.sequences = kinds[0]
        self.always = set.intersection(*map(set, kinds)) if _are_jobs(kinds) else set()

    def example(self, gram: int) -> str:
        """One of the first lines, which has two words in a row; empty where none has."""
        if self._examples is None:
            self._examples = {}
            for line in self.lines[:LINES_SEARCHED]:
                for pair in self._judge.judge(line).facts.pairs:
                    self._examples.setdefault(pair, line)
        return self._examples.get(gram, "")

    def missing(self, seen: set[tuple[str, ...]]) -> list[Finding]:
        """Findings of kind `fewer`: stretches of the first good log whose lines are not among those seen."""
        if self._are_scattered(seen):
            return []
        stretches: list[list[int]] = []
        for i, sequence in enumerate(self.sequences):
            if sequence in self.always and sequence not in seen:
                if stretches and i - stretches[-1][-1] <= NEAR:
                    stretches[-1].append(i)
                else:
                    stretches.append([i])
        stretches.sort(key=lambda stretch: (-len(stretch), stretch[0]))
        return [self._finding(stretch) for stretch in stretches[:MOST_MISSING]]

    def _are_scattered(self, seen: set[tuple[str, ...]]) -> bool:
        """Whether many lines are missing here and there, as in a log whose lines come in no order.

        What is missing of a job is missing side by side. Kinds that are missing with probability p wherever they stand
        lie in p (1 - p) stretches for each kind (Wald and Wolfowitz, 1940).
        """
        missing = [kind not in seen for kind in dict.fromkeys(self.sequences) if kind in self.always]
        if sum(missing) <= MANY * len(missing):
            return False
        share = sum(missing) / len(missing)
        begins = sum(here and not before for before, here in pairwise([False, *missing]))
        return begins > SCATTERED * share * (1 - share) * len(missing) + 1

    def _finding(self, stretch: list[int]) -> Finding:
        line = self.lines[stretch[0]]
        number = len(stretch)
        why = (
            "this line of the good log is missing here"
            if number == 1
            else f"{number:,} lines of the good log, from this one on, are missing here"
        )
        finding = Finding(
            "fewer",
            1,
            line[:KEPT_CHARACTERS],
            float(self.stand_out),
            why,
            template(line, words_of(line)),
        )
        finding.count = number
        finding.after = [self.lines[i][:KEPT_CHARACTERS] for i in stretch[1:10]]
        return finding


def _are_jobs(kinds: list[Sequences]) -> bool:
    """Whether each log tells of the same job: of what the others have, hardly anything is missing in one."""
    if len(kinds) == 1:
        return len(set(kinds[0])) >= SINGULAR * len(kinds[0])
    sets = [set(log) for log in kinds]
    common = set.intersection(*sets)
    expected = absent = 0
    for i, one in enumerate(sets):
        others = set.intersection(*sets[:i], *sets[i + 1 :])
        expected += len(others)
        absent += len(others - one)
    return bool(common) and (len(kinds) == 2 or absent <= UNSTEADY * expected)
