"""What stands out in a log, and why."""

import gc
import json
import random
import re
import sys
import timeit
from collections.abc import Callable, Sequence
from types import FunctionType, ModuleType

import pytest

from service.checking.findings import MOST_FINDINGS, MOST_LINES, Finding
from service.checking.learning import Table, learn
from service.checking.log_check import MOST_GROUPS, LogCheck
from service.checking.missing import ExpectedLines
from service.checking.profile import Profile
from service.checking.tails import Tail
from tests.support.shop_log import check, shop_log

USUAL = shop_log(2000)
LATER = shop_log(1000, first=2000)
ODD_LINE = f"{LATER[500][:19]} shop: disk is full, cart 12 lost"


@pytest.fixture(scope="module")
def known() -> Profile:
    return learn([USUAL])


def heartbeats(count: int) -> list[str]:
    """Heartbeats within a second."""
    return [f"{LATER[500][:19]} shop: heartbeat {number} queue {3 + number % 7}" for number in range(count)]


def only(lines: Sequence[str], known: Profile, **options: object) -> Finding:
    (finding,) = check(lines, known, **options).findings  # type: ignore[arg-type]
    return finding


def changed(number: int, old: str, new: str) -> list[str]:
    """The later lines, one of them changed."""
    assert old in LATER[number - 1]
    return [*LATER[: number - 1], LATER[number - 1].replace(old, new), *LATER[number:]]


def test_in_more_of_the_same_nothing_stands_out(known: Profile) -> None:
    found = check(LATER, known)
    assert (found.lines, found.stand_out, found.findings) == (1000, 0, [])


def test_a_line_of_unknown_words_stands_out(known: Profile) -> None:
    finding = only([*LATER[:500], ODD_LINE, *LATER[500:]], known)
    assert (finding.kind, finding.line, finding.lines, finding.count) == ("new", 501, [501], 1)
    assert finding.text == ODD_LINE
    assert (finding.before, finding.after) == (LATER[497:500], LATER[500:503])


def test_lines_around_have_their_numbers_in_a_file_with_blank_lines(known: Profile) -> None:
    log = LogCheck(known)
    for i, line in enumerate([*LATER[:500], ODD_LINE, *LATER[500:]]):
        log.add(2 * i + 1, line)
    (finding,) = log.findings().findings
    assert finding.rows()[2:5] == [(999, LATER[499]), (1001, ODD_LINE), (1003, LATER[500])]


def test_a_surprise_is_as_strange_in_float32(known: Profile) -> None:
    profile = known.with_surprise(Tail(1000, (9.0, 6.0, 3.0), 1.44))
    strangeness = []
    for surprise in (21.123456789, 21.123456955):
        log = LogCheck(profile)
        log.add(1, LATER[0], surprise)
        strangeness.append(log.strangeness)
    assert strangeness[0] == strangeness[1] > 100


def test_the_words_that_are_strange_are_marked(known: Profile) -> None:
    finding = only([*LATER[:500], ODD_LINE, *LATER[500:]], known)
    marked = [ODD_LINE[word.begin : word.end] for word in finding.words]
    assert {"disk", "full", "lost"} <= set(marked)
    assert "shop" not in marked


def test_a_status_that_no_request_had_stands_out(known: Profile) -> None:
    number = next(i for i, line in enumerate(LATER, 1) if "/cart 200" in line)
    assert only(changed(number, " 200 ", " 503 "), known).kind == "new"


def test_a_number_far_outside_stands_out(known: Profile) -> None:
    number = next(i for i, line in enumerate(LATER, 1) if " ms" in line)
    finding = only(changed(number, " ms", "0000 ms"), known)
    assert (finding.kind, finding.line) == ("value", number)


def test_a_clock_that_jumps_stands_out_once(known: Profile) -> None:
    finding = only([*LATER[:500], *shop_log(500, first=40_000)], known)
    assert (finding.kind, finding.line) == ("value", 501)
    assert finding.why == "comes 2 days after the line before; at most 5 seconds was usual"


def test_a_clock_that_goes_back_stands_out(known: Profile) -> None:
    finding = only([*LATER[:500], *LATER[:500]], known)
    assert finding.why == "the clock goes back by 41 minutes; it never did before"


def test_a_burst_stands_out_from_where_it_began(known: Profile) -> None:
    burst = heartbeats(60)
    finding = only([*LATER[:500], *burst, *LATER[500:]], known)
    assert finding.kind == "more"
    assert set(range(510, 560)) <= set(finding.lines)
    assert finding.why.endswith("came before")


def test_what_stays_away_stands_out_where_it_stopped(known: Profile) -> None:
    silent = [line for line in LATER[101:] if "heartbeat" not in line]
    finding = check([*LATER[:101], *silent], known).findings[0]
    assert (finding.kind, finding.line, finding.text) == ("fewer", 101, LATER[100])
    assert finding.why == "such lines stay away for 1 hour from here on; at most 50 seconds was usual"


def test_what_comes_only_late_stands_out_where_it_comes(known: Profile) -> None:
    late = [line for line in LATER[:505] if "heartbeat" not in line] + LATER[505:]
    finding = only(late, known)
    assert (finding.kind, finding.text) == ("fewer", LATER[510])
    assert re.fullmatch("the first such line comes only after .+; at most 50 seconds was usual", finding.why)


def test_what_never_comes_stands_out_without_a_line(known: Profile) -> None:
    found = check([line for line in LATER if "heartbeat" not in line], known)
    (finding,) = found.findings
    assert (finding.kind, finding.lines, finding.count, found.stand_out) == ("fewer", [], 0, 0)
    assert finding.why == "a kind of line that came at least every 50 seconds does not come in 1 hour"


def test_of_several_logs_the_kinds_of_one_are_not_missed_in_another() -> None:
    known = Table([USUAL, [line for line in USUAL if "heartbeat" not in line]], stretches=True).learn(3)
    assert check([line for line in LATER if "heartbeat" not in line], known).findings == []


@pytest.mark.parametrize(
    ("line", "why"),
    {
        "fan is stuck": "`stuck` where most such lines have `on`",
        "pump is on": "`pump` where most lines begin with `fan`",
        "fan is": "the line ends where most such lines have `on`",
        "`": "a backtick where most lines begin with `fan`",
        "fan is on is": "`is` is not known after `on`",
        "low pump stuck": "`stuck` is not known",
        "low pump " + "x" * 900: f"`{'x' * 60}…` is not known",
    }.items(),
)
def test_why_words_are_strange(line: str, why: str) -> None:
    good = ["fan is on"] * 300 + ["low pump", "pump low"]
    found = check([*good[:10], line], good, stand_out=1)
    assert next(finding.why for finding in found.findings if finding.text == line) == why


def test_a_line_that_ends_early_is_said_to_end() -> None:
    good = [f"cut here {letter}" for letter in "abcdefghij"] * 30
    assert check(["cut here"], good, stand_out=1).findings[0].why == "no known line ends after `here`"


def test_lines_that_are_strange_for_one_reason_are_one_finding(known: Profile) -> None:
    lines = [*LATER[:500], *(f"{LATER[500][:19]} shop: disk is full, cart {i} lost" for i in range(50))]
    finding = only(lines, known)
    assert (finding.count, finding.lines) == (50, list(range(501, 551)))


def test_a_rule_makes_lines_normal(known: Profile) -> None:
    found = check([*LATER[:500], ODD_LINE, *LATER[500:]], known, rules=["# shop: disk is full, cart # lost"])
    assert (found.stand_out, found.normal, found.findings) == (0, 1, [])


@pytest.mark.parametrize("rule", ["*heartbeat*", "# shop: heartbeat # queue #"])
def test_a_rule_also_covers_what_comes_often_and_what_stays_away(known: Profile, rule: str) -> None:
    burst = heartbeats(60)
    silent = [line for line in LATER[500:] if "heartbeat" not in line]
    assert check([*LATER[:500], *burst, *silent], known, rules=[rule]).findings == []


def test_a_line_that_the_model_finds_surprising_stands_out(known: Profile) -> None:
    log_check = LogCheck(known.with_surprise(Tail.of([1.0] * 1000, 1000, 1.0)))
    for number, line in enumerate(LATER, 1):
        log_check.add(number, line, 60.0 if number == 7 else 0.5)
    (finding,) = log_check.findings().findings
    assert (finding.line, finding.kind, finding.why) == (7, "rare", "its characters are unusual")


def test_findings_can_be_asked_for_again_and_in_between(known: Profile) -> None:
    log_check = LogCheck(known)
    for number, line in enumerate([*LATER[:500], *(["shop: disk full"] * 30), *(["shop: disk lost"] * 30)], 1):
        log_check.add(number, line)
        if number % 100 == 0:
            log_check.findings()
    first = log_check.findings().as_json()
    assert log_check.findings().as_json() == first


def test_all_lines_of_a_kind_are_counted_and_the_first_are_listed(known: Profile) -> None:
    found = check([*LATER, *["shop: disk is full"] * 5000], known)
    (finding,) = found.findings
    assert (finding.count, len(finding.lines), found.stand_out) == (5000, MOST_LINES, 5000)


def odd_lines(count: int) -> list[str]:
    """No word of them is known, and each is of its own kind."""
    chance = random.Random(0)
    return [" ".join("".join(chance.choices("abcdefghijkl", k=9)) for _ in range(3)) for _ in range(count)]


def test_lines_of_more_kinds_than_are_remembered_are_counted(known: Profile) -> None:
    odd, usual = odd_lines(2 * MOST_GROUPS), iter(shop_log(4 * MOST_GROUPS, first=2000))
    found = check([line for one in odd for line in (one, next(usual), next(usual))], known)
    assert (found.stand_out, len(found.findings)) == (2 * MOST_GROUPS, MOST_FINDINGS)


def test_a_burst_among_more_kinds_than_are_remembered_does_no_harm(known: Profile) -> None:
    odd = odd_lines(MOST_GROUPS)
    burst = heartbeats(100)
    mixed = [line for pair in zip(odd[-100:], burst, strict=True) for line in pair]
    found = check([*LATER, *odd, *mixed], known)
    assert (found.lines, found.stand_out) == (len(LATER) + MOST_GROUPS + 200, MOST_GROUPS + 200)


def test_lines_are_numbered_as_they_are_given(known: Profile) -> None:
    log_check = LogCheck(known)
    burst = heartbeats(60)
    for index, line in enumerate([*LATER[:500], *burst]):
        log_check.add(10 * index + 1, line)
    (finding,) = log_check.findings().findings
    assert {number % 10 for number in finding.lines} == {1}
    assert {5201, 5301, 5401} <= set(finding.lines)


@pytest.mark.parametrize("learned", [0, 1, 5])
def test_almost_nothing_learned_is_no_error(learned: int) -> None:
    found = check(LATER, USUAL[:learned])
    assert found.lines == 1000


@pytest.mark.parametrize(
    "line", ["", " ", "x", "^", "$", "`", "\ud800\udfff", "\x00", "a " * 5000, "9" * 300_000, "é" * 300_000]
)
def test_an_odd_line_is_no_error(known: Profile, line: str) -> None:
    found = check([*LATER[:50], line, line], known)
    assert found.lines == 52
    assert all(len(finding.why) < 200 for finding in found.findings)


def test_familiar_lines_of_one_kind_are_listed_once() -> None:
    strange = [f"the lamp in the {room} room is on" for room in ("red", "blue", "green")]
    found = check([*shop_log(20), *strange], shop_log(300), stand_out=10**12)
    (listed,) = [finding for finding in found.familiar if "lamp" in finding.text]
    assert (listed.count, listed.lines) == (3, [21, 22, 23])


def test_lines_with_carets_that_were_learned_are_familiar() -> None:
    good = [line for i in range(300) for line in (f"x.c:{i}:3: warning: unused variable", "    ^~~~~ $")]
    assert check(good, good, stand_out=100).findings == []


PIECES = [
    *("svc 17 ok", "svc: done in 900 ms", "Jan 12 12:00:00 host sshd[4]: ok", "4^4 $", " ", "```", "// 9", "#", "🌱é"),
    *("Feb 29 23:59:59 up 3", "9999-12-31 23:59:59 end", "0000-00-00 00:00:00 x", "\ud800", "* a * b", "\x1b[1m"),
]


@pytest.mark.parametrize("seed", range(12))
def test_random_lines_give_findings_that_hold_together(seed: int) -> None:
    chance = random.Random(seed)

    def lines(most: int) -> list[str]:
        count = chance.randrange(most)
        return [" ".join(chance.choices(PIECES, k=chance.choice([1, 1, 1, 3]))) for _ in range(count)]

    good = [lines(700) or ["x"] for _ in range(chance.randint(1, 3))]
    profile = learn(good, same_job=chance.random() < 0.5)
    found = check(lines(700), profile, rules=["svc #*"], expected=ExpectedLines(good, profile), stand_out=20)
    assert found.stand_out + found.normal <= found.lines
    for finding in found.findings:
        assert finding.strangeness >= 20
        assert finding.lines == sorted(set(finding.lines))
        assert all(0 <= word.begin < word.end <= len(finding.text) for word in finding.words)


def repeated(count: int) -> list[str]:
    return (LATER * (count // len(LATER) + 1))[:count]


@pytest.mark.parametrize("lines", [repeated, odd_lines], ids=["usual lines", "different lines"])
def test_a_log_takes_time_in_proportion_to_its_length(known: Profile, lines: Callable[[int], list[str]]) -> None:
    def seconds(count: int) -> float:
        log = lines(count)
        return min(timeit.repeat(lambda: check(log, known), number=1, repeat=2))

    assert seconds(8000) < 12 * seconds(2000) + 0.05  # 4 times as long; 16 times if it were quadratic


@pytest.mark.parametrize("lines", [repeated, odd_lines], ids=["usual lines", "different lines"])
def test_the_memory_of_a_check_has_an_end(known: Profile, lines: Callable[[int], list[str]]) -> None:
    log_check = LogCheck(known, expected=ExpectedLines([USUAL], known))
    held = []
    for number, line in enumerate(lines(16_000), 1):
        log_check.add(number, line)
        if number % 8000 == 0:
            held.append(bytes_held_by(log_check))
    assert held[1] < 1.25 * held[0]


def bytes_held_by(log_check: LogCheck) -> int:
    """The memory of a check and of all that it leads to, but for what it was made with."""
    seen = {id(one) for one in (log_check.profile, log_check.expected, log_check.rules)}
    waiting, total = [log_check.__dict__], 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, (type, ModuleType, FunctionType)):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        waiting += gc.get_referents(one)
    return total


def test_a_check_goes_on_where_an_earlier_one_ended() -> None:
    profile = learn([shop_log(3000)])
    burst = ["2026-03-01 04:10:00 shop: GET /cart 404 in 40 ms"] * 90
    lines = [*shop_log(40, 3000), *burst, *[line for line in shop_log(300, 3040) if "heartbeat" not in line]]
    whole = LogCheck(profile)
    for number, line in enumerate(lines, 1):
        whole.add(number, line)
    parts = LogCheck(profile)
    for number, line in enumerate(lines, 1):
        if number % 50 == 0:
            memory = json.loads(json.dumps(parts.memory()))
            parts = LogCheck(profile)
            parts.recall(memory)
        parts.add(number, line)
    assert parts.memory() == whole.memory()
    assert {key for key in whole.changed() if key.startswith("fewer")} == set(parts.changed())


def test_a_check_goes_on_with_another_profile() -> None:
    first = LogCheck(learn([shop_log(3000)]))
    for number, line in enumerate(shop_log(40, 3000), 1):
        first.add(number, line)
    other = LogCheck(learn([["pump is on", "pump is off"] * 500]))
    other.recall(first.memory())
    other.add(41, "pump is on")
    assert other.lines == 41
