"""`logling doctor`, and what is said of damaged databases."""

import json
from typing import Any

import pytest

from tests.support.commands import document, is_sentence


def test_doctor_finds_a_good_home_well(committed: Any) -> None:
    told = document(committed.logling("doctor", "--json"))
    assert told["ok"] is True
    assert {"name", "ok", "detail"} == set(told["checks"][0])


def damage(place: Any, what: str) -> None:
    home = place.home
    if what in ("ledger", "corpus"):
        (home.state / f"{what}.db").write_text("no database" * 1000)
    elif what == "state":
        home.state.chmod(0o755)
    elif what == "site":
        home.site.rename(place.folder / "elsewhere")
    elif what == "weights":
        (home.site / "web" / "weights.js").write_text("not weights")
        place.git("commit", "--quiet", "--all", "--message", "oops")
    elif what == "remote":
        place.set('# remote = ""', 'remote = "/nowhere.git"')
    elif what == "settings":
        place.set("[gate]", "[gates]")
    elif what == "source":
        place.log.unlink()
    else:
        place.log.write_bytes(bytes(range(256)) * 20)


@pytest.mark.parametrize(
    "what", ["settings", "state", "ledger", "corpus", "site", "weights", "remote", "source", "source that is no text"]
)
def test_doctor_says_what_is_wrong(committed: Any, what: str) -> None:
    damage(committed, what)
    result = committed.logling("doctor", "--json")
    assert (result.returncode, "Traceback" in result.stderr) == (1, False)
    bad = [check["name"] for check in json.loads(result.stdout)["checks"] if not check["ok"]]
    assert [name for name in bad if name.startswith(what.split()[0])] != []


@pytest.mark.parametrize("command", ["history", "retrain"])
def test_a_damaged_ledger_is_a_sentence(committed: Any, command: str) -> None:
    damage(committed, "ledger")
    assert is_sentence(committed.logling(command, "--json"), "ledger.db")
