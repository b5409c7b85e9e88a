"""What stands elsewhere in the place of a strange word: words of the log itself, weighed by the profile."""

from __future__ import annotations

from collections.abc import Sequence

from .grams import BEGIN, END
from .profile import Profile
from .words import IDENTIFIER, TIME

MOST_CONTEXTS = 20_000
MOST_WORDS = 8  # of a context
LEAST_SHARE = 0.5  # of the lines; a word that stands there more rarely is not what was expected


class Followers:
    """Which words came after two others in this log."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.words: dict[tuple[str, str], dict[str, None]] = {}
        self._seen: set[int] = set()  # hashes of sequences

    def add(self, sequence: tuple[str, ...]) -> None:
        """Remember the words of a line."""
        key = hash(sequence)
        if key in self._seen or len(self._seen) >= MOST_CONTEXTS:
            return
        self._seen.add(key)
        padded = (BEGIN, BEGIN, *sequence)
        for i in range(2, len(padded)):
            context = padded[i - 2], padded[i - 1]
            if context in self.words:
                known = self.words[context]
            elif len(self.words) < MOST_CONTEXTS:
                known = self.words[context] = {}
            else:
                continue
            if len(known) < MOST_WORDS:
                known[padded[i]] = None

    def likeliest(self, sequence: Sequence[str], at: int) -> str | None:
        """The word that stands most often where the word `at` does, if it stands there mostly."""
        padded = (BEGIN, BEGIN, *sequence, END)
        context = padded[at], padded[at + 1]
        near = sequence[max(0, at - 2) : at]
        best, most = None, 0.0
        for word in self.words.get(context, {}):
            if word == padded[at + 2] or word in (IDENTIFIER, TIME):
                continue
            share = 2.0 ** -self.profile.bits([*near, word])[len(near)].bits
            if share >= LEAST_SHARE and share > most:
                best, most = word, share
        return best
