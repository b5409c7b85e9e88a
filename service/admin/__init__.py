"""The admin page: the history of runs and how the service stands, for anyone who may look.

It reads the ledger and the settings and nothing else, and changes nothing. It is a process of its own, so this room
knows neither the service's loop nor the commands. Begin with `app.py`, which has the routes; `history.py` reads the
ledger, `health.py` judges, `status.py` and the charts say it, `pages.py` and the templates show it.
"""
