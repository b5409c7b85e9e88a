"""When runs are due, and the processes that do them.

`schedule.py` computes the next run from the settings and the ledger. `service_loop.py` starts it when it is due and
writes down how it ended; `scheduler.py` wakes the loop. Runs, pushes, rounds of the watch and the admin page are
child processes (`child_process.py`, `push_retry.py`, `watch_rounds.py`, `admin_process.py`). Begin with
`home_loop.py`, which puts them together for one home.
"""
