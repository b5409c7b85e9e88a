"""What a model of several logs is worth on each of them, by names that tell no path and no host."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ..reading.log_names import LONGEST_NAME, log_of_journal, name_of_files
from ..settings import Settings
from ..storage.run_record import LogScore
from .evaluation import Scores
from .split import Split


def names_of_logs(families: Mapping[int, tuple[str, str]], settings: Settings) -> dict[int, str]:
    """What each log of a corpus is called. `families` are as `Corpus.families` gives them.

    A log whose source is no longer in the settings is called by words that are known.
    """
    by_pattern = {source.files: source for source in settings.source if source.files is not None}
    by_unit = {log_of_journal(source.journal): source for source in settings.source if source.journal is not None}
    names = {}
    for number, (family, pattern) in families.items():
        if family in by_unit:
            name = by_unit[family].log_name
        elif pattern in by_pattern:
            name = by_pattern[pattern].name_of(family)
        else:
            name = name_of_files(family)
        names[number] = name[:LONGEST_NAME]
    return names


def scores_by_log(parts: Split, scores: Scores) -> list[LogScore] | None:
    """The challenger's score on the holdout of each log, the most lines first. None where all have one name.

    Logs of one name, as of many hosts, are one.
    """
    places: dict[str, list[int]] = defaultdict(list)  # of the lines of each log
    begin = 0
    for part in parts.holdout:
        end = begin + len(part.lines)
        places[parts.names.get(part.source, "")] += range(begin, end)
        begin = end
    if len(places) < 2:
        return None
    found = [
        LogScore(
            name=name,
            lines=len(of_log),
            bits_per_char=scores.challenger.at(of_log).bits_per_char,
            ngram=scores.equal_bytes.at(of_log).bits_per_char,
        )
        for name, of_log in places.items()
        if name
    ]
    return sorted(found, key=lambda log: -log.lines)
