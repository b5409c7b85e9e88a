"""What `logling doctor` checks of the site: the repository, its page and weights, commits, and the remote."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from itertools import takewhile

from ..checking.sound_weights import decode_weights
from ..errors import LoglingError
from ..home import Home, locked
from ..installation import page_folder, program_version
from ..reading.url_secrets import mask_urls
from ..settings import Settings
from ..site.git import SiteError
from ..site.git_words import clean
from ..site.page_difference import compare
from ..site.site import Site
from ..storage.hold import Hold
from ..storage.ledger import Ledger
from ..storage.run_record import RunRecord

MOST_RUNS = 60  # whose audits are looked at


def site_checks(home: Home, settings: Settings) -> list[tuple[str, Callable[[], str]]]:
    """The checks by name, each to be called: it returns what it found, or raises what is wrong."""
    return [
        ("site", lambda: check_site(home, settings)),
        ("page", lambda: check_page(home, settings)),
        ("weights", lambda: check_weights(home, settings)),
        ("audit", lambda: check_audit(home)),
        ("hold", lambda: check_hold(home)),
        ("commit", lambda: check_commit(home, settings)),
        ("remote", lambda: check_remote(home, settings)),
        ("push", lambda: check_push(home, settings)),
    ]


def check_site(home: Home, settings: Settings) -> str:
    """Check that a run could commit in the repository, and that its web folder is as committed."""
    site = Site(home.site, settings.git)
    site.check_ready()
    if not site.tip():
        raise SiteError(f"the branch {settings.git.branch} of {home.site} has no commit: `logling upgrade` makes one")
    config = site.folder / "config"
    if has_secret(config.read_text(encoding="utf-8", errors="replace")) and config.stat().st_mode & 0o077:
        mode = stat.S_IMODE(config.stat().st_mode)
        raise SiteError(f"{config} has a password, and others can read it (mode {mode:o}): chmod 600 {config}")
    if changed := site.uncommitted(["web"]):
        raise SiteError(f"{home.site} has changes that are not committed: {', '.join(changed)}: commit or undo them")
    unpushed = site.remote.ahead()
    return f"{home.site}, branch {settings.git.branch}" + (f", commits not pushed yet: {unpushed}" if unpushed else "")


def has_secret(config: str) -> bool:
    """Whether a URL in git's settings has a secret."""
    return mask_urls(config) != config or bool(re.search(r"(?im)^\s*extraheader\s*=.*authorization", config))


def check_page(home: Home, settings: Settings) -> str:
    """Check that the page in the site is that of this version."""
    found = compare(Site(home.site, settings.git), page_folder())
    here = program_version()
    if found.is_backwards:
        raise LoglingError(f"of version {found.version}, newer than this {here}: update Logling")
    if set(found.names) > set(found.by_person):
        of = f"of version {found.version}, " if found.version not in ("", here) else ""
        raise LoglingError(f"{of}not as this Logling {here} has it: `logling upgrade` refreshes it")
    return f"as in {here}" + (
        f", but for what a person has changed: {', '.join(found.by_person)}" if found.by_person else ""
    )


def check_weights(home: Home, settings: Settings) -> str:
    """Check that the champion can be read."""
    file = Site(home.site, settings.git).weights()
    if file is None:
        return "none yet: the first run makes them"
    _, card = decode_weights(file)
    return f"{len(file):,} bytes, {card['parameters']:,} parameters, of {card.get('created', 'an unknown day')}"


def check_audit(home: Home) -> str:
    """Check that the last weights which passed the gate were not kept back by their audit."""
    if not home.ledger.exists():
        return "none yet: a run audits what it would commit"
    with Ledger(home.ledger) as ledger:
        records = [record for record in ledger.evaluated(MOST_RUNS) if record.audit]
    if not records or not (figures := records[0].audit):
        return "none yet: a run audits what it would commit"
    kept_back = list(takewhile(is_kept_back, records))
    if kept_back:
        runs = "the last run" if len(kept_back) == 1 else f"the last {len(kept_back)} runs that passed the gate"
        raise LoglingError(f"the weights of {runs} were {records[0].reason}")
    return figures.describe()


def is_kept_back(record: RunRecord) -> bool:
    """Whether a run's weights passed the gate and were kept back by the audit."""
    return record.outcome == "rejected" and record.audit is not None and record.audit.answer == "remembered"


def check_hold(home: Home) -> str:
    """Check that better weights would be committed."""
    if held := Hold(home).describe():
        raise LoglingError(f"{held}: `logling resume` lifts that")
    return "none: better weights are committed"


def check_commit(home: Home, settings: Settings) -> str:
    """Check that hooks and signing allow a commit, with one that no branch has."""
    site = Site(home.site, settings.git)
    try:
        with locked(home):
            site.rehearse_commit()
    except SiteError:
        raise
    except LoglingError as busy:
        return f"not tried: {busy}"
    return "hooks and signing allow one"


def check_remote(home: Home, settings: Settings) -> str:
    """Check that the remote answers and would take a push, and that clones of it have the weights."""
    if not settings.git.remote:
        return "none is set: nothing is pushed"
    remote = Site(home.site, settings.git).remote
    remote.check()
    if problem := remote.describe_withdrawn():
        raise SiteError(problem)
    if problem := remote.describe_default_branch():
        raise SiteError(problem)
    return f"{clean(settings.git.remote)} answers, and would take a push"


def check_push(home: Home, settings: Settings) -> str:
    """Check that no commit waits because the last push was refused, as by a hook of the remote."""
    if not settings.git.remote or not home.unpushed.exists():
        return "no push was refused"
    reason = home.unpushed.read_text(encoding="utf-8") or "not pushed yet"
    hold = Hold(home)
    is_withdrawn = not hold.is_damaged() and hold.is_for_withdrawn()
    then = (
        "no run tries again before `logling resume`" if is_withdrawn else "`logling serve` and the next run try again"
    )
    raise SiteError(f"commits wait to be pushed: {reason}; {then}")
