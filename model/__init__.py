"""The numpy transformer, and what it is judged against: arrays and bytes in, arrays and bytes out.

Nothing here knows files (but the words of `common_text.txt` beside it), clocks, processes, the network, git or
settings; that is the business of `service`. It imports numpy and safetensors, and numba where it trains or learns from
the text at hand. Where to begin:

- what a model is: `config.py`, `vocabulary.py`, `positions.py`, `transformer.py`; its file: `weights_file.py`
- how it learns: `windows.py`, `training.py`, then `gradient.py` with `attention.py` and `lanes.py`, `optimizer.py`,
  and `calibration.py` at the end
- how it scores and predicts: `scoring.py`; `state.py`, `sampling.py` and `forecast.py`; `exact.py` for numbers
  equal in JavaScript
- how it learns from the text at hand: `adaptive.py`, with `memory.py`, `mixing.py`, `relations.py`, `steps.py` and
  `common_text.py`; what numba compiles: `compiled.py`
- what it is measured by: `ngram.py` (a baseline) and `extraction.py` (what weights give away)
"""
