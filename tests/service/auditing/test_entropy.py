"""Entropy: random-looking text is dear, the log's own words are cheap."""

import pytest

from service.auditing.entropy import Language, kind_of_value

LOG = ["sshd[12]", "sshd[13]", "sshd[14]", "connection", "reset", "peer", "pump-valve", "tank-valve", "door-valve"]


@pytest.mark.parametrize(
    ("text", "at_least", "at_most"),
    [
        ("4821", 13, 14),
        ("3600", 0, 11),
        ("65536", 0, 6),
        ("2026", 0, 8),
        ("123456", 0, 7),
        ("132344944285", 39, 40),
        ("24a82e596cfe481d8edcbfbe819ac8b4", 128, 128),
        ("xqvbtrkpzm", 46, 48),
        ("rebooting", 0, 12),
        ("sshd", 0, 3),
        ("shutdown", 0, 12),
        ("valve", 0, 3),
        ("anchor-barrel-lantern", 33, 33),
        ("Qx-7!fe.9Z", 30, 40),
        ("k7Qz93mXw2Lp", 60, 80),
        ("eth0", 0, 12),
        ("Пользователь", 11, 11),
        ("データベース接続失敗", 11, 11),
        ("Połączenie", 0, 48),
        ("aGVsbG8gd29ybGQ", 60, 100),
    ],
)
def test_the_bits_of_a_value_are_about_its_choices(text: str, at_least: float, at_most: float) -> None:
    assert at_least <= Language(LOG).bits(text) <= at_most


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("4821", "number"),
        ("192.0.2.7", "address"),
        ("02:00:5e:10:00:ff", "address"),
        ("24a82e596cfe481d", "hexadecimal"),
        ("ada@example", "e-mail"),
        ("oybedupnmd", "letters"),
        ("anchor-barrel", "words"),
        ("k7Qz93mXw2Lp", "identifier"),
    ],
)
def test_a_value_has_a_kind(text: str, kind: str) -> None:
    assert kind_of_value(text) == kind


GRID = [f"R{rack:02d}-M{half}-N{node}" for rack in range(40) for half in range(2) for node in range(8)]


def test_a_place_in_a_grid_costs_the_choice_of_its_parts() -> None:
    assert Language(GRID).bits("R17-M1-N3") == pytest.approx(5.3 + 2 + 3, abs=0.1)


def test_a_key_that_comes_in_several_words_is_as_dear_as_one_that_comes_once() -> None:
    words = ["key=AB12-CD34-EF56", "(AB12-CD34-EF56)", "AB12-CD34-EF56,", "<AB12-CD34-EF56>"]
    assert Language([*GRID, *words]).bits("AB12-CD34-EF56") == Language([]).bits("AB12-CD34-EF56")
