"""What weights tell of the lines that they learned: what could be a secret is asked for, and looked for in samples.

It knows the lines that a run has and a model, and writes nothing: what it finds is in `storage/run_record.py`, with a
source, a number of a line, and at most two characters. Begin with `audit.py`. `values.py` cuts a line into what could
be a secret, `entropy.py` says how much of one it is, `candidates.py` finds all of a log, `asking.py` lets the model go
on from what stood before, `samples.py` looks at what it makes up unasked, and `verdict.py` tells what is remembered
from what can be predicted.
"""
