"""From the corpus to a verdict: split the lines, train challengers, score them, and let the gate decide.

The arithmetic is in the package `model`; here is which lines it gets, for how long, and in which processes. It knows
no git and no schedule. Begin with `contest.py`; `gate.py` decides, `split.py` says which lines judge.
"""
