"""Many homes in one service: `logling fleet FOLDER`.

Each home below the folder keeps its own ledger, schedule, lock and site, and knows nothing of the others. The fleet
only decides whose turn it is: `homes.py` finds the homes, `member.py` gives one home its turn as `logling serve` would,
in one of the threads of `crew.py`, and `fleet.py` lets so many run at once, the longest waiting first. `heartbeat.py`
is what the service tells its page, a process of its own: `reader.py` finds out how the homes stand, `page.py` shows
them, and each home's own pages are those of `service/admin/`. Begin with `fleet.py`.

It may know the schedule, the storage and the admin page; it reads no log and trains nothing.
"""
