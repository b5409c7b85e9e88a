"""Settings: `logling.toml` in the home, overridden by `LOGLING_…` variables, checked key by key.

A nested key is overridden with two underscores (`LOGLING_GATE__MIN_NEW_LINES=50`). `LOGLING_HOME` is not a
setting; it says where the home is. Which variables are passed over, environment.py says.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shlex
import tomllib
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from string import Template
from typing import Annotated, Any, Literal, TypeGuard, TypeVar

import tomli_w
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from .environment import PREFIX, is_link, setting_variables
from .reading.log_names import CONTAINER_FIELD, LONGEST_NAME, name_of_all, name_of_files, name_of_journal
from .reading.reading import UNSEEN, Reading, check, distinct
from .reading.redaction import OwnRule, own_pattern
from .reading.url_secrets import mask_urls
from .settings_file import SettingsError, find_line, read_settings_text

TEMPLATE = Path(__file__).with_name("settings.template.toml")
FEWEST_TOKENS = 1000
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*", re.ASCII)
SHORTEST_TOKEN = 16
BUDGET = re.compile("([1-9][0-9]{0,5}) an? (hour|day|week)", re.ASCII)  # "2 a day"
WEB_ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")
FOLDER = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
NO_FOLDER = re.compile(r".*\.(js|css|html|svg)|.*\.|(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # the page's, and Windows'
HOST = os.uname().nodename
KINDS = {  # what a value must be, by pydantic's name
    "float": "allowed is a number",
    "int": "allowed is a whole number",
    "bool": "allowed are true and false",
    "string": "allowed is text, in quotes",
    "list": "allowed is a list, in square brackets",
}
Kind = TypeVar("Kind", bound="FileSettings")
KIND_ERRORS = ("_type", "_parsing", "_from_float")  # the ends of pydantic's names for a value of another kind
EXAMPLES = {  # of variables that are JSON
    "source": '[{"files": "/var/log/dpkg.log"}]',
    "admin__names": '["logs.example.org"]',
    "schedule__retry_minutes": "[1, 5, 25]",
    "watch__notify": '["ntfys://ntfy.example.org/topic"]',
}
SECRETS = ("admin.token", "watch.notify", "watch.command", "hooks.on_")  # so begin keys whose values are not shown


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Source(_Table):
    """Where lines come from, and what is made of them on the way."""

    files: Annotated[str, Field(min_length=1)] | None = None  # a path or a glob
    journal: str | None = None  # a unit, or CONTAINER_NAME=…; "" or "*": all
    name: str = ""  # what the log is called in the card and on the page
    encoding: str = ""  # as "gbk"; empty: UTF-8, or as a byte-order mark says
    container: Literal["auto", "none", "docker", "cri", "journal", "syslog"] = "auto"  # what lines are wrapped in
    keep_time: bool = True  # whether the time at the start of a line stays
    format: str = ""  # fields to pick from JSON and logfmt lines, as "{level} {msg}"; empty: the line as it is
    continuation: str = ""  # a regular expression; lines that match are joined to the one before; empty: none
    mask: list[Literal["ip", "mac", "host", "user"]] = []  # kinds of values that are masked besides secrets

    @field_validator("name", "encoding", "format", "continuation")
    @classmethod
    def _can_be_followed(cls, text: str, field: ValidationInfo) -> str:
        given: dict[str, Any] = {str(field.field_name): text}
        check(Reading(**given))
        return text

    @model_validator(mode="after")
    def _has_one_origin(self) -> Source:
        if (self.files is None) == (self.journal is None):
            raise ValueError("a source has either files or journal, exactly one of them")
        if "=" in (self.journal or "") and not re.fullmatch(f"{CONTAINER_FIELD}.+", self.journal or ""):
            raise ValueError('a journal is a unit, such as "ssh.service", or "CONTAINER_NAME=web" of a container')
        return self

    def reading(self, rules: Sequence[MaskRule] = ()) -> Reading:
        """How its bytes become lines, with these rules of one's own."""
        own = tuple(OwnRule(rule.name, rule.pattern) for rule in rules)
        mask = tuple(self.mask)
        return Reading(
            self.name, self.encoding, self.container, self.continuation, self.format, self.keep_time, mask, own
        )

    @property
    def log_name(self) -> str:
        """What the log is called where others may see it, without path or host."""
        if self.name:
            return self.name
        return self.name_of(self.files) if self.files is not None else name_of_journal(self.journal or "", HOST)

    def name_of(self, path: str) -> str:
        """The same of one of the logs that its pattern finds."""
        return self.name or name_of_files(path)


class MaskRule(_Table):
    """A rule of one's own: what its pattern matches becomes <name>."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,23}$")]
    pattern: Annotated[str, Field(min_length=1, max_length=200)]
    example: str = ""  # a line in which something must be masked

    @field_validator("pattern")
    @classmethod
    def _can_be_searched(cls, pattern: str) -> str:
        if own_pattern(pattern).search(""):
            raise ValueError("it matches nothing at all too, so that every line would be full of marks")
        return pattern

    @model_validator(mode="after")
    def _masks_its_example(self) -> MaskRule:
        if self.example and not own_pattern(self.pattern).search(self.example):
            raise ValueError(f"the pattern {self.pattern!r} masks nothing in its example {self.example!r}")
        return self


class CorpusSettings(_Table):
    """What is kept for training."""

    megabytes: Annotated[float, Field(gt=0, le=1000)] = 4.0


class TrainingSettings(_Table):
    """How long and from where a run trains."""

    tokens: Annotated[int, Field(ge=0)] = 0  # what a fresh model may read; 0: as fits the corpus
    minutes: Annotated[float, Field(gt=0)] = 30.0  # time limit
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    challengers: Annotated[int, Field(ge=2, le=64)] = 2  # models that are trained, of which the best goes to the gate

    @field_validator("tokens")
    @classmethod
    def _is_enough(cls, tokens: int) -> int:
        if 0 < tokens < FEWEST_TOKENS:
            raise ValueError(f"0, or at least {FEWEST_TOKENS}: with less nothing is learned")
        return tokens


class EngineSettings(_Table):
    """Where training and audit are computed."""

    executor: Literal["local", "dask"] = "local"  # processes of this machine, or your own Dask cluster
    scheduler: str = ""  # its address, as "tls://10.0.0.5:8786"
    ca: str = ""  # of a tls:// address: the file of the authority that signed its certificates
    cert: str = ""  # this machine's own certificate
    key: str = ""  # and its key
    minutes: Annotated[float, Field(gt=0, le=10_000)] = 30.0  # time limit of one call there
    tries: Annotated[int, Field(ge=1, le=100)] = 3  # of a call that no worker answered
    fallback: bool = True  # whether it is made on this machine then

    @field_validator("scheduler")
    @classmethod
    def _is_an_address(cls, scheduler: str) -> str:
        if scheduler and not re.fullmatch(r"(tcp|tls)://(\[[0-9A-Fa-f:.]+\]|[^\s/:]+):\d{1,5}", scheduler, re.ASCII):
            raise ValueError('allowed is an address such as "tls://10.0.0.5:8786" or "tcp://127.0.0.1:8786"')
        return scheduler

    @model_validator(mode="after")
    def _can_be_reached(self) -> EngineSettings:
        if self.executor == "dask" and not self.scheduler:
            raise ValueError('with executor = "dask", scheduler is its address, as "tls://10.0.0.5:8786"')
        if self.scheduler.startswith("tls://") and not (self.ca and self.cert and self.key):
            raise ValueError("a tls:// scheduler needs the files ca, cert and key")
        return self


class GateSettings(_Table):
    """What a challenger must do to be committed."""

    min_new_lines: Annotated[int, Field(ge=2)] = 100  # fewer since the last run: the run is skipped
    forgetting: Annotated[float, Field(ge=0)] = 0.05  # share by which known and older lines may cost more


class AuditSettings(_Table):
    """What becomes of weights that know a value of the log by heart."""

    publish_remembered: bool = False  # whether they are committed all the same


class CheckSettings(_Table):
    """What a check of a log goes by."""

    share_rules: bool = False  # whether the rules of normal.txt travel in the weights file


class GitSettings(_Table):
    """How commits are made and where they go."""

    name: Annotated[str, Field(min_length=1)] = "Logling"
    email: Annotated[str, Field(min_length=1)] = "logling@localhost"
    remote: str = ""  # a URL or a path; empty: nothing is pushed
    branch: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")] = "main"
    folder: str = ""  # within web/, of this home's weights in a site that homes share; empty: web/ itself
    seconds: Annotated[float, Field(gt=0)] = 60.0  # time limit of a git command

    @field_validator("remote")
    @classmethod
    def _names_a_place(cls, remote: str) -> str:
        if remote.startswith(("-", "ext::")):
            raise ValueError("a remote is a URL or a path; options and ext:: commands are refused")
        if remote and is_path(remote) and not remote.startswith("/"):
            raise ValueError("a path must be complete, from / on: what it begins from would be unclear")
        return remote

    @field_validator("folder")
    @classmethod
    def _is_a_folder_of_its_own(cls, folder: str) -> str:
        if folder and not FOLDER.fullmatch(folder):
            raise ValueError(
                'allowed are at most 40 lower-case letters, digits and . _ -, first a letter or digit, such as "auth"'
            )
        if NO_FOLDER.fullmatch(folder):
            raise ValueError("a name like that of a file of the page, or one that Windows does not allow, is refused")
        return folder

    @property
    def weights(self) -> str:
        """The name of this home's weights file within the site."""
        return f"web/{self.folder}/weights.js" if self.folder else "web/weights.js"


def is_path(remote: str) -> bool:
    """Whether git takes a remote for a path: a URL has a colon before its first slash.

    >>> is_path("../site.git"), is_path("git@example.org:site.git"), is_path("https://example.org/site.git")
    (True, False, False)
    """
    return ":" not in remote.partition("/")[0]


class ScheduleSettings(_Table):
    """When `logling serve` runs, and what it does after a failed run."""

    day: str = "sun"  # names with commas between, or "daily"
    time: str = "03:30"
    timezone: str = "UTC"
    every: str = ""  # instead of day and time: "6h"
    retry_minutes: list[Annotated[float, Field(ge=0, le=10_000)]] = [1, 5, 25]  # waits; one after each failure
    overtime_minutes: Annotated[float, Field(gt=0, le=10_000)] = 60.0  # beyond training.minutes a run is stopped
    host_runs: Annotated[int, Field(ge=0, le=100)] = 0  # a run waits while so many are under way here; 0: it never does

    @field_validator("day")
    @classmethod
    def _names_days(cls, day: str) -> str:
        if day != "daily" and not set(_names(day)) <= set(DAYS):
            raise ValueError(f'allowed are {", ".join(DAYS)} with commas between, or "daily"; never numbers')
        return day

    @field_validator("time", mode="before")
    @classmethod
    def _is_a_time_of_day(cls, given: object) -> object:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(given) if isinstance(given, str) else "", re.ASCII):
            raise ValueError('allowed is a time of day in quotes, from "00:00" to "23:59"')
        return given

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, timezone: str) -> str:
        try:
            zoneinfo.ZoneInfo(timezone)
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
            raise ValueError('allowed is "UTC" or a name such as "Europe/Helsinki"') from None
        return timezone

    @field_validator("every")
    @classmethod
    def _is_a_duration(cls, every: str) -> str:
        return checked_duration(every)

    @property
    def days(self) -> tuple[str, ...]:
        """The names of the days."""
        return DAYS if self.day == "daily" else _names(self.day)

    @property
    def interval(self) -> timedelta | None:
        """`every` as a duration."""
        return duration_of(self.every)


def checked_duration(text: str) -> str:
    """A duration as settings have it, or none. Raises ValueError."""
    if text:
        parse_duration(text)
    return text


def duration_of(text: str) -> timedelta | None:
    """A duration of the settings; None where there is none."""
    return parse_duration(text) if text else None


def parse_duration(text: str) -> timedelta:
    """A duration such as "6h". Raises ValueError."""
    if not re.fullmatch(r"[1-9]\d{0,5}[smhd]", text, re.ASCII):
        raise ValueError('allowed is a whole number and one of s, m, h, d, such as "90s", "6h", "7d"')
    return timedelta(**{UNITS[text[-1]]: int(text[:-1])})


def _names(day: str) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in day.split(","))


class WatchSettings(_Table):
    """Whether new lines are checked between two runs, and who is told what stands out."""

    every: str = ""  # "1h"; empty: they are not checked
    budget: str = "2 a day"  # messages at most
    quiet: str = ""  # "22:00-07:00" in schedule.timezone; then nothing is told
    notify: list[SecretStr] = []  # addresses of Apprise, which may hold secrets
    command: str = ""  # gets each message
    include_lines: bool = False  # whether messages have lines in them

    @field_validator("every")
    @classmethod
    def _is_a_duration(cls, every: str) -> str:
        return checked_duration(every)

    @field_validator("budget")
    @classmethod
    def _is_a_budget(cls, budget: str) -> str:
        if not BUDGET.fullmatch(budget):
            raise ValueError('allowed is so many in a time, as "2 a day", "1 an hour" or "5 a week"')
        return budget

    @field_validator("quiet")
    @classmethod
    def _are_hours(cls, quiet: str) -> str:
        times = re.fullmatch(r"(([01]\d|2[0-3]):[0-5]\d)-(([01]\d|2[0-3]):[0-5]\d)", quiet, re.ASCII)
        if quiet and not (times and times[1] != times[3]):
            raise ValueError('allowed are two times of day, as "22:00-07:00", or none')
        return quiet

    @field_validator("command")
    @classmethod
    def _can_be_split(cls, command: str) -> str:
        shlex.split(command)
        return command

    @property
    def interval(self) -> timedelta | None:
        """`every` as a duration."""
        return duration_of(self.every)

    def is_quiet(self, local: datetime) -> bool:
        """Whether nothing is told at this time of the schedule's zone."""
        if not self.quiet:
            return False
        begin, end = (time.fromisoformat(text) for text in self.quiet.split("-"))
        now = local.time()
        return begin <= now < end if begin < end else now >= begin or now < end


class HookSettings(_Table):
    """What is called when a run begins and ends: a command or a web address each, which may hold a secret."""

    on_start: SecretStr = SecretStr("")
    on_success: SecretStr = SecretStr("")  # committed, rejected or skipped
    on_failure: SecretStr = SecretStr("")  # failed or interrupted
    on_commit: SecretStr = SecretStr("")
    seconds: Annotated[float, Field(gt=0, le=3600)] = 10.0  # time limit of each

    @field_validator("on_start", "on_success", "on_failure", "on_commit")
    @classmethod
    def _can_be_called(cls, hook: SecretStr) -> SecretStr:
        text = hook.get_secret_value()
        if re.match("[a-z]+://", text) and not WEB_ADDRESS.fullmatch(text):
            raise ValueError('allowed is an address such as "https://hc.example.org/ping/…", or a command')
        shlex.split(text)
        return hook


class AdminSettings(_Table):
    """The admin page of `logling serve`: where it is, and who may see it."""

    enabled: bool = True
    host: str = "127.0.0.1"  # an address of this machine, or its name
    port: Annotated[int, Field(ge=0, le=65535)] = 8101  # 0: any that is free; the log says which
    page: str = ""  # where the model's own page is served, to be linked to
    names: list[str] = []  # by which the page is asked for besides, as behind a proxy
    token: SecretStr = SecretStr("")  # needed to see the page; empty: none is needed
    unguarded: bool = False  # whether a host beyond this machine may go without a token

    @field_validator("host")
    @classmethod
    def _is_a_host(cls, host: str) -> str:
        if not (is_address(host) or HOST_NAME.fullmatch(host)):
            raise ValueError('allowed is an address such as "127.0.0.1", "::1" or "0.0.0.0", or a name')
        return host.lower()

    @field_validator("page")
    @classmethod
    def _is_on_the_web(cls, page: str) -> str:
        if page and not WEB_ADDRESS.fullmatch(page):
            raise ValueError('allowed is an address such as "https://logs.example.org/model/", or none')
        return page

    @field_validator("names")
    @classmethod
    def _are_names(cls, names: list[str]) -> list[str]:
        if not all(HOST_NAME.fullmatch(name) for name in names):
            raise ValueError('allowed are names such as "logs.example.org", without scheme and port')
        return [name.lower() for name in names]

    @field_validator("token")
    @classmethod
    def _is_long_enough(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value()
        if text and not re.fullmatch(rf"[!-~]{{{SHORTEST_TOKEN},}}", text):
            raise ValueError(f"allowed are {SHORTEST_TOKEN} or more ASCII characters without spaces, or none")
        return token

    @model_validator(mode="after")
    def _is_guarded(self) -> AdminSettings:
        if self.enabled and not (self.is_local or self.token.get_secret_value() or self.unguarded):
            raise ValueError(
                f"with host = {self.host!r} other machines can see the page: set admin.token, or "
                "admin.unguarded = true where something else keeps strangers away"
            )
        return self

    @property
    def is_local(self) -> bool:
        """Whether the host is reached from this machine alone."""
        return self.host == "localhost" or (is_address(self.host) and ipaddress.ip_address(self.host).is_loopback)


def is_address(host: str) -> bool:
    """Whether a host is given by an IP address, not by a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class FileSettings(BaseSettings):
    """What is read from a settings file and the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, validate_default=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables first, then what `load` read from the file. Those of Docker and Kubernetes are none of ours."""
        if isinstance(env_settings, EnvSettingsSource):
            given = env_settings.env_vars.items()
            env_settings.env_vars = {name: value for name, value in given if not is_link(name.upper(), value or "")}
        return env_settings, init_settings


class Settings(FileSettings):
    """All settings of a home."""

    name: str = ""  # what the model is called; empty: as its sources say
    preset: Literal["seed", "full"] = "full"
    source: list[Source] = []
    mask: list[MaskRule] = []
    corpus: CorpusSettings = CorpusSettings()
    training: TrainingSettings = TrainingSettings()
    engine: EngineSettings = EngineSettings()
    gate: GateSettings = GateSettings()
    audit: AuditSettings = AuditSettings()
    check: CheckSettings = CheckSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    watch: WatchSettings = WatchSettings()
    hooks: HookSettings = HookSettings()
    git: GitSettings = GitSettings()
    admin: AdminSettings = AdminSettings()

    @field_validator("name")
    @classmethod
    def _can_be_shown(cls, name: str) -> str:
        if len(name) > LONGEST_NAME or UNSEEN.search(name) or name != name.strip():
            raise ValueError(
                f"allowed are at most {LONGEST_NAME} characters, none of them a control character, and no space around"
            )
        return name

    def with_tokens(self, tokens: int) -> Settings:
        """These settings with another token budget, unless it is 0. Raises SettingsError."""
        if 0 < tokens < FEWEST_TOKENS:
            raise SettingsError(f"at least {FEWEST_TOKENS} tokens: with {tokens} nothing is learned")
        training = self.training.model_copy(update={"tokens": tokens} if tokens else {})
        return self.model_copy(update={"training": training})

    def of_training(self) -> dict[str, Any]:
        """What decides which weights come out of a training, for the ledger."""
        return {"preset": self.preset, "training": self.training.model_dump()}

    @property
    def corpus_bytes(self) -> int:
        """The bound of the corpus."""
        return int(self.corpus.megabytes * 1e6)

    @property
    def readings(self) -> list[Reading]:
        """How the sources are read, each way once."""
        return distinct(source.reading(self.mask) for source in self.source)

    @property
    def model_name(self) -> str:
        """What the model is called: `name`, or else as its sources say; empty without a source."""
        return self.name or name_of_all([source.log_name for source in self.source])

    @property
    def patterns(self) -> list[str]:
        """The paths and globs of all sources that are files."""
        return [source.files for source in self.source if source.files is not None]


def load(path: Path) -> Settings:
    """The settings of a home's file and of the environment. Raises SettingsError."""
    return load_as(Settings, path, read_settings_text(path))


def load_as(kind: type[Kind], path: Path, text: str) -> Kind:
    """The settings in a file's text, of a home or of another kind, and in the environment. Raises SettingsError."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from None
    refuse_unknown_variables()
    try:
        return kind(**values)
    except ValidationError as error:
        problems = [f"{_place(problem['loc'], path, text)}: {_describe(problem, kind)}" for problem in error.errors()]
        raise SettingsError("; ".join(problems)) from None
    except ValueError as error:  # a variable that is not the JSON its key needs
        raise SettingsError(_describe_no_json(error)) from None


def _place(location: tuple[int | str, ...], path: Path, text: str) -> str:
    """Where a wrong setting was given: a variable, or a line of the file."""
    names = [str(part) for part in location]
    prefixes = {PREFIX + "__".join(names[:count]).upper() for count in range(1, len(names) + 1)}
    parts = PREFIX + "__".join(names).upper() + "__"
    variables = [name for name in setting_variables() if name.upper() in prefixes]
    line = find_line(text, location)
    if not variables and line is None:
        variables = [name for name in setting_variables() if name.upper().startswith(parts)]
    if variables:
        return f"the variable {', '.join(sorted(variables))}"
    return f"{path}, line {line}" if line else str(path)


def _describe_no_json(error: ValueError) -> str:
    """What is wrong with a variable whose setting is a list or a table."""
    for name in setting_variables():
        key, given = name.upper().removeprefix(PREFIX).lower(), os.environ[name]
        if (key in EXAMPLES or key in _tables()) and not _is_json(given):
            if key in _tables():  # it may hold a token
                return f'the variable {name} is not JSON, as {{"key": 1}} is'
            setting = key.replace("__", ".")
            shown = "(not shown)" if setting.startswith(SECRETS) else repr(given)
            return f"the variable {name}: {setting} = {shown} is not JSON, as {EXAMPLES[key]} is"
    return f"in the environment: {error}"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def refuse_unknown_variables() -> None:
    """A misspelt LOGLING_ variable would otherwise be silently without effect. Raises SettingsError."""
    allowed = {PREFIX + name.upper() for name in Settings.model_fields}
    tables = {PREFIX + name.upper(): kind for name, kind in _tables().items()}
    for variable in setting_variables():
        name = variable.upper()
        if name not in allowed and name.partition("__")[0] not in tables:
            known = ", ".join(sorted(allowed))
            keys = {f"{table}__{key.upper()}" for table, kind in tables.items() for key in kind.model_fields}
            raise SettingsError(
                f"the variable {variable} is not a setting{_guess(name, {*allowed, *keys})}; there are {known}"
                " (and __ for keys in them)"
            )


def _guess(given: str, known: Iterable[str]) -> str:
    """What was probably meant, as the end of a sentence: the same key without its table, or a name spelt nearly so."""
    names = sorted(known)
    nearest = [name for name in names if name.endswith("__" + given.removeprefix(PREFIX))]
    nearest += get_close_matches(given, names, n=1, cutoff=0.75)
    return f" (did you mean {nearest[0]}?)" if nearest else ""


def _tables(of: type[BaseModel] = Settings) -> dict[str, type[BaseModel]]:
    """The settings that have keys of their own."""
    return {name: kind for name, field in of.model_fields.items() if _is_table(kind := field.annotation)}


def _describe(problem: Any, of: type[BaseModel]) -> str:
    location, given = problem["loc"], problem["input"]
    key = ".".join(str(part) for part in location)
    if problem["type"] == "extra_forbidden":
        allowed = _siblings(location, of)
        guess = _guess(str(location[-1]), allowed) or (_other_table(location) if of is Settings else "")
        shown = f" (given {given!r})" if isinstance(given, int | float) else ""  # else it may be a secret
        return f"there is no setting {key!r}{shown}; allowed here: {', '.join(allowed)}{guess}"
    if key == "source" and isinstance(given, dict):
        return "write [[source]], in double brackets: there may be several"
    if key in _tables(of) and not isinstance(given, dict):
        return f"{key} is a table: write [{key}], in single brackets, and its keys in the lines below it"
    shown = "(not shown)" if key.startswith(SECRETS) else mask_urls(repr(given))
    words = KINDS.get(problem["type"].partition("_")[0], "") if problem["type"].endswith(KIND_ERRORS) else ""
    words = words or problem["msg"].removeprefix("Value error, ").replace("Input should be", "it must be")
    return f"{key} = {shown}: {words[:1].lower()}{words[1:]}"


def _other_table(location: tuple[int | str, ...]) -> str:
    """The table that a key belongs in, as the end of a sentence, where it was written in another one."""
    tables: dict[str, type[BaseModel]] = {**_tables(), "source": Source}
    homes = [name for name, kind in tables.items() if location[-1] in kind.model_fields and name != location[0]]
    written = [f"[[{name}]]" if name == "source" else f"[{name}]" for name in homes]
    if not written and len(location) > 1 and location[-1] in Settings.model_fields:
        return f" ({location[-1]} belongs above the first table)"
    return f" ({location[-1]} belongs in {' or '.join(written)})" if written else ""


def _siblings(location: tuple[int | str, ...], of: type[BaseModel]) -> list[str]:
    """The keys that would have been allowed where this one is."""
    model = of
    for part in location[:-1]:
        tables = {
            **{name: field.annotation for name, field in model.model_fields.items()},
            "source": Source,
            "mask": MaskRule,
        }
        found = tables.get(part) if isinstance(part, str) else model
        model = found if _is_table(found) else model
    return list(model.model_fields)


def _is_table(annotation: object) -> TypeGuard[type[BaseModel]]:
    """Whether a setting has keys of its own."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def new_settings(
    preset: str,
    sources: Sequence[str],
    remote: str,
    journals: Sequence[str] = (),
    tables: Sequence[Mapping[str, str]] = (),
    name: str = "",
    folder: str = "",
) -> str:
    """The text of a new `logling.toml`: every key with its default, commented, and what was given.

    `tables` are whole sources: their keys with their values.
    """
    origins = [*({"files": files} for files in sources), *({"journal": unit} for unit in journals), *tables]
    written = "\n".join(f"[[source]]\n{tomli_w.dumps(origin)}" for origin in origins)
    empty = '# remote = ""  # a URL or a complete path; weights are pushed there'
    alone = '# folder = ""  # "auth": the name of this model in a site that several homes publish into'
    given = {
        "name": f"name = {_as_toml(name)}"
        if name
        else '# name = ""  # at most 40 characters; empty: as its sources say',
        "preset": f"preset = {_as_toml(preset)}",
        "sources": written.rstrip() or '# [[source]]\n# files = "/var/log/dpkg.log*"',
        "remote": f"remote = {_as_toml(remote)}" if remote else empty,
        "folder": f"folder = {_as_toml(folder)}" if folder else alone,
    }
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(_defaults() | given)


def _defaults() -> dict[str, str]:
    """The defaults as TOML has them, by table and key: `corpus_megabytes` is "4.0"."""
    tables: dict[str, type[BaseModel]] = {"source": Source, **_tables()}
    return {
        f"{name}_{key}": _as_toml(field.default)
        for name, table in tables.items()
        for key, field in table.model_fields.items()
        if isinstance(field.default, bool | int | float | str | list)
    }


def _as_toml(value: object) -> str:
    """A value as it is written in TOML. A list goes on one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(_as_toml, value))}]"
    return tomli_w.dumps({"key": value}).removeprefix("key = ").rstrip("\n")
