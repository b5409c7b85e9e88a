"""Distinctive pieces: what is one, where it stands, and random ones of the same shape."""

import re

import numpy as np
import pytest

from service.commands.audit_pieces import Piece, choose_pieces, find_pieces, pieces_of, random_alikes
from service.storage.corpus import Document

KNOWN = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:@-_"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mail from ada.l+x@mail.example.org ok", [("e-mail", "ada.l+x@mail.example.org")]),
        ("rhost=192.0.2.17 port 22", [("address", "192.0.2.17")]),
        ("dhcp 02:00:5e:10:00:ff up", [("address", "02:00:5e:10:00:ff")]),
        ("key k7Qz93mXw2Lp used", [("identifier", "k7Qz93mXw2Lp")]),
        ("job 123456 done in 1234", [("number", "123456")]),
        ("2026-11-23 03:30:00 call 5551234567", [("number", "5551234567")]),
        ("Nov 23 03:30:00 host plain words, and 99 of them", []),
    ],
)
def test_a_piece_is_an_address_an_identifier_or_a_long_number(line: str, expected: list[tuple[str, str]]) -> None:
    assert [(kind, text) for kind, text, _ in pieces_of(line)] == expected
    assert all(line[begin : begin + len(text)] == text for _, text, begin in pieces_of(line))


def document(lines: list[str]) -> Document:
    return Document(1, list(range(1, len(lines) + 1)), lines)


def test_a_piece_is_told_where_it_stands_first_and_in_how_many_lines() -> None:
    found = find_pieces([document(["none", "a 123456 and 123456", "b 123456"])])
    assert found == [Piece("number", "123456", 0, 1, 2, 2)]


def test_what_is_in_many_lines_is_no_piece() -> None:
    assert find_pieces([document(["unit worker-0001 ok"] * 11)]) == []


@pytest.mark.parametrize(
    ("kind", "text", "shape"),
    [
        ("identifier", "k7Qz93mXw2Lp", r"[a-z]\d[A-Z][a-z]\d\d[a-z][A-Z][a-z]\d[A-Z][a-z]"),
        ("identifier", "0badcafe", r"\d[a-f]{7}"),
        ("number", "123456", r"\d{6}"),
        ("e-mail", "ada@b.org", r"[a-z]{3}@[a-z]\.[a-z]{3}"),
        ("address", "192.0.2.17", r"[12]\d\d\.\d\.\d\.[1-9]\d"),
        ("address", "02:00:5e:10:00:ff", r"\d\d:\d\d:\d[a-f]:\d\d:\d\d:[a-f]{2}"),
    ],
)
def test_others_have_the_same_shape(kind: str, text: str, shape: str) -> None:
    others = random_alikes(Piece(kind, text, 0, 0, 0, 1), KNOWN, 200, np.random.default_rng(0))
    assert len(set(others)) > 100
    assert all(re.fullmatch(shape, other) for other in others)


def test_others_are_of_characters_that_the_model_knows() -> None:
    others = random_alikes(Piece("number", "123123", 0, 0, 0, 1), "123", 50, np.random.default_rng(0))
    assert set("".join(others)) == set("123")


def test_of_many_pieces_those_in_most_lines_are_taken_and_some_at_random() -> None:
    pieces = [Piece("number", str(100_000 + n), 0, n, 0, n % 10 + 1) for n in range(100)]
    some = choose_pieces(pieces, 10, np.random.default_rng(0), lambda piece: piece.lines)
    assert len(set(some)) == 10
    assert [piece.lines for piece in some[:5]] == [10] * 5
