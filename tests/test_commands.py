"""What a line typed after `:` means, what it may become, and what is said of one that is wrong."""

from __future__ import annotations

import pytest

from tui.commands import (
    Command,
    Line,
    among,
    completed,
    namespaces_like,
    namespaces_of,
    one_of,
    read_line,
)
from tui.errors import InputError, TuiError, UsageError

KNOWN = ("argo", "data", "data-qa")
NAMESPACES = Command(
    "Namespaces",
    lambda argument: None,
    names=("ns", "namespace"),
    argument="a namespace",
    is_needed=True,
    complete=lambda typed: namespaces_like(KNOWN, typed),
    check=namespaces_of,
)
QUIT = Command("Quit", lambda argument: None, names=("q", "quit"))
SORT = Command(
    "Sort",
    lambda argument: None,
    names=("sort",),
    argument="a column",
    complete=lambda typed: among(("name", "age"), typed),
    check=one_of(lambda: ("name", "age"), "column"),
)
ALL = (QUIT, NAMESPACES, SORT)


def line(text: str) -> Line:
    found = read_line(ALL, text)
    assert found is not None
    return found


def test_the_first_word_names_a_command_and_the_rest_is_its_argument() -> None:
    assert line("ns argo") == Line(NAMESPACES, "ns", "argo")
    assert line("  namespace   argo,data ") == Line(NAMESPACES, "namespace", "argo,data")
    assert line("q").argument == ""
    assert read_line(ALL, "nsargo") is None and read_line(ALL, "") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("q now", "q takes nothing after it"),
        ("ns", "ns needs a namespace"),
        ("ns a/b", "the namespace a/b cannot have a / in it"),
        ("ns a,,b", "a namespace is empty"),
        ("ns argo data", "the namespace argo data cannot have a blank in it"),
        ("ns all,data", "all stands alone: it means every namespace"),
        ("sort colour", "there is no column colour (name, age)"),
    ],
)
def test_a_wrong_argument_is_told_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(TuiError) as told:
        line(text).check()
    assert str(told.value) == said


@pytest.mark.parametrize("text", ["q", "ns argo", "ns a, b", "ns all", "sort", "sort AGE"])
def test_a_right_line_is_taken(text: str) -> None:
    line(text).check()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("ns", ["ns argo", "ns data", "ns data-qa", "ns all"]),
        ("ns a", ["ns argo", "ns all", "ns data", "ns data-qa"]),
        ("ns qa", ["ns data-qa"]),
        ("ns data,", ["ns data,argo", "ns data,data-qa"]),
        ("ns argo,data", ["ns argo,data-qa"]),
        ("sort N", ["sort name"]),
        ("q", []),
    ],
)
def test_arguments_are_completed(text: str, lines: list[str]) -> None:
    assert [each.text for each in completed(line(text))] == lines


def test_namespaces_are_a_list_with_commas_and_all_of_them_are_none() -> None:
    assert namespaces_of("argo") == ("argo",)
    assert namespaces_of("a, b,a") == ("a", "b")
    assert namespaces_of("all") == ()
    with pytest.raises(InputError):
        namespaces_of("")


def test_what_begins_with_what_was_typed_comes_first() -> None:
    assert among(("status", "age", "start"), "st") == ["status", "start"]
    assert among(("cost", "start"), "st") == ["start", "cost"]


def test_usage_errors_are_those_of_a_wrong_command_line() -> None:
    with pytest.raises(UsageError):
        line("q x").check()
