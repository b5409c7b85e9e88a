"""When a run is due, and the processes that `logling serve` starts for it.

What is due follows from the settings and the ledger alone (`schedule.py`); nothing here knows what a run does.
"""
