"""What a home keeps in SQLite, and how it is kept whole: the corpus of lines, read positions, the ledger of runs.

It knows no sources, no model and no git. Begin with `corpus.py` and `ledger.py`; `database.py` opens both.
"""
