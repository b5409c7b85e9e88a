"""No cell of the table of runs is computed by a spreadsheet."""

import csv
import io
from typing import Any

import pytest

from service.admin.history import LedgerReader
from service.admin.runs_csv import harmless, make_csv
from tests.support.spreadsheets import CELLS


@pytest.mark.parametrize(("text", "is_computed"), CELLS.items(), ids=map(ascii, CELLS))
def test_a_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(text: str, is_computed: bool) -> None:
    assert harmless(text) == (f"'{text}" if is_computed else text)


def test_figures_stay_figures() -> None:
    assert [harmless(value) for value in (-1.5, 3, None, True)] == [-1.5, 3, None, True]


def test_every_text_of_a_run_is_made_harmless(reader: Any) -> None:
    (run,) = LedgerReader(reader.home.ledger).history().runs
    hostile = run._replace(reason=' =HYPERLINK("x")', commit="＝1", run="@x")
    (row,) = csv.DictReader(io.StringIO(make_csv([hostile]).decode()))
    assert (row["reason"], row["commit"], row["run"]) == ('\' =HYPERLINK("x")', "'＝1", "'@x")
