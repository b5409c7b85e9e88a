"""From the corpus to a verdict: split the lines, train challengers, score them, and let the gate decide.

The arithmetic is in the package `model`; here is which lines it gets, and for how long. It knows
no git and no schedule. Begin with `contest.py`, which calls the others in turn: `split.py` says which lines are for
what (`kinds.py` bounds what one kind of them may hold), `challengers.py` trains models side by side (they
begin with `head_start.py`, are planned by `training_plan.py` and computed by an engine), `evaluation.py` scores them on
the holdout, `gate.py` decides, `card.py` describes the winner.
"""
