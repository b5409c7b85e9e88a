"""The admin page: the history of runs, for anyone who is allowed to look. It reads the ledger and changes nothing.

It runs in a process of its own. Begin with `app.py`, which has the routes; `pages.py` fills the templates.
"""
