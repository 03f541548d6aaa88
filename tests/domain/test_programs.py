"""A program of the settings, with values of the cluster in its arguments."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.programs import VALUES, Program, check, wanted
from tui.errors import InputError, PlanError

HOSTILE = ["$(touch /tmp/x)", "a b", "'", '"', "; rm -rf /", "\n", "`id`", "{name}", "*", "\\"]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_part_of_one_argument_whatever_is_in_it(value: str) -> None:
    program = Program(("show", "--of={name}", "{name}", "{{}}"))
    assert program.argv({"name": value}) == ["show", f"--of={value}", value, "{}"]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_a_shell_reads_a_value_as_one_word_whatever_is_in_it(value: str) -> None:
    argv = Program(("printf %s {name}",), shell=True).argv({"name": value})
    assert argv[:2] == ["sh", "-c"]
    assert subprocess.run(argv, capture_output=True).stdout.decode() == value


def test_a_value_that_would_be_a_flag_is_refused_and_a_flag_of_ones_own_is_not() -> None:
    with pytest.raises(PlanError, match="would be taken for a flag"):
        Program(("show", "{step}")).argv({"step": "--delete-everything"})
    assert Program(("show", "-n{name}")).argv({"name": "-x"}) == ["show", "-n-x"]


def test_what_is_not_known_here_is_said_and_nothing_is_run() -> None:
    with pytest.raises(PlanError, match=r"the pod of the step is not known here \(\{pod\}\)"):
        Program(("logs", "{pod}")).argv({"pod": "", "name": "x"})
    with pytest.raises(PlanError, match="is not known here"):
        Program(("logs {pod}",), shell=True).argv({"pod": ""})


@pytest.mark.parametrize("text", ["{nam}", "{}", "{name", "a{name}{b}", "{0}", "{name!r}"])
def test_names_of_values_are_checked(text: str) -> None:
    if text == "{name":
        check([text])  # an open brace alone is a brace
        return
    with pytest.raises(InputError, match="there is no value"):
        check(["x", text])


def test_what_is_wanted_is_known_beforehand() -> None:
    assert wanted(["{name}", "{pod}-{{x}}"]) == {"name", "pod"}
    check([f"{{{name}}}" for name in VALUES])
