"""Numbers with their units."""

from __future__ import annotations

import pytest

from service.checking.amounts import Amount, amount_of, are_a_range, place_of


@pytest.mark.parametrize(
    ("text", "size", "kind"),
    [
        ("0", 0, ""),
        ("12.5", 12.5, ""),
        ("1" * 17, float("1" * 17), ""),
        ("71.3C", 71.3, "C"),
        ("45ms", 45e6, "s"),
        ("1.5s", 1.5e9, "s"),
        ("7\u00b5s", 7e3, "s"),
        ("2h", 7.2e12, "s"),
        ("3MB", 3 * 1024**2, "B"),
        ("3MiB", 3 * 1024**2, "B"),
    ],
)
def test_a_number_with_a_unit_is_an_amount(text: str, size: float, kind: str) -> None:
    amount = amount_of(text)
    assert amount is not None
    assert (amount.size, amount.kind) == (pytest.approx(size), kind)


@pytest.mark.parametrize(
    "text", ["", "1" * 18, "1.2.3", "\u0661", "-1", "3f2a9c01", "v2", "12abcd", "9999999999h", "1e5"]
)
def test_other_identifiers_are_none(text: str) -> None:
    assert amount_of(text) is None


def test_amounts_of_one_kind_are_known_together_in_their_place() -> None:
    def name(text: str) -> str:
        amount = amount_of(text)
        assert isinstance(amount, Amount)
        return place_of("took=", amount)

    assert name("45ms") == name("2s") != name("45") == "took="


@pytest.mark.parametrize(
    ("identifiers", "is_range"),
    [
        ([f"{number}" for number in range(35, 56)], True),
        ([f"{number / 100:.2f}V" for number in range(375, 405)], True),
        (["200", "201", "204", "301", "304", "400", "403", "404", "500", "503"], False),
        (["1", "2", "3", "4"], False),
        ([f"{number}ms" for number in range(20)] + ["1s"], False),
        ([f"{number}" for number in range(20)] + ["n1"], False),
    ],
)
def test_what_goes_up_and_down_in_a_range_is_no_name(identifiers: list[str], is_range: bool) -> None:
    assert are_a_range(identifiers) == is_range
