"""Findings whose lines stand together are one: a stack trace, an error with what is said of it. As in the page's
episodes.js."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .findings import Finding

APART = 2  # lines from one to the next of an episode, at most
MOST_TOGETHER = 50  # lines of an episode
OF_LINES = ("new", "rare", "value")  # kinds of findings that are about single lines
LEAST = 10  # one in so many lines: what is more usual belongs to no episode


def by_episode(findings: Sequence[Finding]) -> list[Finding]:
    """Findings, strangest first, each with those that tell only of lines beside its own.

    A finding that has a line elsewhere too, or more lines than are known, or is hardly strange, stays one by itself.
    """
    episode_of = _episodes(number for finding in findings if _may_join(finding) for number in finding.lines)
    heads: dict[int, list[tuple[Finding, set[int]]]] = {}  # those that have lines in an episode, with all theirs
    told = []
    for finding in findings:
        if not _may_join(finding):
            told.append(finding)
            continue
        episodes = {episode_of[number] for number in finding.lines}
        head = next((head for head, wider in heads.get(min(episodes), []) if episodes <= wider), None)
        if head:
            head.join(finding)
            head.is_episode = True
            if finding.line == head.line and finding.why not in head.why:
                head.why += f"; {finding.why}"
        else:
            told.append(finding)
            for episode in episodes:
                heads.setdefault(episode, []).append((finding, episodes))
    return told


def _may_join(finding: Finding) -> bool:
    is_known = finding.count == len(finding.lines)
    return finding.kind in OF_LINES and is_known and finding.strangeness >= LEAST


def _episodes(numbers: Iterable[int]) -> dict[int, int]:
    """The number of the episode of each line."""
    found: dict[int, int] = {}
    first = last = -1
    for number in sorted(set(numbers)):
        if last < 0 or number - last > APART or number - first >= MOST_TOGETHER:
            first = number
        found[number] = first
        last = number
    return found
