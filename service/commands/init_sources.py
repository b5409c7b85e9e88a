"""What `logling init` says of the sources of a new home: what each holds, and whether they should share a model."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import LoglingError
from ..reading.log_names import proposed_name, unique_names
from ..settings import HOST, Settings, Source
from ..sources.log_file import LogFile
from ..sources.path_pattern import brace_hint
from ..sources.source_preview import Preview, look_at
from .doctor_sources import describe_journal, source_name
from .init_log_kind import LogKind, look_at_kind
from .terminal import err, out

# Bits per character, as measured, of a model that eight logs share, and of a model each.
SHARED, APART = "0.28", "0.15"
ACCESS_LOG = "access log"  # of such ones each says the same as another; other logs of one form come from other programs


def print_sources(settings: Settings, home: Path) -> None:
    """Say what each source holds now, warn where one gives nothing, and propose a home each where that is better."""
    apart: dict[str, str] = {}  # the option of each log that could have a home of its own, by its name
    are_alike = True
    lines = 0
    for source in settings.source:
        if source.journal is not None:
            print_journal(source)
            apart.setdefault(source.log_name, option_of(source))
            are_alike = False
            continue
        found = look_at(source.files or "")
        lines += found.lines
        kinds = kinds_of(source, found.files)
        are_alike &= all(ACCESS_LOG in kind.form for kind in kinds)
        print_files(source, kinds, found)
        apart |= {name: option for name, option in options_of(source, found.files).items() if name not in apart}
    if 0 < lines < settings.gate.min_new_lines and not any(source.journal is not None for source in settings.source):
        err.print(f"warning: a run is skipped until there are {settings.gate.min_new_lines} lines (gate.min_new_lines)")
    if len(apart) > 1 and not are_alike:
        preset = "" if settings.preset == Settings().preset else f" --preset {settings.preset}"
        print_homes_apart(home, {name: option + preset for name, option in apart.items()})


def print_journal(source: Source) -> None:
    """Say of a journal source when its newest entry was written."""
    name = source_name(source)
    try:
        out.print(f"  {name}: {describe_journal(source.journal or '')}")
    except LoglingError as error:
        err.print(f"warning: {name}: {error}")


def print_files(source: Source, kinds: Mapping[LogKind, str], found: Preview) -> None:
    """Say how much a source of files holds and of what kind."""
    name = source_name(source)
    if found.files:
        out.print(f"  {name}: {found.describe()}")
    for kind, of in kinds.items():
        out.print(f"    {of}{kind.describe()}")
        if kind.advice and len(kinds) == 1:
            out.print(f"    In its [[source]] in logling.toml, {kind.advice}.")
    for problem in found.problems:
        err.print(f"warning: cannot be read: {problem}")
    if not found.files and not found.problems:
        err.print(f"warning: {name}: {found.describe()}{brace_hint(source.files or '')}")


def kinds_of(source: Source, files: Sequence[LogFile]) -> Mapping[LogKind, str]:
    """The kinds of the logs of a source, each with the names of its logs if there are several."""
    families = by_family(files)
    kinds = {family: look_at_kind(of_family) for family, of_family in families.items()}
    if len(families) < 2:
        return {kind: "" for kind in kinds.values() if kind.form}
    named: dict[LogKind, list[str]] = {}
    for family, kind in kinds.items():
        if kind.form:
            named.setdefault(kind._replace(first=None, last=None), []).append(Path(family).name)
    return {kind: f"{shortened(names)}: " for kind, names in named.items()}


def shortened(names: Sequence[str], most: int = 4) -> str:
    """Some names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def by_family(files: Sequence[LogFile]) -> Mapping[str, Sequence[LogFile]]:
    """The files of each log, the oldest first."""
    families: dict[str, list[LogFile]] = {}
    for file in files:
        families.setdefault(file.family, []).append(file)
    return families


def option_of(source: Source) -> str:
    """The option of `init` that names this source."""
    if source.journal is not None:
        return f"--journal {shlex.quote(source.journal or '*')}"
    return f"--source {shlex.quote(source.files or '')}"


def options_of(source: Source, files: Sequence[LogFile]) -> dict[str, str]:
    """The options of `init` that name the logs of a source, by what each log is called.

    Logs of one name, as of many hosts, are one: such a source is named whole.
    """
    families = by_family(files)
    names = [proposed_name(family, HOST) for family in families]
    if source.name or len(set(names)) < 2:
        return {source.log_name: option_of(source)}
    pairs = zip(unique_names(names), families, strict=True)
    return {name: f"--source {shlex.quote(f'{family}*')}" for name, family in pairs}


def print_homes_apart(home: Path, options: Mapping[str, str], most: int = 8) -> None:
    """Propose a home for each log."""
    out.print(
        f"Logs of several kinds are better in a home each: a model that eight logs shared needed {SHARED} bits per\n"
        f"character, a model each {APART}. That would be:"
    )
    for name, option in list(options.items())[:most]:
        out.print(f"  logling init {shlex.quote(f'{home}-{name}')} {option}")
    if len(options) > most:
        out.print(f"  and {len(options) - most} more")
