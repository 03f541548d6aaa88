"""A line for a shell gives back the words it is made of."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.runs import NOW, run
from tui.actions.base import Context
from tui.actions.submit import plan
from tui.domain.shellwords import joined
from tui.domain.text import clean

BASH = shutil.which("bash") or ""
WORDS = (
    "plain",
    "",
    "two words",
    "it's",
    '"quoted" $HOME `id` \\ ! * ~',
    "--dashes",
    "line one\nline two\r\n\ttab",
    "\x1b[31mred\x07\x1b[201~\nrm -rf x",
    "Grüße 語 🚀 a\u0301",
    "\u202eback \u200b zero",
    "\x01" + "2",
    "a=b=c",
    "\\n\n",
)


def by_bash(line: str) -> list[str]:
    """The words that bash reads."""
    program = f"printf '%s\\0' {line}"
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    given = program.encode("utf-8", "surrogateescape")
    done = subprocess.run([BASH], input=given, capture_output=True, check=True, env=env)
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


@pytest.mark.skipif(not BASH, reason="there is no bash")
def test_bash_reads_the_words_back_and_the_line_is_one_that_can_be_shown() -> None:
    line = joined(WORDS)
    assert by_bash(line) == list(WORDS)
    assert clean(line) == line and "\n" not in line


@pytest.mark.skipif(not BASH, reason="there is no bash")
@settings(max_examples=30)
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))))
def test_whatever_the_words_are(words: list[str]) -> None:
    line = joined(words)
    assert clean(line) == line
    assert by_bash(line) == words or not words


@pytest.mark.skipif(not BASH, reason="there is no bash")
def test_the_command_of_a_submission_gives_its_values_back_large_ones_too() -> None:
    values = [f"{name}={value}" for name, value in zip("abcdefghijklm", WORDS, strict=True)]
    values.append("large=" + "x'\n" * 30_000)
    spec = {"entrypoint": "m", "templates": [{"name": "m", "suspend": {}}]}
    template = {**run("etl", ""), "kind": "WorkflowTemplate", "spec": spec}
    made = plan(template, {"parameters": tuple(values)}, Context(now=NOW))
    words = by_bash(made.command)
    assert words[:2] == ["argo", "submit"]
    assert [words[at + 1] for at, word in enumerate(words) if word == "-p"] == values
