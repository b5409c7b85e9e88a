"""`logling retrain`: one whole run."""

from __future__ import annotations

import shlex
import time
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated

import typer

from ..errors import LoglingError
from ..home import Home, find_home
from ..progress import Reporter
from ..reading.url_secrets import mask_urls
from ..run import retrain
from ..schedule.child_process import become_child
from ..schedule.run_places import MustWait, take_place
from ..storage.run_record import RunRecord
from .audit import NAMED, format_remembered
from .open import page_address
from .terminal import HomeOption, JsonOption, err, now, out, print_json


def retrain_command(
    home: HomeOption = None,
    as_json: JsonOption = False,
    slot: Annotated[str, typer.Option(hidden=True)] = "",
    attempt: Annotated[int, typer.Option(hidden=True, min=1)] = 1,
) -> None:
    """One whole run: pull, train, compare, commit what is better.

    logling retrain --home ~/log-model
    """
    if slot:  # started by `logling serve`
        become_child()
    found = find_home(home)
    settings = found.settings()
    scheduled = RunRecord(slot=slot, attempt=attempt) if slot else None
    held = nullcontext() if slot else wait_for_place(settings.schedule.host_runs)  # the service gave a run its place
    with held, Reporter(err, found.ledger, lines=not as_json) as reporter:
        record = retrain(found, settings, now, reporter, scheduled)
    if as_json:
        print_json(record.as_json())
        return
    out.print(format_run(record))
    if not slot:
        print_page(found, is_first=record.outcome == "committed" and record.bits_per_char.champion is None)


def wait_for_place(most: int) -> AbstractContextManager[object]:
    """A place for a run on this machine, as soon as fewer than `most` are under way; at once with 0."""
    said = ""
    while True:
        try:
            return take_place(most) or nullcontext()
        except MustWait as reason:
            if str(reason) and str(reason) != said:
                said = str(reason)
                err.print(f"waiting: {said} (host_runs under [schedule])")
            time.sleep(1)


def print_page(home: Home, *, is_first: bool) -> None:
    """Say where the page is, if there is something to see, and after the first model what to do with it."""
    try:
        out.print(f"  page       {page_address(home)}")
    except LoglingError:
        return
    if not is_first:
        return
    settings, where = home.settings(), f"--home {shlex.quote(str(home.path))}"
    steps = [(f"logling open {where}", "see what is strange in a log")]
    admin = ", and shows the history" if settings.admin.enabled else ""
    steps.append((f"logling serve {where}", f"retrains by the schedule{admin}"))
    if remote := settings.git.remote:
        steps.append((f"git clone {shlex.quote(mask_urls(remote))}", "on another machine: its page is web/index.html"))
    width = max(len(command) for command, _ in steps)
    out.print("Next:\n" + "\n".join(f"  {command:<{width}}  # {words}" for command, words in steps))
    if not remote:
        out.print("To have it on other machines too, set `remote` under [git] in logling.toml.")


def format_run(record: RunRecord) -> str:
    """One run in a few lines."""
    lines, scores, gain = record.lines, record.bits_per_char, record.gain
    parts = [f"{record.outcome}: {record.reason}"]
    parts.append(f"  lines      {lines.new:,} new, {lines.train:,} trained on, {lines.holdout:,} held out")
    if scores.challenger is not None:
        champion = "none" if scores.champion is None else f"{scores.champion:.4f}"
        parts.append(
            f"  bits/char  challenger {scores.challenger:.4f}, champion {champion}, "
            f"n-gram of equal bytes {scores.ngram:.4f}"
        )
        over = "the champion" if scores.champion is not None else f"an order-2 n-gram ({scores.order2:.4f})"
        parts.append(f"  gain       {gain.mean:+.4f} over {over} (95 % sure that it is above {gain.low:+.4f})")
        if record.by_log:
            each = (f"{log.name} {log.bits_per_char:.4f} ({log.lines:,} lines)" for log in record.by_log)
            parts.append(f"  by log     {', '.join(each)}")
        parts.append(f"  weights    {record.parameters:,} parameters, {record.weights_bytes:,} bytes")
    if record.audit:
        parts.append(f"  audit      {record.audit.describe()}")
        parts += ["           " + line for line in format_remembered(record.audit.remembered[:NAMED])]
    if record.commit:
        state = {None: "", True: ", pushed", False: ", NOT pushed"}[record.pushed]
        parts.append(f"  commit     {record.commit[:12]}{state}")
    parts.append("  seconds    " + ", ".join(f"{step} {seconds:.1f}" for step, seconds in record.seconds.items()))
    parts += [f"  problem    {problem}" for problem in record.problems]
    return "\n".join(parts)
