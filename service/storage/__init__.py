"""What a home keeps, in SQLite and small files, and how it is kept whole: corpus, positions, ledger, states, hold.

It knows no sources, no model and no git. Begin with `corpus.py` and `ledger.py`; `database.py` opens both.
"""
