"""No cell of saved findings is computed by a spreadsheet."""

import csv
import io

from tests.support.findings import finding
from tests.support.spreadsheets import CELLS


def test_a_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(in_node):
    saved = in_node("csv", "", findings=[finding(text) for text in CELLS])
    texts = [row["text"] for row in csv.DictReader(io.StringIO(saved, newline=""))]
    assert texts == [f"'{text}" if is_computed else text for text, is_computed in CELLS.items()]
