"""From bytes to the lines that a model sees: decompressing, cleaning, joining records, picking fields, masking.

It knows no settings, no database and no position in a file: bytes and rules come in, lines go out. Begin with
`lines.py`; `multiline.py` joins, `fields.py` picks, `redaction.py` masks secrets,
`whole_file.py` reads one log at once.
"""
