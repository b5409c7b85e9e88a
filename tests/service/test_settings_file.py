"""The settings file as bytes, and where in it a wrong setting stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.settings import SettingsError, load
from service.settings_file import find_line


def refused(folder: Path, data: bytes) -> str:
    path = folder / "logling.toml"
    path.write_bytes(data)
    with pytest.raises(SettingsError) as refusal:
        load(path)
    return str(refusal.value).removeprefix(str(path))


@pytest.mark.parametrize("data", [b'\xef\xbb\xbfpreset = "seed"\n', b'preset = "seed"\r\n[gate]\r\nforgetting = 1\r\n'])
def test_a_byte_order_mark_and_line_ends_of_windows_are_read(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "logling.toml").write_bytes(data)
    assert load(tmp_path / "logling.toml").preset == "seed"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ('preset = "seed"'.encode("utf-16"), " cannot be read: it is UTF-16; save it as UTF-8"),
        ('preset = "seed"'.encode("utf-16-le"), " cannot be read: it is UTF-16; save it as UTF-8"),
        (b'\npreset = "s\0eed"', " cannot be read: line 2 has a NUL byte; remove it"),
        ("\n\n# für mich".encode("latin-1"), " cannot be read: line 3 is not UTF-8 (byte 0xfc); save it as UTF-8"),
        (b"preset = seed", " is not valid TOML: Invalid value (at line 1, column 10)"),
    ],
)
def test_a_file_that_is_no_toml_is_refused_plainly(tmp_path: Path, data: bytes, words: str) -> None:
    assert refused(tmp_path, data) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[gate]\n\nmin_new_lines = 'x'", ", line 3: gate.min_new_lines = 'x': "),
        ("# a\n[gates]", ", line 2: there is no setting 'gates'"),
        ("[gate]\nmin_lines = 3", ", line 2: there is no setting 'gate.min_lines'"),
        ("[[source]]\nfiles = '/a'\n[[source]]\nfiles = '/b'\nformat = '{'", ", line 5: source.1.format = '{': "),
        ("[admin]\nhost = '0.0.0.0'", ", line 1: admin = "),
        ("[source]\nfiles = '/a'", ", line 1: write [[source]], in double brackets"),
        ("[[gate]]\nforgetting = 1", ", line 1: gate is a table: write [gate], in single brackets"),
        ("gate.forgetting = -1", ", line 1: gate.forgetting = -1: "),
    ],
)
def test_a_wrong_setting_is_told_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    assert refused(tmp_path, text.encode()).startswith(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("min_new_lines = 3", "(min_new_lines belongs in [gate])"),
        ("[training]\nport = 3", "(port belongs in [admin])"),
        ("[gate]\nfiles = '/a'", "(files belongs in [[source]])"),
        ("[gate]\npreset = 'seed'", "(preset belongs above the first table)"),
    ],
)
def test_a_key_in_the_wrong_table_is_told_the_right_one(tmp_path: Path, text: str, words: str) -> None:
    assert refused(tmp_path, text.encode()).endswith(words)


@pytest.mark.parametrize("text", ["[training]\ntokens = 7", "[[source]]", "[git]\nremote = '-x'"])
def test_no_message_begins_with_value_error(tmp_path: Path, text: str) -> None:
    assert "value error" not in refused(tmp_path, text.encode()).lower()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOGLING_TRAINING__TOKENS", "7"),
        ("LOGLING_GATE__MIN_NEW", "7"),
        ("LOGLING_SOURCE", "x"),
        ("LOGLING_ADMIN__NAMES", "x"),
        ("LOGLING_GATE", "5"),
        ("LOGLING_ADMIN__HOST", "0.0.0.0"),
    ],
)
def test_a_wrong_variable_is_told_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    (tmp_path / "logling.toml").write_text("")
    with pytest.raises(SettingsError, match=f"^the variable {name}"):
        load(tmp_path / "logling.toml")


def test_a_key_within_a_text_of_several_lines_is_no_key() -> None:
    assert find_line('a = """\nb = 1\n"""\nb = 2', ("b",)) == 4
