"""Commands of one's own: offered where they are meant for, run with the values of the row."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Button, Input

from tests.support.app import STILL, Shown, showing
from tests.support.runs import ETL, nightly_etl, run
from tests.support.scripted import ScriptedSource
from tui.action_runner import own_commands
from tui.config import parse
from tui.palette import Palette
from tui.ports.connection import Place
from tui.screens.confirm import ConfirmScreen
from tui.screens.program_output import ProgramScreen
from tui.settings import OwnCommand, Settings
from tui.widgets.text_view import TextView

ROOT = Path(__file__).resolve().parents[2]
TELL = (sys.executable, "-c", "import sys; print('args', sys.argv[1:])", "{name}", "{namespace}")
FAILED, RUNNING = run("over", "Failed", ended=1), run("going", "Running")


@contextmanager
def settings(**commands: OwnCommand) -> Iterator[Settings]:

    found = replace(STILL, commands=commands)
    with own_commands(found):
        yield found


def lines(shown: Shown) -> list[str]:
    text = shown.app.screen.query_one(TextView).text
    return [text.line(index) for index in range(len(text))]


async def test_its_key_runs_it_and_what_it_prints_is_on_a_screen() -> None:
    told = OwnCommand(TELL, key="M", output="screen")
    with settings(tell=told) as found:
        async with showing(FAILED, settings=found) as shown:
            await shown.press("M")
            await shown.until(lambda: shown.shows(ProgramScreen))
            await shown.until(lambda: lines(shown) == ["args ['over', 'argo']"])
            await shown.press("escape")
            await shown.until(lambda: not shown.shows(ProgramScreen))


async def test_it_is_offered_by_its_name_and_refused_where_it_is_not_meant_for() -> None:
    told = OwnCommand(TELL, phases=("Failed", "Error"), output="screen", help="Tell it.")
    with settings(tell=told) as found:
        async with showing(RUNNING, settings=found) as shown:
            await shown.press("colon")
            await shown.until(lambda: shown.shows(Palette))
            await shown.write("tell")
            palette = shown.app.screen
            assert isinstance(palette, Palette)
            (entry,) = [each for each in palette.found.items if each.name == "Tell"]
            assert entry.is_refused and entry.help == "is Running, not Failed or Error"


async def test_one_that_changes_something_asks_first_and_read_only_refuses_it(
    tmp_path: Path,
) -> None:
    made = tmp_path / "made"
    write = (sys.executable, "-c", f"open({str(made)!r}, 'w').write('x')")
    told = OwnCommand(write, key="M", changes=True, output="screen")
    with settings(write=told) as found:
        async with showing(FAILED, settings=found) as shown:
            await shown.press("M")
            await shown.until(lambda: shown.shows(ConfirmScreen))
            await shown.press("n")
            await shown.until(lambda: not shown.shows(ConfirmScreen))
            assert not made.exists()
            await shown.press("M")
            await shown.until(lambda: shown.shows(ConfirmScreen))
            await shown.press("y")
            await shown.until(made.exists)
    made.unlink()
    with settings(write=told) as found:
        async with showing(FAILED, settings=replace(found, read_only=True)) as shown:
            await shown.press("M")
            await shown.until_said("refused: started with --read-only")
            assert not made.exists()


async def test_in_a_protected_context_its_name_is_typed_before_one_that_changes_something(
    tmp_path: Path,
) -> None:
    made = tmp_path / "made"
    write = (sys.executable, "-c", f"open({str(made)!r}, 'w').write('x')")
    source = ScriptedSource(FAILED, place=Place("prod", "https://prod", "argo", "kim"))
    with settings(write=OwnCommand(write, key="M", changes=True, output="screen")) as found:
        async with showing(source=source, settings=found) as shown:
            await shown.press("M")
            await shown.until(lambda: shown.shows(ConfirmScreen))
            yes = shown.app.screen.query_one("#yes", Button)
            assert yes.disabled
            await shown.write("pro")
            await shown.press("tab", "y")
            assert shown.shows(ConfirmScreen) and yes.disabled
            shown.app.screen.query_one(Input).focus()
            await shown.press("end")
            await shown.write("d")
            await shown.until(lambda: not yes.disabled)
            yes.press()
            await shown.until(made.exists)


async def test_a_program_that_is_not_there_is_named() -> None:
    with settings(lost=OwnCommand(("no-such-program-here",), key="M", output="screen")) as found:
        async with showing(FAILED, settings=found) as shown:
            await shown.press("M")
            await shown.until(lambda: shown.shows(ProgramScreen))
            await shown.until(lambda: bool(lines(shown)))
            assert "no-such-program-here cannot be started" in lines(shown)[0]


async def test_closing_the_screen_ends_the_program(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys, time\n"
        f"signal.signal(15, lambda *_: (open({str(tmp_path / 'ended')!r}, 'w'), os._exit(0)))\n"
        "print('begun', flush=True)\n"
        "time.sleep(600)\n"
    )
    told = OwnCommand((sys.executable, "-c", script), key="M", output="screen")
    with settings(wait=told) as found:
        async with showing(FAILED, settings=found) as shown:
            await shown.press("M")
            await shown.until(lambda: shown.shows(ProgramScreen) and lines(shown) == ["begun"])
            await shown.press("escape")
            await shown.until((tmp_path / "ended").exists)


async def test_what_a_program_prints_is_neither_markup_nor_an_escape() -> None:
    script = "print('[/x] \\x1b]0;title\\x07 [bold]')"
    told = OwnCommand((sys.executable, "-c", script), key="M", output="screen")
    with settings(odd=told) as found:
        async with showing(FAILED, settings=found) as shown:
            await shown.press("M")
            await shown.until(lambda: shown.shows(ProgramScreen) and bool(lines(shown)))
            await shown.until_shown("[/x]")
            assert "\x1b" not in shown.text and "[bold]" in shown.text


GOOD = """
[commands.describe]
run = ["kubectl", "describe", "{resource}", "{name}", "-n", "{namespace}"]
key = "M"
kinds = ["wf", "cron"]
output = "screen"

[commands.bucket]
run = "aws s3 ls s3://results/{name}/ | sort"
shell = true
phases = ["Failed"]
changes = true
"""


def test_the_settings_file_names_them() -> None:
    given, faults = parse(GOOD)
    assert faults == []
    assert given["commands", "describe", "run"].value[0] == "kubectl"
    assert given["commands", "bucket", "shell"].value is True


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("run = []", "is no program"),
        ('run = ["x", "{nam}"]', "there is no value {nam}"),
        ('run = ["a", "b"]\nshell = true', "one text and no list"),
        ('key = "r"\nrun = ["x"]', "the key"),
        ('kinds = ["workflow"]\nrun = ["x"]', "there is no kind workflow"),
        ('phases = ["Faild"]\nrun = ["x"]', "there is no phase Faild (did you mean Failed?)"),
        ('output = "printer"\nrun = ["x"]', "none of terminal and screen"),
        ('help = "x"', "names no program"),
        ('rnu = ["x"]', "there is no rnu"),
    ],
)
def test_a_wrong_line_of_one_is_told(line: str, why: str) -> None:
    _, faults = parse(f"[commands.mine]\n{line}\n")
    assert any(why in str(fault) for fault in faults), faults


def examples() -> dict[str, OwnCommand]:
    """The commands that README.md shows, each with what it prints on a screen."""
    blocks = re.findall(r"^```toml\n(.*?)^```", (ROOT / "README.md").read_text(), re.S | re.M)
    found: dict[str, OwnCommand] = {}
    for block in blocks:
        for name, given in tomllib.loads(block).get("commands", {}).items():
            told: dict[str, Any] = {**given, "output": "screen"}
            lists = {key: tuple(value) for key, value in told.items() if isinstance(value, list)}
            run = told["run"] if isinstance(told["run"], list) else [told["run"]]
            found[name] = OwnCommand(**{**told, **lists, "run": tuple(run), "key": ""})
    return found


async def test_the_examples_of_the_readme_run_argo_kubectl_and_aws_with_what_the_cursor_is_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for program in ("argo", "kubectl", "aws"):
        path = tmp_path / program
        path.write_text('#!/bin/sh\nprintf "%s" "${0##*/}"; printf " [%s]" "$@"; echo\n')
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    pod = f"{ETL}-transform-"
    wanted = {
        "argo-get": f"argo [get] [{ETL}] [-n] [argo]",
        "describe": f"kubectl [describe] [workflows.argoproj.io] [{ETL}] [-n] [argo]",
        "bucket": f"aws [s3] [ls] [--recursive] [s3://results/{ETL}/]",
        "top": f"kubectl [top] [pod] [{pod}",
    }
    made = examples()
    assert made.keys() == wanted.keys()
    with settings(**made) as found:
        async with showing(nightly_etl(), settings=found) as shown:
            await shown.open(ETL)
            for name, line in wanted.items():
                await shown.write(f":{name}")
                await shown.press("enter")
                await shown.until(lambda: shown.shows(ProgramScreen) and bool(lines(shown)))
                assert "\n".join(lines(shown)).startswith(line)
                await shown.press("escape")
                await shown.until(lambda: not shown.shows(ProgramScreen))
