"""A profile as bytes."""

import contextlib
import random
import timeit
from collections.abc import Callable
from typing import Any

import pytest

from service.checking.learning import learn
from service.checking.packing import as_card, learn_fitting, unpack
from service.checking.profile import Profile
from tests.support.shop_log import check, shop_log

USUAL = shop_log(3000)
PLENTY = 100_000


def at_most(largest: int) -> Callable[[Profile, bytes], bool]:
    return lambda _, data: len(data) <= largest


@pytest.fixture(scope="module")
def packed() -> tuple[dict[str, Any], bytes]:
    profile, data = learn_fitting([USUAL], at_most(PLENTY))
    return as_card(profile), data


def test_a_profile_that_was_packed_finds_the_same(packed: tuple[dict[str, Any], bytes]) -> None:
    later = shop_log(1000, first=3000)
    log = [*later[:300], f"{later[300][:19]} shop: disk is full", *later[300:400], *later[600:]]
    log[700] = log[700].replace(" ms", "0000 ms")
    whole, read = check(log, learn_fitting([USUAL], at_most(PLENTY))[0]), check(log, unpack(*packed))
    assert [(f.kind, f.line) for f in read.findings] == [(f.kind, f.line) for f in whole.findings]
    assert len(read.findings) >= 3


def test_what_is_rounded_makes_less_stand_out(packed: tuple[dict[str, Any], bytes]) -> None:
    whole, read = learn([USUAL]), unpack(*packed)
    for key, rate in whole.rates.items():
        if rate.count >= 20 and (known := read.rates.get(key >> read.shift)):
            assert known.gap >= rate.gap
            assert all(a >= b for a, b in zip(known.most, rate.most, strict=True))
    for place, usual in whole.values.items():
        known_values = read.values[place >> read.shift]
        assert (known_values.low <= usual.low, known_values.high >= usual.high) == (True, True)


@pytest.mark.parametrize("largest", [300, 1000, 4000])
def test_a_profile_has_no_more_bytes_than_it_may(largest: int) -> None:
    chance = random.Random(0)
    words = ["".join(chance.choices("abcdefgh", k=6)) for _ in range(300)]
    logs = [[" ".join(chance.choices(words, k=5)) for _ in range(3000)] for _ in range(2)]
    profile, data = learn_fitting(logs, at_most(largest))
    assert len(data) <= largest
    assert unpack(as_card(profile), data).lines == 6000


def test_what_stood_in_fewer_lines_is_left_out_first() -> None:
    small, large = learn_fitting([USUAL], at_most(180))[0], learn_fitting([USUAL], at_most(PLENTY))[0]
    assert set(small.grams) < set(large.grams)


def test_only_what_stood_in_three_lines_can_be_asked_of_it() -> None:
    planted = [f"{USUAL[0][:19]} shop: plant{'abc'[i]} grows" for i in (0, 0, 1, 1, 1)]
    profile, data = learn_fitting([[*USUAL[:1500], *planted, *USUAL[1500:]]], at_most(PLENTY))
    for known in (profile, unpack(as_card(profile), data)):
        assert [known.knows(word) for word in ("planta", "plantb", "shop")] == [False, True, True]


def test_no_word_of_the_log_can_be_read_in_it() -> None:
    planted = [f"{line} marigold{i % 2}" for i, line in enumerate(USUAL)]
    profile, data = learn_fitting([planted], at_most(PLENTY))
    text = (str(as_card(profile)).encode() + data).lower()
    assert [word for word in (b"marigold", b"shop", b"cart", b"heartbeat", b"2026") if word in text] == []


@pytest.mark.parametrize(
    "logs", [[], [[]], [["fan on"]], [["fan on"], []], [["9999-12-31 23:59:59 a", "0000-01-01 00:00:00 b"] * 99]]
)
def test_whatever_was_learned_can_be_read_again(logs: list[list[str]]) -> None:
    profile, data = learn_fitting(logs, at_most(PLENTY))
    assert unpack(as_card(profile), data).lines == sum(map(len, logs))


def test_damaged_bytes_are_refused_or_read_as_others(packed: tuple[dict[str, Any], bytes]) -> None:
    card, data = packed
    chance = random.Random(0)
    refused = 0
    for _ in range(1500):
        damaged = bytearray(data[: chance.randrange(len(data))] if chance.random() < 0.3 else data)
        for _ in range(min(len(damaged), chance.randint(1, 6))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            assert isinstance(unpack(card, bytes(damaged)), Profile)
        except ValueError:
            refused += 1
    assert refused > 300


FIELDS = ["lines", "logs", "duration", "words", "windows", "pause", "back", "timed", "tails"]
WRONG = [None, -1, 1.5, "x", [None], 10**400, [[], {}], {"words": None}, [10**400, 1]]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:12])
def test_a_wrong_field_of_the_card_is_refused_in_a_sentence(
    packed: tuple[dict[str, Any], bytes], field: str, value: object
) -> None:
    with pytest.raises(ValueError, match="profile") as error:
        unpack({**packed[0], field: value}, packed[1])
    assert len(str(error.value)) < 150


@pytest.mark.parametrize("field", FIELDS)
def test_a_missing_field_of_the_card_is_refused(packed: tuple[dict[str, Any], bytes], field: str) -> None:
    card = {name: value for name, value in packed[0].items() if name != field}
    with pytest.raises(ValueError, match="profile"):
        unpack(card, packed[1])


@pytest.mark.parametrize("card", [None, [], "x", 1])
def test_what_is_no_card_is_refused(card: object) -> None:
    with pytest.raises(ValueError, match="the profile is no object"):
        unpack(card, b"")


@pytest.mark.parametrize("filling", [b"\xff", b"\x55", b"\x00"])
def test_hostile_bytes_take_time_in_proportion_to_their_length(
    packed: tuple[dict[str, Any], bytes], filling: bytes
) -> None:
    def read(length: int) -> None:
        with contextlib.suppress(ValueError):
            unpack(packed[0], b"\x00\x00\x4e\x20" + filling * length)

    def seconds(length: int) -> float:
        return min(timeit.repeat(lambda: read(length), number=1, repeat=3))

    assert seconds(80_000) < 40 * seconds(10_000) + 0.05  # 8 times as long; 64 times if it were quadratic
