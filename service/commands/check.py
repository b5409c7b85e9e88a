"""`logling check`: what is strange in a log."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.text import Text

from model import weights_file
from model.transformer import Model

from ..checking.corpus_profile import learned_lines, profile_of
from ..checking.durations import describe_count
from ..checking.findings import Finding, Findings
from ..checking.findings_database import known_incidents
from ..checking.learning import FEW_LINES, learn
from ..checking.log_check import LogCheck
from ..checking.missing import ExpectedLines
from ..checking.normal_rules import NormalRules, add_rules, read_rules, rule_of
from ..checking.packing import unpack
from ..checking.profile import STAND_OUT, Profile, line_score
from ..checking.report import as_html, as_markdown, facts_of, missing_lines
from ..checking.sound_weights import decode_weights
from ..checking.verdict import describe_strangeness, verdict_of
from ..checking.words import words_of
from ..errors import LoglingError
from ..home import Home, find_home
from ..reading.lines import MAX_CHARACTERS, Oddities
from ..reading.reading import RAW, Reading
from ..reading.whole_file import STANDARD_INPUT, Chooser, LogLine, log_lines, read_log
from ..site.champion import NO_WEIGHTS, committed_weights, weights_at_tip
from ..storage.corpus import Corpus
from .reading_choice import RawOption, ReadingOption, choose_among, choose_reading
from .surprises import with_surprise
from .terminal import HomeOption, JsonOption, err, out, print_json

STANDS_OUT_STATUS = 3
MANY = 10  # one line in so many that stands out is much, beside a single good log
FEWEST_GOOD = 100  # a line stands out beside good logs when it is rarer than one in so many, at least
SHOWN_AROUND = 2
LINES_LOOKED_UP = 5000
MOST_UNKNOWN = 0.05  # of the lines of a log from which the model has learned
ODD = {
    "invalid_utf8": "held bytes that are no valid text",
    "control": "held control characters, which are left out",
    "overlong": f"cut after {MAX_CHARACTERS:,} characters",
}
STRANGEST_FAMILIAR = 3  # kinds of lines that are named where nothing stands out
LEARNED = """
The model has learned from nearly all of these lines, so what is strange among them is familiar to it. To find that,
compare them with lines from before: logling check FILE --good OLDER"""


class Format(StrEnum):
    """How findings are printed."""

    text = "text"
    markdown = "markdown"
    html = "html"


class Knowledge(NamedTuple):
    """What a log is compared with, and how it is read."""

    profile: Profile
    choose: Chooser
    model: Model | None = None  # its surprise counts too
    expected: ExpectedLines | None = None


def check_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A log, also compressed; - is standard input.")],
    good: Annotated[
        list[Path] | None,
        typer.Option("--good", metavar="FILE", help="A log that was fine, to compare with; repeat for more."),
    ] = None,
    fail: Annotated[bool, typer.Option("--fail", help="Exit with status 3 when something stands out.")] = False,
    form: Annotated[
        Format, typer.Option("--format", metavar="FORMAT", help="How findings are printed: text, markdown or html.")
    ] = Format.text,
    top: Annotated[int, typer.Option(metavar="N", min=0, help="How many findings are printed as text.")] = 20,
    normal: Annotated[
        list[int] | None,
        typer.Option("--normal", metavar="RANK", min=1, help="Call the finding of this rank normal from now on."),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option("--rules", metavar="FILE", help="The file of what is called normal; else the home's normal.txt."),
    ] = None,
    corpus: Annotated[
        bool, typer.Option("--corpus", help="Compare with all lines that the home keeps, also those that came once.")
    ] = False,
    raw: RawOption = False,
    reading: ReadingOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is strange here: the kinds of lines that stand out, strangest first, with how rare they are and why.

    By the model of a home, or with --good by logs that were fine: then no home is needed.

        logling check /var/log/dpkg.log --home ~/log-model
        logling check failed-build.log --good good-build.log
    """
    if [file, *(good or [])].count(STANDARD_INPUT) > 1:
        raise typer.BadParameter("standard input (-) can be read once: as FILE or as one --good")
    if good and corpus:
        raise typer.BadParameter(
            "the lines of a home are what a log is compared with unless --good is given: leave one out"
        )
    if as_json and form is not Format.text:
        raise typer.BadParameter("findings are printed as --json or by --format: leave one out")
    rules_file = file_of_rules(rules, good, home, may_be_made=bool(normal))
    known = by_good_logs(good, home, raw, reading) if good else by_model(home_of_model(home), raw, reading, corpus)
    oddities = Oddities()
    findings = check_file(file, known, read_rules(rules_file) if rules_file else NormalRules(), oddities)
    if not as_json:
        print_oddities(file, oddities)
    if normal:
        call_normal(findings, normal, rules_file)
    name = "standard input" if file == STANDARD_INPUT else file.name
    names = [path.name for path in good or []]
    learned = bool(not good and file != STANDARD_INPUT and is_learned(file, known.choose, find_home(home)))
    if as_json:
        print_json(findings.as_json() | {"learned": learned})
    elif form is Format.text:
        print_findings(findings, names, top)
        if learned:
            out.print(LEARNED)
    else:
        print((as_html if form is Format.html else as_markdown)(name, findings, names))
    if fail and findings.findings:
        sys.stdout.flush()
        raise typer.Exit(STANDS_OUT_STATUS)


def home_of_model(home: Path | None) -> Home:
    """The home whose model a log is compared with. Raises LoglingError, which says what else there is."""
    try:
        return find_home(home)
    except LoglingError as error:
        raise LoglingError(f"{error}; or compare with a log that was fine: --good FILE") from None


def file_of_rules(
    rules: Path | None, good: Sequence[Path] | None, home: Path | None, may_be_made: bool = False
) -> Path | None:
    """The file of what is called normal, which only a home may have not made yet. Raises LoglingError, OSError."""
    if rules is None:
        return None if good and home is None else home_of_model(home).normal_rules
    if not may_be_made:
        rules.stat()
    return rules


def by_model(
    home: Home, raw: bool = False, reading: str | None = None, corpus: bool = False, same_job: bool = True
) -> Knowledge:
    """What the committed weights of a home know, and with `corpus` the lines it keeps.

    Where no weights are committed it is by lines alone; then see `by_good_logs` for `same_job`. Raises LoglingError.
    """
    file = weights_at_tip(home)
    if file is None:
        return by_kept_lines(home, raw, reading, same_job)
    model, card = decode_weights(file)
    if "profile" not in card:
        raise LoglingError("the committed weights are of an older version, which knew no findings: `logling retrain`")
    profile = unpack(card["profile"], weights_file.profile_bytes(file))
    if corpus:
        with Corpus(home.corpus, home.settings().corpus_bytes) as kept:
            profile = profile_of(kept, home.profile, known_incidents(home, kept.identity())).with_surprise(
                profile.tails.get("surprise")
            )
    return Knowledge(profile, choose_reading(model, card, reading, raw).choose, model)


def by_kept_lines(home: Home, raw: bool, reading: str | None, same_job: bool) -> Knowledge:
    """What the lines say that a home without a model keeps: a few as good logs do, many by their kept profile.

    Raises LoglingError when there are none.
    """
    if not home.corpus.exists():
        raise LoglingError(NO_WEIGHTS)
    settings = home.settings()
    with Corpus(home.corpus, settings.corpus_bytes) as kept:
        lines = kept.totals().lines
        if not lines:
            raise LoglingError(NO_WEIGHTS)
        incidents = known_incidents(home, kept.identity())
        logs = learned_lines(kept.documents(), incidents) if lines <= FEW_LINES else []
        profile = beside_good(logs, same_job) if logs else profile_of(kept, home.profile, incidents)
    err.print(
        f"There is no model yet, so the log is compared with the {describe_count(lines, 'line')} that the home keeps."
    )

    def cost(sample: Sequence[str]) -> float:
        sequences = (profile.sequence(words_of(line), line) for line in sample)
        return sum(line_score([word.bits for word in profile.bits(words)]) for words in sequences) / len(sample)

    choose = choose_among([RAW] if raw else settings.readings, cost, reading).choose
    return Knowledge(profile, choose, expected=ExpectedLines(logs, profile) if logs and same_job else None)


def beside_good(logs: Sequence[Sequence[str]], same_job: bool) -> Profile:
    """The profile of logs that were fine; the fewer lines they have, the less rare is what stands out beside them."""
    profile = learn(logs, same_job)
    profile.stand_out = max(FEWEST_GOOD, min(STAND_OUT, profile.lines))
    return profile


def by_good_logs(
    files: Sequence[Path], home: Path | None, raw: bool = False, reading: str | None = None, same_job: bool = True
) -> Knowledge:
    """What logs that were fine say. They are read as the model of a home reads, where one is named.

    `same_job`: they, and the one to check, may each tell of one whole job, so that lines can be missing.
    """
    if home is not None:
        choose = choose_reading(*decode_weights(committed_weights(find_home(home))), reading, raw).choose
    elif reading is not None:
        raise LoglingError("--reading names a reading of a home's model: give the home with --home")
    else:
        own = RAW if raw else Reading()

        def choose(_: bytes) -> Reading:
            return own

    logs = [[line.text for line in read_log(file, choose)] for file in files]
    profile = beside_good(logs, same_job)
    return Knowledge(profile, choose, expected=ExpectedLines(logs, profile) if same_job else None)


def check_file(file: Path, known: Knowledge, rules: NormalRules, oddities: Oddities | None = None) -> Findings:
    """What stands out in a log, whose odd lines are counted.

    Raises LoglingError when it has no lines or is no log; OSError.
    """
    check = LogCheck(known.profile, rules, known.expected)
    for line, surprise in lines_with_surprise(file, known, oddities):
        check.add(line.number, line.text, surprise)
    if not check.lines:
        raise LoglingError(f"{file} has no lines")
    return check.findings()


def print_oddities(file: Path, oddities: Oddities) -> None:
    """Say on stderr how many lines were not read as they stand."""
    for name, words in ODD.items():
        if count := getattr(oddities, name):
            err.print(f"{file}: {describe_count(count, 'line')} {words}")


def lines_with_surprise(
    file: Path, known: Knowledge, oddities: Oddities | None = None
) -> Iterator[tuple[LogLine, float | None]]:
    """The lines of a log, each with how surprised the model is, where there is one. Raises LoglingError, OSError."""
    lines = log_lines(file, known.choose, oddities)
    if known.model:
        yield from with_surprise(known.model, lines)
    else:
        yield from ((line, None) for line in lines)


def is_learned(file: Path, choose: Chooser, home: Home) -> bool:
    """Whether nearly all of a log's first lines are kept for training: what is strange in them was learned as well."""
    if not home.corpus.exists():
        return False
    lines = {line.text for line in islice(log_lines(file, choose), LINES_LOOKED_UP)}
    with Corpus(home.corpus) as corpus:
        unknown = lines.difference(*(document.lines for document in corpus.documents()))
    return len(unknown) <= MOST_UNKNOWN * len(lines)


def call_normal(findings: Findings, ranks: Sequence[int], file: Path | None) -> None:
    """Add the templates of some findings to a file of rules. Raises LoglingError."""
    if file is None:
        raise LoglingError("--normal needs a file to write to: give --rules FILE, or --home")
    for rank in ranks:
        if rank > len(findings.findings):
            raise LoglingError(f"there is no finding {rank}: {len(findings.findings)} stand out")
        if findings.findings[rank - 1].kind == "fewer" or not findings.findings[rank - 1].template:
            raise LoglingError(f"finding {rank} is about lines that did not come: a rule would name the usual ones")
    added = add_rules(file, [rule_of(findings.findings[rank - 1].template) for rank in ranks])
    err.print(f"{file}: {describe_count(added, 'rule')} added")


def print_findings(findings: Findings, good: Sequence[str], top: int) -> None:
    """The verdict, then each finding with the lines around it; on a terminal each line in one row."""
    width = out.width if out.file.isatty() else None
    shown: set[int] = set()
    out.print(Text(verdict_of(findings, good), style="bold"))
    for rank, finding in enumerate(findings.findings[:top], 1):
        out.print()
        print_finding(rank, finding, shown, width)
    if not findings.findings:
        print_strangest([line for line in findings.familiar if line.text][: min(top, STRANGEST_FAMILIAR)], width)
    if len(good) == 1 and MANY * findings.stand_out > findings.lines:
        out.print("\nWith more good logs (--good again), what changes from one to the next would not stand out.")
    left = len(findings.findings) - top
    if left > 0:
        out.print(f"\n{left} more: --top {len(findings.findings)} shows them all")


def print_strangest(familiar: Sequence[Finding], width: int | None) -> None:
    """The strangest lines where none stands out, each in two rows."""
    if familiar:
        out.print("\nThe strangest of them:")
    for finding in familiar:
        out.print(Text(f"   {describe_strangeness(finding.strangeness)}: {_quoted(finding.why)}"))
        head = f"     {finding.line}  "
        row = Text.assemble(head, _with_words(finding, width - len(head) if width else None), style="dim")
        if width:
            row.truncate(width, overflow="ellipsis")
        out.print(row)


def print_finding(number: int, finding: Finding, shown: set[int], width: int | None) -> None:
    """One finding, with the lines around it that were not shown before."""
    out.print(_heading(number, finding))
    for row in _around(finding, shown, width) if finding.lines else _missing(finding):
        if width:
            row.truncate(width, overflow="ellipsis")
        out.print(row)


def _heading(rank: int, finding: Finding) -> Text:
    colour = {"new": "red", "rare": "yellow", "more": "magenta", "fewer": "blue", "value": "cyan"}[finding.kind]
    text = Text.assemble((f"{rank}. ", "bold"), (facts_of(finding), f"bold {colour}"))
    return text.append(f"\n   {_quoted(finding.why)}")


def _quoted(why: str) -> str:
    return re.sub("`([^`]*)`", r"“\1”", why)


def _missing(finding: Finding) -> list[Text]:
    return [Text(f"   - {line}", style="dim") for line in missing_lines(finding)]


def _around(finding: Finding, shown: set[int], width: int | None) -> list[Text]:
    """The strangest line, and those around it that were not shown before."""
    at = len(finding.before)
    near = finding.rows()[max(0, at - SHOWN_AROUND) : at + 1 + SHOWN_AROUND]
    digits = len(str(near[-1][0]))
    rows = []
    for number, line in near:
        if number == finding.line:
            head = f"   > {number:>{digits}}  "
            rows.append(Text.assemble((head, "bold"), _with_words(finding, width - len(head) if width else None)))
        elif number not in shown:
            rows.append(Text(f"     {number:>{digits}}  {line}", style="dim"))
    shown.update(number for number, _ in near)
    return rows


def _with_words(finding: Finding, room: int | None) -> Text:
    """The strangest line. Where there is no room for it, it begins so that its strangest word is in sight."""
    text = Text(finding.text)
    for word in finding.words:
        text.stylize("bold red" if word.weight > 1 / 3 else "red", word.begin, word.end)
    strangest = max(finding.words, key=lambda word: word.weight, default=None)
    if room and strangest and text.cell_len > room and strangest.end > room * 3 // 4:
        return Text("…") + text[max(0, strangest.begin - room // 3) :]
    return text
