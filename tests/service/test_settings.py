"""Settings: defaults, the file, variables over it, and every mistake named."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import BaseModel

from service.settings import Settings, SettingsError, Source, WatchSettings, load, new_settings

NASTY = [
    "/var/log/syslog*",
    "/my logs/app.log",
    '/say "hi"/a.log',
    r"C:\logs\new.log",
    "/it's/[0-9]#1.log",
    "/ключ/日志 🦎.log",
    "/tab\there.log",
]


def written(folder: Path, text: str) -> Path:
    path = folder / "logling.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(SettingsError) as refusal:
        load(written(folder, text))
    return str(refusal.value)


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    settings = load(written(tmp_path, ""))
    assert (settings.preset, settings.patterns, settings.git.remote) == ("full", [], "")
    assert settings.corpus_bytes == 4_000_000


@pytest.mark.parametrize("name", ["x" * 41, "a\u200bb", "tab\there", " doors"])
def test_a_name_that_cannot_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    assert "at most 40 characters, none of them a control character" in refused(tmp_path, f'name = "{name}"')


def test_a_model_is_called_by_its_name_or_else_by_its_sources() -> None:
    sources = [Source(files="/var/log/auth.log"), Source(journal="cron", name="jobs")]
    assert Settings(source=sources).model_name == "auth and 1 more"
    assert Settings(source=sources[1:]).model_name == "jobs"
    assert Settings(name="the doors", source=sources).model_name == "the doors"


def test_a_variable_that_docker_made_is_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGLING_NAME", "/web/logling")
    assert load(written(tmp_path, "")).name == ""


def test_the_file_sets_values(tmp_path: Path) -> None:
    settings = load(written(tmp_path, 'preset = "seed"\n[[source]]\nfiles = "/a"\n[training]\ntokens = 7000\n'))
    assert (settings.preset, settings.patterns, settings.training.tokens) == ("seed", ["/a"], 7000)


def test_a_variable_wins_over_the_file_and_leaves_its_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGLING_TRAINING__TOKENS", "9000")
    settings = load(written(tmp_path, "[training]\ntokens = 7000\nseed = 3\n"))
    assert (settings.training.tokens, settings.training.seed) == (9000, 3)


def test_variables_set_values_that_the_file_does_not_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGLING_PRESET", "seed")
    monkeypatch.setenv("LOGLING_SOURCE", '[{"files": "/a"}, {"files": "/b"}]')
    settings = load(written(tmp_path, ""))
    assert (settings.preset, settings.patterns) == ("seed", ["/a", "/b"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('preste = "seed"', ["preste", "name, preset, source"]),
        ("[gate]\nmin_lines = 3", ["gate.min_lines", "3", "min_new_lines, forgetting"]),
        ('[[source]]\npath = "/a"\nfiles = "/b"', ["source.0.path", "allowed here: files"]),
        ('preset = "huge"', ["preset", "huge", "'seed' or 'full'"]),
        ("[corpus]\nmegabytes = -1", ["corpus.megabytes", "-1", "greater than 0"]),
        ("[training]\nseed = 4294967296", ["training.seed", "4294967296", "less than"]),
        ("[training]\ntokens = 7", ["training.tokens", "7", "0, or at least 1000"]),
        ('[training]\ntokens = "many"', ["training.tokens", "many", "a whole number"]),
        ("[git]\nseconds = 0", ["git.seconds", "greater than 0"]),
        ('[git]\nremote = "--upload-pack=x"', ["git.remote", "--upload-pack=x", "options"]),
        ('[git]\nremote = "ext::sh -c x"', ["git.remote", "ext::sh -c x"]),
        ('[git]\nremote = "../site.git"', ["git.remote", "../site.git", "complete, from / on"]),
        ('[git]\nremote = "~/site.git"', ["git.remote", "~/site.git", "complete, from / on"]),
        ('[git]\nbranch = "-main"', ["git.branch", "-main"]),
        ('source = "/a"', ["source", "/a", "list"]),
        ("[admin]\nport = 65536", ["admin.port", "65536", "65535"]),
        ('[admin]\nhost = "http://x"', ["admin.host", "http://x", "127.0.0.1"]),
        ('[admin]\nnames = ["x:8101"]', ["admin.names", "x:8101", "without scheme and port"]),
        ('[admin]\npage = "file:///srv/web"', ["admin.page", "file:///srv/web", "https://logs.example.org/"]),
        ('[admin]\npage = "javascript:alert(1)"', ["admin.page", "https://"]),
        ('[admin]\nhost = "0.0.0.0"', ["admin", "0.0.0.0", "admin.token", "admin.unguarded"]),
        ('[watch]\nevery = "1 hour"', ["watch.every", "1 hour", "a whole number and one of s, m, h, d"]),
        ('[watch]\nbudget = "two"', ["watch.budget", "two", '"2 a day", "1 an hour" or "5 a week"']),
        ('[watch]\nquiet = "22-7"', ["watch.quiet", "22-7", '"22:00-07:00", or none']),
        ('[watch]\nquiet = "07:00-07:00"', ["watch.quiet", "two times of day"]),
        ('[watch]\ncommand = "tell \'me"', ["watch.command", "o closing quotation"]),
        ("[hooks]\nseconds = 0", ["hooks.seconds", "greater than 0"]),
        ('[hooks]\non_end = "true"', ["hooks.on_end", "on_start, on_success, on_failure, on_commit, seconds"]),
        ('[admin]\npassword = "x"', ["admin.password", "enabled, host, port, page, names, token"]),
    ],
)
def test_a_mistake_is_refused_with_key_value_and_what_is_allowed(tmp_path: Path, text: str, words: list[str]) -> None:
    sentence = refused(tmp_path, text)
    assert "logling.toml" in sentence
    assert [word for word in words if word not in sentence] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[corpus]\nmegabytes = ""', "allowed is a number"),
        ("[gate]\nmin_new_lines = 1.5", "allowed is a whole number"),
        ('[admin]\nenabled = "perhaps"', "allowed are true and false"),
        ("[schedule]\nday = 1", "allowed is text, in quotes"),
        ('[admin]\nnames = "logs"', "allowed is a list, in square brackets"),
        ('[watch]\nnotify = "made-up-secret"', "allowed is a list, in square brackets"),
        ("[corpus]\nmegabytes = -1", "it must be greater than 0"),
    ],
)
def test_a_value_of_a_wrong_kind_is_told_what_it_must_be(tmp_path: Path, text: str, words: str) -> None:
    assert refused(tmp_path, text).endswith(f": {words}")


def test_a_variable_that_is_empty_is_told_what_it_must_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGLING_CORPUS__MEGABYTES", "")
    told = refused(tmp_path, "")
    assert told == "the variable LOGLING_CORPUS__MEGABYTES: corpus.megabytes = '': allowed is a number"


@pytest.mark.parametrize("key", ["corpus.megabytes", "training.minutes", "gate.forgetting", "git.seconds"])
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_no_limit_is_infinite_or_no_number(tmp_path: Path, key: str, value: str) -> None:
    table, name = key.split(".")
    assert key in refused(tmp_path, f"[{table}]\n{name} = {value}")


@pytest.mark.parametrize("key", ["branch", "remot"])
def test_a_secret_of_a_url_at_the_wrong_key_is_not_shown(tmp_path: Path, key: str) -> None:
    sentence = refused(tmp_path, f'[git]\n{key} = "https://me:made-up-secret@example.org/site.git"')
    assert "made-up-secret" not in sentence


def test_a_token_that_is_too_short_is_refused_and_not_shown(tmp_path: Path) -> None:
    sentence = refused(tmp_path, '[admin]\ntoken = "example"')
    assert "admin.token = (not shown): " in sentence
    assert "16 or more" in sentence
    assert "'example'" not in sentence


@pytest.mark.parametrize(
    "text",
    [
        '[watch]\nnotify = "made-up-secret"',
        "[watch]\nnotify = [['made-up-secret']]",
        '[watch]\ncommand = "tell \'made-up-secret"',
        '[hooks]\non_start = "ftp://made-up-secret"',
        '[hooks]\non_failure = "tell \'made-up-secret"',
        '[hooks]\non_commit = ["made-up-secret"]',
    ],
)
def test_an_address_that_may_be_secret_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    sentence = refused(tmp_path, text)
    assert "(not shown)" in sentence
    assert "made-up-secret" not in sentence


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[watch]\nnotfy = ["slack://made-up-secret"]', "watch.notfy"),
        ('[watsch]\nnotify = ["slack://made-up-secret"]', "watsch"),
        ('[schedule]\nnotify = ["slack://made-up-secret"]', "schedule.notify"),
        ('[hooks]\non_sucess = "https://example.org/made-up-secret"', "hooks.on_sucess"),
        ('[admin]\ntokn = "made-up-secret"', "admin.tokn"),
    ],
)
def test_the_value_of_a_misspelt_key_is_not_shown(tmp_path: Path, text: str, key: str) -> None:
    sentence = refused(tmp_path, text)
    assert f"there is no setting {key!r}" in sentence
    assert "made-up-secret" not in sentence


@pytest.mark.parametrize("variable", ["LOGLING_WATCH__NOTIFY", "LOGLING_HOOKS__ON_START"])
def test_an_address_in_a_wrong_variable_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "ftp://made-up-secret")
    sentence = refused(tmp_path, "")
    assert variable in sentence
    assert "made-up-secret" not in sentence


def test_addresses_are_in_no_text_of_the_settings(tmp_path: Path) -> None:
    text = '[watch]\nnotify = ["json://made-up-secret/"]\n[hooks]\non_start = "https://made-up-secret/start"'
    assert "made-up-secret" not in repr(load(written(tmp_path, text)))


def test_addresses_can_come_from_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGLING_WATCH__NOTIFY", '["json://127.0.0.1/"]')
    (address,) = load(written(tmp_path, "")).watch.notify
    assert address.get_secret_value() == "json://127.0.0.1/"


@pytest.mark.parametrize(
    ("quiet", "hours"),
    [("", []), ("22:00-07:00", [0, 6, 22, 23]), ("12:30-14:00", [13]), ("00:00-01:00", [0])],
)
def test_quiet_hours_may_go_over_midnight(quiet: str, hours: list[int]) -> None:
    watch = WatchSettings(quiet=quiet)
    asked = [hour for hour in (0, 6, 7, 12, 13, 14, 21, 22, 23) if watch.is_quiet(datetime(2026, 3, 1, hour))]
    assert asked == hours


@pytest.mark.parametrize(
    "text",
    [
        'host = "0.0.0.0"\ntoken = "made-up-made-up-made-up"',
        'host = "192.0.2.7"\nunguarded = true',
        'host = "0.0.0.0"\nenabled = false',
        'host = "localhost"',
        'host = "::1"',
        'host = "127.0.0.2"',
    ],
)
def test_a_page_that_is_guarded_or_for_this_machine_alone_is_allowed(tmp_path: Path, text: str) -> None:
    assert load(written(tmp_path, f"[admin]\n{text}"))


def test_a_token_can_come_from_a_variable_and_is_in_no_text_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGLING_ADMIN__TOKEN", "made-up-made-up-made-up")
    settings = load(written(tmp_path, ""))
    assert settings.admin.token.get_secret_value() == "made-up-made-up-made-up"
    assert "made-up" not in repr(settings)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    sentence = refused(tmp_path, 'preset = "huge"\n[gate]\nforgetting = -1')
    assert "preset" in sentence
    assert "gate.forgetting" in sentence


@pytest.mark.parametrize("variable", ["LOGLING_PRESTE", "LOGLING_MIN_NEW_LINES", "logling_gates__forgetting"])
def test_an_unknown_variable_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "1")
    sentence = refused(tmp_path, "")
    assert variable in sentence
    assert "LOGLING_GATE" in sentence


@pytest.mark.parametrize(
    ("variable", "value", "word"),
    [
        ("LOGLING_GATE__MIN_LINES", "3", "min_lines"),
        ("LOGLING_GATE__MIN_NEW_LINES", "few", "few"),
        ("LOGLING_SOURCE", "/var/log/syslog", "source"),
        ("LOGLING_PRESET__TOKENS", "3", "LOGLING_PRESET__TOKENS"),
    ],
)
def test_a_wrong_variable_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, word: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert word in refused(tmp_path, "")


@pytest.mark.parametrize(
    ("variable", "value", "meant"),
    [
        ("LOGLING_GATE__MIN_NEW_LINE", "3", "did you mean min_new_lines?"),
        ("LOGLING_GAET__MIN_NEW_LINES", "3", "did you mean LOGLING_GATE__MIN_NEW_LINES?"),
        ("LOGLING_ADMIN_PORT", "8102", "did you mean LOGLING_ADMIN__PORT?"),
        ("LOGLING_PORT", "8102", "did you mean LOGLING_ADMIN__PORT?"),
        ("LOGLING_EMAIL", "logs@example.org", "did you mean LOGLING_GIT__EMAIL?"),
        ("LOGLING_ADMIN__PORT", "tcp://10.0.0.1:80", "admin.port"),
    ],
)
def test_a_misspelt_variable_is_refused_with_what_was_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, meant: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert meant in refused(tmp_path, "")


def test_a_misspelt_key_is_refused_with_what_was_meant(tmp_path: Path) -> None:
    assert "did you mean forgetting?" in refused(tmp_path, "[gate]\nforgeting = 0.1")


def test_the_home_and_the_rest_of_the_environment_are_not_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGLING_HOME", "/somewhere")
    monkeypatch.setenv("PRESET", "huge")
    assert load(written(tmp_path, "")).preset == "full"


def test_a_file_that_is_not_toml_is_refused_with_the_place(tmp_path: Path) -> None:
    assert "not valid TOML" in refused(tmp_path, "preset =")


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "logling.toml").write_bytes(b'preset = "\xff"')
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "logling.toml")


def test_a_missing_file_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="logling init"):
        load(tmp_path / "logling.toml")


def test_the_template_says_what_it_was_asked_to_say(tmp_path: Path) -> None:
    settings = load(written(tmp_path, new_settings("seed", NASTY, 'host:/a "b"\\c.git')))
    assert (settings.preset, settings.patterns, settings.git.remote) == ("seed", NASTY, 'host:/a "b"\\c.git')


def test_the_template_without_anything_is_the_defaults(tmp_path: Path) -> None:
    assert load(written(tmp_path, new_settings("full", [], ""))) == Settings()


def test_what_the_template_shows_commented_is_the_default(tmp_path: Path) -> None:
    lines = new_settings("full", [], "").splitlines()
    shown = [line.removeprefix("# ") for line in lines if re.match(r"# \w+ = ", line)]
    tables = [line for line in lines if line.startswith("[")]
    names = ["corpus", "training", "engine", "gate", "audit", "check", "schedule", "watch", "hooks", "git", "admin"]
    assert tables == [f"[{name}]" for name in names]
    uncommented = new_settings("full", [], "").replace("# [[source]]", "[[source]]")
    for line in shown:
        uncommented = uncommented.replace(f"# {line}", line)
    settings = load(written(tmp_path, uncommented))
    assert settings == Settings(source=[Source(files="/var/log/dpkg.log*")])


def test_every_setting_is_in_the_template() -> None:
    text = new_settings("full", ["/a"], "")
    assert [key for key in keys_of(Settings) if f"{key} = " not in text] == []


def keys_of(model: type[BaseModel]) -> Iterator[str]:
    """The keys of a table and of those in it."""
    for name, field in model.model_fields.items():
        if name == "source":
            yield from keys_of(Source)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from keys_of(field.annotation)
        else:
            yield name
