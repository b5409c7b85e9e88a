"""Candidates: what could be a secret is one however often it stands; counters and the log's words are not."""

import random
from itertools import pairwise

import pytest

from service.auditing.candidates import AuditedLog, Candidates, find_candidates

KNOWN = "".join(map(chr, range(32, 127)))


def found(lines: list[str], trained: int | None = None) -> Candidates:
    count = len(lines) if trained is None else trained
    log = AuditedLog(1, range(1, len(lines) + 1), lines, [at < count for at in range(len(lines))])
    return find_candidates([log], KNOWN)


def texts(lines: list[str]) -> set[str]:
    return {one.text for one in found(lines).seen}


def usual(count: int) -> list[str]:
    rng = random.Random(1)
    return [f"fan {rng.choice(['slow', 'fast'])} at pump {rng.randint(1, 4)}" for _ in range(count)]


@pytest.mark.parametrize("times", [1, 3, 10, 29])
@pytest.mark.parametrize(
    "secret",
    ["4821", "48211907", "9f3ac07b12de4411", "oybedupnmd", "anchor-barrel-lantern", "Qx-7!fe.9Z", "k7Qz93mXw2"],
)
def test_a_secret_is_asked_for_however_often_it_stands(secret: str, times: int) -> None:
    (one,) = [one for one in found([*usual(3000), *[f"opened with {secret} now"] * times]).seen if one.text == secret]
    assert one.lines == times


def test_a_counter_is_not_asked_for() -> None:
    assert texts([f"request {n} done" for n in range(48_210, 48_410)]) == set()


def test_quantities_of_one_place_are_not_asked_for() -> None:
    rng = random.Random(2)
    assert texts([f"took {rng.randint(1000, 9999)} us" for _ in range(3000)]) == set()


def test_addresses_of_one_network_are_not_asked_for_but_a_lone_one_is() -> None:
    lines = [f"from 203.0.113.{n} ok" for n in range(100, 130)]
    assert texts([*lines, "from 198.51.100.77 ok"]) == {"198.51.100.77"}


def test_a_host_name_made_of_the_address_before_it_is_not_asked_for() -> None:
    line = "from 203.0.113.7 (203-0-113-7.dsl.example.net)"
    assert texts([*usual(400), *[line] * 9]) == {"203.0.113.7"}


def test_what_its_line_tells_counts_as_language_all_the_same() -> None:
    lines = [f"exec-{at % 9} of 9 clientId=shop-1 at {at % 9}" for at in range(300)]
    assert texts([*usual(3000), *lines]) == set()


def test_what_stands_in_many_lines_is_the_logs_language_and_counted() -> None:
    lines = [f"v7.31.4 says {word}" for word in usual(100)]
    result = found(lines)
    assert ([one.text for one in result.seen], result.language) == ([], 1)


def test_language_behind_a_name_in_few_lines_is_language_too() -> None:
    known = [f"closed by 203.0.113.7 port {at % 9}" for at in range(300)]
    assert texts([*usual(400), *known, *["failure rhost=203.0.113.7"] * 9]) == set()
    assert "rhost=198.51.100.77" in texts([*usual(400), *known, *["failure rhost=198.51.100.77"] * 9])


def test_what_looks_random_is_asked_for_in_any_share_of_lines() -> None:
    assert texts([f"key k7Qz93mXw2Lp says {word}" for word in usual(100)]) == {"k7Qz93mXw2Lp"}


def test_words_of_another_script_are_not_asked_for() -> None:
    log = AuditedLog(1, range(1, 41), [f"Пользователь вошёл, насос {n % 4} включён" for n in range(40)], [True] * 40)
    assert find_candidates([log], "".join(set("".join(log.lines)))).seen == []


def test_what_the_model_has_no_characters_for_cannot_be_asked_for() -> None:
    log = AuditedLog(1, [1], ["code 48211907 and 77310942"], [True])
    assert [one.text for one in find_candidates([log], "0124789 codean").seen] == ["48211907"]


def test_a_value_is_unseen_where_no_line_that_has_it_was_trained_on() -> None:
    result = found(["code 48211907", "code 77310942", "code 48211907"], trained=1)
    assert ([one.text for one in result.seen], [one.text for one in result.unseen]) == (["48211907"], ["77310942"])


def test_the_most_repeated_come_first_and_the_kinds_in_turn() -> None:
    rng = random.Random(3)
    lines = [f"a{n} {rng.randrange(10**9, 10**10)}" for n in range(20)]
    lines += [line for n in range(5) for line in [f"b{n} {rng.getrandbits(64):016x}"] * (n + 1)]
    order = found(lines).seen
    kinds = [one.kind for one in order]
    assert kinds[:2] in (["number", "hexadecimal"], ["hexadecimal", "number"])
    assert all(one.lines >= other.lines for one, other in pairwise([one for one in order if one.kind == "hexadecimal"]))
