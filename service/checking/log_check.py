"""One check of a log: its lines in order, and what stands out among them. The page's log_check.js finds the same.

A line is as strange as the rarest of what is seen in it: its words and characters, its numbers, how often such lines
come, and its time. Lines of one template that are strange for the same reason are one finding.
"""

from __future__ import annotations

import math
from array import array
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .absences import Absences, is_regular
from .clock import Moment, seconds_between
from .durations import describe_count, describe_seconds
from .episodes import by_episode
from .findings import MOST_FAMILIAR, MOST_FINDINGS, Finding, Findings, Kind, StrangeWord, strangest_first
from .followers import Followers
from .grams import BEGIN, END
from .judge import Judge, Judgement, shaded_words
from .missing import ExpectedLines
from .normal_rules import NormalRules
from .profile import WINDOWS, Profile, fewer_score, more_score, pause_score
from .tails import STEPS
from .words import quoted, words_of
from .words import template as template_of

LINES_AROUND = 3
KEPT_CHARACTERS = 2000  # of a line
KEPT_AROUND = 400  # characters of a line around it
MOST_GROUPS = 2000  # kinds of lines at a time
ALIKE = 0.7  # of the words of two lines of one kind
SHARE_COVERED = 0.5  # of the lines of a burst; from here on it is no finding beside those that hold them


@dataclass
class _Arrivals:
    """When a gram came, as far as the windows reach."""

    indexes: deque[int] = field(default_factory=deque)
    last: int = -1  # tick
    last_index: int = -1
    last_number: int = 1
    last_text: str = ""
    last_template: str = ""


class LogCheck:
    """Lines come in order, and findings go out."""

    def __init__(
        self, profile: Profile, rules: NormalRules | None = None, expected: ExpectedLines | None = None
    ) -> None:
        """`expected`: lines that are to come, as they did in good logs."""
        self.profile = profile
        self.rules = rules or NormalRules()
        self.expected = expected
        self.judge = Judge(profile)
        self.lines = 0
        self.normal = 0
        self.strangeness = 1.0
        self.groups: dict[str, Finding] = {}
        self.followers = Followers(profile)
        self._arrivals: dict[int, _Arrivals] = {gram: _Arrivals() for gram in profile.rates}
        self._before: deque[str] = deque(maxlen=LINES_AROUND)
        self._waiting: list[Finding] = []
        self._last: Moment | None = None
        self._tick = -1 if profile.timed else 0
        self._numbers: deque[int] = deque(maxlen=WINDOWS[-1])  # of the last lines
        self._seen: set[tuple[str, ...]] = set()  # of the expected lines
        self._forgotten = 0  # lines of groups that stand out
        self._changed: dict[str, None] = {}  # keys of groups that stand out
        self._absences: Absences | None = None
        self._recent: deque[list[int]] = deque(maxlen=WINDOWS[-1])  # the grams of the last lines

    def add(self, number: int, line: str, surprise: float | None = None) -> None:
        """The next line, its number in the file, and how surprised the model was: bits of its worst characters.

        `strangeness` says afterwards how rare such a line is by itself: one in so many normal lines.
        """
        self.strangeness = 1.0
        judgement = self.judge.judge(line)
        index = self.lines
        self.lines += 1
        self._numbers.append(number)
        for finding in self._waiting:
            finding.after.append(line[:KEPT_AROUND])
            finding.around.append(number)
        self._waiting = [finding for finding in self._waiting if len(finding.after) < LINES_AROUND]
        self.followers.add(judgement.sequence)
        if self.expected and judgement.sequence in self.expected.always:
            self._seen.add(judgement.sequence)
        if self.rules.cover(judgement.template):
            self.normal += 1
        else:
            self._by_itself(number, judgement, surprise)
            self._by_value(number, judgement)
            self._by_clock(number, judgement)
        self._advance(judgement.moment)
        self._by_arrivals(index, number, judgement)
        self._before.append(line[:KEPT_AROUND])
        if len(self.groups) > MOST_GROUPS:
            self._forget()

    def _by_itself(self, number: int, judgement: Judgement, surprise: float | None) -> None:
        words = self.profile.one_in("words", judgement.facts.score)
        characters = 1.0 if surprise is None else self.profile.one_in("surprise", rounded_surprise(surprise))
        self.strangeness = strangeness = max(words, characters)
        key = "line " + _reason(judgement)
        group = self.groups.get(key)
        if group and group.strangeness >= strangeness:
            self._count(key, group, number)
            return
        unseen = [cost for cost in judgement.facts.bits if not cost.seen]
        of_words = words >= min(characters, self.profile.stand_out)  # which say more than characters
        finding = self._found(
            "new" if of_words and unseen else "rare",
            number,
            judgement,
            strangeness,
            self._why_words(judgement) if of_words else "its characters are unusual",
            shaded_words(judgement),
        )
        self._keep(key, finding, number)

    def _why_words(self, judgement: Judgement) -> str:
        """What is said of the word that costs most."""
        if not judgement.words:
            return "it has no words"
        costs = [cost.bits for cost in judgement.facts.bits]
        at = max(range(len(costs)), key=lambda i: (costs[i], -i))
        names = [quoted(judgement.text[word.begin : word.end]) for word in judgement.words]
        ends = at == len(names)
        if expected := self.followers.likeliest(judgement.sequence, at):
            if at == 0:
                return f"{names[0]} where most lines begin with {quoted(expected)}"
            word = "the line ends" if ends else names[at]
            return f"{word} where most such lines have {quoted(expected)}"
        seen = judgement.facts.bits[at].seen
        if ends:
            return f"{'few lines end' if seen else 'no known line ends'} after {names[-1]}"
        if not self.profile.knows(judgement.sequence[at]):
            return f"{names[at]} is not known"
        if at == 0:
            return f"{'few lines begin' if seen else 'no known line begins'} with {names[0]}"
        return f"{names[at]} is {'rare' if seen else 'not known'} after {names[at - 1]}"

    def _by_value(self, number: int, judgement: Judgement) -> None:
        if judgement.value is None:
            return
        score, word = judgement.value
        strangeness = self.profile.one_in("values", score)
        self.strangeness = max(self.strangeness, strangeness)
        if strangeness < self.profile.stand_out:
            return
        self._keep(
            "value " + word.place,
            self._found(
                "value",
                number,
                judgement,
                strangeness,
                self.profile.describe_value(word.place, judgement.text[word.begin : word.end]),
                [StrangeWord(word.begin, word.end, 1.0)],
            ),
            number,
        )

    def _by_clock(self, number: int, judgement: Judgement) -> None:
        if not self.profile.timed or judgement.moment is None or self._last is None:
            return
        step = seconds_between(self._last, judgement.moment)
        usual = self.profile.longest_pause if step > 0 else self.profile.farthest_back
        strangeness = self.profile.one_in("clock", pause_score(abs(step), usual))
        self.strangeness = max(self.strangeness, strangeness)
        if strangeness < self.profile.stand_out:
            return
        if step > 0:
            why = f"comes {describe_seconds(step)} after the line before; at most {describe_seconds(usual)} was usual"
        else:
            before = f"; at most {describe_seconds(usual)} was usual" if usual else "; it never did before"
            why = f"the clock goes back by {describe_seconds(-step)}{before}"
        self._keep(f"clock {judgement.template}", self._found("value", number, judgement, strangeness, why, []), number)

    def _advance(self, now: Moment | None) -> None:
        """Move on by a line: by the seconds that passed, where lines have times; pauses count up to the longest."""
        if not self.profile.timed:
            self._tick = self.lines - 1
        elif now is not None:
            step = seconds_between(self._last, now) if self._last else 0
            self._tick = max(0, self._tick) + min(max(step, 0), self.profile.longest_pause)
            self._last = now

    def _by_arrivals(self, index: int, number: int, judgement: Judgement) -> None:
        best: tuple[float, int, int, int] | None = None
        self._recent.append(judgement.facts.pairs)
        for gram in judgement.facts.pairs:
            arrivals, rate = self._arrivals[gram], self.profile.rates[gram]
            self._missed(self.groups, gram, self._tick, (number, judgement))
            arrivals.last, arrivals.last_index, arrivals.last_number = self._tick, index, number
            arrivals.last_text, arrivals.last_template = judgement.text, judgement.template
            if not self.profile.windows:
                continue
            arrivals.indexes.append(index)
            while arrivals.indexes[0] <= index - self.profile.windows[-1]:
                arrivals.indexes.popleft()
            for window, most in zip(self.profile.windows, rate.most, strict=True):
                count = _since(arrivals.indexes, index - window)
                if count <= most:
                    continue
                strangeness = self.profile.one_in("more", more_score(count, most, window, self.profile.lines))
                if strangeness >= self.profile.stand_out and (best is None or strangeness > best[0]):
                    best = strangeness, gram, count, window
        if best is None or self.rules.cover(judgement.template):
            return
        strangeness, gram, count, window = best
        self.strangeness = max(self.strangeness, strangeness)
        most = self.profile.rates[gram].most[self.profile.windows.index(window)]
        why = f"{count:,} such lines within {min(window, index + 1):,} lines, where at most {most:,} came before"
        key = f"more {gram}"
        known = self.groups.get(key)
        self._keep(key, self._found("more", number, judgement, strangeness, why, []), number)
        if known is None:  # the burst began before it was one
            indexes = self._arrivals[gram].indexes
            for earlier in list(indexes)[len(indexes) - count : -1]:
                self.groups[key].add(self._numbers[earlier - index - 1])
            self.groups[key].lines.sort()

    def _missed(
        self, groups: dict[str, Finding], gram: int, tick: int, arrived: tuple[int, Judgement] | None = None
    ) -> None:
        """Tell of something regular that stayed away too long, up to a tick at which it `arrived` or the log ends."""
        rate, arrivals = self.profile.rates[gram], self._arrivals[gram]
        if not is_regular(rate, self.profile.duration) or (arrivals.last_index < 0 and self.profile.logs > 1):
            return
        share = rate.count / self.profile.duration
        gap = tick - arrivals.last
        strangeness = self.profile.one_in("fewer", fewer_score(gap, rate.gap, share))
        if strangeness < self.profile.stand_out:
            return
        away, usual = (
            (describe_seconds(gap), describe_seconds(rate.gap))
            if self.profile.timed
            else (describe_count(gap, "line"), describe_count(rate.gap, "line"))
        )
        if arrivals.last_index >= 0:
            number, text, template = arrivals.last_number, arrivals.last_text, arrivals.last_template
            why = f"such lines stay away for {away} from here on; at most {usual} was usual"
        elif arrived:
            number, text, template = arrived[0], arrived[1].text, arrived[1].template
            why = f"the first such line comes only after {away}; at most {usual} was usual"
        else:
            text = self.expected.example(gram) if self.expected else ""
            number, template = 1, template_of(text, words_of(text))
            why = (
                f"such a line came at least every {usual}, and does not come in {away}"
                if text
                else f"a kind of line that came at least every {usual} does not come in {away}"
            )
        key = f"fewer {arrivals.last_index} {number}"
        group = groups.get(key)
        if self.rules.cover(template) or (group and group.strangeness >= strangeness):
            return
        finding = Finding("fewer", number, text[:KEPT_CHARACTERS], strangeness, why, template)
        finding.span = (arrivals.last_index, self.lines)
        if arrived or arrivals.last_index >= 0:
            finding.around = [number]
            finding.add(number)
        groups[key] = finding
        self._changed[key] = None

    def _found(
        self,
        kind: Kind,
        number: int,
        judgement: Judgement,
        strangeness: float,
        why: str,
        words: list[StrangeWord],
    ) -> Finding:
        text = judgement.text[:KEPT_CHARACTERS]
        words = [word for word in words if word.end <= len(text)]
        return Finding(
            kind,
            number,
            text,
            strangeness,
            why,
            judgement.template,
            words,
            before=list(self._before),
            around=[self._numbers[i] for i in range(-len(self._before) - 1, 0)],
            sequence=judgement.sequence,
        )

    def _keep(self, key: str, finding: Finding, number: int) -> None:
        """Add a line to its group; the strangest line stands for it."""
        group = self.groups.get(key)
        if group is None or finding.strangeness > group.strangeness:
            self._waiting.append(finding)
            if group:
                finding.lines, finding.count = group.lines, group.count
            self.groups[key] = finding
            group = finding
        self._count(key, group, number)

    def _count(self, key: str, group: Finding, number: int) -> None:
        group.add(number)
        if group.strangeness >= self.profile.stand_out:
            self._changed[key] = None

    def _forget(self) -> None:
        """Keep the strangest half of the groups, and how many lines of the others stand out."""
        ordered = sorted(self.groups.items(), key=lambda item: -item[1].strangeness)
        self.groups = dict(ordered[: MOST_GROUPS // 2])
        for _, group in ordered[MOST_GROUPS // 2 :]:
            if group.strangeness >= self.profile.stand_out:
                self._forgotten += group.count
        self._changed = {key: None for key in self._changed if key in self.groups}

    def changed(self) -> dict[str, Finding]:
        """The groups that stand out and got a line since the last call, by key, and what is missed by now.

        It costs what came since, not what is known: for a log that is followed.
        """
        self._absences = self._absences or Absences(self.profile)
        for gram in self._absences.overdue(self._tick + 1, lambda gram: self._arrivals[gram].last):
            self._missed(self.groups, gram, self._tick + 1)
        changed = {key: self.groups[key] for key in self._changed if key in self.groups}
        self._changed = {}
        return changed

    def memory(self) -> dict[str, Any]:
        """What a later check of the same log has to know of these lines, as JSON: what came when, and no finding."""
        arrived = {
            gram: [one.last, one.last_index, one.last_number, one.last_text[:KEPT_AROUND], one.last_template]
            for gram, one in self._arrivals.items()
            if one.last_index >= 0 and is_regular(self.profile.rates[gram], self.profile.duration)
        }
        return {
            "lines": self.lines,
            "timed": self.profile.timed,
            "tick": self._tick,
            "last": list(self._last) if self._last else None,
            "before": list(self._before),
            "numbers": list(self._numbers),
            "recent": _as_text(self._recent),
            "arrived": list(map(list, arrived.items())),
        }

    def recall(self, memory: dict[str, Any]) -> None:
        """Go on where an earlier check ended, whose profile may have been another. Called before the first line."""
        is_same_clock = memory["timed"] == self.profile.timed  # else its ticks were lines, and ours are seconds
        self.lines, self._tick = memory["lines"], memory["tick"] if is_same_clock else self._tick
        self._last = Moment(*memory["last"]) if memory["last"] else None
        self._before.extend(memory["before"])
        self._numbers.extend(memory["numbers"])
        self._recent.extend(_from_text(memory["recent"]))
        for arrivals in self._arrivals.values():
            arrivals.last = self._tick  # of what that check did not know, it is not known when it came
        for index, grams in enumerate(self._recent, self.lines - len(self._recent)):
            for gram in grams:
                if gram in self._arrivals:
                    self._arrivals[gram].indexes.append(index)
        for gram, (last, index, number, text, template) in memory["arrived"]:
            if gram in self._arrivals and is_same_clock:
                arrivals = self._arrivals[gram]
                arrivals.last, arrivals.last_index, arrivals.last_number = last, index, number
                arrivals.last_text, arrivals.last_template = text, template

    def forget(self, keys: Iterable[str]) -> None:
        """Drop groups: lines like theirs are found anew."""
        for key in list(keys):
            self.groups.pop(key, None)

    def findings(self) -> Findings:
        """What was found up to now, as if the log ended here."""
        groups = dict(self.groups)
        for gram in self._arrivals:
            self._missed(groups, gram, self._tick + 1)
        missing = self.expected.missing(self._seen) if self.expected else []
        wanted = [finding for finding in missing if not self.rules.cover(finding.template)]
        ordered = strangest_first([*groups.values(), *wanted])
        standing: list[Finding] = []
        familiar: list[Finding] = []
        covered: set[int] = set()
        beyond = self._forgotten  # lines that stand out, whose numbers are not kept
        absences: list[tuple[int, int]] = []
        for finding in ordered:
            if finding.strangeness < self.profile.stand_out:
                if finding.line in covered:
                    continue
                if kin := kin_of(finding, familiar):
                    kin.join(finding)
                elif len(familiar) < MOST_FAMILIAR:
                    familiar.append(replace(finding, lines=list(finding.lines)))
            elif finding.kind == "more" and share_of(finding.lines, covered) >= SHARE_COVERED:
                continue
            elif kin := kin_of(finding, standing):
                kin.join(finding)
                covered.update(finding.lines)
                beyond += finding.count - len(finding.lines)
            elif finding.kind == "fewer" and finding.lines and overlap(finding.span, absences) >= SHARE_COVERED:
                continue
            else:
                if len(standing) < MOST_FINDINGS:
                    standing.append(replace(finding, lines=list(finding.lines)))
                if finding.kind == "fewer" and finding.lines:
                    absences.append(finding.span)
                covered.update(finding.lines)
                beyond += finding.count - len(finding.lines) if finding.lines else 0
        stand_out = min(len(covered) + beyond, self.lines - self.normal)
        return Findings(self.lines, stand_out, self.normal, by_episode(standing), by_episode(familiar))


def _as_text(grams: Iterable[Sequence[int]]) -> str:
    """Lists of grams as text, far faster to read and write than as JSON."""
    flat = array("q")
    for of_line in grams:
        flat.append(len(of_line))
        flat.extend(of_line)
    return b64encode(flat.tobytes()).decode()


def _from_text(text: str) -> list[list[int]]:
    flat, grams, at = array("q", b64decode(text)).tolist(), [], 0
    while at < len(flat):
        grams.append(flat[at + 1 : at + 1 + flat[at]])
        at += 1 + flat[at]
    return grams


def _reason(judgement: Judgement) -> str:
    """Equal for lines that are strange for one reason: the pairs of words that were never seen, else the template."""
    words = (BEGIN, *judgement.sequence, END)
    unseen = [f"{words[i]} {words[i + 1]}" for i, cost in enumerate(judgement.facts.bits) if not cost.seen]
    return "\n".join(unseen) or judgement.template


def _since(indexes: deque[int], before: int) -> int:
    """How many of some rising numbers are above one, of which most are."""
    low, high = 0, len(indexes)
    if indexes[0] > before:
        return high
    while low < high:
        middle = (low + high) // 2
        if indexes[middle] > before:
            high = middle
        else:
            low = middle + 1
    return len(indexes) - low


def rounded_surprise(bits: float) -> float:
    """As precise as a tail: then the float32 of a command and the float64 of a page are equally strange."""
    return math.floor(bits * STEPS + 0.5) / STEPS


def alike(one: Finding, other: Finding) -> bool:
    """Whether two findings are of one kind: most of their words are the same, in the same places."""
    if one.kind not in ("new", "rare") or len(one.sequence) != len(other.sequence):
        return False
    same = sum(a == b for a, b in zip(one.sequence, other.sequence, strict=True))
    return same >= 3 and same >= ALIKE * len(one.sequence)


def kin_of(finding: Finding, listed: Sequence[Finding]) -> Finding | None:
    """The first finding of a list that tells of lines like those of another one."""
    if finding.kind not in ("new", "rare"):
        return None
    return next((other for other in listed if alike(other, finding)), None)


def overlap(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> float:
    """The largest share of a span of lines that another span covers."""
    length = span[1] - span[0]
    return max((min(span[1], other[1]) - max(span[0], other[0]) for other in others), default=0) / length


def share_of(lines: Sequence[int], covered: set[int]) -> float:
    """The share of some lines that is among others."""
    return sum(line in covered for line in lines) / len(lines)
