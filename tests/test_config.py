"""The settings file: every line is checked, and a wrong one leaves the others alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.headless import run
from tui.config import MOST_BYTES, ROWS, Config, parse, read_config, toml
from tui.domain.prices import Prices
from tui.settings import OwnCommand, PlaceSettings, S3Settings, Settings, config_file, read_settings


def given(text: str) -> dict[str, Any]:
    """What holds of a text, by dotted keys."""
    return {".".join(key): value.value for key, value in parse(text)[0].items()}


def faults(text: str) -> list[str]:
    """What is said of a text."""
    return [str(fault) for fault in parse(text)[1]]


def written(folder: Path, text: str | bytes) -> dict[str, str]:
    """An environment in which this is the settings file."""
    path = folder / "argo-tui" / "config.toml"
    path.parent.mkdir()
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return {"XDG_CONFIG_HOME": str(folder)}


# --- where it is ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"XDG_CONFIG_HOME": "/x", "HOME": "/h"}, "/x/argo-tui/config.toml"),
        ({"HOME": "/h"}, "/h/.config/argo-tui/config.toml"),
        ({"XDG_CONFIG_HOME": "", "HOME": "/h"}, "/h/.config/argo-tui/config.toml"),
        ({"XDG_CONFIG_HOME": "relative", "HOME": "/h"}, "/h/.config/argo-tui/config.toml"),
        ({}, "/.config/argo-tui/config.toml"),
    ],
)
def test_the_file_is_where_xdg_says(environ: dict[str, str], path: str) -> None:
    assert config_file(environ) == path


def test_no_file_is_no_fault(tmp_path: Path) -> None:
    config = read_config({"XDG_CONFIG_HOME": str(tmp_path)})
    assert config == Config(tmp_path / "argo-tui" / "config.toml")
    assert config.settings() == {}


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, "")).settings() == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"theme = 'nord'\n# \xff\n", "line 2: is not UTF-8: nothing is read"),
        (b"#" * (MOST_BYTES + 1), "is larger than 1 MB, so it is not read"),
    ],
)
def test_a_file_that_is_no_text_of_a_person_is_told(tmp_path: Path, data: bytes, said: str) -> None:
    config = read_config(written(tmp_path, data))
    assert [str(fault) for fault in config.faults] == [said]
    assert config.given == {}


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_in_its_place_is_told_and_not_waited_for(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    (tmp_path / "argo-tui").mkdir()
    make(tmp_path / "argo-tui" / "config.toml")
    config = read_config({"XDG_CONFIG_HOME": str(tmp_path)})
    assert [str(fault) for fault in config.faults] == ["is not a file"]


def test_a_link_that_leads_nowhere_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "argo-tui").mkdir()
    (tmp_path / "argo-tui" / "config.toml").symlink_to(tmp_path / "gone")
    assert read_config({"XDG_CONFIG_HOME": str(tmp_path)}).faults == ()


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, b'\xef\xbb\xbftheme = "nord"\r\nmouse = true\r\n'))
    assert config.settings() == {"theme": "nord", "mouse": True}


# --- lines that are right ------------------------------------------------------------------------

WHOLE = """
theme = "argo-dark"     # a comment
remember-place = true
delete-wait = 10
audit-file = "~/argo-changes.jsonl"
ascii = false
key_preset = "k9s"

[columns]
wf = [
  "phase", "name",  # over several lines
  "age",
]
cron = ["name"]

[filters]
mine = "label:owner=me !phase:succeeded"

[keys]
act.retry = "ctrl-y"
"act.stop" = ["M", "F9"]

[commands.tell]
run = ["tell", "{name}"]
label = "Tell it"
help = "Tell somebody."
key = "I"
kinds = ["wf"]
phases = ["Failed", "Error"]
changes = true
shell = false
output = "screen"

[prices]
currency = "EUR"
cpu-hour = 0.034
memory-gib-hour = 1
resources."nvidia.com/gpu" = 2.5
resources.ephemeral-storage = 0

[contexts."*"]
namespaces = "argo"

[contexts."prod-*"]
read-only = true
header-color = "red"
type-name = ["destroys", "retry"]
protected = false

[contexts.prod-eu]
namespaces = ["argo", "ml"]
favourites = ["argo", "ml,data"]
web-ui = "https://argo.example.com/base/"
header-color = "#aA0011"
s3.path-style = true

[contexts.history.server]
address = "argo.example.com:443"
token-command = "argo auth token"
token-file = "~/token"
certificate-authority = "ca.pem"
client-certificate = "me.pem"
client-key = "me.key"
insecure-skip-verify = true

[s3]
profile = "work"
region = "eu-central-1"

[s3.endpoints]
"minio.argo:9000" = "localhost:9000"
"""


def test_every_kind_of_row_is_read() -> None:
    read, wrong = parse(WHOLE)
    assert wrong == []
    settings = read_settings({}, {}, Config(Path("x"), True, read).settings())
    assert (settings.theme, settings.remember_place, settings.ascii) == ("argo-dark", True, False)
    assert settings.columns == {"wf": ("phase", "name", "age"), "cron": ("name",)}
    assert settings.filters == {"mine": "label:owner=me !phase:succeeded"}
    assert settings.keys == {"act.retry": "ctrl+y", "act.stop": "M,f9"}
    assert settings.commands == {
        "tell": OwnCommand(
            ("tell", "{name}"),
            *("Tell it", "Tell somebody.", "I", ("wf",), ("Failed", "Error"), True, False),
            output="screen",
        )
    }
    devices = {"nvidia.com/gpu": 2.5, "ephemeral-storage": 0.0}
    assert Prices(**settings.prices) == Prices("EUR", 0.034, 1.0, devices)
    store = S3Settings(
        profile="work", region="eu-central-1", endpoints={"minio.argo:9000": "localhost:9000"}
    )
    assert settings.for_place("prod-eu") == PlaceSettings(
        protected=False,
        read_only=True,
        header_color="#aA0011",
        namespaces=("argo", "ml"),
        favourites=("argo", "ml,data"),
        web_ui="https://argo.example.com/base/",
        type_name=frozenset({"destroys", "retry"}),
        s3=replace(store, path_style=True),
    )
    server = settings.for_place("history").server
    assert (server.address, server.token_command) == ("argo.example.com:443", "argo auth token")
    assert server.insecure_skip_verify and not server.takes_environment
    assert server_pages(settings) == [
        "https://argo.example.com/base/",
        "https://argo.example.com:443",
        "",
    ]
    assert settings.server_places == ("history",)
    assert settings.for_place("staging") == PlaceSettings(namespaces=("argo",), s3=store)


def server_pages(settings: Settings) -> list[str]:
    return [settings.for_place(name).pages for name in ("prod-eu", "history", "staging")]


def test_every_row_is_tried_here() -> None:
    read, _ = parse(WHOLE + '[contexts.b.s3]\nregion="a"\nprofile="b"\ncredentials="machine"\n')
    tried = {tuple(key) for key in read}
    untried = {
        row.key
        for row in ROWS
        if not any(
            len(key) == len(row.key)
            and all(part in ("*", name) for name, part in zip(key, row.key, strict=True))
            for key in tried
        )
    }
    assert untried == {
        ("read-only",),
        ("mouse",),
        ("s3", "path-style"),
        ("s3", "credentials"),
        ("contexts", "*", "s3", "endpoints", "*"),
    }


def test_a_name_wins_over_a_pattern_wherever_it_stands() -> None:
    text = '[contexts.prod]\nread-only = false\n[contexts."p*"]\nread-only = true\n'
    settings = Settings(**Config(Path("x"), True, parse(text)[0]).settings())
    assert not settings.for_place("prod").read_only
    assert settings.for_place("pre").read_only


def test_tables_may_be_written_inline_or_by_dotted_keys() -> None:
    assert given("contexts.prod = {read-only = true, namespaces = ['a']}") == {
        "contexts.prod.read-only": True,
        "contexts.prod.namespaces": ("a",),
    }
    assert given("contexts.prod.read-only = true") == {"contexts.prod.read-only": True}


def test_rows_about_screens_are_not_looked_at_where_nothing_is_drawn() -> None:
    text = 'theme = "no such"\nread-only = true\n[columns]\nno = 1\n'
    read, wrong = parse(text, screens=False)
    assert ([".".join(key) for key in read], wrong) == (["read-only"], [])


# --- lines that are wrong ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("theme = 'argo-drak'", "theme: \"argo-drak\" is none of"),
        ("theme = 'argo-drak'", "(did you mean argo-dark?)"),
        ("theme = 3", "theme: 3 is none of"),
        ("theme = ''", 'theme: "" is none of'),
        ("mouse = 'yes'", 'mouse: "yes" is neither true nor false'),
        ("mouse = 1", "mouse: 1 is neither true nor false"),
        ("mouse = yes", "mouse = …: Invalid value; one is true, false, a number, or a text in"),
        ("thene = 'x'", "thene: there is no thene (did you mean theme?); there are theme,"),
        ("zzz = 1", "zzz: there is no zzz; there are theme, remember-place,"),
        ("theme", "theme: Expected '=' after a key"),
        ("theme = ", "theme = …: Invalid value"),
        ('theme = "nord', "Unterminated string"),
        ("theme = 'a' 'b'", "Expected newline or end of document"),
        ("theme.x = 1", "theme.x: theme is a value, not a table"),
        ("contexts = 1", "contexts: is a table, not a value"),
        ("[theme]", "theme: is a value, not a table; nothing below it is read"),
        ("[[contexts]]", "contexts: is one table: write [contexts]"),
        ("[contxts.a]", "contxts.a: there is no contxts (did you mean contexts?)"),
        ("[contexts.a:b]", "[contexts.a:b]: Expected ']'"),
        ("[contexts.a:b]", 'stands in quotes: [contexts."…"]'),
        ("columns.wf = ['name', 'durration']", "there is no column durration (did you mean durat"),
        ("columns.wf = ['age']", 'without "name" nobody could tell the rows apart'),
        ("columns.wf = []", "the list is empty; leave the line out, or name columns"),
        ("columns.wf = ['name', 'name']", "name is there twice"),
        ("columns.wf = [1]", 'columns.wf: [1] is no list of columns; write ["…", "…"]'),
        ("columns.workflows = ['name']", "there is no list workflows (did you mean wf?)"),
        ("columns.x = ['name']", "columns.x: there is no list x; there are wf, cron,"),
        ("filters.bad = 'phase:'", 'filters.bad: "phase:" is no filter: phase: needs a value'),
        ("filters.bad = ' '", "filters.bad: \" \" is no text"),
        ("filters.'a b' = 'x'", "the name of a filter has letters, digits, - and _ only"),
        ("keys.nothing = 'x'", "there is no nothing"),
        ("keys.filter = 'foo'", "keys.filter: foo is no key; there are r, R,"),
        ("keys.filter = []", "keys.filter: a meaning needs a key"),
        ("keys.filter = 3", 'keys.filter: 3 is no key; write one in quotes'),
        ("keys.filter = 'r'", "keys.filter: the key r is that of act.retry already"),
        ("contexts.a.namespaces = ['a/b']", 'the namespace "a/b" cannot have a / in it'),
        ("contexts.a.namespaces = ['all', 'b']", '"all" stands alone: it means every namespace'),
        ("contexts.a.namespaces = ''", 'the namespace "" is empty'),
        (f"contexts.a.favourites = {list('abcdefghij')}", "10 are too man"),
        ("contexts.a.web-ui = 'argo.example.com'", "is no address of the web"),
        ("contexts.a.web-ui = 'https://me:secret@argo.example.com'", "no login belongs here"),
        ("contexts.a.favorites = ['x']", "(did you mean favourites?)"),
        ("contexts.a.theme = 'nord'", "belongs above the first [table]"),
        ("contexts.a.header-color = 'rde'", "is no colour (did you mean red?); write #rrggbb, or"),
        ("contexts.a.header-color = '#12345'", '"#12345" is no colour'),
        ("contexts.a.header-color = '#12345g'", '"#12345g" is no colour'),
        ("contexts.a.type-name = ['del']", '"del" is no action (did you mean delete?)'),
        ("contexts.a.s3.regoin = 'x'", "(did you mean region?)"),
        ("s3.credentials = 'me'", '"me" is none of workflow and machine'),
        ("s3.endpoints.a = 'https://me:secret@x'", "no login belongs here"),
        ("s3.endpoints.a = 'a b'", '"a b" is no address'),
        ("prices.cpu-hour = 'x'", 'prices.cpu-hour: "x" is no price; write a number from 0 to 1,0'),
        ("prices.cpu-hour = true", "is no price"),
        ("prices.cpu-hour = -0.1", "is no price"),
        ("prices.cpu-hour = inf", "is no price"),
        ("prices.memory-gib-hour = nan", "is no price"),
        ("prices.cpu-hours = 1", "(did you mean cpu-hour?)"),
        ("prices.resources.memory = 1", "prices.resources.memory: is memory-gib-hour in [prices]"),
        ("prices.resources.gpu = 1", '"gpu" is no resource of Kubernetes, as "nvidia.com/gpu" is'),
        ('prices.resources."nvidia.com/gpu" = "2"', '"2" is no price'),
        ("prices.currency = 'EUR per hour'", '"EUR per hour" is too long'),
        ("s3.region = 1", "s3.region: 1 is no text; write it in quotes"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_told_and_the_others_hold(line: str, said: str) -> None:
    # Around it, so that a header does not swallow what is tried.
    read, wrong = parse(f"remember-place = true\n\n{line}\n")
    assert len(wrong) == 1, wrong
    assert wrong[0].line == 3
    assert said in str(wrong[0])
    assert read["remember-place",].value is True


@pytest.mark.parametrize(
    "line",
    [
        "s3.endpoints.a = 'https://me:hush-hush@x'",
        "s3.secret-key = 'hush-hush'",
        "password = hush-hush",
        "url = https://me:hush-hush@minio",
    ],
)
def test_no_secret_of_a_wrong_line_is_told(line: str) -> None:
    assert faults(line)
    assert "hush-hush" not in "".join(faults(line))


def test_what_follows_a_wrong_line_is_read() -> None:
    text = (
        'theme = [1,\nmouse = true\n"""\nascii = true\n[contexts.a\nx = 1\n[columns]\nwf = "name"\n'
    )
    assert given(text) == {"mouse": True, "ascii": True, "columns.wf": ("name",)}
    assert [fault.line for fault in parse(text)[1]] == [1, 3, 5]


def test_what_is_set_twice_holds_the_first_time() -> None:
    assert given("mouse = true\nmouse = false") == {"mouse": True}
    assert faults("mouse = true\nmouse = false") == ["line 2: mouse: is set twice; line 1 holds"]
    text = "[contexts.a]\nread-only = true\n[contexts.a]\nheader-color = 'red'\n"
    assert faults(text) == ["line 3: contexts.a: is there twice, the first time on line 1"]
    assert given(text) == {"contexts.a.read-only": True, "contexts.a.header-color": "red"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[contexts.prod]\nread-only = ture", "contexts.prod.read-only"),
        ("[contexts.prod]\nread-only = 'yes'", "contexts.prod.read-only"),
        ("[contexts.prod]\nreadonly = true", "contexts.prod.read-only"),
        ("[contexts.prod]\nread_only = true", "contexts.prod.read-only"),
        ("contexts.prod.read-only = ture", "contexts.prod.read-only"),
        ("read-only = ", "read-only"),
        # Nobody knows which context was meant, so it holds in all of them.
        ("[contexts.prod\nread-only = true", "read-only"),
        ("[contxts.prod]\nread-only = true", "read-only"),
        ("[[contexts]]\nread-only = true", "read-only"),
    ],
)
def test_a_line_that_protects_and_is_wrong_protects(text: str, key: str) -> None:
    assert given(text) == {key: True}
    assert "until it is mended it counts as true" in "\n".join(faults(text))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[contexts.prod]\ntype-name = ['delet']", "contexts.prod.type-name"),
        ("[contexts.prod]\ntype-name = delete", "contexts.prod.type-name"),
        ("[contexts.prod\ntype-name = ['delete']", "contexts.*.type-name"),
    ],
)
def test_where_a_name_was_to_be_typed_and_the_line_is_wrong_it_always_is(
    text: str, key: str
) -> None:
    assert given(text) == {key: frozenset({"all"})}
    assert 'until it is mended it counts as ["all"]' in "\n".join(faults(text))


@pytest.mark.parametrize(
    ("text", "keys", "said"),
    [
        # Two that change places.
        (
            "keys.act.retry = 'R'\nkeys.act.new-run = 'r'",
            {"act.retry": "R", "act.new-run": "r"},
            "",
        ),
        # The later of two is at fault.
        (
            "keys.act.retry = 'ctrl-y'\nkeys.act.stop = 'ctrl-y'",
            {"act.retry": "ctrl+y"},
            "line 2: keys.act.stop: the key ctrl-y is that of act.retry already",
        ),
        # One that follows from another's fault.
        (
            "keys.act.retry = 'd'\nkeys.act.new-run = 'r'",
            {},
            "line 1: keys.act.retry: the key d is that of pane.summary already",
        ),
        # A preset brings keys of its own.
        (
            "key_preset = 'k9s'\nkeys.mark = 'N'",
            {"key_preset": "k9s"},
            "line 2: keys.mark: the key N is that of find.previous already",
        ),
        # Space means two things already, in lists and in texts.
        ("keys.mark = ['space', 'f7']", {"mark": "space,f7"}, ""),
        # Keys of dialogs are their own.
        ("keys.dialog.yes = 'r'", {"dialog.yes": "r"}, ""),
        (
            "keys.dialog.yes = 'n'",
            {},
            "line 1: keys.dialog.yes: the key n is that of dialog.no alr",
        ),
    ],
)
def test_a_key_has_one_meaning(text: str, keys: dict[str, str], said: str) -> None:
    assert {key.removeprefix("keys."): value for key, value in given(text).items()} == keys
    assert said in "\n".join(faults(text))
    assert bool(said) == bool(faults(text))


@pytest.mark.parametrize("text", ["[" * 2000, "a = " + "[" * 2000, "x = " + "9" * 5000, '"""' * 99])
def test_odd_texts_are_told_and_end(text: str) -> None:
    read, wrong = parse(text + "\nmouse = true\n")
    assert wrong
    assert set(read) <= {("mouse",)}


def test_a_value_is_shown_as_one_writes_it() -> None:
    assert [toml(x) for x in (True, 3, 'a"b\\', ("x", "y"), frozenset("ba"))] == [
        "true", "3", '"a\\"b\\\\"', '["x", "y"]', '["a", "b"]',
    ]  # fmt: skip


# --- argo-tui config -----------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


def test_the_path_is_printed_though_there_is_no_file(home: Path) -> None:
    assert run(["config", "path"]).out == f"{home}/argo-tui/config.toml\n"


def test_a_check_of_a_right_file_exits_with_0(home: Path) -> None:
    written(home, WHOLE)
    said = run(["config", "check"])
    assert (said.code, said.out) == (0, f"{home}/argo-tui/config.toml: all lines can be followed\n")


def test_a_check_without_a_file_says_so(home: Path) -> None:
    said = run(["config", "check"])
    assert (said.code, said.out) == (0, "")
    assert "there is no such file" in said.err


def test_a_check_lists_all_that_is_wrong_by_file_and_line_and_exits_with_1(home: Path) -> None:
    written(home, "mouse = 1\n\nzzz = 2\ntheme = 'nord'\n")
    said = run(["config", "check"])
    path = f"{home}/argo-tui/config.toml"
    assert (said.code, said.out) == (1, "")
    lines = said.err.splitlines()
    assert lines[0] == f"{path}:1: mouse: 1 is neither true nor false"
    assert lines[1].startswith(f"{path}:3: zzz: there is no zzz")
    assert len(lines) == 2


def test_what_is_in_effect_is_shown_with_where_it_comes_from(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARGO_NAMESPACE", "ml")
    written(home, WHOLE)
    lines = run(["config", "show", "--ascii", "--context", "prod-eu"]).out.splitlines()
    assert lines[:9] == [
        'theme = "argo-dark"  # config.toml:2',
        "remember-place = true  # config.toml:3",
        "read-only = false  # default",
        "delete-wait = 10  # config.toml:4",
        'audit-file = "~/argo-changes.jsonl"  # config.toml:5',
        "ascii = true  # --ascii",
        "mouse = false  # default",
        'key_preset = "k9s"  # config.toml:7',
        '# context = "prod-eu"  # --context',
    ]
    assert lines[9] == '# namespace = "ml"  # ARGO_NAMESPACE'
    assert '[contexts."prod-*"]' in lines
    line = WHOLE.splitlines().index('header-color = "red"') + 1
    assert f'header-color = "red"  # config.toml:{line}' in lines


def test_the_theme_of_the_environment_wins(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", "nord")
    written(home, WHOLE)
    assert run(["config", "show"]).out.startswith('theme = "nord"  # TEXTUAL_THEME\n')


def test_what_is_shown_is_a_file_that_says_the_same(home: Path) -> None:
    written(home, WHOLE)
    shown = run(["config", "show"]).out
    read, wrong = parse(shown)
    assert wrong == []
    before = Settings(**Config(Path("x"), True, parse(WHOLE)[0]).settings())
    after = Settings(**Config(Path("x"), True, read).settings())
    for context in ("prod-eu", "prod-us", "staging"):
        assert after.for_place(context) == before.for_place(context)
    assert (after.columns, after.keys, after.filters) == (
        before.columns,
        before.keys,
        before.filters,
    )


def test_a_command_that_prints_says_that_there_is_something_to_mend(home: Path) -> None:
    written(home, "read-only = 1\n")
    said = run(["list", "-f", "tests/saved/nightly.yaml", "-o", "name"])
    assert said.code == 0
    assert (
        said.err
        == "argo-tui: note: a line is not followed of the settings: argo-tui config check\n"
    )


def test_a_command_that_prints_says_nothing_of_lines_about_screens(home: Path) -> None:
    written(home, "theme = 1\n[keys]\nx = 1\n")
    assert run(["list", "-f", "tests/saved/nightly.yaml", "-o", "name"]).err == ""


def test_the_ids_of_columns_are_listed_with_those_that_are_hidden() -> None:
    lines = run(["config", "columns"]).out.splitlines()
    assert "wf      duration      DUR" in lines
    assert "wf      started       STARTED       shown where the settings name it" in lines
    assert any(line.startswith("cron    ") for line in lines)


def test_the_ids_of_keys_are_listed() -> None:
    assert "act.retry               r\n" in run(["config", "keys"]).out
