"""How the numbers of a line go together: a guess at each from those before it in its line, as in the lines before.

At one place of a kind of line (the line so far, numbers made alike) a number often follows from an earlier one of the
line: it is the same, or more by as much as ever (SAME), or it is the second, the minute or the hour of a time that
stands there in seconds. `1133638373 2005-12-03-11.32.53` has all of these. For each place it is remembered by how much
each earlier number differed under each of these rules, and for how many lines in a row that held; the rule that held
longest guesses.

Everything here is compiled into the learner (adaptive.py) and is the page's relations.js, bit for bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiled import compiled

NUMBERS = 8  # of a line, that later ones are compared with
SAME, SECOND, MINUTE, HOUR = range(4)
RULES = 4
PLACES = 1 << 12
MOST_DIGITS = 15  # of a number that is compared: its value is exact in JavaScript
FIRST_TIME = 100_000_000  # seconds since 1970: a smaller number is no time
LONGEST = 255  # lines in a row that are counted

RELATIONS = np.dtype(
    [
        ("numbers", np.int64, (NUMBERS,)),  # of this line so far
        ("count", np.int64),  # how many there are, also of those that are not kept
        ("value", np.int64),  # of the number that is being read
        ("digits", np.int64),  # how many it has so far
        ("place", np.int64),  # of the next number
        ("guess", np.int64),
        ("width", np.int64),  # digits of the guess; 0: nothing is guessed, or it was wrong
        ("differences", np.int64, (PLACES, NUMBERS * RULES)),
        ("held", np.uint8, (PLACES, NUMBERS * RULES)),  # for so many lines in a row
        ("widths", np.int64, (PLACES,)),  # digits of the last number there; 0: none was read
    ],
    align=True,
)


@compiled
def by_rule(value: int, rule: int) -> int:
    """What a rule makes of an earlier number."""
    if rule == SECOND:
        return value % 60
    if rule == MINUTE:
        return value // 60 % 60
    if rule == HOUR:
        return value // 3600 % 24
    return value


@compiled
def cycle_of(rule: int) -> int:
    """After how many values a rule begins again; 0: never."""
    return 0 if rule == SAME else 24 if rule == HOUR else 60


@compiled
def guess_number(relations: Any, template: int) -> None:
    """Guess the number that would begin here. `template`: hash of the line so far, numbers made alike."""
    place = (template ^ template >> 12) & (PLACES - 1)
    relations.place, relations.width = place, 0
    longest, best = 0, -1
    for i in range(min(relations.count, NUMBERS) * RULES):
        if relations.held[place, i] > longest:
            longest, best = relations.held[place, i], i
    if best < 0:
        return
    rule = best % RULES
    guess = by_rule(relations.numbers[best // RULES], rule) + relations.differences[place, best]
    if rule != SAME:
        guess %= cycle_of(rule)
    if guess < 0:
        return
    digits, rest = 1, guess
    while rest >= 10:
        rest //= 10
        digits += 1
    if digits <= MOST_DIGITS:
        relations.guess, relations.width = guess, max(digits, relations.widths[place])


@compiled
def guessed_digit(relations: Any) -> int:
    """The digit that should come next; -1 where nothing is guessed."""
    if relations.digits >= relations.width:
        return -1
    rest = relations.guess
    for _ in range(relations.width - 1 - relations.digits):
        rest //= 10
    return int(rest % 10)


@compiled
def read_digit(relations: Any, digit: int) -> None:
    """Read one more digit of a number."""
    if guessed_digit(relations) != digit:
        relations.width = 0
    if relations.digits < MOST_DIGITS:
        relations.value = relations.value * 10 + digit
    relations.digits += 1


@compiled
def end_number(relations: Any) -> None:
    """A number has ended: learn how it goes together with those before it."""
    if relations.digits <= MOST_DIGITS:
        for i in range(min(relations.count, NUMBERS) * RULES):
            learn_rule(relations, i)
        relations.widths[relations.place] = relations.digits
    if relations.count < NUMBERS:
        relations.numbers[relations.count] = relations.value
    relations.count += 1
    relations.value = relations.digits = 0


@compiled
def learn_rule(relations: Any, i: int) -> None:
    """Whether one rule holds for the number that was read, and one before it."""
    place, rule, earlier = relations.place, i % RULES, relations.numbers[i // RULES]
    if rule != SAME and (earlier < FIRST_TIME or relations.value >= cycle_of(rule)):
        relations.held[place, i] = 0
        return
    difference = relations.value - by_rule(earlier, rule)
    if rule != SAME:
        difference %= cycle_of(rule)
    holds = relations.widths[place] > 0 and relations.differences[place, i] == difference
    relations.held[place, i] = min(relations.held[place, i] + 1, LONGEST) if holds else 0
    relations.differences[place, i] = difference


@compiled
def end_line(relations: Any) -> None:
    """Forget the numbers of this line."""
    relations.count = 0
