"""Fields of JSON and logfmt by a template."""

import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reading.fields import Template
from service.reading.lines import Oddities


def applied(template: str, line: str) -> tuple[str, int]:
    oddities = Oddities()
    return Template(template).apply(line, oddities), oddities.unformatted


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"level": "warn", "msg": "disk full"}', "warn disk full"),
        ('  {"msg": "größe", "level": 30}', "30 größe"),
        ('{"msg": "only"}', "- only"),
        ('{"level": null, "msg": "m"}', "- m"),
        ('{"level": true, "msg": 1.50}', "true 1.50"),
        ('{"level": 1e3, "msg": {"a": ["b"]}}', '1e3 {"a":["b"]}'),
        (
            '{"level": [1.50, -0, true, null, "x\\"y"], "msg": {"n": 1e3, "1": {}}}',
            '[1.50,-0,true,null,"x\\"y"] {"n":1e3,"1":{}}',
        ),
        (r'{"level": "e", "msg": "Trace\n  at x\u0000\u001b[31m"}', "e Trace⏎  at x"),
        (r'{"level": "e", "msg": "\ud800"}', "e \ufffd"),
        ('level=warn msg="disk full"', "warn disk full"),
        (
            r'msg="said \"no\"\tand left" level=e time=2026-01-01T00:00:00Z',
            'e said "no" and left'.replace('" and', '"\tand'),
        ),
        ("level= msg=x", " x"),
        ("level=info err=none", "info -"),
        ('level=warn msg="try again" retry n=3', "warn try again"),
    ],
)
def test_fields_are_picked_from_json_and_logfmt(line: str, expected: str) -> None:
    assert applied("{level} {msg}", line) == (expected, 0)


@pytest.mark.parametrize(
    "line",
    [
        "plain prose",
        "Failed password for root uid=0 level=3",
        '{"level": "warn", "msg": ',
        '["level", "msg"]',
        '{"other": "line_filter"}',
        "other=line_filter",
        '{"a":' * 5_000,
        '{"msg":' + "[" * 5_000 + "]" * 5_000 + "}",
        "",
        "=",
        "level",
    ],
)
def test_what_is_neither_or_has_none_of_the_fields_is_kept_whole_and_counted(line: str) -> None:
    assert applied("{level} {msg}", line) == (line, 1)


@pytest.mark.parametrize("value", ["1.50", "-7", "1E3", "true", "false", "NaN", '"1"', '"a b"'])
def test_a_value_has_the_same_text_however_deep_it_lies(value: str) -> None:
    text = value.strip('"')
    assert applied("{a}", f'{{"a": {value}}}') == (text, 0)
    assert applied("{a.b}", f'{{"a": {{"b": {value}}}}}') == (text, 0)
    assert applied("{a.b.c}", f'{{"a": {{"b": {{"c": {value}}}}}}}') == (text, 0)


def test_dots_lead_into_objects_unless_the_whole_key_is_there() -> None:
    assert applied("{http.status}", '{"http": {"status": 404}}') == ("404", 0)
    assert applied("{http.status}", '{"http.status": 200, "http": {"status": 404}}') == ("200", 0)
    assert applied("{a.b.c}", '{"a.b": {"c": 1}}') == ("1", 0)
    assert applied("{http.status}", "http.status=500") == ("500", 0)


def test_text_and_doubled_braces_stand_as_they_are() -> None:
    assert applied("[{level}] {{x}}", "level=e") == ("[e] {x}", 0)


@pytest.mark.parametrize("template", ["no field", "", "{}", "{msg!r}", "{msg:>10}", "{msg", "msg}"])
def test_a_template_that_cannot_be_filled_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Template(template)


@given(st.text(max_size=80))
def test_no_line_is_too_odd(line: str) -> None:
    text, _ = applied("{level} {msg}", line)
    assert "\n" not in text or text == line


@pytest.mark.parametrize("start", ["{" + '"a":[' * 101 + '"', '{"a":', "a=", 'a="', ""])
@pytest.mark.parametrize("stuffing", ['\\"', "[", '{"a":', '"', "a=", " ", "\\", 'a=" '])
def test_fields_of_a_hostile_line_take_time_in_proportion_to_its_length(start: str, stuffing: str) -> None:
    def seconds(length: int) -> float:
        line = start + (stuffing * length)[:length]
        return min(timeit.repeat(lambda: applied("{a.b}", line), number=1, repeat=3))

    assert seconds(65_536) < 40 * seconds(8_192) + 0.05  # 8 times as long; 64 times if it were quadratic
