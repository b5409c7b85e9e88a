import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.vocabulary import ESCAPE, NEWLINE, Vocabulary, code_points, escape_bits

LETTERS = Vocabulary("etaoin λ🌱")
ALL = np.arange(0x110000, dtype=np.uint32)
SURROGATES = (ALL >= 0xD800) & (ALL < 0xE000)

texts = st.text(st.characters())  # surrogates too: what "surrogateescape" decoding leaves in a text
known_texts = st.text("\n" + LETTERS.characters)
line_lists = st.lists(st.text(st.characters(exclude_characters="\n")), max_size=6)


@given(texts)
def test_encoding_drops_no_character(text):
    assert len(LETTERS.encode(text)) == len(text)


@given(texts)
def test_encoding_escapes_unknown_characters_and_no_others(text):
    known = set(LETTERS.characters) | {"\n"}
    assert [token != ESCAPE for token in LETTERS.encode(text)] == [character in known for character in text]


@given(known_texts)
def test_decoding_gives_a_known_text_back(text):
    assert LETTERS.decode(LETTERS.encode(text)) == text


def test_the_newline_has_the_same_id_in_every_vocabulary():
    assert LETTERS.encode("\n")[0] == Vocabulary("").encode("\n")[0] == NEWLINE


def test_ids_follow_the_order_of_the_characters():
    assert LETTERS.encode(LETTERS.characters).tolist() == list(range(2, LETTERS.size))


def test_an_escape_is_shown_as_a_replacement_character():
    assert LETTERS.decode(LETTERS.encode("tXe")) == "t\ufffde"


def test_no_id_is_dropped_or_invented_for_an_empty_vocabulary():
    assert Vocabulary("").encode("a\nb").tolist() == [ESCAPE, NEWLINE, ESCAPE]


@given(line_lists, line_lists)
def test_known_characters_keep_their_ids_when_extended(first, second):
    before = Vocabulary("").extended(first, 50)
    after = before.extended(second, 50)
    assert after.encode(before.characters).tolist() == before.encode(before.characters).tolist()


@given(line_lists, st.integers(0, 12))
def test_extending_keeps_to_the_cap(lines, cap):
    start = Vocabulary("ab")
    assert start.extended(lines, cap).size <= max(cap, start.size)


@given(line_lists)
def test_each_character_has_one_id(lines):
    characters = LETTERS.extended(lines, 200).characters
    assert len(set(characters)) == len(characters)
    assert "\n" not in characters


def test_a_character_seen_once_stays_an_escape():
    assert Vocabulary("").extended(["aab", "acc"], 100).characters == "ac"


def test_new_characters_come_most_frequent_first_then_by_code_point():
    assert Vocabulary("z").extended(["ccbb", "aaa", "zz"], 100).characters == "zabc"


def test_when_room_is_short_the_most_frequent_get_it():
    assert Vocabulary("").extended(["ccc bb aaaa"], 4).characters == "ac"


def test_a_surrogate_never_gets_an_id():
    assert Vocabulary("").extended(["\udcff\udcffaa"], 100).characters == "a"


def test_characters_beyond_the_basic_plane_are_one_character():
    assert Vocabulary("").extended(["🌱🌱"], 100).characters == "🌱"


def test_code_points_are_those_of_python():
    text = "a\nλ\udc80€🌱"
    assert code_points(text).tolist() == [ord(character) for character in text]


def test_the_escape_code_is_complete_over_all_code_points():
    assert np.sum(2.0 ** -escape_bits(ALL)) == pytest.approx(1.0, abs=1e-9)


def test_the_escape_code_is_a_prefix_code_over_all_characters():
    assert np.sum(2.0 ** -escape_bits(ALL[~SURROGATES])) <= 1.0


@pytest.mark.parametrize(
    ("first", "last", "share"),
    [(0, 0x7F, 1 / 2), (0x80, 0x7FF, 1 / 4), (0x800, 0xFFFF, 1 / 8), (0x10000, 0x10FFFF, 1 / 8)],
)
def test_each_length_of_utf8_has_its_share_of_the_escape_code(first, last, share):
    bits = escape_bits(np.arange(first, last + 1, dtype=np.uint32))
    assert np.sum(2.0**-bits) == pytest.approx(share, rel=1e-9)
    assert np.ptp(bits) == 0
