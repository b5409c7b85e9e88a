"""A run's record: what of it those see who may not read the log."""

import json

from service.storage.run_record import AuditFigures, RememberedValue, RunRecord

VALUE = RememberedValue(source=1, line=77, kind="identifier", shown="k7", characters=12, lines=3, guess=1, unasked=True)
FIGURES = AuditFigures(
    answer="remembered", asked=9, unseen=2, sampled=256, language=0, count=3, remembered=[VALUE, VALUE, VALUE]
)


def test_for_those_who_may_not_read_the_log_no_character_is_told() -> None:
    record = RunRecord(audit=FIGURES)
    assert "k7" not in json.dumps(record.without_characters().as_json())
    assert "k7" in json.dumps(record.as_json())


def test_what_is_remembered_is_told_by_where_it_is_and_how_it_came_out() -> None:
    assert VALUE.describe_way() == "guess 1, in sampled lines"
    assert FIGURES.describe() == (
        "remembered: 12 characters (identifier) in 3 lines (source 1, line 77), and 2 more, of 9 values asked for"
    )


def test_how_many_were_not_asked_for_is_told() -> None:
    some = FIGURES.model_copy(update={"answer": "clean", "count": 0, "values": 110_397})
    assert some.describe().startswith("clean: none of 9 values, of 110,397 that could be secret, came back")


def test_a_run_before_the_gate_has_no_audit() -> None:
    assert "audit" not in RunRecord().as_json()
