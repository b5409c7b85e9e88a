"""What is strange in a log: a profile of normal lines, and what stands out from it.

It knows lines of text, and what a home keeps of them: no log, no model; how surprised a model was comes as a number.
Begin with `log_check.py`, which takes lines and gives `findings.py`; `judge.py` says what one line says by itself,
`profile.py` is what is known of normal lines, `learning.py` learns it, `tails.py` says how rare a score is, and
`packing.py` writes a profile into the weights file. The page's engine has the same files and finds the same. `watch.py`
checks a log that grows, and `watch_round.py` what came into a home since the last round; both sort findings into
`cases.py`. What time it is, their callers say.
"""
