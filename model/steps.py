"""How far numbers are from the last one at their place: the probability of each next digit from the steps so far.

At one place of a kind of line (the line so far, numbers made alike) numbers often go on in steps: a clock by a few
seconds, a process id by one or two, a reading up or down a little. A digit by itself does not show that: after 1099
comes 1100. So the steps at a place are counted, in buckets that get wider with their size, and from the counts follows
how likely each range of numbers is, and each next digit, which stands for a range. A step that came again and again
counts as often by itself. Steps are counted three times: of the place; of the place after a line of the same kind as
the one above; and of both after the step before.

A number is digits with colons or one point between them: 24.59 counts hundredths, 11:04:40 counts seconds, as long as
these marks stand where they stood in the last number of the place. A second point ends it, as in dates and addresses.

Everything here is compiled into the learner (adaptive.py) and is the page's steps.js, bit for bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiled import compiled
from .memory import hashed
from .relations import MOST_DIGITS

VIEWS = 3  # in how many ways the steps are counted
PLACE_BITS = 12
PLACES = 1 << PLACE_BITS
SINGLE = 7  # steps of up to this size have a bucket of their own
OCTAVES = 22  # each of two buckets
SIDE = 2 * OCTAVES
BUCKETS = 2 * (SIDE + SINGLE) + 1
MOST_REPEATS = 255
MOST_STEPS = 200  # that are counted in a view; then all counts are halved
PRIOR = 0.01  # steps that each bucket has been seen to begin with
LEAST_MASS = 1e-9
POINT, COLON = 46, 58


def bucket_bounds() -> np.ndarray[Any, np.dtype[np.float64]]:
    """The least step of each bucket, and behind the last one its end. -> [BUCKETS + 1]"""
    wide = [(2.0 + half) * 2.0 ** (octave + 2) for octave in range(OCTAVES) for half in range(2)]
    ends = [*wide, 2.0 ** (OCTAVES + 3)]
    return np.array(
        [1 - end for end in reversed(ends)] + [float(step) for step in range(1 - SINGLE, SINGLE + 1)] + ends
    )


BOUNDS = bucket_bounds()

STEPS = np.dtype(
    [
        # about the number that is being read
        ("template", np.int64),  # the line so far, with which its place was found
        ("above", np.int64),  # the line above
        ("place", np.int64),
        ("count", np.int64),  # its digits so far
        ("digits", np.int64, (MOST_DIGITS,)),
        ("marks", np.int64, (MOST_DIGITS + 1,)),  # the point or colon after so many digits, 0: none
        ("marked", np.int64),  # 1: such a mark is the last character
        ("points", np.int64),  # how many of the marks are points
        ("follows", np.int64),  # 1: so far it has the form of the last number of the place
        ("value", np.float64),  # what its digits so far are worth, if it has that form to its end
        # about the next digit
        ("expects", np.int64),  # 1: it can be told
        ("mass", np.float64, (VIEWS, 10)),
        ("left", np.float64, (VIEWS,)),  # mass of the digits that are not ruled out
        ("sureness", np.int64, (VIEWS,)),  # steps that were counted
        ("keys", np.int64, (VIEWS,)),
        ("slots", np.int64, (VIEWS,)),
        # the last number of each place
        ("templates", np.int64, (PLACES,)),
        ("sizes", np.int64, (PLACES,)),  # its digits; 0: there was none
        ("forms", np.int64, (PLACES,)),  # where its marks stand, counted from its end
        ("lasts", np.float64, (PLACES,)),
        ("worths", np.float64, (PLACES, MOST_DIGITS)),  # of one in each digit
        ("marks_due", np.int64, (PLACES, MOST_DIGITS + 1)),
        ("buckets", np.int64, (PLACES,)),  # of the last step
        # the steps of each view
        ("views", np.int64, (VIEWS, PLACES)),  # whose they are
        ("totals", np.int64, (VIEWS, PLACES)),
        ("counts", np.uint8, (VIEWS, PLACES, BUCKETS)),
        ("latest", np.float64, (VIEWS, PLACES)),  # the last step itself
        ("repeats", np.uint8, (VIEWS, PLACES)),  # how often in a row it has come again
    ],
    align=True,
)


@compiled
def bucket_of(step: float) -> int:
    """The bucket of a step; larger ones than there are buckets for belong to the last."""
    low, high = 0, BUCKETS - 1
    while low < high:
        middle = (low + high + 1) >> 1
        if BOUNDS[middle] <= step:
            low = middle
        else:
            high = middle - 1
    return low


@compiled
def place_of(template: int) -> int:
    """The slot of a hash."""
    return template >> (32 - PLACE_BITS)


@compiled
def expect_digit(steps: Any, template: int, above: int) -> None:
    """Set the mass of each digit that may come next. `template`: hash of the line so far, `above`: of the one above."""
    if steps.count == 0:
        steps.template, steps.above = template, above
        steps.place = place_of(template)
        steps.value = 0.0
        steps.follows = 1 if steps.templates[steps.place] == template and steps.sizes[steps.place] > 0 else 0
    place, count = steps.place, steps.count
    steps.expects = 0
    if not steps.follows or count >= steps.sizes[place]:
        return
    if count and not steps.marked and steps.marks_due[place, count]:
        return
    steps.expects = 1
    if count == 0:
        find_views(steps)
    worth = steps.worths[place, count]
    begin = steps.value - steps.lasts[place]
    end = begin + 10 * worth
    if count:
        end = min(end, begin + steps.worths[place, count - 1])
    steps.mass[:] = LEAST_MASS
    bucket, digit, at, edge = bucket_of(begin), 0, begin, begin + worth
    while at < end and bucket < BUCKETS:
        low, high = BOUNDS[bucket], BOUNDS[bucket + 1]
        stop = min(min(high, edge), end)
        covered = stop - max(at, low)
        if covered > 0:
            for view in range(VIEWS):
                seen = steps.counts[view, steps.slots[view], bucket] if steps.sureness[view] else 0
                steps.mass[view, digit] += (seen + PRIOR) * (covered / (high - low))
        at = max(at, stop)
        if stop == high:
            bucket += 1
        if stop == edge:
            digit, edge = digit + 1, edge + worth
    for view in range(VIEWS):
        again = steps.latest[view, steps.slots[view]]
        if steps.sureness[view] and begin <= again < end:
            steps.mass[view, int((again - begin) // worth)] += steps.repeats[view, steps.slots[view]]
        steps.left[view] = 0.0
        for i in range(10):
            steps.left[view] += steps.mass[view, i]


@compiled
def find_views(steps: Any) -> None:
    """Find the counts of each view of this place."""
    place = steps.place
    steps.keys[0] = steps.template
    steps.keys[1] = hashed(steps.template, steps.above)
    steps.keys[2] = hashed(steps.keys[1], steps.buckets[place])
    for view in range(VIEWS):
        slot = place_of(steps.keys[view])
        steps.slots[view] = slot
        steps.sureness[view] = steps.totals[view, slot] if steps.views[view, slot] == steps.keys[view] else 0


@compiled
def rule_out_digit(steps: Any, digit: int) -> None:
    """The next character is not this digit."""
    for view in range(VIEWS):
        steps.left[view] -= steps.mass[view, digit]
        steps.mass[view, digit] = 0.0


@compiled
def read_of_number(steps: Any, code: int) -> None:
    """Read one more character: a part of the number, or what ends it."""
    count = steps.count
    if 48 <= code <= 57:
        if count < MOST_DIGITS:
            follow_form(steps, code - 48)
            steps.digits[count] = code - 48
            if not steps.marked:
                steps.marks[count] = 0
        steps.count += 1
        steps.marked = 0
    elif code in (POINT, COLON) and 0 < count < MOST_DIGITS and not steps.marked:
        steps.marks[count] = code
        steps.marked = 1
        steps.points += 1 if code == POINT else 0
        if steps.points == 2:
            steps.count = steps.marked = steps.points = 0
    else:
        if 0 < count <= MOST_DIGITS:
            learn_step(steps)
        steps.count = steps.marked = steps.points = 0


@compiled
def follow_form(steps: Any, digit: int) -> None:
    """Add the digit to the value, if the number still has the form of the last one at its place."""
    place, count = steps.place, steps.count
    mark = steps.marks[count] if steps.marked else 0
    if not steps.follows or count >= steps.sizes[place] or (count and steps.marks_due[place, count] != mark):
        steps.follows = 0
        return
    steps.value += steps.worths[place, count] * digit


@compiled
def learn_step(steps: Any) -> None:
    """A number has ended: count its step, and keep it as the last of its place."""
    place, count = steps.place, steps.count
    value, form = measure(steps)
    if steps.templates[place] == steps.template and steps.sizes[place] > 0 and steps.forms[place] == form:
        step = value - steps.lasts[place]
        bucket = bucket_of(step)
        find_views(steps)
        for view in range(VIEWS):
            count_step(steps, view, step, bucket)
        steps.buckets[place] = bucket
    else:
        steps.templates[place], steps.forms[place], steps.buckets[place] = steps.template, form, SIDE + SINGLE
    steps.lasts[place], steps.sizes[place] = value, count


@compiled
def measure(steps: Any) -> tuple[float, int]:
    """The value of the number that was read, and its form; its place gets the worth of each digit, and the marks.

    Behind a colon two digits are sixty of a unit.
    """
    place, count = steps.place, steps.count
    value, worth, form, group = 0.0, 1.0, 0, 0
    for i in range(count - 1, -1, -1):
        mark = steps.marks[i + 1] if i < count - 1 else 0
        steps.marks_due[place, i + 1] = mark
        if i < count - 1:
            worth *= 6 if mark == COLON and group == 2 else 10
        group = 1 if mark else group + 1
        if mark:
            form = hashed(form, (count - 1 - i) * 64 + mark)
        steps.worths[place, i] = worth
        value += worth * steps.digits[i]
    return value, form


@compiled
def count_step(steps: Any, view: int, step: float, bucket: int) -> None:
    """Count a step in one view, whose counts begin anew where they were those of another place."""
    slot = steps.slots[view]
    counts = steps.counts[view, slot]
    if not steps.sureness[view]:
        steps.views[view, slot], steps.totals[view, slot] = steps.keys[view], 0
        counts[:] = 0
    again = steps.sureness[view] > 0 and steps.latest[view, slot] == step
    steps.repeats[view, slot] = min(steps.repeats[view, slot] + 1, MOST_REPEATS) if again else 0
    steps.latest[view, slot] = step
    counts[bucket] += 1
    steps.totals[view, slot] += 1
    if steps.totals[view, slot] > MOST_STEPS:
        steps.totals[view, slot] = 0
        for i in range(BUCKETS):
            counts[i] >>= 1
            steps.totals[view, slot] += counts[i]
