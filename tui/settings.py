"""What flags, environment and the settings file ask for, as one frozen value.

The environment's names are those of kubectl and argo, so that people bring their habits along.
Flags win over the environment, and both over the file, which `tui.config` reads.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from tui.domain.durations import parse_time
from tui.domain.names import is_utf8, typed_fault
from tui.errors import SettingsError

DESTROYS = "destroys"
"""What stands for every action that destroys something."""
MOST_WAIT = 30
"""Seconds that a delete on the screen can be made to wait."""
EVERY_CHANGE = "all"
"""What stands for every action that changes something."""

PROTECTED = "prod"
"""A context with this in its name is protected, unless the settings say otherwise."""


def verb_of(action: str) -> str:
    """What the settings call an action: `delete` for `workflow.delete`."""
    return action.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class S3Settings:
    """How artifact stores are reached from here, where the workflow says it otherwise or not."""

    region: str = ""
    """The region of locations that name none; "" for us-east-1."""
    path_style: bool | None = None
    """Whether the bucket stands in the path, for locations that do not say; None for by host."""
    profile: str = ""
    """The AWS profile that machine credentials are taken from; "" for the default one."""
    credentials: str = "workflow"
    """Whose credentials sign: those the `workflow` names, or those of this `machine`."""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Endpoint in workflows -> the address that leads there from here."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """An Argo Server, and how one logs in to it; its token is never in here."""

    address: str = ""
    """`HOST:PORT`, or a URL; "" for no server."""
    base_href: str = ""
    """The path that something before the server takes away again."""
    secure: bool = True
    """Whether it speaks TLS, where the address does not say."""
    insecure_skip_verify: bool = False
    """Whether its certificate is taken whoever it is of."""
    certificate_authority: str = ""
    """The file of who vouches for it; "" for those that this machine trusts."""
    client_certificate: str = ""
    """The file of our own certificate."""
    client_key: str = ""
    """The file of its key."""
    token_file: str = ""
    """A file with a token, read again when the token is refused."""
    token_command: str = ""
    """A command that prints a token, run again when the token is refused."""
    takes_environment: bool = False
    """Whether ARGO_TOKEN is meant for this server: it is for the one of flags and environment."""


@dataclass(frozen=True, slots=True)
class OwnCommand:
    """A program that somebody wants to be offered."""

    run: tuple[str, ...] = ()
    """Its argument vector, with values between braces; one text alone for a shell."""
    label: str = ""
    """What menus call it; "" for its name."""
    help: str = ""
    """A sentence about it; "" for the program itself."""
    key: str = ""
    """Its key, in Textual's names; "" for none."""
    kinds: tuple[str, ...] = ()
    """Ids of the kinds that it is offered for; () for all."""
    phases: tuple[str, ...] = ()
    """Those that an object, or a step, has to be in; () for any."""
    changes: bool = False
    """Whether it changes something: then it asks first, and read-only refuses it."""
    shell: bool = False
    """Whether `sh` reads it."""
    output: str = "terminal"
    """Whether it gets the `terminal`, or what it prints is shown on a `screen`."""

    def replace(self, **changes: Any) -> OwnCommand:
        """The same with other fields."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class PlaceSettings:
    """What holds in one context of the kubeconfig, or at one Argo Server."""

    read_only: bool = False
    """Whether every write is refused before it is sent."""
    header_color: str = ""
    """The colour of the header; "" for that of the theme."""
    namespaces: tuple[str, ...] = ()
    """Those that a list begins with; `("all",)` for every one, () for the context's own."""
    favourites: tuple[str, ...] = ()
    """The namespaces of the keys 1 to 9; one may be several with commas."""
    type_name: frozenset[str] = frozenset()
    """The actions before which the name has to be typed: verbs, `destroys`, `all`."""
    s3: S3Settings = S3Settings()
    server: ServerSettings = ServerSettings()
    """The Argo Server of this place; where no kubeconfig has the context, it is all there is."""

    web_ui: str = ""
    """The address below which Argo's web pages are; "" for that of the server, if any."""

    protected: bool | None = None
    """Whether the context's name has to be typed before every change; None goes by that name."""

    @property
    def pages(self) -> str:
        """The address below which Argo's web pages are; "" where none is known."""
        address, server = self.web_ui or self.server.address, self.server
        if not address or "://" in address:
            return address
        base = server.base_href.strip("/")
        scheme = "https" if server.secure else "http"
        return f"{scheme}://{address}" + (f"/{base}" if base else "")

    def wants_name(self, action: str, *, destroys: bool) -> bool:
        """Whether the name has to be typed before this action, by its id."""
        wanted = {verb_of(action), EVERY_CHANGE, *([DESTROYS] if destroys else [])}
        return not wanted.isdisjoint(self.type_name)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything one start of the program was told."""

    files: tuple[str, ...] = ()
    """Saved workflows to show instead of a cluster; `-` is stdin."""
    opens: str = ""
    """The place that is opened at the start, as `argo-tui open` takes it; "" for the list."""
    opens_pane: str = ""
    """`--pane` of `argo-tui open`: the id of the pane; "" for the one that the place names."""
    record: str = ""
    """`--record`: the file that what is heard is written into; "" for none."""
    kubeconfig: str = ""
    """`--kubeconfig`; "" for KUBECONFIG, else ~/.kube/config, else in-cluster."""
    context: str = ""
    """`--context`; "" for the current one."""
    contexts: tuple[str, ...] = ()
    """The contexts of `--context`, where it names several; `context` is empty then."""
    namespace: str = ""
    """`-n`, else ARGO_NAMESPACE; "" for the context's own."""
    all_namespaces: bool = False
    """`-A`."""
    server: ServerSettings = ServerSettings()
    """`--server`, else ARGO_SERVER, with what goes with it."""
    demo: bool = False
    """`--demo`: start a demo cluster and connect to it."""
    scenes: tuple[str, ...] = ()
    """`--demo=FILE`, `--scene`: saved runs and recordings that are in it."""
    ascii: bool = False
    """`--ascii`: draw ASCII characters only."""
    no_diff: bool = False
    """`--no-diff`: write frames as Textual makes them, without the cell diff."""
    read_only: bool = False
    """`--read-only`: refuse every write before it is sent."""
    mouse: bool = False
    """`--mouse`: handle clicks; the terminal's own text selection does not work then."""
    no_color: bool = False
    """NO_COLOR is set, or TERM is dumb."""
    as_user: str = ""
    """`--as`: whom to act as, instead of the `as` of the kubeconfig."""
    as_uid: str = ""
    """`--as-uid`: the uid of that user."""
    as_groups: tuple[str, ...] = ()
    """`--as-group`, which may be given several times: the groups of that user."""
    instance_id: str = ""
    """`--instanceid`, else ARGO_INSTANCEID: the controller whose workflows are shown."""
    prices: Mapping[str, Any] = field(default_factory=dict)
    """What resources cost, as fields of `domain.prices.Prices`."""
    pod_names: str = "v2"
    """POD_NAMES: the pod name format of workflows that do not specify it (argo.md 3)."""
    fixed_now: datetime | None = None
    """ARGO_TUI_NOW: a fixed time instead of the clock."""
    zone: tzinfo | None = None
    """The local zone; None for the one of the C library."""
    theme: str = ""
    """The name of a theme; "" for the default one."""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Id of a kind -> the ids of the columns of its list, in their order."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """Name -> filter, as one types it."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Id of a meaning -> its keys instead of those in `tui.keys`."""
    commands: Mapping[str, OwnCommand] = field(default_factory=dict)
    """Name -> a command of one's own."""
    audit_file: str = ""
    """The file that every change is written to; "" for none."""
    key_preset: str = ""
    """The name of keys of another program; "" for none."""
    delete_wait: int = 5
    """Seconds that a delete on the screen waits before it is sent, so that it can be taken back."""
    remember_place: bool = False
    """Whether the next start on a context goes on where the last one was left."""
    places: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """Names of contexts, or patterns with `*`, and what is set for them, by the fields of
    `PlaceSettings` and, below `s3` and `server`, of `S3Settings` and `ServerSettings`; where
    several fit, the later ones win."""
    file_faults: tuple[str, ...] = ()
    """A sentence for each line of the settings file that is not followed."""

    def now(self) -> datetime:
        """The current time, for ages and durations."""
        return self.fixed_now or datetime.now(UTC)

    def for_place(self, context: str) -> PlaceSettings:
        """What holds in a context of the kubeconfig."""
        given: dict[str, Any] = {}
        store: dict[str, Any] = {}
        server: dict[str, Any] = {}
        for pattern, values in self.places:
            if fits(context, pattern):
                given.update(values)
                server.update(given.pop("server", {}))
                stored = given.pop("s3", {})
                endpoints = {**store.get("endpoints", {}), **stored.get("endpoints", {})}
                store.update(stored, endpoints=endpoints)
        return PlaceSettings(**given, s3=S3Settings(**store), server=ServerSettings(**server))

    @property
    def server_places(self) -> tuple[str, ...]:
        """The names of contexts that are set a server for."""
        names = (name for name, values in self.places if "*" not in name and "server" in values)
        return tuple(dict.fromkeys(names))

    def is_protected(self, context: str) -> bool:
        """Whether the name of a context has to be typed before anything is changed there."""
        chosen = self.for_place(context).protected
        return PROTECTED in context.casefold() if chosen is None else chosen

    def is_read_only(self, context: str) -> bool:
        """Whether every write to the cluster of a context is refused before it is sent."""
        return self.read_only or self.for_place(context).read_only


SETTINGS_FILE = "argo-tui/config.toml"
"""What sentences call the settings file."""


def config_file(environ: Mapping[str, str]) -> str:
    """The path of the settings file, be there one or not."""
    base = environ.get("XDG_CONFIG_HOME", "")
    # The XDG specification says to ignore a relative path.
    folder = base if os.path.isabs(base) else os.path.join(environ.get("HOME") or "/", ".config")
    return os.path.join(folder, "argo-tui", "config.toml")


def fits(context: str, pattern: str) -> bool:
    """Whether a name of the settings file means this context; `*` stands for any text."""
    if "*" not in pattern:
        return context == pattern
    first, *middle, last = pattern.split("*")
    if not context.startswith(first):
        return False
    at = len(first)
    for part in middle:
        found = context.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(context) - len(last) >= at and context.endswith(last)


def read_settings(
    flags: Mapping[str, Any],
    environ: Mapping[str, str] | None = None,
    file: Mapping[str, Any] | None = None,
) -> Settings:
    """Settings from parsed flags, the current environment, and what the settings file sets.

    `file` has fields of `Settings`.

    Raises: SettingsError for invalid values.
    """
    env = os.environ if environ is None else environ
    given = dict(file or {})

    def text(flag: str, variable: str) -> str:
        return str(flags.get(flag) or env.get(variable, ""))

    def flag(name: str) -> bool:
        by_file = bool(given.pop(name, False))
        return bool(flags.get(name)) or by_file

    return Settings(
        files=tuple(flags.get("files") or ()),
        opens=str(flags.get("opens") or ""),
        opens_pane=str(flags.get("pane") or ""),
        record=str(flags.get("record") or ""),
        scenes=tuple(flags.get("scenes") or ()),
        kubeconfig=str(flags.get("kubeconfig") or ""),
        context=str(flags.get("context") or ""),
        namespace=_namespaces(text("namespace", "ARGO_NAMESPACE")),
        all_namespaces=bool(flags.get("all_namespaces")),
        as_user=str(flags.get("as_user") or ""),
        as_uid=str(flags.get("as_uid") or ""),
        as_groups=tuple(flags.get("as_groups") or ()),
        server=_server(flags, env),
        demo=bool(flags.get("demo")),
        ascii=flag("ascii"),
        no_diff=bool(flags.get("no_diff")),
        read_only=flag("read_only"),
        mouse=flag("mouse"),
        no_color=bool(env.get("NO_COLOR")) or env.get("TERM") == "dumb",
        instance_id=_instance(text("instanceid", "ARGO_INSTANCEID")),
        pod_names="v1" if env.get("POD_NAMES") == "v1" else "v2",
        fixed_now=_clock(env.get("ARGO_TUI_NOW", "")),
        zone=local_zone(env),
        **given,
    )


KUBERNETES_FLAGS = ("kubeconfig", "context", "as_user", "as_uid", "as_groups", "demo", "files")
"""Flags that name another source than a server that only the environment names."""


def _server(flags: Mapping[str, Any], env: Mapping[str, str]) -> ServerSettings:
    address = str(flags.get("server") or "")
    if not address and not any(flags.get(name) for name in KUBERNETES_FLAGS):
        address = env.get("ARGO_SERVER", "")
    if not address:
        return ServerSettings()
    return ServerSettings(
        address=address,
        base_href=env.get("ARGO_BASE_HREF", ""),
        secure=_truth("ARGO_SECURE", env.get("ARGO_SECURE", ""), default=True),
        insecure_skip_verify=bool(flags.get("insecure_skip_verify"))
        or _truth("ARGO_INSECURE_SKIP_VERIFY", env.get("ARGO_INSECURE_SKIP_VERIFY", "")),
        certificate_authority=str(flags.get("certificate_authority") or ""),
        client_certificate=str(flags.get("client_certificate") or ""),
        client_key=str(flags.get("client_key") or ""),
        token_file=str(flags.get("token_file") or ""),
        token_command=str(flags.get("token_command") or ""),
        takes_environment=True,
    )


def _truth(name: str, text: str, *, default: bool = False) -> bool:
    """The text of a variable as Go reads it. Raises: SettingsError."""
    if text in ("", "1", "t", "T", "true", "TRUE", "True"):
        return bool(text) or default
    if text in ("0", "f", "F", "false", "FALSE", "False"):
        return False
    raise SettingsError(f"{name}={text} is neither true nor false")


def _namespaces(text: str) -> str:
    """One namespace, or several with commas between; none of them may be empty or odd."""
    for name in text.split(",") if text else ():
        fault = typed_fault(name.strip())
        if fault:
            raise SettingsError(
                f"a namespace {fault}",
                hint="-n or ARGO_NAMESPACE names it; several have commas between: a,b",
            )
    return text


def _instance(text: str) -> str:
    if not is_utf8(text):
        raise SettingsError("the instance id is not UTF-8")
    return text


def _clock(text: str) -> datetime | None:
    if not text:
        return None
    moment = parse_time(text)
    if moment is None:
        raise SettingsError(
            f"ARGO_TUI_NOW={text} is no time", hint="write it as 2026-01-15T12:00:00Z"
        )
    return moment


def local_zone(environ: Mapping[str, str]) -> tzinfo | None:
    """The zone that TZ names just now, as Go reads it; None for that of the C library.

    That is the machine's own without a TZ, and the rule itself where TZ is one (`CET-1CEST`). The
    library remembers TZ from the start of the process, and this may be asked again and again in
    one, so it is told to look.
    """
    name = environ.get("TZ")
    if name is None:
        time.tzset()
        return None
    name = name.removeprefix(":")
    if name in ("", "UTC"):
        return UTC
    from zoneinfo import ZoneInfo  # takes 2 ms, and few set TZ

    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        time.tzset()
        return None
