"""From bytes to the lines that a model sees: one *reading*, with the same steps in the same order as in the page.

It knows no settings, no database and no position in a file: bytes and a reading come in, lines go out. Begin with
`log_reader.py`, which takes the steps: `decoding.py`, `lines.py`, `containers.py`, `records.py`, and `steps.py` with
`fields.py`, `times.py` and `redaction.py`. `reading.py` is what travels in the card, `rules.py` reads the patterns that
the page shares, and `whole_file.py` reads one log at once.
"""
