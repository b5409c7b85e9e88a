"""`logling check`."""

import gzip
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from model import weights_file
from service.checking.findings import MOST_LINES
from service.site.champion import committed_weights
from tests.support.commands import Command, document, is_sentence
from tests.support.homes import FIRST_LINES, Place
from tests.support.shop_log import shop_log
from tests.support.waiting import PATIENCE

ODD = "shop: disk is full, 17 carts lost"
KINDS = {"new", "rare", "more", "fewer", "value"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of a shop: good.log, and later.log with an odd line."""
    folder = tmp_path_factory.mktemp("logs")
    (folder / "good.log").write_text("\n".join(shop_log(600)) + "\n")
    later = shop_log(300, first=600)
    (folder / "usual.log").write_text("\n".join(later) + "\n")
    (folder / "later.log").write_text("\n".join([*later[:200], f"{later[200][:19]} {ODD}", *later[200:]]) + "\n")
    return folder


@pytest.fixture
def good(folder: Path) -> tuple[str, Path]:
    return "--good", folder / "good.log"


def test_a_log_is_compared_with_a_good_one_without_a_home(logling: Command, folder: Path, good: Any) -> None:
    found = document(logling("check", "--json", folder / "later.log", *good, LOGLING_HOME="/nowhere"))
    assert (found["lines"], found["stand_out"]) == (301, 1)
    (finding,) = found["findings"]
    assert (finding["line"], finding["lines"], finding["count"], finding["kind"]) == (201, [201], 1, "new")
    assert finding["text"].endswith(ODD)
    assert finding["why"] == "`disk` where most such lines have `GET`"


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_lines_around_have_their_numbers_in_the_file(logling: Command, folder: Path, tmp_path: Path, form: str) -> None:
    log = tmp_path / "spaced.log"
    log.write_text((folder / "later.log").read_text().replace("\n", "\n\n"))
    printed = logling("check", log, "--good", folder / "good.log", "--format", form).stdout.replace(",", "")
    numbers = [number for number in range(397, 406) if re.search(rf"\b{number}(  |</span>)", printed)]
    assert numbers == [397, 399, 401, 403, 405]


def test_where_nothing_stands_out_the_strangest_lines_are_named(logling: Command, folder: Path, good: Any) -> None:
    verdict, _, head, *strangest = logling("check", folder / "usual.log", *good).stdout.splitlines()[:9]
    assert (verdict, head) == ("Nothing stands out: all 300 lines are familiar.", "The strangest of them:")
    assert [row.lstrip()[:10] for row in strangest[::2]] == 3 * ["about 1 in"]


def test_lines_that_are_not_read_whole_are_told(logling: Command, folder: Path, good: Any, tmp_path: Path) -> None:
    log = tmp_path / "odd.log"
    log.write_bytes((folder / "usual.log").read_bytes() + b"x" * 9000 + b"\ncaf\xe9 \x01\n")
    assert logling("check", log, *good).stderr.splitlines() == [
        f"{log}: 1 line held bytes that are no valid text",
        f"{log}: 1 line held control characters, which are left out",
        f"{log}: 1 line cut after 8,192 characters",
    ]


@pytest.mark.parametrize("command", ["check", "watch"])
def test_rules_that_are_not_there_are_an_error(logling: Command, folder: Path, good: Any, command: str) -> None:
    assert is_sentence(logling(command, folder / "later.log", *good, "--rules", folder / "typo.txt"), "No such file")


@pytest.mark.parametrize("command", ["check", "watch"])
def test_without_a_home_it_says_what_else_to_compare_with(logling: Command, folder: Path, command: str) -> None:
    assert is_sentence(logling(command, folder / "later.log", "--home", folder), "logling init", "--good FILE")


def test_the_findings_have_the_contracts_fields_strangest_first(logling: Command, folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "odd.log"
    odd = [*shop_log(20, first=600), ODD, *["fan stuck"] * (MOST_LINES + 5), "09 shop: GET /cart 503 in 17 ms"]
    log.write_text("\n".join(odd))
    found = document(logling("check", "--json", log, "--good", folder / "good.log"))
    assert {"lines", "stand_out", "findings"} <= set(found)
    for finding in found["findings"]:
        assert {"line", "lines", "count", "text", "strangeness", "kind", "why"} <= set(finding)
        assert finding["kind"] in KINDS
        assert finding["line"] in finding["lines"] or finding["lines"] == []
    rare = [finding["strangeness"] for finding in found["findings"]]
    assert rare == sorted(rare, reverse=True)
    (stuck,) = [finding for finding in found["findings"] if finding["text"] == "fan stuck"]
    assert (stuck["count"], stuck["lines"]) == (MOST_LINES + 5, list(range(22, 22 + MOST_LINES)))


def test_a_line_that_one_of_several_good_logs_has_is_familiar(logling: Command, folder: Path, good: Any) -> None:
    found = document(logling("check", "--json", folder / "later.log", *good, "--good", folder / "later.log"))
    assert found["findings"] == []


def test_a_log_from_which_the_model_has_learned_is_told(reader: Place, tmp_path: Path) -> None:
    learned = Place(tmp_path)
    learned.append_usual(FIRST_LINES)
    assert "has learned from nearly all of these lines" in reader.logling("check", learned.log).stdout
    assert document(reader.logling("check", "--json", learned.log))["learned"] is True


def test_a_log_that_the_model_has_not_read_is_not_called_learned(reader: Place, tmp_path: Path) -> None:
    log = tmp_path / "new.log"
    log.write_text("".join(f"{n % 60:02d} delta fan fast ok {n}\n" for n in range(60)))
    assert "has learned from" not in reader.logling("check", log).stdout


def test_a_home_says_what_is_strange_by_its_weights(reader: Place, tmp_path: Path) -> None:
    log = tmp_path / "new.log"
    log.write_text("".join(f"{n % 60:02d} {['alpha', 'bravo', 'delta'][n % 3]} fan slow ok\n" for n in range(60)) + ODD)
    found = document(reader.logling("check", "--json", log))
    assert (found["lines"], found["findings"][0]["line"]) == (61, 61)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_findings_are_printed_as_text_markdown_or_a_page(logling: Command, folder: Path, good: Any, form: str) -> None:
    done = logling("check", folder / "later.log", *good, "--format", form)
    assert (done.returncode, done.stderr) == (0, "")
    begins = {"text": "1 of 301", "markdown": "## later.log", "html": "<!doctype html>"}
    assert done.stdout.startswith(begins[form])
    assert ODD in done.stdout or form == "html"
    assert "1 of 301 lines stands out; the other 300 are familiar." in done.stdout


def test_the_text_shows_the_line_among_its_neighbours_and_why(logling: Command, folder: Path, good: Any) -> None:
    rows = logling("check", folder / "later.log", *good).stdout.splitlines()
    assert rows[2] == "1. new, rarer than 1 in 10,000,000 lines"
    assert rows[3] == "   “disk” where most such lines have “GET”"
    assert [row[5:8] for row in rows[4:]] == ["199", "200", "201", "202", "203"]
    assert rows[6].startswith("   > 201  ")


def test_top_says_how_many_findings_are_shown(logling: Command, folder: Path, good: Any) -> None:
    printed = logling("check", folder / "later.log", *good, "--top", "0").stdout
    assert "1 more: --top 1 shows them all" in printed
    assert ODD not in printed


def test_fail_ends_with_status_3_when_something_stands_out(logling: Command, folder: Path, good: Any) -> None:
    assert logling("check", folder / "later.log", *good, "--fail").returncode == 3
    assert logling("check", folder / "usual.log", *good, "--fail").returncode == 0


def test_what_is_called_normal_is_normal_from_then_on(
    logling: Command, folder: Path, good: Any, tmp_path: Path
) -> None:
    rules = tmp_path / "normal.txt"
    done = logling("check", folder / "later.log", *good, "--rules", rules, "--normal", "1", "--json")
    assert (done.returncode, done.stderr) == (0, f"{rules}: 1 rule added\n")
    assert rules.read_text().endswith("\n# shop: disk is full, # carts lost\n")
    found = document(logling("check", folder / "later.log", *good, "--rules", rules, "--json"))
    assert (found["findings"], found["normal"], found["stand_out"]) == ([], 1, 0)


def test_a_homes_rules_are_in_its_normal_txt(committed: Place, tmp_path: Path) -> None:
    log = tmp_path / "new.log"
    log.write_text("01 bravo fan slow ok\n" * 30 + ODD + "\n")
    assert committed.logling("check", log, "--normal", "1").returncode == 0
    assert "carts lost" in committed.home.normal_rules.read_text()
    assert document(committed.logling("check", log, "--json"))["normal"] == 1


@pytest.mark.parametrize("line", ["// built 7 pages of nothing", "word " * 3000, "# 5 * 6 [a] {b}"])
def test_any_line_can_be_called_normal(logling: Command, good: Any, tmp_path: Path, line: str) -> None:
    log, rules = tmp_path / "a.log", tmp_path / "normal.txt"
    log.write_text("\n".join(shop_log(50, first=600)) + f"\n{line}\n")
    assert logling("check", log, *good, "--rules", rules, "--normal", "1").returncode == 0
    assert document(logling("check", log, *good, "--rules", rules, "--json"))["findings"] == []


def test_a_finding_that_is_not_there_cannot_be_called_normal(logling: Command, folder: Path, good: Any) -> None:
    done = logling("check", folder / "later.log", *good, "--rules", folder / "none.txt", "--normal", "2")
    assert is_sentence(done, "there is no finding 2: 1 stand out")
    assert not (folder / "none.txt").exists()


def test_normal_needs_a_file_to_write_to(logling: Command, folder: Path, good: Any) -> None:
    assert is_sentence(logling("check", folder / "later.log", *good, "--normal", "1"), "--rules FILE", "--home")


def test_a_broken_file_of_rules_is_named(logling: Command, folder: Path, good: Any, tmp_path: Path) -> None:
    rules = tmp_path / "normal.txt"
    rules.write_bytes(b"\xff\xfe")
    assert is_sentence(logling("check", folder / "later.log", *good, "--rules", rules), "normal.txt", "UTF-8")


@pytest.mark.parametrize(
    "options",
    [
        ["--format", "pdf"],
        ["--json", "--format", "html"],
        ["--top", "-1"],
        ["--normal", "0"],
        ["--normal", "x"],
        ["--good"],
        [],
    ],
)
def test_wrong_use_ends_with_status_2(logling: Command, folder: Path, options: list[str]) -> None:
    log = [folder / "later.log"] if options else []
    assert logling("check", *log, *options).returncode == 2


def test_standard_input_is_read_once(logling: Command) -> None:
    done = logling("check", "-", "--good", "-")
    assert (done.returncode, "standard input (-) can be read once" in done.stderr) == (2, True)


def test_standard_input_is_checked(folder: Path, good: Any) -> None:
    command = [str(Path(sys.executable).with_name("logling")), "check", "-", *map(str, good), "--json"]
    done = subprocess.run(command, input=(folder / "later.log").read_bytes(), capture_output=True, timeout=PATIENCE)
    assert json.loads(done.stdout)["stand_out"] == 1


def test_a_gzip_says_what_is_in_it(logling: Command, folder: Path, tmp_path: Path) -> None:
    packed = [tmp_path / name for name in ("good.gz", "later.gz")]
    for file, name in zip(packed, ("good.log", "later.log"), strict=True):
        file.write_bytes(gzip.compress((folder / name).read_bytes()))
    plain = logling("check", folder / "later.log", "--good", folder / "good.log", "--json")
    assert logling("check", packed[1], "--good", packed[0], "--json").stdout == plain.stdout


BROKEN = {
    "empty": (b"", "has no lines"),
    "blank": (b"\n\n \n", "has no lines"),
    "binary": (b"\x00\x01\x02\x03" * 500, "binary"),
    "damaged": (gzip.compress(b"line\n" * 999)[:40], "damaged"),
}


@pytest.mark.parametrize("as_good", [False, True], ids=["to check", "as good"])
@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_is_no_log_is_named(
    logling: Command, folder: Path, tmp_path: Path, kind: str, as_good: bool
) -> None:
    data, said = BROKEN[kind]
    broken = tmp_path / "broken"
    broken.write_bytes(data)
    log, good = (folder / "later.log", broken) if as_good else (broken, folder / "good.log")
    assert is_sentence(logling("check", log, "--good", good), str(broken), said)


@pytest.mark.parametrize("as_good", [False, True], ids=["to check", "as good"])
@pytest.mark.parametrize(("name", "said"), {"missing.log": "No such file", ".": "directory"}.items())
def test_what_is_no_file_is_named(logling: Command, folder: Path, name: str, said: str, as_good: bool) -> None:
    paths = [folder / "later.log", folder / "good.log"]
    paths[as_good] = folder / name
    assert is_sentence(logling("check", paths[0], "--good", paths[1]), str(folder / name), said)


def test_without_a_home_or_a_good_log_it_says_what_is_needed(logling: Command, folder: Path, tmp_path: Path) -> None:
    assert is_sentence(logling("check", folder / "later.log", LOGLING_HOME=str(tmp_path)), str(tmp_path))


def test_a_home_without_a_model_compares_with_the_lines_it_keeps(fresh: Place, folder: Path) -> None:
    fresh.append((folder / "good.log").read_text().splitlines())
    assert fresh.logling("pull").returncode == 0
    done = fresh.logling("check", "--json", folder / "later.log")
    assert [finding["text"][20:] for finding in json.loads(done.stdout)["findings"]] == [ODD]
    assert done.stderr == "There is no model yet, so the log is compared with the 1,100 lines that the home keeps.\n"


def test_without_a_model_the_reading_is_taken_whose_lines_are_familiar(
    fresh: Place, folder: Path, tmp_path: Path
) -> None:
    fresh.append((folder / "good.log").read_text().splitlines())
    assert fresh.logling("pull").returncode == 0
    with fresh.home.settings_file.open("a") as settings:
        settings.write('\n[[source]]\nfiles = "/nowhere"\nname = "records"\nformat = "{msg}"\n')
    records = [json.dumps({"msg": line}) + "\n" for line in (folder / "later.log").read_text().splitlines()]
    (tmp_path / "records.log").write_text("".join(records))
    done = fresh.logling("check", "--json", tmp_path / "records.log")
    assert [finding["text"][20:] for finding in json.loads(done.stdout)["findings"]] == [ODD]


def test_a_home_without_weights_says_how_they_come(fresh: Place, folder: Path) -> None:
    assert is_sentence(fresh.logling("check", folder / "later.log"), "no weights yet", "logling retrain")


def test_weights_of_an_older_version_say_how_newer_ones_come(committed: Place, folder: Path) -> None:
    file = committed.home.site / "web" / "weights.js"
    model, card = weights_file.decode(file.read_bytes())
    older = {name: value for name, value in card.items() if name not in ("profile", "golden")}
    file.write_bytes(weights_file.encode(model, older, "made up"))
    committed.git("commit", "--quiet", "--all", "--message", "older")
    assert is_sentence(committed.logling("check", folder / "later.log"), "older version", "logling retrain")


def test_a_profile_that_was_altered_is_refused(committed: Place, folder: Path) -> None:
    file = committed.home.site / "web" / "weights.js"
    model, card = weights_file.decode(file.read_bytes())
    profile = weights_file.profile_bytes(file.read_bytes())
    facts = {name: value for name, value in card.items() if name != "golden"}
    facts["profile"] = {**card["profile"], "lines": -1}
    file.write_bytes(weights_file.encode(model, facts, "made up", profile))
    committed.git("commit", "--quiet", "--all", "--message", "altered")
    assert is_sentence(committed.logling("check", folder / "later.log"), "altered or damaged", "'lines' is -1")


def test_an_unknown_reading_is_refused(reader: Place, folder: Path, logling: Command, good: Any) -> None:
    assert is_sentence(reader.logling("check", folder / "later.log", "--reading", "none"), "no reading 'none'")
    assert is_sentence(logling("check", folder / "later.log", *good, "--reading", "x"), "--reading", "--home")


ODD_BYTES = {
    "NUL and invalid UTF-8": b"shop: \x00\xff\xfe\xc3 disk\n",
    "a very long line": b"x" * 300_000 + b"\n",
    "many very long words": (b"y" * 3000 + b" ") * 100 + b"\n",
    "CRLF": b"shop: disk is full\r\n",
    "no newline at the end": b"shop: disk is full",
    "escapes": b"\x1b]0;title\x07\x1b[31mshop: disk\x1b[0m is full\n",
    "nothing but signs": b"``` <b> [x](y) \\ ~~~\n",
}


@pytest.mark.parametrize("name", ODD_BYTES)
def test_odd_bytes_are_no_error(logling: Command, good: Any, tmp_path: Path, name: str) -> None:
    log = tmp_path / "odd.log"
    log.write_bytes("\n".join(shop_log(50, first=600)).encode() + b"\n" + ODD_BYTES[name])
    found = document(logling("check", log, *good, "--json"))
    assert (found["lines"], [finding["line"] for finding in found["findings"]]) == (51, [51])
    printed = logling("check", log, *good).stdout
    assert not {"\x1b", "\x00", "\r"} & set(printed)


def test_a_log_of_crlf_is_that_of_lf(logling: Command, folder: Path, good: Any, tmp_path: Path) -> None:
    log = tmp_path / "crlf.log"
    log.write_bytes((folder / "later.log").read_bytes().replace(b"\n", b"\r\n"))
    plain = document(logling("check", folder / "later.log", *good, "--json"))
    assert document(logling("check", log, *good, "--json")) == plain


def test_a_log_of_one_line_is_checked(logling: Command, folder: Path, good: Any, tmp_path: Path) -> None:
    log = tmp_path / "one.log"
    log.write_text(ODD)
    assert document(logling("check", log, *good, "--json"))["stand_out"] == 1
    assert document(logling("check", folder / "later.log", "--good", log, "--json"))["lines"] == 301


def on_terminal(*arguments: object, **environment: str) -> str:
    """What the command prints on a terminal of 80 columns."""
    ours, its = pty.openpty()
    command = [str(Path(sys.executable).with_name("logling")), *map(str, arguments)]
    settings = {**os.environ, "COLUMNS": "80", "TERM": "xterm-256color", **environment}
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=settings) as process:
        os.close(its)
        printed = b""
        try:
            while data := os.read(ours, 65_536):
                printed += data
        except OSError:  # the terminal's other end is closed
            pass
        os.close(ours)
        process.wait(PATIENCE)
    return printed.decode()


@pytest.fixture
def wide(tmp_path: Path) -> list[Path]:
    """A log whose lines are wider than a terminal, the last with a strange word at its end; and a good one."""
    lines = [f"{line} {'-' * 150} end" for line in shop_log(650)]
    log, good = tmp_path / "wide.log", tmp_path / "good.log"
    good.write_text("\n".join(lines[:600]))
    log.write_text("\n".join([*lines[600:], lines[-1].replace(" end", " stuck")]))
    return [log, good]


def test_on_a_terminal_each_line_is_in_one_row_with_what_is_strange(wide: list[Path]) -> None:
    rows = re.sub("\x1b\\[[0-9;]*m", "", on_terminal("check", wide[0], "--good", wide[1])).splitlines()
    (row,) = [row for row in rows if "> 51" in row]
    assert "stuck" in row
    assert max(map(len, rows)) <= 80


def test_where_there_is_no_terminal_lines_are_whole(logling: Command, wide: list[Path]) -> None:
    printed = logling("check", wide[0], "--good", wide[1], COLUMNS="80").stdout
    assert wide[0].read_text().splitlines()[-1] in printed


def test_colours_are_for_terminals_that_want_them(logling: Command, folder: Path, good: Any) -> None:
    assert "\x1b[1;31m" in on_terminal("check", folder / "later.log", *good)
    assert "\x1b[1;31m" not in on_terminal("check", folder / "later.log", *good, NO_COLOR="1")
    assert "\x1b" not in logling("check", folder / "later.log", *good).stdout


def test_a_reader_that_has_enough_is_no_error(folder: Path) -> None:
    program = shutil.which("logling", path=str(Path(sys.executable).parent))
    shell = f"'{program}' check '{folder}/later.log' --good '{folder}/good.log' | head -n 1"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.stdout, done.stderr) == ("1 of 301 lines stands out; the other 300 are familiar.\n", "")


def test_committed_weights_have_a_profile(reader: Place) -> None:
    file = committed_weights(reader.home)
    _, card = weights_file.decode(file)
    assert card["profile"]["lines"] == 500
    assert len(weights_file.profile_bytes(file)) > 100
    assert "surprise" in card["profile"]["tails"]
