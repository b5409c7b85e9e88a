"""Training: from the lines of a corpus to a challenger and the verdict on it.

Knows lines and models, and where they are computed; nothing of sites, schedules or the admin page. Begin with
`split.py` (which lines are for what), then `challengers.py` (two trainings side by side, planned by `training_plan.py`
and computed in `worker_processes.py`), `evaluation.py` (scores on the holdout), `gate.py` (is it really better?) and
`card.py` (what travels with the weights).
"""
