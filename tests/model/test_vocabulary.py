import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.vocabulary import ESCAPE, MOST_NEW, NEWLINE, Vocabulary, code_points, escape_bits

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
def test_known_characters_that_stay_keep_their_order_when_extended(first, second):
    before = Vocabulary("").extended(first, 50).characters
    after = Vocabulary(before).extended(second, 50).characters
    stayed = [character for character in before if character in after]
    assert list(after[: len(stayed)]) == stayed


@given(line_lists, st.integers(0, 12))
def test_extending_keeps_to_the_cap(lines, cap):
    start = Vocabulary("ab")
    assert start.extended(lines, cap).size <= max(cap, 2)


@given(line_lists)
def test_each_character_has_one_id(lines):
    characters = LETTERS.extended(lines, 200).characters
    assert len(set(characters)) == len(characters)
    assert "\n" not in characters


def test_a_character_of_one_or_two_lines_stays_an_escape():
    assert Vocabulary("").extended(["aab", "acc", "aac"], 100).characters == "a"


def test_new_characters_come_by_how_many_lines_have_them_then_by_code_point():
    assert Vocabulary("z").extended(["acb", "abc", "bcaz", "aa"], 100).characters == "zabc"


def test_when_room_is_short_those_of_most_lines_get_it():
    assert Vocabulary("").extended(["abb", "abb", "ab", "a"], 3).characters == "a"


def test_characters_of_many_kinds_of_lines_come_before_those_of_one_kind():
    lines, kinds = ["a"] * 3 + ["b"] * 100, [0, 1, 2] + [3] * 100
    assert Vocabulary("").extended(lines, 3, kinds).characters == "a"


def test_two_lines_of_96_exotic_characters_take_no_room():
    exotic = "".join(map(chr, range(0x4E00, 0x4E60)))
    assert Vocabulary("").extended([exotic, exotic, "fan"] + ["fan", "ä"] * 3, 96).characters == "afnä"


def test_a_flood_of_exotic_characters_brings_only_some_of_them_at_once():
    exotic = "".join(map(chr, range(0x4E00, 0x4E60)))
    assert Vocabulary("afn").extended(["fan"] * 9 + [exotic] * 9, 96).characters == "afn" + exotic[:MOST_NEW]


def test_characters_of_a_flood_give_way_to_those_of_more_kinds_of_lines():
    full = Vocabulary("").extended(["#%&"] * 900, 5)
    later = full.extended(["#%&"] * 900 + ["ä1", "ä2", "ä3"], 5, ["flood"] * 900 + ["a", "b", "c"])
    assert (full.characters, later.characters) == ("#%&", "#%ä")


def test_a_character_that_no_line_has_any_more_leaves():
    assert Vocabulary("axb").extended(["ab"], 100).characters == "ab"


def test_a_surrogate_never_gets_an_id():
    assert Vocabulary("").extended(["\udcffa"] * 3, 100).characters == "a"


def test_characters_beyond_the_basic_plane_are_one_character():
    assert Vocabulary("").extended(["🌱"] * 3, 100).characters == "🌱"


def test_each_id_knows_the_one_that_it_had_before():
    assert Vocabulary("ca").rows_in(Vocabulary("abc")).tolist() == [ESCAPE, NEWLINE, 4, 2]
    assert Vocabulary("z").rows_in(Vocabulary("abc")).tolist() == [ESCAPE, NEWLINE, ESCAPE]


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
